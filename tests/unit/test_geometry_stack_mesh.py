"""The meshes of a stack: volumes, areas, names, conformity and shape, for all kinds."""

from __future__ import annotations

import math
import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.geometry import CellArray
from tubewall.geometry.mesh_measures import volumes
from tubewall.geometry.stack import Stack, hollow_volume
from tubewall.geometry.stack_mesher import stack_mesh, wall_section
from tubewall.geometry.stack_quality import solid_quality
from tubewall.units import nm, um

SHARED = runpy.run_path(str(Path(__file__).parents[1] / "references" / "stack_drawings.py"))
HEXAGONAL = SHARED["HEXAGONAL"]
ROUND = SHARED["ROUND"]
SQUARE = SHARED["SQUARE"]
RING = SHARED["RING"]
FILM = SHARED["FILM"]
OPEN = SHARED["OPEN"]
area_of = SHARED["area_of"]
perimeter_of = SHARED["perimeter_of"]
check_surface = SHARED["check_surface"]


@pytest.mark.parametrize("array", [HEXAGONAL, ROUND, SQUARE], ids=["hexagonal", "round", "square"])
@pytest.mark.parametrize("stack", [RING, FILM, OPEN], ids=["ring", "film", "open"])
def test_the_cell_has_the_volumes_of_its_drawing(stack: Stack, array: CellArray) -> None:
    mesh = stack_mesh(stack, array, kind="cell")
    size = volumes(mesh)
    cell, bore = array.cell_area, array.bore_area
    floor, cap = hollow_volume(array, stack.floor_fillet), hollow_volume(array, stack.cap_fillet)
    expected = {
        "electrolyte": cell * stack.electrolyte - (0 if stack.is_film else floor),
        "insulator": (cell if stack.is_film else cell - bore) * stack.insulator - (floor if stack.is_film else 0),
        "wall": (cell - bore) * stack.height + (cell * stack.cap - cap if stack.cap else 0),
        "collector": (cell - (bore if stack.ends == "open" else 0)) * stack.collector - (0 if stack.cap else cap),
    }
    for name, part in mesh.regions.items():
        # parabolas for arcs of a 12th of a circle, and the fillet's quarter in three
        assert size[part].sum() == pytest.approx(expected.pop(name), rel=2e-4, abs=0)
    assert all(rest == 0 for rest in expected.values())


def test_fillets_lie_on_their_circle_at_every_node() -> None:
    mesh = stack_mesh(RING, ROUND, kind="cell", elements_through_wall=2)
    at = mesh.points[mesh.boundary_nodes("mouth 0")]
    r, radius = RING.insulator_fillet, np.hypot(at[:, 0], at[:, 1])
    on = radius > ROUND.bore / 2 - r * (1 - 1e-9)
    away = np.hypot(radius[on] - (ROUND.bore / 2 - r), at[on, 2])
    # nodes in the middle of a side of the fillet's rows lie on the mean circle of the section, these are the only ones off
    assert np.abs(away / r - 1).max() < 1e-9
    assert at[~on, 2] == pytest.approx(-r, rel=1e-12, abs=0)


@pytest.mark.parametrize("rings", [0, 1])
@pytest.mark.parametrize("array", [HEXAGONAL, ROUND, SQUARE], ids=["hexagonal", "round", "square"])
def test_a_cluster_has_a_chamber_for_each_bore_and_nothing_unnamed(array: CellArray, rings: int) -> None:
    array = replace(array, rings=rings)
    levels = tuple(10 * nm * k for k in range(array.bore_count))
    mesh = stack_mesh(replace(OPEN, lithium_level=levels), array, growth=2.0)
    check_surface(mesh)
    for k, level in enumerate(levels):
        wet = area_of(mesh, f"chamber {k} lithium") if level else 0.0
        assert wet == pytest.approx(perimeter_of(array) * level, rel=1e-4, abs=1e-30)
        facets = mesh.facet_groups(mesh.boundary(f"mouth {k}"))
        middle = np.concatenate([mesh.points[group.nodes].mean(axis=1) for group in facets])
        assert middle[:, :2].mean(axis=0) == pytest.approx(array.centres[k], abs=1e-3 * array.bore)


def test_a_frame_fills_the_bores_around_the_cluster() -> None:
    array = replace(ROUND, rings=0)
    mesh = stack_mesh(OPEN, array, frame=1, growth=2.0)
    wall = volumes(mesh)[mesh.region("wall")].sum()
    assert wall == pytest.approx((7 * array.cell_area - array.bore_area) * OPEN.height, rel=1e-4, abs=0)
    assert "chamber 1 gas" not in mesh.boundaries


