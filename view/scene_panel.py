"""The panel of a page: key, sliders and buttons, marks over the scene. Plain JavaScript, no library."""

from __future__ import annotations

from typing import Final

PANEL: Final = r"""
const UNITS = [[1e9, 'GPa'], [1e6, 'MPa'], [1e3, 'kPa'], [1, 'Pa']];
const digits = (x, n) => { const t = Number(x.toPrecision(n)); return String(t).replace('-', '\u2212'); };
function stress(value) {
  const [factor, unit] = UNITS.find(([f]) => Math.abs(value) >= f) || UNITS[3];
  return digits(value / factor, 3) + ' ' + unit;
}
function length(value) {
  const all = [[1, 'm'], [1e-3, 'mm'], [1e-6, '\u00b5m'], [1e-9, 'nm'], [1e-12, 'pm']];
  const [factor, unit] = all.find(([f]) => Math.abs(value) >= 0.999 * f) || all[0];
  return digits(value / factor, 3) + ' ' + unit;
}
const titled = name => name.replace('mises', 'Mises').replace('tresca', 'Tresca');
const nice = x => { const p = 10 ** Math.floor(Math.log10(x) + 1e-9); return [5, 2, 1].find(k => k * p <= x * (1 + 1e-9)) * p; };
const times = x => (x >= 1 ? Math.round(x).toLocaleString('en').replaceAll(',', '\u202f') : digits(x, 3)) + ' \u00d7';

function key() {
  const canvas = $('key'), ratio = window.devicePixelRatio || 1, w = canvas.clientWidth, h = canvas.clientHeight;
  canvas.width = w * ratio; canvas.height = h * ratio;
  const c = canvas.getContext('2d'), table = atob(S.colours), top = 12, tall = h - 24;
  c.scale(ratio, ratio);
  for (let y = 0; y < tall; y++) {
    const i = 3 * Math.round(255 * (1 - y / (tall - 1)));
    c.fillStyle = `rgb(${table.charCodeAt(i)},${table.charCodeAt(i + 1)},${table.charCodeAt(i + 2)})`;
    c.fillRect(0, top + y, 26, 1.5);
  }
  const [low, high] = S.ends, size = Math.max(Math.abs(low), Math.abs(high));
  const [factor, unit] = UNITS.find(([f]) => size >= f) || UNITS[3], step = nice((high - low) / 4);
  c.font = '13px system-ui, sans-serif'; c.textBaseline = 'middle';
  c.fillStyle = c.strokeStyle = getComputedStyle(document.body).color;
  const y = v => top + tall * (high - v) / (high - low);
  const tick = (v, words) => { c.beginPath(); c.moveTo(26, y(v)); c.lineTo(32, y(v)); c.stroke(); c.fillText(words, 37, y(v)); };
  tick(low, digits(low / factor, 3)); tick(high, digits(high / factor, 3));
  const clear = 16 / tall * (high - low), places = Math.max(0, -Math.floor(Math.log10(step / factor) + 1e-9));
  for (let k = Math.ceil((low + clear) / step); k * step < high - clear; k++)
    tick(k * step, (k * step / factor).toFixed(places).replace('-', '\u2212'));
  $('unit').textContent = `${titled(S.quantity)}, ${unit}`;
}

// whether something lies between the mark and the eye, asked once the hand rests
let asking = 0;
function veil(stage) {
  const mark = S.mark, p = stage.parts, s = stage.scale, camera = stage.camera, n = p.points.length / 3;
  const at = camera.seen(mark.at.map((x, k) => x + s * mark.move[k]));
  const u = new Float32Array(n), v = new Float32Array(n), d = new Float32Array(n), q = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < 3; k++) q[k] = p.points[3 * i + k] + s * p.move[3 * i + k];
    const seen = camera.seen(q);
    u[i] = seen[0] - at[0]; v[i] = seen[1] - at[1]; d[i] = seen[2] - at[2];
  }
  let behind = false;
  for (let t = 0; t < p.triangles.length && !behind; t += 3) {
    const a = p.triangles[t], b = p.triangles[t + 1], c = p.triangles[t + 2];
    const x = u[b] * v[c] - v[b] * u[c], y = u[c] * v[a] - v[c] * u[a], z = u[a] * v[b] - v[a] * u[b];
    if ((x > 0 && y > 0 && z > 0) || (x < 0 && y < 0 && z < 0))
      behind = (x * d[a] + y * d[b] + z * d[c]) / (x + y + z) > 0.004;
  }
  $('mark').classList.toggle('behind', behind);
}

function marks(stage) {
  if (!S.plane) { clearTimeout(asking); asking = setTimeout(() => veil(stage), 120); }
  const mark = S.mark, at = stage.place(mark.at, mark.move), box = $('mark');
  box.style.transform = `translate(${at[0]}px, ${at[1]}px)`;
  $('marked').textContent = mark.words;
  const w = stage.canvas.clientWidth, h = stage.canvas.clientHeight, unit = h / (2 * stage.camera.half);
  const bar = nice(0.22 * w / unit * S.metres);
  $('bar').style.width = bar / S.metres * unit + 'px';
  $('barwords').textContent = length(bar) + (stage.camera.perspective ? ' in the middle' : '');
  $('drawn').textContent = stage.scale === 0 ? 'at rest' : 'displacement ' + times(stage.scale);
  if (S.plane) return;
  for (const [k, name] of ['x', 'y', 'z'].entries()) {
    const x = 34 * stage.camera.right[k], y = -34 * stage.camera.up[k];
    const line = $('axis' + name), words = $('name' + name);
    line.setAttribute('x2', x); line.setAttribute('y2', y);
    words.setAttribute('x', 1.28 * x); words.setAttribute('y', 1.28 * y);
    words.style.visibility = Math.hypot(x, y) < 6 ? 'hidden' : 'visible';
  }
}

function measure(stage) {
  const p = stage.parts, f = MEASURES[S.quantity], n = p.values.length;
  if (f) for (let i = 0, j = 0; i < n; i++, j += 6) p.values[i] = f(p.stress, j);
  else p.values.set(p.given);
  stage.refill('values');
}

// the most dangerous of the drawn values and where it is
function extreme(stage) {
  const v = stage.parts.values, least = S.quantity === 'min principal', shear = /stress (yz|xz|xy)/.test(S.quantity);
  let best = 0, worth = -Infinity;
  for (let i = 0; i < v.length; i++) {
    const here = least ? -v[i] : shear ? Math.abs(v[i]) : v[i];
    if (here > worth) { worth = here; best = i; }
  }
  const p = stage.parts;
  S.mark = { at: [...p.points.subarray(3 * best, 3 * best + 3)], move: [...p.move.subarray(3 * best, 3 * best + 3)],
    value: v[best], words: (least ? 'min ' : 'max ') + stress(v[best]) };
}

function fitColours(stage) {
  const v = stage.parts.values;
  let low = Infinity, high = -Infinity;
  for (let i = 0; i < v.length; i++) { low = Math.min(low, v[i]); high = Math.max(high, v[i]); }
  if (S.singular) {
    const sorted = Float32Array.from(v).sort();
    low = sorted[Math.floor(0.002 * (v.length - 1))]; high = sorted[Math.ceil(0.998 * (v.length - 1))];
  }
  if (high - low <= 1e-9 * Math.max(Math.abs(low), Math.abs(high))) {
    low -= 0.5 * Math.abs(low) + 0.5; high += 0.5 * Math.abs(high) + 0.5;
  }
  S.ends = [low, high]; key();
}

const STATES = [['move', 'baseMove', 'unitMove'], ['stress', 'baseStress', 'unitStress'],
  ['lineMove', 'baseLine', 'unitLine'], ['fluidMove', 'baseFluid', 'unitFluid']];
function recombine(stage, chamber, more) {
  const p = stage.parts, pressures = S.chambers.map(one => one.pressure);
  for (const [out, base, unit] of STATES) {
    if (chamber === undefined) combine(p[out], p[base], p[unit], pressures);
    else added(p[out], p[unit], chamber, more);
  }
  for (const name of ['move', 'lineMove', 'fluidMove']) stage.refill(name);
  measure(stage); extreme(stage); tint();
}

// gas is bluer the higher its pressure
function tint() {
  const gas = S.fluids.filter(one => one.contents === 'gas' && one.chamber >= 0);
  const top = Math.max(1e-30, ...S.chambers.map(one => one.high));
  for (const one of gas) {
    const share = 0.45 + 0.55 * Math.max(0, Math.min(1, S.chambers[one.chamber].pressure / top));
    one.colour = [0.945 - 0.445 * share, 0.965 - 0.265 * share, 0.985 - 0.115 * share];
  }
}

function sliders(stage) {
  const box = $('chambers');
  S.chambers.forEach((chamber, k) => {
    const row = document.createElement('label'), slider = document.createElement('input'), words = document.createElement('output');
    const name = document.createElement('span');
    slider.type = 'range'; slider.min = chamber.low; slider.max = chamber.high; slider.step = (chamber.high - chamber.low) / 500;
    slider.value = chamber.pressure; name.textContent = chamber.name; words.textContent = stress(chamber.pressure);
    slider.addEventListener('input', () => {
      const started = performance.now();
      const more = Number(slider.value) - chamber.pressure;
      chamber.pressure = Number(slider.value); words.textContent = stress(chamber.pressure);
      recombine(stage, k, more); stage.draw();
      stage.took = performance.now() - started;
      $('took').textContent = `new stress in ${stage.took.toFixed(1)} ms`;
    });
    // let go, the sum is made anew: nothing of rounding stays
    slider.addEventListener('change', () => { recombine(stage); stage.draw(); });
    chamber.slider = slider; chamber.output = words;
    row.append(name, slider, words); box.append(row);
  });
  if (!S.chambers.length) { $('live').remove(); return; }
  const set = values => {
    S.chambers.forEach((chamber, k) => {
      chamber.pressure = values[k]; chamber.slider.value = values[k]; chamber.output.textContent = stress(values[k]);
    });
    recombine(stage); stage.draw();
  };
  const start = S.chambers.map(one => one.pressure), empty = start.map(() => 0);
  $('start').onclick = () => set(start);
  $('none').onclick = () => set(empty);
  $('fit').onclick = () => { fitColours(stage); stage.draw(); };
  stage.setPressures = set;
}

function buttons(stage) {
  const select = $('quantity'), names = S.quantity in MEASURES ? Object.keys(MEASURES) : [S.quantity];
  for (const name of names) select.append(new Option(titled(name), name, false, name === S.quantity));
  const own = { quantity: S.quantity, ends: S.ends, mark: S.mark };
  select.onchange = () => {
    S.quantity = select.value; measure(stage);
    if (S.quantity === own.quantity && !S.chambers.length) { S.ends = own.ends; S.mark = own.mark; key(); }
    else { extreme(stage); fitColours(stage); }
    stage.draw();
  };
  const scale = $('scale');
  scale.oninput = () => { stage.factor = Number(scale.value); stage.draw(); };
  let beats = 0;
  $('play').onclick = () => {
    beats = beats ? 0 : performance.now();
    $('play').textContent = beats ? 'stop' : 'play the load';
    const beat = now => {
      stage.load = beats ? 0.5 - 0.5 * Math.cos((now - beats) / 700 + Math.PI) : 1;
      stage.draw();
      if (beats) requestAnimationFrame(beat);
    };
    requestAnimationFrame(beat);
  };
  for (const layer of ['edges', 'fluids', 'glyphs']) {
    const box = $(layer), there = layer === 'fluids' ? S.fluids.length : S.lineSets.some(set => set.layer === layer && set.count);
    if (!there) { box.parentElement.remove(); continue; }
    box.onchange = () => { stage.show[layer] = box.checked; stage.draw(); };
  }
  const lens = $('lens');
  lens.checked = S.perspective;
  lens.onchange = () => { stage.camera.perspective = lens.checked; stage.draw(); };
  for (const button of document.querySelectorAll('[data-view]')) button.onclick = () => {
    stage.camera.turn(...JSON.parse(button.dataset.view)); stage.home(); stage.draw();
  };
  $('home').onclick = () => { stage.camera.turn(...S.eye); stage.home(); stage.draw(); };
  if (S.plane) for (const one of document.querySelectorAll('.space')) one.remove();
  for (const one of S.swatches) {
    const row = document.createElement('span'), colour = document.createElement('i');
    colour.style.background = `rgb(${one.colour.map(x => Math.round(255 * x))})`;
    row.append(colour, one.words); $('swatches').append(row);
  }
}

async function open() {
  const parts = {};
  await Promise.all(Object.entries(S.arrays).map(async ([name, packed]) => { parts[name] = await unpack(packed); }));
  parts.move = parts.baseMove.slice(); parts.stress = parts.baseStress.slice();
  parts.lineMove = parts.baseLine.slice(); parts.fluidMove = parts.baseFluid.slice();
  parts.values = new Float32Array(parts.points.length / 3);
  const stage = new Stage($('scene3d'), parts);
  stage.after = () => marks(stage);
  if (S.chambers.length) { const own = S.mark; recombine(stage); if (own) S.mark = own; } else measure(stage);
  stage.home(); follow(stage); sliders(stage); buttons(stage); key();
  new ResizeObserver(() => { stage.resize(); key(); stage.draw(); }).observe(stage.canvas);
  stage.draw();
  window.tubewall = stage;
  document.body.dataset.ready = 'yes';
}
open().catch(error => { $('trouble').textContent = 'This scene cannot be shown: ' + error.message; $('trouble').hidden = false; });
"""
