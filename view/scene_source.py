"""What a picture takes from a result: its mesh, and fields at any place of any element."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution, PointFields
    from tubewall.fem.quantities import Quantity
    from tubewall.geometry.solid_mesh import SolidMesh

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Marks = NDArray[np.bool_]

# points evaluated at once: a point of a second-order cell in space needs some 3 kB in between
_CHUNK: Final = 40_000
# a place that so many elements share is evaluated in all of them at once
_OFTEN: Final = 32


@dataclass(frozen=True, kw_only=True)
class Top:
    """The most dangerous value of a quantity over the whole body, where (dim,) [m], and why it is no answer (or "")."""

    value: float
    at: tuple[float, ...]
    warning: str = ""


@runtime_checkable
class Source(Protocol):
    """A result as pictures see it."""

    @property
    def mesh(self) -> SolidMesh:
        """The mesh on which displacement lives."""
        ...

    @property
    def kinematics(self) -> str:
        """As of ``fem.Model``."""
        ...

    @property
    def displacement(self) -> Floats:
        """Of the nodes (n, dim) [m]."""
        ...

    @property
    def pressures(self) -> dict[str, float]:
        """Uniform pressures [Pa] by boundary, where they are known."""
        ...

    def evaluate(self, elements: Ints, local: Floats) -> PointFields:
        """Fields at local points (p, dim) of elements (p,), from the shape functions."""
        ...

    def top(self, quantity: Quantity) -> Top:
        """The most dangerous value over the whole body."""
        ...

    def singular(self) -> Marks:
        """Which elements (e,) touch a corner where stress has no limit."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class Solved:
    """A solution as a source: every number comes from the basis that it was solved in."""

    solution: FieldSolution

    @property
    def mesh(self) -> SolidMesh:
        """The mesh of the displacement."""
        return self.solution.model.discrete.mesh

    @property
    def kinematics(self) -> str:
        """Of the model."""
        return self.solution.model.kinematics

    @property
    def displacement(self) -> Floats:
        """Of the nodes (n, dim) [m]."""
        return self.solution.displacement

    @property
    def pressures(self) -> dict[str, float]:
        """The model's uniform pressures [Pa]."""
        from tubewall.fem.loads import Pressure

        found: dict[str, float] = {}
        for load in self.solution.model.loads:
            if isinstance(load, Pressure) and not callable(load.pressure):
                found[load.boundary] = found.get(load.boundary, 0.0) + float(load.pressure)
        return found

    def evaluate(self, elements: Ints, local: Floats) -> PointFields:
        """Fields at local points (p, dim) of elements (p,)."""
        from tubewall.fem.field_solution import PointFields

        dim = self.mesh.dim
        fields = PointFields(
            points=np.empty((len(elements), dim)),
            displacement=np.empty((len(elements), dim)),
            strain=np.empty((len(elements), 6)),
            stress=np.empty((len(elements), 6)),
        )
        for rows, part in self._pieces(elements, local):
            for name in ("points", "displacement", "strain", "stress"):
                getattr(fields, name)[rows] = getattr(part, name)
        return fields

    def _pieces(self, elements: Ints, local: Floats) -> Iterator[tuple[Ints, PointFields]]:
        """Fields by rows: places that many elements share are evaluated in all of these at once."""
        from tubewall.fem.batch_fields import fields_in

        mesh = self.mesh
        _, number, count = np.unique(np.round(local, 12), axis=0, return_inverse=True, return_counts=True)
        number = number.ravel()
        block, region = mesh.block_of(elements), mesh.region_index[elements]
        often = count[number] >= _OFTEN
        kinds = (number * len(mesh.blocks) + block) * len(mesh.region_names) + region
        rows = np.flatnonzero(often)
        rows = rows[np.argsort(kinds[rows], kind="stable")]
        for same in np.split(rows, np.flatnonzero(np.diff(kinds[rows])) + 1) if len(rows) else ():
            for start in range(0, len(same), _CHUNK):
                mine = same[start : start + _CHUNK]
                name = mesh.region_names[int(region[mine[0]])]
                yield mine, fields_in(self.solution, int(block[mine[0]]), name, elements[mine], local[mine[:1]]).fields
        rare = np.flatnonzero(~often)
        for start in range(0, len(rare), _CHUNK):
            mine = rare[start : start + _CHUNK]
            yield mine, self.solution.evaluate(elements[mine], local[mine])

    def top(self, quantity: Quantity) -> Top:
        """The most dangerous value, between the nodes too."""
        from tubewall.fem.largest_values import maxima

        found = maxima(self.solution, (quantity.name,))[quantity.name]
        return Top(value=found.value, at=found.at, warning=found.warning or "")

    def singular(self) -> Marks:
        """Elements (e,) at sharp corners, ends of interfaces and point forces."""
        from tubewall.fem.singular import singular_points, touched

        model = self.solution.model
        found = np.zeros(self.mesh.elements, dtype=bool)
        for point in singular_points(model):
            found |= touched(model, point)
        return found
