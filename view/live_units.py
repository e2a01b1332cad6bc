"""Unit solutions of a body as a page needs them: what 1 Pa in each chamber moves and stresses, at the places that are drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.fem.field_solution import FieldSolution
from tubewall.fem.loads import Load, Pressure, Support
from tubewall.fem.model import Model
from tubewall.fem.model_solver import solve_load_cases
from tubewall.geometry.solid_mesh import SolidMesh
from tubewall.view.body_scene import BodyScene
from tubewall.view.scene_apart import body_fluids
from tubewall.view.scene_fluids import chambers_of
from tubewall.view.scene_page import Units
from tubewall.view.scene_places import located
from tubewall.view.scene_source import Solved

Floats = NDArray[np.float64]

MOST_CHAMBERS: Final = 64
# solved with this pressure [Pa] and divided by it
_UNIT: Final = 1e6


def pressed_chambers(model: Model) -> dict[str, tuple[str, ...]]:
    """The boundaries of a model with a uniform pressure, those of one chamber and contents together, by a short name."""
    pressed = {load.boundary for load in model.loads if isinstance(load, Pressure) and not callable(load.pressure)}
    found: dict[str, tuple[str, ...]] = {}
    for (chamber, contents), names in chambers_of(model.mesh).items():
        mine = tuple(name for name in names if name in pressed)
        if mine:
            found[chamber if (chamber,) == mine else f"{contents} in {chamber.removeprefix('chamber ')}"] = mine
    grouped = {name for names in found.values() for name in names}
    found.update({name: (name,) for name in sorted(pressed - grouped)})
    return found


def checked_chambers(model: Model, chambers: Mapping[str, Sequence[str]] | None) -> dict[str, tuple[str, ...]]:
    """The chambers that get a slider: those named, or all boundaries with a uniform pressure.

    Raises
    ------
    InputError
        When there is none, or more than ``MOST_CHAMBERS``, or a boundary is not there or in two chambers.
    """
    found = pressed_chambers(model) if chambers is None else {name: tuple(own) for name, own in chambers.items()}
    if not found:
        raise InputError("no boundary has a uniform pressure that a slider could move: name the chambers")
    if len(found) > MOST_CHAMBERS:
        raise InputError(f"a page has sliders for at most {MOST_CHAMBERS} chambers, got {len(found)}: name fewer")
    every = [name for own in found.values() for name in own]
    for name in every:
        model.mesh.boundary(name)
    if len(set(every)) < len(every):
        raise InputError("each boundary belongs to one chamber: name it once")
    return found


def solved_units(model: Model, chambers: Mapping[str, tuple[str, ...]]) -> tuple[FieldSolution, list[FieldSolution]]:
    """The solution under all loads of a model, and one under a pressure of 1 MPa in each chamber alone."""
    alone: list[tuple[Load, ...]] = [
        tuple(Pressure(boundary=name, pressure=_UNIT) for name in own) for own in chambers.values()
    ]
    moved = [s for s in model.supports if isinstance(s, Support) and s.displacement is not None]
    if not moved:
        whole, *units = solve_load_cases(model, [model.loads, *alone])
        return whole, units
    still = tuple(replace(s, displacement=None) if isinstance(s, Support) else s for s in model.supports)
    (whole,) = solve_load_cases(model, [model.loads])
    return whole, list(solve_load_cases(replace(model, supports=still), alone))


def chamber_units(
    scene: BodyScene,
    solution: FieldSolution,
    units: Sequence[FieldSolution],
    chambers: Mapping[str, tuple[str, ...]],
    highest: float | None = None,
) -> Units:
    """The unit states of a scene that was made of the whole solution.

    Parameters
    ----------
    scene : BodyScene
    solution : FieldSolution
        Under all loads.
    units : sequence of FieldSolution
        Under 1 MPa in each chamber.
    chambers : mapping of name to boundaries
    highest : float, optional
        Where the sliders end [Pa]; twice the highest pressure without it.
    """
    surface, mesh = scene.surface, solution.model.discrete.mesh
    moves, stresses = [], []
    for unit in units:
        fields = Solved(solution=unit).evaluate(surface.faces.elements, surface.faces.local)
        moves.append(_space(fields.displacement) / (_UNIT * scene.metres))
        stresses.append(np.nan_to_num(fields.stress / _UNIT, posinf=0.0, neginf=0.0))
    every = np.column_stack([unit.displacement for unit in units]) / (_UNIT * scene.metres)
    count, dim = len(units), mesh.dim
    edge = located(mesh, every, surface.edges.elements, surface.edges.local).reshape(-1, count, dim)
    fluids = body_fluids(Solved(solution=solution), scene.look, every, surface.cut, surface.splits, surface.shifts)
    ends = edge[surface.edges.simplices.ravel()]
    rims = [fluid.rims[..., 3:].reshape(-1, count, 3) for fluid in fluids]
    lines = np.concatenate([np.pad(ends, ((0, 0), (0, 0), (0, 3 - dim))), *rims])
    inside = np.concatenate([np.zeros((0, count, 3)), *(f.displacement.reshape(-1, count, 3) for f in fluids)])
    pressures = np.array([_pressure(solution.model, own) for own in chambers.values()])
    top = highest or 2.0 * max(float(np.abs(pressures).max()), 0.5 * _UNIT)
    return Units(
        names=tuple(chambers),
        pressures=pressures,
        low=np.minimum(0.0, pressures),
        high=np.maximum(np.full(count, top), pressures),
        move=np.array(moves),
        stress=np.array(stresses),
        lines=np.moveaxis(lines, 1, 0),
        fluids=np.moveaxis(inside, 1, 0),
        chamber_of=_owners(mesh, chambers, [fluid.name for fluid in fluids]),
    )


def _pressure(model: Model, boundaries: Sequence[str]) -> float:
    """The uniform pressure [Pa] of a chamber; InputError where its boundaries have several."""
    totals = dict.fromkeys(boundaries, 0.0)
    for load in model.loads:
        if isinstance(load, Pressure) and load.boundary in totals:
            if callable(load.pressure):
                raise InputError(f"the pressure on {load.boundary!r} varies along it: a slider moves a uniform one")
            totals[load.boundary] += float(load.pressure)
    if max(totals.values()) - min(totals.values()) > 1e-9 * max(map(abs, totals.values())):
        raise InputError(f"the boundaries {', '.join(totals)} have several pressures: give each a chamber of its own")
    return next(iter(totals.values()))


def _owners(mesh: SolidMesh, chambers: Mapping[str, tuple[str, ...]], names: Sequence[str]) -> tuple[int, ...]:
    """The chamber of each fluid (by its name), or -1."""
    of = {}
    for (chamber, contents), boundaries in chambers_of(mesh).items():
        for number, own in enumerate(chambers.values()):
            if set(own) & set(boundaries):
                of[f"{contents} in {chamber}" if chamber != contents else contents] = number
    return tuple(of.get(name, -1) for name in names)


def _space(rows: Floats) -> Floats:
    return rows if rows.shape[1] == 3 else np.column_stack([rows, np.zeros(len(rows))])
