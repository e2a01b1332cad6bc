"""The meshes of a stack: volumes, areas, names, conformity and shape, for all kinds and random designs."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tubewall.errors import InputError
from tubewall.geometry import CellArray
from tubewall.geometry.mesh_measures import facet_sizes, volumes
from tubewall.geometry.solid_mesh import SolidMesh
from tubewall.geometry.stack import Stack, hollow_volume
from tubewall.geometry.stack_mesher import stack_mesh, wall_section
from tubewall.geometry.stack_quality import solid_quality
from tubewall.units import nm, um

HEXAGONAL = CellArray(bore=100 * nm, wall=10 * nm, fillet=2 * nm, rings=1)
ROUND = CellArray(bore=100 * nm, wall=10 * nm, bore_shape="round", rings=1)
SQUARE = CellArray(bore=100 * nm, wall=10 * nm, packing="square", bore_shape="square", fillet=5 * nm, rings=1)
RING = Stack(
    height=200 * nm,
    electrolyte=300 * nm,
    insulator=20 * nm,
    collector=60 * nm,
    insulator_fillet=4 * nm,
    cap_fillet=6 * nm,
    lithium_level=70 * nm,
)
FILM = Stack(
    height=200 * nm, electrolyte=300 * nm, insulator=20 * nm, insulator_form="film", cap=30 * nm, root_fillet=4 * nm
)
OPEN = Stack(height=200 * nm, electrolyte=300 * nm, collector=30 * nm, ends="open")


def _area(mesh: SolidMesh, name: str) -> float:
    return float(facet_sizes(mesh, mesh.boundary(name)).sum())


def _perimeter(array: CellArray) -> float:
    if array.bore_shape == "round":
        return math.pi * array.bore
    sides = array.neighbours
    return sides * 2 * ((array.bore / 2 - array.fillet) * math.tan(array.half_angle) + array.fillet * array.half_angle)


def _check_surface(mesh: SolidMesh) -> None:
    """Every facet that only one element has carries a name, and none that two have but those between lithium and solid."""
    outer = {tuple(pair) for pair in mesh.outer_facets.tolist()}
    named = {tuple(pair) for pairs in mesh.boundaries.values() for pair in pairs.tolist()}
    assert outer <= named
    _, face = mesh.all_facets
    assert np.bincount(face).max() <= 2
    if "lithium" not in mesh.regions:
        assert named == outer


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


@pytest.mark.parametrize("array", [HEXAGONAL, ROUND, SQUARE], ids=["hexagonal", "round", "square"])
def test_the_surface_of_a_chamber_is_divided_by_its_lithium(array: CellArray) -> None:
    stack = replace(RING, insulator_fillet=0.0, cap_fillet=0.0)
    mesh = stack_mesh(stack, array, kind="cell")
    around = _perimeter(array)
    assert _area(mesh, "chamber 0 lithium") == pytest.approx(around * 70 * nm, rel=1e-4, abs=0)
    assert _area(mesh, "chamber 0 gas") == pytest.approx(around * 150 * nm + array.bore_area, rel=1e-4, abs=0)
    assert _area(mesh, "mouth 0") == pytest.approx(array.bore_area, rel=1e-4, abs=0)
    assert _area(mesh, "bottom") == pytest.approx(array.cell_area, rel=1e-12, abs=0)
    assert _area(mesh, "top") == pytest.approx(array.cell_area, rel=1e-12, abs=0)
    outside = array.neighbours * array.pitch * math.tan(array.half_angle) * (stack.top + stack.electrolyte)
    assert _area(mesh, "sides") == pytest.approx(outside, rel=1e-12, abs=0)
    _check_surface(mesh)


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
    _check_surface(mesh)
    for k, level in enumerate(levels):
        wet = _area(mesh, f"chamber {k} lithium") if level else 0.0
        assert wet == pytest.approx(_perimeter(array) * level, rel=1e-4, abs=1e-30)
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
        assert _area(sector, "side 0") + _area(sector, "side 1") + _area(sector, "side 2") == pytest.approx(
            _area(sector, "sides"), rel=1e-12, abs=0
        )
        assert np.abs(sector.points[sector.boundary_nodes("side 0"), 1]).max() < 1e-9 * array.bore
        _check_surface(sector)


@pytest.mark.parametrize("stack", [RING, FILM, OPEN], ids=["ring", "film", "open"])
def test_one_tubule_about_its_axis_has_the_area_of_its_section(stack: Stack) -> None:
    mesh = stack_mesh(stack, ROUND, kind="axisymmetric")
    end = math.sqrt(ROUND.cell_area / math.pi)
    thickness = end - ROUND.bore / 2
    wall = volumes(mesh)[mesh.region("wall")].sum()
    assert wall == pytest.approx(thickness * stack.height + stack.cap * end, rel=1e-3, abs=0)
    assert mesh.points[mesh.boundary_nodes("axis"), 0] == pytest.approx(0.0, abs=1e-20)
    assert mesh.points[mesh.boundary_nodes("sides"), 0] == pytest.approx(end, rel=1e-12, abs=0)
    _check_surface(mesh)


def test_a_separate_tube_leaves_a_gap_about_it() -> None:
    tubes = replace(ROUND, construction="tubes")
    mesh = stack_mesh(replace(RING, cap_fillet=0.0), tubes, kind="axisymmetric")
    wall = volumes(mesh)[mesh.region("wall")].sum()
    assert wall == pytest.approx(tubes.wall * RING.height, rel=1e-12, abs=0)
    gap = _area(mesh, "interstice")
    end = math.sqrt(tubes.cell_area / math.pi)
    # up the tube, and across the gap on the electrolyte and under the collector
    assert gap == pytest.approx(RING.ceiling + 2 * (end - tubes.outer_radius), rel=1e-12, abs=0)
    with pytest.raises(InputError, match="separate tubes that touch along a line"):
        stack_mesh(RING, tubes)


def test_meshed_lithium_fills_the_bore_to_its_level() -> None:
    for kind in ("axisymmetric", "cell"):
        mesh = stack_mesh(RING, ROUND, kind=kind, lithium="bonded")
        assert mesh.region_names[-1] == "lithium"
        size = volumes(mesh)[mesh.region("lithium")].sum()
        expected = RING.lithium_volume(ROUND, 70 * nm)
        if kind == "axisymmetric":
            # the section: rectangle and the hollow's, a rectangle and a quarter circle
            r = RING.insulator_fillet
            expected = 50 * nm * 70 * nm + (50 * nm - r) * r + math.pi * r**2 / 4
        assert size == pytest.approx(expected, rel=2e-4, abs=0)
        _check_surface(mesh)
        assert len(mesh.boundary("mouth 0")) % 2 == 0


def test_sliding_lithium_has_nodes_of_its_own_on_the_wall_but_not_on_the_floor() -> None:
    stack = replace(RING, insulator_fillet=0.0)
    bonded, sliding = (stack_mesh(stack, ROUND, kind="cell", lithium=way) for way in ("bonded", "sliding"))
    wall, side = (sliding.boundary_nodes(name) for name in ("chamber 0 lithium", "lithium 0 side"))
    both = np.intersect1d(wall, side)
    assert sliding.points[both, 2] == pytest.approx(0.0, abs=1e-15)
    assert len(sliding.points) - len(bonded.points) == len(side) - len(both) == len(wall) - len(both)
    assert _area(sliding, "lithium 0 side") == pytest.approx(_area(sliding, "chamber 0 lithium"), rel=1e-12, abs=0)


@pytest.mark.parametrize("kind", ["axisymmetric", "cell"])
def test_sliding_lithium_that_fills_a_bore_slides_on_what_closes_it_too(kind: str) -> None:
    full = replace(RING, insulator_fillet=0.0, cap_fillet=0.0, lithium_level=RING.bore_height)
    mesh = stack_mesh(full, ROUND, kind=kind, lithium="sliding", lithium_apart=True)
    outer, inner = (mesh.boundary_nodes(name) for name in ("chamber 0 lithium", "lithium 0 side"))
    assert len(np.intersect1d(outer, inner)) == 0
    # side and ceiling; in the section their lengths
    side = math.pi * ROUND.bore * full.bore_height if kind == "cell" else full.bore_height
    ceiling = ROUND.bore_area if kind == "cell" else ROUND.bore / 2
    for name in ("chamber 0 lithium", "lithium 0 side"):
        assert _area(mesh, name) == pytest.approx(side + ceiling, rel=1e-4, abs=0)
    # through open ends its top is free
    through = replace(OPEN, lithium_level=OPEN.bore_height)
    mesh = stack_mesh(through, ROUND, kind=kind, lithium="sliding", lithium_apart=True)
    assert len(np.intersect1d(*(mesh.boundary_nodes(name) for name in ("chamber 0 lithium", "lithium 0 side")))) == 0
    assert _area(mesh, "piston 0") == pytest.approx(ceiling, rel=1e-4, abs=0)


def test_a_full_bore_has_no_gas() -> None:
    full = replace(RING, lithium_level=RING.bore_height)
    mesh = stack_mesh(full, ROUND, kind="axisymmetric")
    assert "chamber 0 gas" not in mesh.boundaries
    meshed = stack_mesh(full, ROUND, kind="cell", lithium="bonded")
    assert "piston 0" not in meshed.boundaries
    size = volumes(meshed)[meshed.region("lithium")].sum()
    assert size == pytest.approx(full.chamber_volume(ROUND), rel=2e-4, abs=0)


def test_a_window_cuts_out_a_local_model() -> None:
    mesh = stack_mesh(RING, HEXAGONAL, chambers=[0], window=(-50 * nm, 100 * nm), elements_through_wall=4)
    whole = stack_mesh(RING, HEXAGONAL, window=(-50 * nm, 100 * nm))
    assert "collector" not in mesh.regions
    assert np.ptp(mesh.points[:, 2]) == pytest.approx(150 * nm, rel=1e-12, abs=0)
    around = 6 * HEXAGONAL.pitch * math.tan(math.pi / 6) * 150 * nm
    flat = 2 * HEXAGONAL.cell_area - HEXAGONAL.bore_area
    assert _area(mesh, "cut") == pytest.approx(around + flat, rel=1e-4, abs=0)
    assert "sides" not in mesh.boundaries
    assert "sides" in whole.boundaries
    _check_surface(mesh)
    with pytest.raises(InputError, match="holds nothing of a stack from -300 nm to 280 nm"):
        stack_mesh(RING, HEXAGONAL, window=(1 * um, 2 * um))


def test_two_of_seven_cells_are_cut_only_where_the_others_would_be() -> None:
    mesh = stack_mesh(OPEN, HEXAGONAL, chambers=[0, 1], growth=2.0)
    face = HEXAGONAL.pitch * math.tan(math.pi / 6) * (OPEN.top + OPEN.electrolyte)
    # the centre has five other neighbours; the outer cell has three within the ring, one of which is the centre
    assert _area(mesh, "cut") == pytest.approx(7 * face, rel=1e-9, abs=0)
    assert _area(mesh, "sides") == pytest.approx(3 * face, rel=1e-9, abs=0)


def test_the_wall_section_is_what_the_stack_extrudes() -> None:
    mesh = wall_section(HEXAGONAL)
    assert volumes(mesh).sum() == pytest.approx(7 * (HEXAGONAL.cell_area - HEXAGONAL.bore_area), rel=1e-5, abs=0)
    assert sorted(mesh.boundaries) == [*(f"chamber {k}" for k in range(7)), "sides"]
    _check_surface(mesh)


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
    _check_surface(mesh)
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
    _check_surface(mesh)
    gap = 2 * math.pi * 60 * nm
    below = stack.insulator if not stack.is_film else 0.0
    around = array.cell_area - disc
    upper = around if stack.collector else math.pi * 0.0
    area = gap * (stack.height + below + stack.cap) + around + upper
    assert _area(mesh, "interstice") == pytest.approx(area, rel=1e-3, abs=0)


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
