"""The STEP file of a stack holds its bodies by name, with the volumes of the drawing."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tubewall.errors import InputError
from tubewall.geometry import CellArray
from tubewall.geometry.stack import Stack, hollow_volume
from tubewall.geometry.stack_step import write_step
from tubewall.units import nm

STACK = Stack(
    height=200 * nm,
    electrolyte=100 * nm,
    insulator=20 * nm,
    cap=20 * nm,
    collector=50 * nm,
    insulator_fillet=5 * nm,
    cap_fillet=8 * nm,
    lithium_level=50 * nm,
)
SHAPES = {
    "round": CellArray(bore=100 * nm, wall=10 * nm, bore_shape="round", rings=1),
    "square": CellArray(bore=100 * nm, wall=10 * nm, packing="square", bore_shape="square", fillet=8 * nm, rings=0),
    "sharp": CellArray(bore=100 * nm, wall=10 * nm, rings=0),
}


def _expected(array: CellArray, cells: int) -> dict[str, float]:
    cell, bore = array.cell_area, array.bore_area
    floor, cap = hollow_volume(array, 5 * nm), hollow_volume(array, 8 * nm)
    return {
        "electrolyte": cells * (cell * 100 * nm - floor),
        "insulator": cells * (cell - bore) * 20 * nm,
        "wall": cells * ((cell - bore) * 200 * nm + cell * 20 * nm - cap),
        "collector": cells * cell * 50 * nm,
        **{f"lithium {k}": STACK.lithium_volume(array, 50 * nm) for k in range(cells)},
    }


@pytest.mark.parametrize("shape", SHAPES)
def test_bodies_have_the_volumes_of_the_drawing(shape: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    array = SHAPES[shape]
    chambers = [0, 1] if shape == "round" else None
    volumes = write_step(STACK, array, tmp_path / "stack.step", chambers=chambers)
    assert volumes == pytest.approx(_expected(array, 2 if chambers else 1), rel=1e-7, abs=0)
    assert capfd.readouterr() == ("", "")
    assert [path.name for path in tmp_path.iterdir()] == ["stack.step"]


def test_what_is_read_back_has_the_names_and_the_scale(tmp_path: Path) -> None:
    import gmsh

    path = tmp_path / "stack.stp"
    volumes = write_step(STACK, SHAPES["round"], path, chambers=[0], unit=1 * nm)
    gmsh.initialize(["tubewall"], readConfigFiles=False)
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        gmsh.merge(str(path))
        read = {
            gmsh.model.getEntityName(3, tag).rsplit("/", 1)[-1]: gmsh.model.occ.getMass(3, tag)
            for _, tag in gmsh.model.getEntities(3)
        }
        low, high = (gmsh.model.getBoundingBox(-1, -1)[k] for k in (2, 5))
    finally:
        gmsh.finalize()
    assert read == pytest.approx({name: volume * 1e27 for name, volume in volumes.items()}, rel=1e-9, abs=0)
    assert (low, high) == pytest.approx((-100, 290), abs=1e-4)


def test_an_ending_in_capitals_is_written_too(tmp_path: Path) -> None:
    for name in ("a.step", "b.STEP"):
        write_step(STACK, SHAPES["round"], tmp_path / name, chambers=[0])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.step", "b.STEP"]
    assert (tmp_path / "b.STEP").stat().st_size == pytest.approx((tmp_path / "a.step").stat().st_size, rel=0.01)


def test_open_ends_go_through_the_collector(tmp_path: Path) -> None:
    array = SHAPES["round"]
    stack = Stack(height=100 * nm, electrolyte=50 * nm, collector=20 * nm, ends="open")
    volumes = write_step(stack, array, tmp_path / "open.step", chambers=[0])
    assert volumes["collector"] == pytest.approx(
        (array.cell_area - math.pi * (50 * nm) ** 2) * 20 * nm, rel=1e-9, abs=0
    )


def test_a_film_lies_under_the_bores(tmp_path: Path) -> None:
    array = SHAPES["round"]
    film = Stack(
        height=100 * nm,
        electrolyte=50 * nm,
        insulator=20 * nm,
        insulator_form="film",
        root_fillet=5 * nm,
        collector=40 * nm,
        cap_fillet=5 * nm,
        lithium_level=100 * nm,
    )
    volumes = write_step(film, array, tmp_path / "film.step", chambers=[0])
    hollow = hollow_volume(array, 5 * nm)
    assert volumes["insulator"] == pytest.approx(array.cell_area * 20 * nm - hollow, rel=1e-9, abs=0)
    assert volumes["collector"] == pytest.approx(array.cell_area * 40 * nm - hollow, rel=1e-9, abs=0)
    assert volumes["lithium 0"] == pytest.approx(film.chamber_volume(array), rel=1e-9, abs=0)


def test_what_cannot_be_written_is_refused(tmp_path: Path) -> None:
    array = SHAPES["round"]
    with pytest.raises(InputError, match=r"written to a \.step or \.stp, got"):
        write_step(STACK, array, tmp_path / "stack.iges")
    with pytest.raises(InputError, match="chambers must name 1 to 200 bores, each once, got 2"):
        write_step(STACK, array, tmp_path / "stack.step", chambers=[0, 0])
    necked = CellArray(bore=100 * nm, wall=10 * nm, bore_shape="round", construction="tubes", neck=20 * nm, rings=0)
    with pytest.raises(InputError, match="the necks of tubes, 20 nm wide, are not written"):
        write_step(STACK, necked, tmp_path / "stack.step")
    with pytest.raises(InputError, match="cannot be written"):
        write_step(STACK, array, tmp_path / "nowhere" / "stack.step", chambers=[0])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("spacing", [0.0, 8 * nm])
def test_separate_tubes_are_bodies_of_their_own(spacing: float, tmp_path: Path) -> None:
    array = CellArray(bore=100 * nm, wall=10 * nm, bore_shape="round", construction="tubes", spacing=spacing, rings=1)
    volumes = write_step(STACK, array, tmp_path / "tubes.step", chambers=[0, 1])
    disc, bore = math.pi * (60 * nm) ** 2, array.bore_area
    floor, cap = hollow_volume(array, 5 * nm), hollow_volume(array, 8 * nm)
    expected = {
        "electrolyte": 2 * (array.cell_area * 100 * nm - floor),
        "insulator": 2 * (disc - bore) * 20 * nm,
        "wall": 2 * ((disc - bore) * 200 * nm + disc * 20 * nm - cap),
        "collector": 2 * array.cell_area * 50 * nm,
        **{f"lithium {k}": STACK.lithium_volume(array, 50 * nm) for k in range(2)},
    }
    assert volumes == pytest.approx(expected, rel=1e-7, abs=0)
