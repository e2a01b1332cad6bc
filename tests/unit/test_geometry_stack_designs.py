"""Meshes of random stacks, and of separate tubes in space."""

from __future__ import annotations

import math
import runpy
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tubewall.errors import InputError
from tubewall.geometry import CellArray
from tubewall.geometry.mesh_measures import volumes
from tubewall.geometry.stack import Stack, hollow_volume
from tubewall.geometry.stack_mesher import stack_mesh, wall_section
from tubewall.geometry.stack_quality import solid_quality
from tubewall.units import nm

SHARED = runpy.run_path(str(Path(__file__).parents[1] / "references" / "stack_drawings.py"))
ROUND = SHARED["ROUND"]
RING = SHARED["RING"]
FILM = SHARED["FILM"]
OPEN = SHARED["OPEN"]
area_of = SHARED["area_of"]
check_surface = SHARED["check_surface"]


@st.composite
def _designs(draw: st.DrawFn) -> tuple[Stack, CellArray]:
    shape = draw(st.sampled_from(["hexagonal", "square", "round"]))
    packing = shape if shape != "round" else draw(st.sampled_from(["hexagonal", "square"]))
    bore = 100 * nm
    share = st.floats(0.0, 1.0)
    wall = bore * 10 ** (draw(st.floats(-2.3, 0.3)))
    fillet = 0.0 if shape == "round" else draw(st.sampled_from([0.0, 0.004, 0.02, 0.1, 0.3, 0.48])) * bore
    array = CellArray(packing=packing, bore_shape=shape, bore=bore, wall=wall, fillet=fillet, rings=0)
    film, insulated = draw(st.booleans()), draw(st.booleans())
    closed = draw(st.sampled_from(["cap", "collector", "both", "open"]))
    electrolyte, insulator = (bore * 10 ** draw(st.floats(-1, 1.5)) for _ in range(2))
    cap, collector = (bore * 10 ** draw(st.floats(-1.5, 0.5)) for _ in range(2))
    height = bore * 10 ** draw(st.floats(0, 2.3))
    floor_body = insulator if insulated and film else electrolyte
    floor_fillet = draw(st.sampled_from([0.0, 1.0])) * min(
        bore * (0.002 + 0.39 * draw(share)), floor_body / 2.01, 2 * wall
    )
    cap_body = cap if closed in ("cap", "both") else collector
    cap_fillet = draw(st.sampled_from([0.0, 1.0])) * min(bore * (0.002 + 0.39 * draw(share)), cap_body / 2.01, 2 * wall)
    ring = insulated and not film
    stack = Stack(
        height=height,
        electrolyte=electrolyte,
        insulator=insulator if insulated else 0.0,
        insulator_form="film" if film else "ring",
        cap=cap if closed in ("cap", "both") else 0.0,
        collector=collector if closed in ("collector", "both") else 0.0,
        ends="open" if closed == "open" else "closed",
        insulator_fillet=floor_fillet if ring else 0.0,
        root_fillet=0.0 if ring else floor_fillet,
        cap_fillet=0.0 if closed == "open" else cap_fillet,
    )
    level = draw(st.sampled_from([0.0, 1.0, 0.001 + 0.998 * draw(share)]))
    return replace(stack, lithium_level=level * stack.bore_height), array


@settings(max_examples=60, deadline=None)
@given(
    design=_designs(),
    kind=st.sampled_from(["axisymmetric", "plane", "sector"]),
    lithium=st.sampled_from(["load", "bonded"]),
)
def test_any_design_gives_a_sound_mesh(design: tuple[Stack, CellArray], kind: str, lithium: str) -> None:
    stack, array = design
    # construction refuses folded elements
    mesh = stack_mesh(stack, array, kind=kind, lithium=lithium)
    quality = solid_quality(mesh)
    assert quality.smallest_jacobian_ratio > 0
    assert quality.smallest_scaled_jacobian > (0.04 if lithium == "load" else 0.0)
    check_surface(mesh)
    assert (volumes(mesh) > 0).all()


@pytest.mark.parametrize("packing", ["hexagonal", "square"])
@pytest.mark.parametrize("stack", [RING, FILM, OPEN], ids=["ring", "film", "open"])
def test_separate_tubes_in_space_have_the_volumes_of_their_drawing(stack: Stack, packing: str) -> None:
    array = CellArray(
        bore=100 * nm,
        wall=10 * nm,
        bore_shape="round",
        packing=packing,
        construction="tubes",
        spacing=8 * nm,
        rings=1,
    )
    assert array.pitch == pytest.approx(128 * nm, rel=1e-12, abs=0)
    mesh = stack_mesh(stack, array, kind="cell")
    size = volumes(mesh)
    tube = math.pi * (60**2 - 50**2) * nm**2
    floor, cap = hollow_volume(array, stack.floor_fillet), hollow_volume(array, stack.cap_fillet)
    disc = math.pi * (60 * nm) ** 2
    expected = {
        "electrolyte": array.cell_area * stack.electrolyte - (0 if stack.is_film else floor),
        "insulator": (array.cell_area if stack.is_film else tube) * stack.insulator - (floor if stack.is_film else 0),
        "wall": tube * stack.height + (disc * stack.cap - cap if stack.cap else 0),
        "collector": (array.cell_area - (array.bore_area if stack.ends == "open" else 0)) * stack.collector
        - (0 if stack.cap else cap),
    }
    for name, part in mesh.regions.items():
        assert size[part].sum() == pytest.approx(expected.pop(name), rel=3e-4, abs=0)
    assert all(rest == 0 for rest in expected.values())
    check_surface(mesh)
    gap = 2 * math.pi * 60 * nm
    below = stack.insulator if not stack.is_film else 0.0
    around = array.cell_area - disc
    upper = around if stack.collector else math.pi * 0.0
    area = gap * (stack.height + below + stack.cap) + around + upper
    assert area_of(mesh, "interstice") == pytest.approx(area, rel=1e-3, abs=0)


def test_touching_tubes_in_space_are_refused_for_their_cusps() -> None:
    touching = CellArray(bore=100 * nm, wall=10 * nm, bore_shape="round", construction="tubes", rings=0)
    with pytest.raises(InputError, match="end in cusps: pass a spacing"):
        stack_mesh(OPEN, touching, kind="cell")


def test_a_spacing_belongs_to_separate_tubes_and_models_in_space() -> None:
    from tubewall.geometry.graph import finite_graph
    from tubewall.geometry.sector import mesh_sector

    tubes = CellArray(bore=100 * nm, wall=10 * nm, bore_shape="round", construction="tubes", spacing=8 * nm, rings=0)
    for draw in (finite_graph, lambda array: mesh_sector(array, 2)):
        with pytest.raises(InputError, match="knows tubes that touch; pass spacing=0"):
            draw(tubes)
    with pytest.raises(InputError, match="keeps separate tubes apart"):
        replace(ROUND, spacing=8 * nm)
    with pytest.raises(InputError, match="keeps separate tubes apart"):
        replace(tubes, neck=20 * nm)
    with pytest.raises(InputError, match="cannot be drawn beside a bore"):
        replace(tubes, spacing=1e-3 * nm)
    flat = wall_section(tubes, kind="cell")
    assert volumes(flat).sum() == pytest.approx(math.pi * (60**2 - 50**2) * nm**2, rel=1e-4, abs=0)
    assert set(flat.boundaries) == {"chamber 0", "interstice"}
