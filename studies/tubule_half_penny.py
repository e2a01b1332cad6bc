"""An upright flaw under the middle of the mouth: half a penny that opens to the surface of a bare electrolyte, in space."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.front_integrals import crack_front
from tubewall.fem.loads import Load, Pressure, Support
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_load_cases
from tubewall.geometry.block_mapping import join, mapped_block
from tubewall.geometry.solid_mesh import SolidMesh
from tubewall.geometry.stack_levels import graded, halved
from tubewall.materials.elastic import Isotropic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.fem.field_solution import FieldSolution

    Floats = NDArray[np.float64]

#: Radius and depth of the block over the radius of the flaw.
BLOCK: Final = 8.0
# where the rings around the flaw begin, over its radius; and corners of the square inside them
_RINGS: Final = 0.4
_SQUARE: Final = 0.55
_GROWTH: Final = 1.7
# elements along a quarter of the front for each of those asked for, and over its radius at its tip
_ALONG: Final = 2
_TIP: Final = 6.0


@lru_cache(maxsize=4)
def half_penny_mesh(elements: int) -> SolidMesh:
    """A quarter of a block with half a penny of radius 1, upright in the plane y = 0 under the surface z = 0.

    Boundaries: 'flaw', 'ahead' (the rest of y = 0), 'middle' (x = 0), 'surface' (z = 0), 'far' (around and behind).
    """
    n = _ALONG * elements
    tip = 1 / (_TIP * elements)
    radii = halved(graded([_RINGS, 1.0, BLOCK], [(1.0, tip)], _GROWTH))
    layers = halved(graded([0.0, BLOCK], [(0.0, tip)], _GROWTH))
    half = n // 2

    def depth(w: Floats) -> Floats:
        return np.asarray(np.interp(2 * w * (len(layers) // 2), np.arange(len(layers)), layers))

    def placed(across: Callable[[Floats, Floats], tuple[Floats, Floats]]) -> Callable[[Floats], Floats]:
        def place(unit: Floats) -> Floats:
            x, down = across(unit[:, 0], unit[:, 1])
            return np.column_stack((x, depth(unit[:, 2]), -down))

        return place

    side, diagonal = _SQUARE * _RINGS, 0.85 * _SQUARE * _RINGS

    def square(u: Floats, v: Floats) -> tuple[Floats, Floats]:
        bulge = (diagonal - side) * u * v
        return side * u + bulge, side * v + bulge

    def lower(u: Floats, v: Floats) -> tuple[Floats, Floats]:
        x, d = square(np.ones_like(v), v)
        angle = v * math.pi / 4
        return (1 - u) * x + u * _RINGS * np.cos(angle), (1 - u) * d + u * _RINGS * np.sin(angle)

    def upper(u: Floats, v: Floats) -> tuple[Floats, Floats]:
        d, x = lower(u, 1 - v)
        return x, d

    def rings(u: Floats, v: Floats) -> tuple[Floats, Floats]:
        radius = np.interp(2 * u * (len(radii) // 2), np.arange(len(radii)), radii)
        return radius * np.cos(v * math.pi / 2), radius * np.sin(v * math.pi / 2)

    count, between = len(layers) // 2, max(1, half // 2)
    parts = {
        "square": mapped_block((half, half, count), map=placed(square), order=2),
        "lower": mapped_block((between, half, count), map=placed(lower), order=2),
        "upper": mapped_block((between, half, count), map=placed(upper), order=2),
        "rings": mapped_block((len(radii) // 2, n, count), map=placed(rings), order=2),
    }
    joined = join(parts)
    return SolidMesh(
        points=joined.points,
        blocks=joined.blocks,
        regions={"electrolyte": np.arange(joined.elements)},
        boundaries=_named(joined),
    )


def _named(mesh: SolidMesh) -> dict[str, NDArray[np.int64]]:
    outer, tiny = mesh.outer_facets, 1e-6
    found: dict[str, list[NDArray[np.int64]]] = {name: [] for name in ("flaw", "ahead", "middle", "surface", "far")}
    for group in mesh.facet_groups(outer):
        x, y, z = np.moveaxis(mesh.points[group.nodes], -1, 0)
        radius = np.hypot(x, z)
        flat = {
            "y": (np.abs(y) < tiny).all(axis=1),
            "x": (np.abs(x) < tiny).all(axis=1),
            "z": (np.abs(z) < tiny).all(axis=1),
        }
        inside = (radius < 1 + tiny).all(axis=1)
        masks = {
            "flaw": flat["y"] & inside,
            "ahead": flat["y"] & ~inside,
            "middle": flat["x"],
            "surface": flat["z"],
            "far": ~(flat["x"] | flat["y"] | flat["z"]),
        }
        for name, mask in masks.items():
            found[name].append(outer[group.rows[mask]])
    return {name: np.concatenate(parts) for name, parts in found.items()}


def half_penny_factors(
    elastic: Isotropic, mouths: Sequence[float], elements: int
) -> tuple[tuple[float, ...], tuple[float, ...], FieldSolution]:
    """K_I over pressure and sqrt(radius) where it is largest along the inner front.

    Parameters
    ----------
    elastic : Isotropic
    mouths : sequence of float
        Radii of the mouth over that of the flaw.
    elements : int
        How fine: twice as many along a quarter of the front.

    Returns
    -------
    faces : (1,)
        Of a unit pressure on the faces of the flaw.
    mouth : (len(mouths),)
        Of a unit pressure on the mouth alone, where the one on the faces is largest; negative where it closes the flaw.
    solution : FieldSolution
        Of the first, for a flaw of radius 1.
    """
    mesh = half_penny_mesh(elements)
    model = Model(
        mesh=mesh,
        solids={"electrolyte": Solid(elastic=elastic)},
        kinematics="3d",
        supports=(
            Support(boundary="ahead", fix=("y",)),
            Support(boundary="middle", fix=("x",)),
            Support(boundary="far", fix=("normal",)),
        ),
    )
    faces: list[Load] = [Pressure(boundary="flaw", pressure=1.0)]
    cases: list[list[Load]] = [faces]
    cases.extend([Pressure(boundary="surface", pressure=_patch(radius))] for radius in mouths)
    solutions = solve_load_cases(model, cases)
    along = [
        [one.k1 or 0.0 for one in crack_front(solution, faces=("flaw",), symmetric=True).results[1:-1]]
        for solution in solutions
    ]
    worst = int(np.argmax(along[0]))
    return (along[0][worst],), tuple(values[worst] for values in along[1:]), solutions[0]


def _patch(radius: float) -> Callable[[Floats], Floats]:
    def pressure(points: Floats) -> Floats:
        return np.where(np.hypot(points[:, 0], points[:, 1]) <= radius, 1.0, 0.0)

    return pressure
