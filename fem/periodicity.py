"""Periodic cells: what leaves on one side comes in on the other, but for the mean strain of the cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from tubewall.errors import InputError, unknown_name
from tubewall.fem.dependences import Dependences, fixed, joined
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.model import Model
from tubewall.units import show, show_point

PLANE: Final = ("xx", "yy", "xy")
SPACE: Final = ("xx", "yy", "zz", "yz", "xz", "xy")
_AXES: Final = {"xx": (0, 0), "yy": (1, 1), "zz": (2, 2), "yz": (1, 2), "xz": (0, 2), "xy": (0, 1)}


@dataclass(frozen=True, kw_only=True)
class Periodic:
    """A cell that repeats: opposite boundaries move alike but for the mean strain times the lattice vector between them.

    Parameters
    ----------
    pairs : tuple of (str, str)
        Opposite boundaries; their nodes differ by one translation.
    mean_strain : mapping of component to float
        Components "xx", "yy", "xy" (in space also "zz", "yz", "xz"; engineering shear) that are held.
    mean_stress : mapping of component to float
        [Pa], for components that are not held; 0 where neither is given.
    """

    pairs: tuple[tuple[str, str], ...]
    mean_strain: Mapping[str, float] = field(default_factory=dict)
    mean_stress: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.pairs:
            raise InputError("a periodic cell needs at least one pair of boundaries")
        for name, value in (*self.mean_strain.items(), *self.mean_stress.items()):
            if name not in SPACE:
                raise unknown_name("component", name, SPACE)
            if not np.isfinite(value):
                raise InputError(f"the mean {name} of a periodic cell must be finite, got {value!r}")
        both = set(self.mean_strain) & set(self.mean_stress)
        if both:
            raise InputError(f"give the mean strain or the mean stress {min(both)}, not both")


def components(dim: int) -> tuple[str, ...]:
    """Names of the mean strains that a cell of two or three dimensions has."""
    return PLANE if dim == 2 else SPACE


def macro_unknowns(model: Model) -> Ints:
    """Unknowns that are the mean strains of a periodic cell, in the order of ``components``."""
    if model.periodic is None:
        return np.zeros(0, dtype=np.int64)
    start = model.discrete.size + (model.kinematics == "generalised plane strain")
    return np.arange(start, start + len(components(model.mesh.dim)))


def cell_volume(model: Model) -> float:
    """Volume [m3] (in the plane: area [m2]) of the parallelepiped that the pairs of boundaries span.

    Raises
    ------
    InputError
        When the lattice vectors do not span one: there are fewer than the dimensions of the mesh.
    """
    assert model.periodic is not None
    vectors = np.array([match(model, low, high)[2] for low, high in model.periodic.pairs])
    if len(vectors) != model.mesh.dim:
        raise InputError(
            f"a mean stress or a homogenised stiffness needs {model.mesh.dim} pairs of boundaries, got {len(vectors)}"
        )
    return abs(float(np.linalg.det(vectors)))


def mean_stress_forces(model: Model) -> Floats:
    """The work [J] that a given mean stress and cut bores do on a unit of each mean strain, in the unknowns (size,)."""
    from tubewall.fem.cut_loads import cut_moments

    assert model.periodic is not None
    forces = np.zeros(model.size)
    names = components(model.mesh.dim)
    moments = cut_moments(model, tuple(match(model, low, high) for low, high in model.periodic.pairs))
    for unknown, name in zip(macro_unknowns(model), names, strict=True):
        i, j = _AXES[name]
        forces[unknown] = 0.5 * (moments[i, j] + moments[j, i])
    for name, value in model.periodic.mean_stress.items():
        forces[macro_unknowns(model)[names.index(name)]] += value * cell_volume(model)
    return forces


def match(model: Model, low: str, high: str) -> tuple[Ints, Ints, Floats]:
    """Positions of nodes that belong together, (k,) each, and the translation (dim,) [m] from the first to the second.

    Raises
    ------
    InputError
        When the nodes of the two boundaries do not differ by one translation.
    """
    from scipy.spatial import cKDTree

    discrete = model.discrete
    a, b = (discrete.position(discrete.mesh.boundary_nodes(name)) for name in (low, high))
    shift = discrete.points[b].mean(axis=0) - discrete.points[a].mean(axis=0)
    tolerance = 1e-6 * discrete.mesh.size
    if len(a) != len(b):
        raise InputError(f"{low!r} has {len(a)} nodes and {high!r} {len(b)}: periodic boundaries need matching meshes")
    distance, found = cKDTree(discrete.points[b]).query(discrete.points[a] + shift)
    if distance.max() > tolerance or len(np.unique(found)) != len(found):
        worst = discrete.points[a][int(np.argmax(distance))]
        raise InputError(
            f"the node of {low!r} at {show_point(worst)} has no partner on {high!r}: periodic boundaries need meshes that "
            f"differ by one translation (the nearest is {show(distance.max(), 'm')} off)"
        )
    return a, b[found], shift


def periods(model: Model, size: int) -> Dependences:
    """The dependences of the high boundaries on the low ones, and the held components of the mean strain."""
    assert model.periodic is not None
    parts = [_pair(model, low, high, size) for low, high in model.periodic.pairs]
    names = components(model.mesh.dim)
    for name in (*model.periodic.mean_strain, *model.periodic.mean_stress):
        if name not in names:
            raise InputError(f"a plane periodic cell has the mean strains {', '.join(names)}, got {name!r}")
    held = [name for name in names if name in model.periodic.mean_strain]
    unknowns = macro_unknowns(model)[[names.index(name) for name in held]]
    values = np.array([model.periodic.mean_strain[name] for name in held])
    return joined([*parts, fixed(unknowns, values, -2, size)], size)


def _pair(model: Model, low: str, high: str, size: int) -> Dependences:
    from scipy.sparse import coo_array

    a, b, shift = match(model, low, high)
    dim, macro = model.discrete.dim, macro_unknowns(model)
    keep = a != b
    a, b = a[keep], b[keep]
    rows, columns, values = [], [], []
    for component in range(dim):
        row = component * len(a) + np.arange(len(a))
        rows.append(row)
        columns.append(dim * a + component)
        values.append(np.ones(len(a)))
        # u_i jumps by E_ij times the lattice vector; engineering shear counts half
        for unknown, name in zip(macro, components(dim), strict=True):
            i, j = _AXES[name]
            jump = (shift[j] if i == component else 0.0) if i == j else 0.5 * _across(component, i, j, shift)
            if jump != 0.0:
                rows.append(row)
                columns.append(np.full(len(a), unknown))
                values.append(np.full(len(a), jump))
    entries = (np.concatenate(rows), np.concatenate(columns))
    slaves = np.concatenate([dim * b + component for component in range(dim)])
    return Dependences(
        slaves=slaves,
        weights=coo_array((np.concatenate(values), entries), shape=(len(slaves), size)).tocsr(),
        offset=np.zeros(len(slaves)),
        owner=np.full(len(slaves), -2, dtype=np.int64),
    )


def _across(component: int, i: int, j: int, shift: Floats) -> float:
    if component == i:
        return float(shift[j])
    return float(shift[i]) if component == j else 0.0
