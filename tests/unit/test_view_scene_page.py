"""Pages of bodies: they carry their data and no address, say what the solution says, and work in a real browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.fem import array_basis
from tubewall.fem.loads import Eigenstrain, Pressure, RigidBody, Support
from tubewall.fem.model import Model, Solid, with_loads
from tubewall.fem.model_solver import solve_model
from tubewall.geometry import CellArray, array_mesh, periodic_cell
from tubewall.geometry.block_mapping import mapped_block
from tubewall.geometry.solid_mesh import SolidMesh
from tubewall.materials import Isotropic
from tubewall.units import MPa, nm
from tubewall.view import ArrayState, array_field, body_page, write_live_page
from tubewall.view.body_scene import body_scene
from tubewall.view.body_surface import body_surface
from tubewall.view.live_array import write_array_page
from tubewall.view.live_units import checked_chambers, pressed_chambers
from tubewall.view.scene_look import Look
from tubewall.view.scene_pack import as_script, packed_floats, packed_whole, unpacked
from tubewall.view.scene_page import page_of

WALL = Solid(elastic=Isotropic(youngs_modulus=60e9, poissons_ratio=0.2))


def block(loads=None, supports=()):
    """A block of 100 nm, pressed on two sides, held at its foot."""
    mesh = mapped_block((2, 2, 2), map=lambda x: 1e-7 * x, kind="hexahedron", order=2)
    given = (Pressure(boundary="right", pressure=3e6), Pressure(boundary="top", pressure=-1e6))
    held = (Support(boundary="bottom", fix=("x", "y", "z")),)
    return Model(
        mesh=mesh, solids={"body": WALL}, kinematics="3d", loads=given if loads is None else loads,
        supports=supports or held,
    )  # fmt: skip


def nineteen():
    """Nineteen hexagonal chambers, the middle one pressed more."""
    array = CellArray(bore=100 * nm, wall=15 * nm, fillet=8 * nm, rings=2)
    mesh = SolidMesh.of(array_mesh(array, elements_through_wall=2))
    names = [name for name in mesh.boundaries if name.startswith("chamber")]
    loads = tuple(Pressure(boundary=b, pressure=(5.0 if i == 0 else 1.0) * MPa) for i, b in enumerate(names))
    return Model(
        mesh=mesh, solids={"wall": WALL}, kinematics="plane strain", loads=loads, supports=(RigidBody(),)
    )  # fmt: skip


def scene_in(page):
    text = page if isinstance(page, str) else Path(page).read_text(encoding="utf-8")
    return json.loads(re.search(r'<script type="application/json" id="scene">(.*?)</script>', text, re.DOTALL)[1])


def array_in(scene, name):
    return unpacked(scene["arrays"][name])


def von_mises(stress):
    xx, yy, zz, yz, xz, xy = np.moveaxis(stress, -1, 0)
    return np.sqrt(((xx - yy) ** 2 + (yy - zz) ** 2 + (zz - xx) ** 2) / 2 + 3 * (yz**2 + xz**2 + xy**2))


@pytest.mark.parametrize("shape", [(50, 3), (4, 50, 6), (0, 3), (0, 7, 3)])
def test_packed_numbers_come_back_to_half_a_step(shape):
    values = np.random.default_rng(5).normal(size=shape) * 10.0 ** np.arange(shape[-1])
    back = unpacked(json.loads(json.dumps(packed_floats(values))))
    largest = np.abs(values).reshape(-1, shape[-1]).max(axis=0) if values.size else 0.0
    assert np.all(np.abs(back - values) <= 0.5 / 32767 * largest * (1 + 1e-9))
    whole = np.arange(12).reshape(4, 3)
    assert unpacked(packed_whole(whole)) == pytest.approx(whole, abs=0)


def test_nothing_in_the_data_ends_the_script():
    text = as_script({"title": "</script><!-- & <script>"})
    assert not re.search(r"[<>&]", text)
    assert json.loads(text)["title"] == "</script><!-- & <script>"


def test_a_page_carries_its_data_and_no_address(tmp_path):
    title = '</script><img src="//evil.example/x.png" onerror=alert(1)>'
    page = body_page(solve_model(block()), tmp_path / "block.html", title=title, glyphs=True).read_text()
    assert not re.search(r"https?:|//[a-z0-9.-]+\.[a-z]{2,}/", page.replace("//evil.example/", ""))
    assert "<img" not in page
    assert not re.search(r"<(link|script|img|iframe)[^>]*\b(src|href)=", page)
    assert "default-src 'none'" in page
    assert "fetch(" not in page
    assert "XMLHttpRequest" not in page
    assert scene_in(page)["title"] == title
    assert len(page) < 600_000


def test_the_values_in_a_page_are_the_solutions():
    solution, look = solve_model(block()), Look(quantity="von mises", cut="x")
    surface = body_surface(solution, look)
    scene = scene_in(page_of(body_scene(surface, look)))
    fields = solution.evaluate(surface.faces.elements, surface.faces.local)
    spread = np.ptp(von_mises(fields.stress))
    assert np.abs(von_mises(array_in(scene, "baseStress")) - von_mises(fields.stress)).max() < 1e-3 * spread
    assert np.abs(array_in(scene, "given")[:, 0] - von_mises(fields.stress)).max() < 1e-3 * spread
    metres = scene["metres"]
    moved = array_in(scene, "baseMove") * metres
    assert np.abs(moved - fields.displacement).max() < 1e-3 * np.abs(fields.displacement).max()
    centre = np.array(body_scene(surface, look).middle)
    assert np.abs(array_in(scene, "points") * metres + centre - fields.points).max() < 1e-4 * 1e-7
    assert scene["mark"]["value"] == pytest.approx(surface.mark_value, rel=1e-12)


def test_any_pattern_of_pressures_is_the_sum_that_the_page_makes(tmp_path):
    # beside the chambers a swelling and a support that moves, which the sliders leave alone
    held = (Support(boundary="bottom", fix=("x", "y", "z"), displacement=(1e-10, 0.0, 0.0)),)
    loads = (
        Pressure(boundary="right", pressure=3e6),
        Pressure(boundary="top", pressure=-1e6),
        Eigenstrain(strain=1e-4),
    )
    model = block(loads, held)
    scene = scene_in(write_live_page(model, tmp_path / "live.html", quantity="von mises"))
    pattern = {"right": 1e6, "top": 4e6}
    assert [chamber["name"] for chamber in scene["chambers"]] == list(pattern)
    assert [chamber["pressure"] for chamber in scene["chambers"]] == [3e6, -1e6]
    pressures = np.array(list(pattern.values()))
    other = with_loads(model, (*(Pressure(boundary=b, pressure=p) for b, p in pattern.items()), loads[2]))
    surface = body_surface(solve_model(model), Look(quantity="von mises"))
    fields = solve_model(other).evaluate(surface.faces.elements, surface.faces.local)
    stress = array_in(scene, "baseStress") + np.tensordot(pressures, array_in(scene, "unitStress"), axes=1)
    assert np.abs(stress - fields.stress).max() < 1e-3 * np.ptp(fields.stress)
    move = array_in(scene, "baseMove") + np.tensordot(pressures, array_in(scene, "unitMove"), axes=1)
    assert np.abs(move * scene["metres"] - fields.displacement).max() < 1e-3 * np.abs(fields.displacement).max()


def test_a_page_of_the_infinite_array_is_the_sum_of_its_unit_states(tmp_path):
    array = CellArray(bore=100 * nm, wall=12 * nm, fillet=6 * nm)
    basis = array_basis(periodic_cell(array, elements_through_wall=2), WALL.elastic, supercell=3)
    gas = np.full(9, 5e5)
    gas[0] = 1e6
    path = write_array_page(basis, tmp_path / "array.html", ArrayState(pressures=gas), rings=1, quantity="von mises")
    scene = scene_in(path)
    # seven bores are seen, and no two are images of one
    assert len(scene["chambers"]) == 7
    pattern = 1e5 * np.arange(9.0)
    held = np.array([chamber["pressure"] for chamber in scene["chambers"]])
    named = [tuple(int(part) % 3 for part in chamber["name"].split(",")) for chamber in scene["chambers"]]
    wanted = np.array([pattern[3 * i + j] for i, j in named])
    # two of the nine are not on sliders: give them what the page holds them at
    others = sorted(set(range(9)) - {3 * i + j for i, j in named})
    pattern[others] = gas[others]
    shown = array_field(basis, ArrayState(pressures=pattern), rings=1, quantity="von mises")
    stress = array_in(scene, "baseStress") + np.tensordot(wanted, array_in(scene, "unitStress"), axes=1)
    stress = stress.reshape(len(shown.cells), -1, 6)
    assert von_mises(stress).max() == pytest.approx(shown.values.max(), rel=2e-3)
    assert held[named.index((0, 0))] == 1e6


def test_sliders_belong_to_the_chambers_of_the_mesh():
    model = nineteen()
    found = pressed_chambers(model)
    assert list(found) == [f"chamber {k}" for k in range(19)]
    with pytest.raises(InputError, match="did you mean 'chamber 1'"):
        checked_chambers(model, {"one": ["chmber 1"]})
    with pytest.raises(InputError, match="name it once"):
        checked_chambers(model, {"one": ["chamber 1"], "two": ["chamber 1"]})
    with pytest.raises(InputError, match="no boundary has a uniform pressure"):
        checked_chambers(with_loads(model, ()), None)


def test_the_product_for_nineteen_chambers_takes_under_a_tenth_of_a_second(tmp_path):
    path = write_live_page(nineteen(), tmp_path / "live.html")
    scene = scene_in(path)
    assert path.stat().st_size < 12_000_000
    units = array_in(scene, "unitStress").astype(np.float32)
    assert units.shape[0] == 19
    pressures = np.full(19, 1e6, dtype=np.float32)
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        np.tensordot(pressures, units, axes=1)
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 0.1


PROBE = """<script>
(async () => {
  const trouble = document.getElementById('trouble');
  while (!document.body.dataset.ready && trouble.hidden) await new Promise(done => setTimeout(done, 20));
  const out = { trouble: trouble.textContent };
  try {
    const stage = window.tubewall, gl = stage.gl, wide = stage.canvas.width, high = stage.canvas.height;
    stage.draw();
    const pixels = new Uint8Array(4 * wide * high), seen = new Set();
    gl.readPixels(0, 0, wide, high, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    for (let i = 0; i < pixels.length; i += 4) seen.add(pixels[i] << 16 | pixels[i + 1] << 8 | pixels[i + 2]);
    out.colours = seen.size; out.took = []; out.words = [];
    const at = stage.place(...@place), move = stage.parts.move;
    out.value = stage.valueAt(...at);
    for (const slider of document.querySelectorAll('#chambers input')) {
      const started = performance.now();
      slider.value = 0.4 * slider.max; slider.dispatchEvent(new Event('input')); gl.finish();
      out.took.push(performance.now() - started);
      out.words.push(document.getElementById('marked').textContent);
    }
    const select = document.getElementById('quantity');
    out.quantities = {};
    for (const option of select.options) {
      select.value = option.value; select.dispatchEvent(new Event('change'));
      out.quantities[option.value] = Math.max(...stage.parts.values);
    }
  } catch (error) { out.trouble += String(error); }
  console.log('PROBE' + JSON.stringify(out) + 'EBORP');
})();
</script></body>"""


def in_browser(page, tmp_path, place="[[0, 0, 0], [0, 0, 0]]"):
    """What a page says of itself in a headless browser; the test is left out where there is none."""
    browser = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    if browser is None:
        pytest.skip("no Chromium here: as root, 'apt-get install -y chromium' brings one")
    probed = tmp_path / "probed.html"
    probed.write_text(Path(page).read_text().replace("</body>", PROBE.replace("@place", place)))
    command = [
        browser, "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--use-gl=angle", "--use-angle=swiftshader",
        "--enable-unsafe-swiftshader", "--window-size=1200,800", "--enable-logging=stderr",
        f"--user-data-dir={tmp_path / 'browser'}", probed.as_uri(),
    ]  # fmt: skip
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        try:
            for line in process.stderr:
                found = re.search(r"PROBE(.*)EBORP", line)
                if found:
                    return json.loads(found[1].replace('\\"', '"'))
        finally:
            process.kill()
    pytest.fail("the browser ended without a word of the page")


@pytest.mark.long
def test_a_browser_draws_the_body_and_finds_its_stress(tmp_path):
    solution = solve_model(block())
    page = body_page(solution, tmp_path / "block.html", quantity="von mises", eye="x", magnification=1.0)
    # the middle of the side that the eye looks at
    at = [[0.5, 0.0, 0.0], [0.0, 0.0, 0.0]]
    said = in_browser(page, tmp_path, json.dumps(at))
    assert said["trouble"] == ""
    assert said["colours"] > 50
    surface = body_surface(solution, Look(quantity="von mises"))
    # four elements meet there, each with a value of its own
    there = surface.values[np.linalg.norm(surface.points - [1e-7, 0.5e-7, 0.5e-7], axis=1) < 1e-15]
    spread = np.ptp(surface.values)
    assert there.min() - 0.02 * spread < said["value"] < there.max() + 0.02 * spread
    # the page's own arithmetic against the library's
    for name, value in said["quantities"].items():
        own = body_surface(solution, Look(quantity=name)).values
        assert value == pytest.approx(own.max(), abs=1e-3 * max(np.ptp(own), spread)), name


@pytest.mark.long
def test_a_moved_slider_is_answered_in_under_a_tenth_of_a_second(tmp_path):
    model = nineteen()
    said = in_browser(write_live_page(model, tmp_path / "live.html"), tmp_path)
    assert said["trouble"] == ""
    assert said["colours"] > 50
    assert len(said["took"]) == 19
    assert float(np.median(said["took"])) < 100
    # all sliders at two fifths of their ends: one pressure everywhere, which the solution gives too
    even = tuple(Pressure(boundary=f"chamber {k}", pressure=4e6) for k in range(19))
    surface = body_surface(solve_model(with_loads(model, even)), Look(), most=600_000 // 19)
    assert said["quantities"]["max principal"] == pytest.approx(surface.values.max(), rel=1e-3)
    number, unit = said["words"][-1].removeprefix("max ").split()
    assert unit == "MPa"
    assert float(number) == pytest.approx(surface.values.max() / 1e6, rel=1e-2)
