"""The frame of a page: its looks, its elements, nothing fetched from anywhere."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root { color-scheme: light; --ink: #1a1a1f; --soft: #6a6a72; --line: #e2e2e6; --mark: #d90d26; --accent: #21687c; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; height: 100vh; display: grid; grid-template-columns: 1fr 300px; color: var(--ink); background: #fff;
  font: 14px/1.45 system-ui, -apple-system, "Segoe UI", sans-serif; overflow: hidden; }
main { position: relative; min-width: 0; min-height: 0; overflow: hidden; }
canvas#scene3d { position: absolute; inset: 0; width: 100%; height: 100%; touch-action: none; cursor: grab; outline: none; }
canvas#scene3d:active { cursor: grabbing; }
h1 { position: absolute; left: 24px; top: 14px; margin: 0; font-size: 19px; font-weight: 600; max-width: 80%;
  pointer-events: none; }
#mark { position: absolute; left: 0; top: 0; pointer-events: none; }
#mark i { position: absolute; left: -8px; top: -8px; width: 16px; height: 16px; border: 2px solid var(--mark); border-radius: 50%;
  box-shadow: 0 0 0 1.5px #fff, inset 0 0 0 1.5px #fff; }
#mark.behind i { border-style: dashed; } #mark.behind b::after { content: ' (behind)'; font-weight: 400; }
#mark b { position: absolute; left: 15px; bottom: 9px; white-space: nowrap; color: var(--mark); font-weight: 600; font-size: 15px;
  background: rgba(255, 255, 255, .86); border-radius: 4px; padding: 0 6px; }
#value { position: absolute; pointer-events: none; background: rgba(26, 26, 31, .88); color: #fff; padding: 1px 8px;
  border-radius: 4px;  font-variant-numeric: tabular-nums; white-space: nowrap; }
#foot { position: absolute; left: 24px; bottom: 18px; pointer-events: none; }
#bar { height: 9px; border: solid var(--ink); border-width: 0 2px; position: relative;
  display: inline-block; vertical-align: middle; }
#bar::after { content: ""; position: absolute; left: 0; right: 0; top: 3.5px; border-top: 2px solid var(--ink); }
#barwords { margin-left: 8px; }
#drawn { position: absolute; right: 20px; bottom: 18px; color: var(--soft); pointer-events: none; }
#axes { position: absolute; right: 18px; bottom: 42px; width: 92px; height: 92px; pointer-events: none; }
#axes line { stroke: var(--ink); stroke-width: 1.6; }
#axes text { font-size: 13px; text-anchor: middle; dominant-baseline: middle; }
aside { border-left: 1px solid var(--line); padding: 16px 18px; overflow-y: auto; display: flex; flex-direction: column; gap: 14px;
  background: #fbfbfc; }
aside section { display: flex; flex-direction: column; gap: 7px; }
h2 { margin: 0; font-size: 12px; font-weight: 600; letter-spacing: .04em; text-transform: uppercase; color: var(--soft); }
canvas#key { width: 100%; height: 220px; }
#swatches { display: flex; flex-direction: column; gap: 4px; }
#swatches span { display: flex; align-items: center; gap: 8px; } #swatches i { width: 22px; height: 14px; border-radius: 3px;
  border: 1px solid rgba(0, 0, 0, .18); }
select, button { font: inherit; color: inherit; background: #fff; border: 1px solid #cfcfd6; border-radius: 6px; padding: 4px 9px; }
button:hover, select:hover { border-color: var(--accent); } button { cursor: pointer; }
.row { display: flex; flex-wrap: wrap; gap: 6px; }
input[type=range] { accent-color: var(--accent); width: 100%; margin: 0; } input[type=checkbox] { accent-color: var(--accent); }
#chambers { display: flex; flex-direction: column; gap: 5px; }
#chambers label { display: grid; grid-template-columns: 86px 1fr 70px; align-items: center; gap: 8px; font-size: 13px; }
#chambers span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } #chambers output { text-align: right;
  font-variant-numeric: tabular-nums; }
small { color: var(--soft); } #took { min-height: 1.4em; }
#trouble { position: absolute; inset: 40% 10% auto; text-align: center; color: var(--mark); font-size: 17px; }
@media (max-width: 720px) { body { grid-template-columns: 1fr; grid-template-rows: 1fr auto; } aside { max-height: 42vh; border: 0;
  border-top: 1px solid var(--line); } }
@media (prefers-reduced-motion: no-preference) { button, select { transition: border-color .12s; } }
"""

PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<title>@title</title>
<style>@style</style>
</head>
<body>
<main>
<canvas id="scene3d" tabindex="0" role="img" aria-label="@caption"></canvas>
<h1>@heading</h1>
<div id="mark"><i></i><b id="marked"></b></div>
<div id="value" hidden></div>
<div id="foot"><span id="bar"></span><span id="barwords"></span></div>
<div id="drawn"></div>
<svg id="axes" class="space" viewBox="-46 -46 92 92" aria-hidden="true"><line id="axisx"/><line id="axisy"/><line id="axisz"/>
<text id="namex">x</text><text id="namey">y</text><text id="namez">z</text></svg>
<div id="trouble" role="alert" hidden></div>
</main>
<aside>
<section><h2 id="unit" style="text-transform: none"></h2><canvas id="key"></canvas><div id="swatches"></div>
<select id="quantity" aria-label="quantity"></select></section>
<section id="live"><h2>Pressures</h2><div id="chambers"></div>
<div class="row"><button id="start">as solved</button><button id="none">all zero</button>
<button id="fit">fit the colours</button></div>
<small id="took"></small></section>
<section><h2>Displacement</h2>
<input id="scale" type="range" min="0" max="2" step="0.01" value="1" aria-label="scale of displacement">
<div class="row"><button id="play">play the load</button></div></section>
<section><h2>View</h2>
<div class="row space"><button data-view="[-1.5708,0]">front</button><button data-view="[0,0]">side</button>
<button data-view="[-1.5708,1.5708]">top</button></div>
<div class="row"><button id="home">reset</button></div>
<label class="space"><input id="lens" type="checkbox"> perspective</label>
<label><input id="edges" type="checkbox" checked> edges</label>
<label><input id="fluids" type="checkbox" checked> lithium and gas</label>
<label><input id="glyphs" type="checkbox" checked> principal stress</label></section>
<small>@hint</small>
<small>@caption</small>
</aside>
<script type="application/json" id="scene">@scene</script>
<script>
'use strict';
@script
</script>
</body>
</html>
"""

HINT_SPACE: Final = (
    "Drag turns, shift and drag moves, the wheel comes nearer; rest the pointer on the body for its stress."
)
HINT_PLANE: Final = "Drag moves, the wheel comes nearer; rest the pointer on the body for its stress."
