"""NamedMesh: what it checks at birth, its measures, transformation, and its files."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tubewall.errors import DamagedFileError, InputError, UnknownNameError
from tubewall.geometry import CellArray, NamedMesh, Tubule, array_mesh, periodic_cell, tubule_mesh
from tubewall.units import nm


def near(expected: Any, rel: float = 1e-9) -> Any:
    """pytest.approx without its absolute tolerance of 1e-12, which is more than any area here."""
    return pytest.approx(expected, rel=rel, abs=0.0)


def two_triangles(**changes: Any) -> NamedMesh:
    """A unit square of two straight cells; its node 8 is the middle of the diagonal."""
    points = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5), (0.5, 0.5)], dtype=float)
    parts = {
        "points": points,
        "cells": np.array([(0, 1, 2, 4, 5, 8), (0, 2, 3, 8, 6, 7)]),
        "regions": {"below": np.array([0]), "above": np.array([1])},
        "boundaries": {"floor": np.array([(0, 1, 4)]), "diagonal": np.array([(0, 2, 8)])},
    }
    return NamedMesh(**{**parts, **changes})


@pytest.fixture(scope="module")
def ring() -> NamedMesh:
    """A round bore of 100 nm in a disc."""
    return array_mesh(CellArray(bore_shape="round", bore=100 * nm, wall=20 * nm, rings=0))


def test_areas_and_lengths_of_straight_cells_are_exact() -> None:
    mesh = two_triangles()
    assert mesh.area() == near(1, rel=1e-15)
    assert mesh.area("below") == near(0.5, rel=1e-15)
    assert mesh.length("diagonal") == near(math.sqrt(2), rel=1e-15)


def test_the_area_of_a_curved_cell_counts_its_parabola() -> None:
    bulged = two_triangles().points.copy()
    bulged[4] = (0.5, -0.1)
    # a parabola over a chord of 1 with a rise of 0.1 encloses 2/3 of their product
    assert two_triangles(points=bulged).area("below") == near(0.5 + 2 / 3 * 0.1, rel=1e-14)


def test_closed_boundaries_enclose_their_hole_and_the_disc(ring: NamedMesh) -> None:
    assert ring.enclosed_area("chamber 0") == near(math.pi * (50 * nm) ** 2, rel=1e-6)
    assert ring.enclosed_area("rim") == near(-math.pi * (70 * nm) ** 2, rel=1e-6)
    assert ring.area() == near(-ring.enclosed_area("rim") - ring.enclosed_area("chamber 0"), rel=1e-12)


def test_repr_counts_regions_and_boundaries() -> None:
    assert repr(two_triangles()) == (
        "NamedMesh(9 nodes; 'below': 1 cells, 'above': 1 cells; 'floor': 1 facets, 'diagonal': 1 facets)"
    )


def test_quality_of_a_halved_square() -> None:
    quality = two_triangles().quality()
    assert quality.smallest_angle == near(45)
    # longest side sqrt(2), height sqrt(2)/2
    assert quality.largest_aspect == near(2)
    assert quality.smallest_jacobian == near(1)
    assert "2 cells, 9 nodes" in str(quality)


def test_a_misspelt_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="no boundary 'flor'; did you mean 'floor'"):
        two_triangles().boundary("flor")
    with pytest.raises(UnknownNameError, match="no region 'belo'; did you mean 'below'"):
        two_triangles().region("belo")


def test_facets_of_the_rim_are_turned_to_have_material_to_their_left() -> None:
    mesh = two_triangles(boundaries={"floor": np.array([(1, 0, 4)])})
    assert mesh.boundary("floor").tolist() == [[0, 1, 4]]


def test_a_mesh_cannot_be_written_to() -> None:
    mesh = two_triangles()
    for values in (mesh.points, mesh.cells, mesh.region("below"), mesh.boundary("floor")):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 0
    with pytest.raises(TypeError):
        mesh.regions["other"] = np.array([0])  # type: ignore[index]


SQUARE = two_triangles()
FOLDED = SQUARE.points.copy()
FOLDED[4] = (0.5, 0.45)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cells": SQUARE.cells[:, [0, 2, 1, 5, 4, 3]]}, "folded or clockwise"),
        ({"points": FOLDED}, "folded or clockwise"),
        ({"points": np.where(SQUARE.points == 0.5, np.nan, SQUARE.points)}, "points must be finite"),
        ({"points": np.vstack((SQUARE.points, (7, 7)))}, "belong to no cell, the first is node 9"),
        ({"points": SQUARE.points[:, :1]}, "points must have 2 column"),
        ({"cells": SQUARE.cells[:, :3]}, "cells must have 6 column"),
        ({"cells": SQUARE.cells + 3}, "but there are 9 nodes"),
        ({"cells": SQUARE.cells.astype(float)}, "whole numbers"),
        ({"regions": {"below": np.array([0])}}, "exactly one region; cell 1 lies in 0"),
        ({"regions": {"a": np.array([0, 1]), "b": np.array([1])}}, "exactly one region; cell 1 lies in 2"),
        ({"regions": {"a": np.array([0, 1]), "b": np.array([], dtype=int)}}, "at least one row"),
        ({"regions": {"a": np.array([0, 2])}}, "but there are 2 cells"),
        ({"boundaries": {"floor": np.zeros((0, 3), dtype=int)}}, "at least one row"),
        ({"boundaries": {"floor": np.array([(0, 1, 5)])}}, "is no side of a cell"),
        ({"boundaries": {"floor": np.array([(1, 3, 8)])}}, "is no side of a cell"),
        ({"boundaries": {"floor": np.array([(0, 1, 99)])}}, "but there are 9"),
        ({"boundaries": {"": np.array([(0, 1, 4)])}}, "printable name"),
        ({"boundaries": {'"': np.array([(0, 1, 4)])}}, "without quotes"),
        ({"boundaries": {"below": np.array([(0, 1, 4)])}}, "stands for a region and for a boundary"),
    ],
)
def test_a_wrong_mesh_is_not_born(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as refusal:
        two_triangles(**changes)
    assert words in str(refusal.value)


def test_rigid_motion_and_mirror_keep_area_and_names(ring: NamedMesh) -> None:
    moved = ring.transformed(rotation=0.7, scale=3.0, shift=(1 * nm, -2 * nm), mirror=True)
    assert moved.area() == near(9 * ring.area(), rel=1e-12)
    assert moved.length("chamber 0") == near(3 * ring.length("chamber 0"), rel=1e-12)
    assert moved.enclosed_area("chamber 0") == near(9 * ring.enclosed_area("chamber 0"), rel=1e-12)
    assert set(moved.boundaries) == set(ring.boundaries)


def test_transformations_go_mirror_scale_turn_shift() -> None:
    moved = two_triangles().transformed(rotation=math.pi / 2, scale=2.0, shift=(10.0, 0.0), mirror=True)
    # (1, 1) is mirrored to (1, -1), scaled to (2, -2), turned to (2, 2), shifted
    assert moved.points[2] == near((12, 2))
    assert moved.points[1] == near((10, 2))


@pytest.mark.parametrize("changes", [{"scale": 0}, {"scale": -1}, {"rotation": math.nan}, {"shift": (math.inf, 0)}])
def test_a_senseless_transformation_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        two_triangles().transformed(**changes)


def meshes() -> dict[str, NamedMesh]:
    tubule = Tubule(
        bore=100 * nm, wall=10 * nm, height=50 * nm, insulator_thickness=10 * nm, electrolyte_thickness=90 * nm,
        mouth_fillet=5 * nm,
    )  # fmt: skip
    return {
        "cell": periodic_cell(CellArray(bore=100 * nm, wall=10 * nm, fillet=2 * nm)).mesh,
        "array": array_mesh(CellArray(bore=100 * nm, wall=10 * nm, fillet=2 * nm, rings=1)),
        "tubule": tubule_mesh(tubule),
        "square": two_triangles(),
    }


@pytest.mark.parametrize("kind", ["cell", "array", "tubule", "square"])
def test_a_file_keeps_points_curvature_and_all_names(kind: str, tmp_path: Path) -> None:
    mesh = meshes()[kind]
    mesh.write(tmp_path / "mesh.msh")
    back = NamedMesh.read(tmp_path / "mesh.msh")
    assert np.array_equal(back.points, mesh.points)
    assert np.array_equal(back.cells, mesh.cells)
    assert list(back.regions) == list(mesh.regions)
    assert list(back.boundaries) == list(mesh.boundaries)
    for name in mesh.regions:
        assert np.array_equal(back.region(name), mesh.region(name))
    for name in mesh.boundaries:
        assert np.array_equal(back.boundary(name), mesh.boundary(name))
    assert os.listdir(tmp_path) == ["mesh.msh"]


def test_gmsh_reads_our_file_with_its_names(tmp_path: Path) -> None:
    import gmsh

    path = tmp_path / "mesh.msh"
    two_triangles().write(path)
    gmsh.initialize(["test"], readConfigFiles=False, interruptible=False)
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        gmsh.open(str(path))
        groups = {gmsh.model.getPhysicalName(*group) for group in gmsh.model.getPhysicalGroups()}
    finally:
        gmsh.finalize()
    assert groups == {"below", "above", "floor", "diagonal"}


def test_a_shortened_file_is_never_a_mesh(tmp_path: Path) -> None:
    path = tmp_path / "mesh.msh"
    meshes()["cell"].write(path)
    whole = path.read_bytes()
    for share in (0.0, 0.1, 0.5, 0.9, 0.999):
        path.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(DamagedFileError, match="incomplete or no mesh"):
            NamedMesh.read(path)


def test_one_flipped_bit_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mesh.msh"
    two_triangles().write(path)
    whole = path.read_bytes()
    random = np.random.default_rng(7)
    for place in random.integers(0, len(whole), 40):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << int(random.integers(8))
        path.write_bytes(damaged)
        with pytest.raises(DamagedFileError):
            NamedMesh.read(path)


def test_a_failed_writing_leaves_the_former_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import meshio

    path = tmp_path / "mesh.msh"
    two_triangles().write(path)
    former = path.read_bytes()

    def full_disc(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(meshio.Mesh, "write", full_disc)
    with pytest.raises(InputError, match="No space left"):
        meshes()["cell"].write(path)
    assert path.read_bytes() == former
    assert os.listdir(tmp_path) == ["mesh.msh"]


def test_unwritable_and_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        two_triangles().write(tmp_path / "nowhere" / "mesh.msh")
    with pytest.raises(InputError, match="no mesh file"):
        NamedMesh.read(tmp_path / "missing.msh")
    with pytest.raises(InputError, match=r"ends in \.msh"):
        two_triangles().write(tmp_path / "mesh.vtu")
