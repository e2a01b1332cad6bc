"""Cracks of a case: their faces as meshes hold them, both sides under one name or one side of a symmetric half."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.studies.as_data import number
from tubewall.studies.study_key import shown

if TYPE_CHECKING:
    from tubewall.fem.crack_point import CrackResult
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.fem.loads import Load
    from tubewall.fem.model import Model
    from tubewall.geometry.solid_mesh import SolidMesh
    from tubewall.studies.case_questions import CrackTable

Data = dict[str, Any]
Ints = NDArray[np.int64]
#: The two boundaries that a face of a crack was split into, by its name.
Sides = Mapping[str, tuple[str, str]]
_TOUGHNESS: Final = "Pa sqrt(m)"
# facets whose normals differ by less, as a cosine, lie in one plane
_FLAT: Final = 1e-6
# rates of energy that differ by more are worth a warning
_AGREE: Final = 0.1


def with_sides(mesh: SolidMesh, cracks: Iterable[CrackTable]) -> tuple[SolidMesh, Sides]:
    """The mesh with two boundaries more for each face of a crack that holds both its sides under one name.

    Meshes that are slit along a line or a surface name both sides alike. The body above the crack comes first, where above
    is the direction of the largest component of the normal.
    """
    from tubewall.fem.crack_tip import facet_normals

    found: dict[str, Ints] = {}
    sides: dict[str, tuple[str, str]] = {}
    for table in cracks:
        if len(table.faces) != 1 or table.faces[0] in sides:
            continue
        name = table.faces[0]
        pairs = mesh.boundary(name)
        normals = facet_normals(mesh, pairs)
        largest = int(np.argmax(np.abs(normals[0])))
        above = normals[:, largest] < 0
        if above.all() or not above.any():
            continue
        sides[name] = (f"{name} (above)", f"{name} (below)")
        found |= dict(zip(sides[name], (pairs[above], pairs[~above]), strict=True))
    if not found:
        return mesh, sides
    return dataclasses.replace(mesh, boundaries={**mesh.boundaries, **found}), sides


def loads_on_sides(loads: Iterable[Load], sides: Sides) -> list[Load]:
    """The loads, with those on both sides of a crack as one on each."""
    from tubewall.fem.loads import Pressure, Traction

    found: list[Load] = []
    for load in loads:
        if isinstance(load, (Pressure, Traction)) and load.boundary in sides:
            found += [dataclasses.replace(load, boundary=side) for side in sides[load.boundary]]
        else:
            found.append(load)
    return found


def crack_answer(solution: FieldSolution, table: CrackTable, sides: Sides) -> Data:
    """Stress intensities and energy release at the tip of a crack, or along its front.

    Raises
    ------
    InputError
        When the tip or front is none of the faces, or the mesh too coarse around it.
    """
    from tubewall.fem.cracks import crack, crack_front

    faces = sides.get(table.faces[0], table.faces) if len(table.faces) == 1 else table.faces
    symmetric = bool(table.symmetric) or (len(faces) == 1 and _is_half(solution.model, table))
    if table.front is not None:
        found = crack_front(solution, faces=faces, front=table.front, radius=table.radius, symmetric=symmetric)
        points = [
            {**crack_data(result), "along": number(along, "m")}
            for result, along in zip(found.results, found.along, strict=True)
        ]
        return {**crack_data(found.largest()), "front": points, "closed": found.closed, "symmetric": symmetric}
    x, y = table.direction or (1.0, 0.0)
    tip: Any = table.tip
    result = crack(solution, tip=tip, direction=(x, y), faces=faces, radius=table.radius, symmetric=symmetric)
    return {**crack_data(result), "symmetric": symmetric}


def crack_warnings(name: str, found: Data) -> list[str]:
    """What to say of a crack whose rates of energy do not agree: its mesh is too coarse."""
    points = found.get("front", [found])
    worst = max(points, key=lambda point: point["disagreement"])
    if worst["disagreement"] <= _AGREE:
        return []
    from tubewall.units import show_point

    several = sum(point["disagreement"] > _AGREE for point in points) - 1
    more = f" (and less at {several} more points of its front)" if several else ""
    return [
        f"crack {name}: G from K and from the energy differ by {100 * worst['disagreement']:.0f} % at "
        f"{show_point(worst['at'])}{more}: refine the mesh there"
    ]


def _is_half(model: Model, table: CrackTable) -> bool:
    """Whether the surface goes on ahead of the one face of a crack, held by supports: a symmetric half.

    Raises
    ------
    InputError
        When nothing holds it, so that there is no crack, or when the body lies on both sides of the face.
    """
    from tubewall.fem.crack_tip import facet_normals
    from tubewall.fem.loads import Support
    from tubewall.fem.model import node_at
    from tubewall.fem.surface_points import among

    mesh = model.discrete.mesh
    (face,) = table.faces
    nodes = mesh.edge_nodes(table.front) if table.front is not None else node_at(mesh, table.tip or ())
    own = _touching(mesh, mesh.boundary(face), nodes)
    outer = _touching(mesh, mesh.outer_facets, nodes)
    if len(own) == 0:
        return False
    normal = facet_normals(mesh, own)[0]
    ahead = outer[(facet_normals(mesh, outer) @ normal > 1 - _FLAT) & ~among(outer, own)]
    if len(ahead) == 0:
        raise InputError(
            f"the crack has one face, {shown(face)}, and the body lies on both sides of it: name the other face too"
        )
    held = [s.boundary for s in model.supports if isinstance(s, Support) and s.boundary is not None]
    if not any(among(ahead, mesh.boundary(name)).any() for name in held):
        raise InputError(
            f"the crack has one face, {shown(face)}, and the surface ahead of it is not held: hold its normal direction when "
            "the body is a symmetric half, or name the other face too"
        )
    return True


def _touching(mesh: SolidMesh, pairs: Ints, nodes: Ints) -> Ints:
    """Those of facets (k, 2) that have one of ``nodes``."""
    chosen = np.zeros(len(pairs), dtype=bool)
    for group in mesh.facet_groups(pairs):
        chosen[group.rows] = np.isin(group.nodes, nodes).any(axis=1)
    return pairs[chosen]


def crack_data(result: CrackResult) -> Data:
    """Stress intensities and energy release of a tip, or of one point of a front."""
    return {
        "K_I": number(result.k1, _TOUGHNESS),
        "K_II": number(result.k2, _TOUGHNESS),
        "K_III": number(result.k3, _TOUGHNESS),
        "T": number(result.t_stress, "Pa"),
        "G": number(result.g, "J/m2"),
        "G_domain": number(result.g_domain, "J/m2"),
        "G_extension": number(result.g_extension, "J/m2"),
        "path_spread": float(result.path_spread),
        "disagreement": float(result.disagreement),
        "at": [float(one) for one in result.point],
    }
