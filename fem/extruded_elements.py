"""Second-order hexahedra and prisms as a plane element times a line: the factors of their shape functions."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.fem.elements import Floats, Ints
from tubewall.fem.reference_elements import nearest_nodes, rule, shape_table
from tubewall.geometry.reference_cells import CELLS

# elements that are a product, and the plane element of those whose plane is none itself
_PLANES: Final = {"hexahedron27": None, "wedge18": "triangle6"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Factors:
    """Attributes as the arguments of ``compiled_extruded.extruded_product``."""

    order: Ints
    value: Floats
    slope: Floats
    values: Floats
    slopes: Floats
    places: Ints

    def cast(self, dtype: type[np.floating[Any]]) -> tuple[NDArray[Any], ...]:
        """The arguments of the kernel in one precision."""
        tables = (np.ascontiguousarray(x, dtype=dtype) for x in (self.value, self.slope, self.values, self.slopes))
        return (self.order, *tables, self.places)


@functools.lru_cache(maxsize=8)
def factors(kind: str, degree: int) -> Factors | None:
    """The factors of a kind of element at the points of ``rule(kind, degree)``; None where it is no product of order two."""
    if kind not in _PLANES:
        return None
    points, _ = rule(kind, degree)
    along = np.unique(points[:, 2].round(14))
    ends = CELLS["line3"].nodes[:, 0]
    value, slope = shape_table("line3", along[:, None])
    name = _PLANES[kind]
    if name is None:
        flat = np.stack(np.meshgrid(ends, ends), axis=-1).reshape(-1, 2)
        spots = np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)
        values, slopes = np.empty((0, 9)), np.empty((0, 9, 2))
    else:
        flat = np.asarray(CELLS[name].nodes)
        spots = points[points[:, 2] == points[0, 2], :2]
        values, slopes = shape_table(name, spots)
    return Factors(
        order=nearest_nodes(np.asarray(CELLS[kind].nodes), _product(flat, ends)),
        value=value,
        slope=slope[:, :, 0],
        values=values,
        slopes=slopes,
        places=nearest_nodes(points, _product(spots, along)).reshape(3, -1).T.copy(),
    )


def _product(flat: Floats, along: Floats) -> Floats:
    """Places (along flat, 3), those of one plane after the other."""
    every = np.broadcast_to(flat, (len(along), *flat.shape))
    height = np.broadcast_to(along[:, None, None], (*every.shape[:2], 1))
    return np.concatenate((every, height), axis=2).reshape(-1, 3)