def test_a_cell_repeats_node_by_node() -> None:
    for array in (HEXAGONAL, SQUARE):
        mesh = stack_mesh(RING, array, kind="cell")
        for k in range(array.neighbours // 2):
            low, high = (mesh.points[mesh.boundary_nodes(f"side {k} {end}")] for end in ("low", "high"))
            shift = high.mean(axis=0) - low.mean(axis=0)
            turn = 2 * array.half_angle * k
            assert shift == pytest.approx(
                array.pitch * np.array([math.cos(turn), math.sin(turn), 0]), abs=1e-9 * array.pitch
            )
            moved, there = low + shift, high
            gap = np.abs(moved[:, None] - there[None]).sum(axis=2)
            assert gap.min(axis=1).max() < 1e-9 * array.pitch


def test_a_sector_is_the_share_of_the_cell_that_symmetry_needs() -> None:
    for array in (HEXAGONAL, ROUND, SQUARE):
        sector, cell = (stack_mesh(RING, array, kind=kind) for kind in ("sector", "cell"))
        copies = 2 * array.neighbours
        for name in cell.regions:
            part = volumes(sector)[sector.region(name)].sum()
            assert part * copies == pytest.approx(volumes(cell)[cell.region(name)].sum(), rel=1e-12, abs=0)
        assert area_of(sector, "side 0") + area_of(sector, "side 1") + area_of(sector, "side 2") == pytest.approx(
            area_of(sector, "sides"), rel=1e-12, abs=0
        )
        assert np.abs(sector.points[sector.boundary_nodes("side 0"), 1]).max() < 1e-9 * array.bore
        check_surface(sector)


@pytest.mark.parametrize("stack", [RING, FILM, OPEN], ids=["ring", "film", "open"])
def test_one_tubule_about_its_axis_has_the_area_of_its_section(stack: Stack) -> None:
    mesh = stack_mesh(stack, ROUND, kind="axisymmetric")
    end = math.sqrt(ROUND.cell_area / math.pi)
    thickness = end - ROUND.bore / 2
    wall = volumes(mesh)[mesh.region("wall")].sum()
    assert wall == pytest.approx(thickness * stack.height + stack.cap * end, rel=1e-3, abs=0)
    assert mesh.points[mesh.boundary_nodes("axis"), 0] == pytest.approx(0.0, abs=1e-20)
    assert mesh.points[mesh.boundary_nodes("sides"), 0] == pytest.approx(end, rel=1e-12, abs=0)
    check_surface(mesh)


def test_a_separate_tube_leaves_a_gap_about_it() -> None:
    tubes = replace(ROUND, construction="tubes")
    mesh = stack_mesh(replace(RING, cap_fillet=0.0), tubes, kind="axisymmetric")
    wall = volumes(mesh)[mesh.region("wall")].sum()
    assert wall == pytest.approx(tubes.wall * RING.height, rel=1e-12, abs=0)
    gap = area_of(mesh, "interstice")
    end = math.sqrt(tubes.cell_area / math.pi)
    # up the tube, and across the gap on the electrolyte and under the collector
    assert gap == pytest.approx(RING.ceiling + 2 * (end - tubes.outer_radius), rel=1e-12, abs=0)
    with pytest.raises(InputError, match="separate tubes that touch along a line"):
        stack_mesh(RING, tubes)


def test_a_window_cuts_out_a_local_model() -> None:
    mesh = stack_mesh(RING, HEXAGONAL, chambers=[0], window=(-50 * nm, 100 * nm), elements_through_wall=4)
    whole = stack_mesh(RING, HEXAGONAL, window=(-50 * nm, 100 * nm))
    assert "collector" not in mesh.regions
    assert np.ptp(mesh.points[:, 2]) == pytest.approx(150 * nm, rel=1e-12, abs=0)
    around = 6 * HEXAGONAL.pitch * math.tan(math.pi / 6) * 150 * nm
    flat = 2 * HEXAGONAL.cell_area - HEXAGONAL.bore_area
    assert area_of(mesh, "cut") == pytest.approx(around + flat, rel=1e-4, abs=0)
    assert "sides" not in mesh.boundaries
    assert "sides" in whole.boundaries
    check_surface(mesh)
    with pytest.raises(InputError, match="holds nothing of a stack from -300 nm to 280 nm"):
        stack_mesh(RING, HEXAGONAL, window=(1 * um, 2 * um))


def test_two_of_seven_cells_are_cut_only_where_the_others_would_be() -> None:
    mesh = stack_mesh(OPEN, HEXAGONAL, chambers=[0, 1], growth=2.0)
    face = HEXAGONAL.pitch * math.tan(math.pi / 6) * (OPEN.top + OPEN.electrolyte)
    # the centre has five other neighbours; the outer cell has three within the ring, one of which is the centre
    assert area_of(mesh, "cut") == pytest.approx(7 * face, rel=1e-9, abs=0)
    assert area_of(mesh, "sides") == pytest.approx(3 * face, rel=1e-9, abs=0)


def test_the_wall_section_is_what_the_stack_extrudes() -> None:
    mesh = wall_section(HEXAGONAL)
    assert volumes(mesh).sum() == pytest.approx(7 * (HEXAGONAL.cell_area - HEXAGONAL.bore_area), rel=1e-5, abs=0)
    assert sorted(mesh.boundaries) == [*(f"chamber {k}" for k in range(7)), "sides"]
    check_surface(mesh)


def test_a_tall_tubule_takes_few_layers() -> None:
    tall = Stack(height=20 * um, electrolyte=2 * um, insulator=20 * nm, collector=200 * nm, lithium_level=5 * um)
    mesh = stack_mesh(tall, HEXAGONAL, kind="sector")
    layers = len(np.unique(np.round(mesh.points[mesh.boundary_nodes("side 1"), 2] / nm, 3))) // 2
    assert layers < 110
    # the height of the wall is 2000 times its thickness
    assert solid_quality(mesh).smallest_scaled_jacobian > 0.3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"kind": "cube"}, "kind must be one of|no kind"),
        ({"growth": 1.0}, "growth must lie above 1 and at most 3, got 1"),
        ({"chambers": [0, 0]}, "chambers must name each bore once"),
        ({"chambers": [7]}, "chambers must lie between 0 and 6, got 7"),
        ({"kind": "cell", "frame": 1}, "chambers and frame belong to kind='cluster'"),
        ({"elements_through_wall": 0}, "elements_through_wall must lie between 1 and 64"),
        ({"window": (0.0,)}, "window holds the lowest and the highest z"),
        ({"lithium": "glued"}, "lithium"),
        ({"elements_through_wall": 32}, "more than 3000000: pass fewer elements_through_wall"),
    ],
)
def test_options_that_make_no_mesh_are_refused(options: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        stack_mesh(RING, HEXAGONAL, **options)
