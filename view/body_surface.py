"""What a picture of a body is drawn from: small triangles and lines with values from the basis, lithium and gas, a mark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError, unknown_name
from tubewall.view.scene_apart import body_fluids, region_shifts
from tubewall.view.scene_cut import Plane, crossing, kept_by, section_places
from tubewall.view.scene_fluids import Fluid, lithium_regions
from tubewall.view.scene_look import Look
from tubewall.view.scene_open import Result, source_of
from tubewall.view.scene_places import (
    Places,
    edge_places,
    facet_places,
    located,
    outline_places,
    plane_places,
    surface_pairs,
)
from tubewall.view.scene_source import Top

if TYPE_CHECKING:
    from tubewall.fem.quantities import Quantity
    from tubewall.geometry.solid_mesh import SolidMesh

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Marks = NDArray[np.bool_]

# triangles of a picture, about: more take a software renderer seconds
MOST_TRIANGLES: Final = 400_000
#: What is said of a value in an element at a corner where stress has no limit.
SHARP: Final = "sharp corner: no answer"
# of the values that are drawn, those beyond this share are no answer where a corner or a tip makes them grow without end
_TRUSTED: Final = 0.998


@dataclass(frozen=True, kw_only=True, eq=False)
class BodySurface:
    """What is seen of a body, as straight triangles.

    Attributes
    ----------
    points, displacement : (n, 3)
        [m]; plane bodies lie in z = 0, regions moved apart stand where they are drawn.
    normals : (n, 3)
        Out of the undeformed body.
    values : (n,)
        The quantity [Pa]; it may jump from element to element.
    stress : (n, 6)
        [Pa] in the order xx, yy, zz, yz, xz, xy.
    triangles : (m, 3)
    regions : (n,)
        Number of the region of each point.
    region_names : tuple of str
    line_points, line_displacement : (k, 3)
        Outlines, sharp edges and interfaces [m].
    lines : (s, 2)
        Segments of them.
    fluids : tuple of Fluid
    quantity : Quantity
    mark, mark_displacement : (3,)
        Where the most dangerous value is drawn [m].
    mark_place : tuple of float
        Where it is in the body [m].
    mark_value : float
        [Pa]
    warning : str
        Why it is no answer, or what else must be known of it.
    singular : (n,)
        Whether a point's element touches a corner where stress has no limit.
    ends : (float, float)
        Of the colours [Pa].
    cut : Plane, optional
        Beyond it the body was cut away.
    plane : bool
    faces, edges : Places
        Where the points and the ends of the lines lie in the elements.
    shifts : (r, 3)
        How far each region was moved [m].
    splits : int
        Parts of each side of a facet.
    """

    points: Floats
    displacement: Floats
    normals: Floats
    values: Floats
    stress: Floats
    triangles: Ints
    regions: Ints
    region_names: tuple[str, ...]
    line_points: Floats
    line_displacement: Floats
    lines: Ints
    fluids: tuple[Fluid, ...]
    quantity: Quantity
    mark: Floats
    mark_displacement: Floats
    mark_place: tuple[float, ...]
    mark_value: float
    warning: str
    singular: Marks
    ends: tuple[float, float]
    cut: Plane | None
    plane: bool
    faces: Places
    edges: Places
    shifts: Floats
    splits: int


def body_surface(result: Result, look: Look | None = None, *, most: int = MOST_TRIANGLES) -> BodySurface:
    """What is seen of a solved body.

    Parameters
    ----------
    result : FieldSolution, path of a .vtu, or any source
    look : Look
    most : int
        About how many triangles.

    Raises
    ------
    UnknownNameError
        For a region that does not exist.
    InputError
        When nothing is left to draw.
    """
    look = look or Look()
    source = source_of(result)
    mesh = source.mesh
    kept = _kept(mesh, look)
    top = source.top(look.stress)
    plane = _plane(mesh, look, top)
    nodal = np.column_stack([mesh.points, source.displacement])
    if mesh.dim == 2:
        splits = _splits(mesh, int(kept.sum()), most, 1)
        faces, lines = plane_places(mesh, kept, splits), outline_places(mesh, kept, max(splits, 3))
    else:
        faces, lines, splits = _in_space(mesh, kept, look.apart > 0, plane, most)
    if not len(faces.simplices):
        raise InputError("nothing of the body is left to draw: check the regions and the cut")
    fields = source.evaluate(faces.elements, faces.local)
    values = _finite(look.stress.values(fields, source.kinematics))
    edge = located(mesh, nodal, lines.elements, lines.local)
    shifts = region_shifts(mesh, kept, look.apart)
    fluids = body_fluids(source, look, source.displacement, plane, splits, shifts)
    region = mesh.region_index[faces.elements]
    points = _space(fields.points)
    singular = source.singular()[faces.elements]
    mark = _mark(
        top, points, values, singular, look, whole=bool(kept.all() | lithium_regions(mesh)[~kept].all()), plane=plane
    )
    return BodySurface(
        points=points + shifts[region],
        displacement=_space(fields.displacement),
        normals=faces.normals,
        values=values,
        stress=_finite(fields.stress),
        triangles=faces.simplices,
        regions=region,
        region_names=mesh.region_names,
        line_points=_space(edge[:, : mesh.dim]) + shifts[mesh.region_index[lines.elements]],
        line_displacement=_space(edge[:, mesh.dim :]),
        lines=lines.simplices,
        fluids=fluids,
        quantity=look.stress,
        mark=mark.at + shifts[region[mark.index]],
        mark_displacement=_space(fields.displacement[[mark.index]])[0],
        mark_place=tuple(mark.at[: mesh.dim].tolist()),
        mark_value=mark.value,
        warning=mark.warning,
        singular=singular,
        ends=look.colour_range or _ends(values, mark, singular),
        cut=plane,
        plane=mesh.dim == 2,
        faces=faces,
        edges=lines,
        shifts=shifts,
        splits=splits,
    )


def check_look(mesh: SolidMesh, look: Look) -> None:
    """InputError where a look names a region that a mesh does not have, or its cut misses the mesh."""
    _kept(mesh, look)
    if look.plane is not None:
        look.plane.plane(mesh)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Mark:
    """Value [Pa], place (3,) [m], and the number of the drawn point nearest to it."""

    value: float
    at: Floats
    index: int
    warning: str
    singular: bool


def _mark(
    top: Top, points: Floats, values: Floats, singular: Marks, look: Look, *, whole: bool, plane: Plane | None
) -> _Mark:
    """The maximum over the body where it is drawn, else the largest value that is drawn."""
    at = np.zeros(3)
    at[: len(top.at)] = top.at
    gone = plane is not None and plane.beyond(at[None])[0] > 2 * plane.eps
    danger = look.stress.danger
    amount = -values if danger == "min" else np.abs(values) if danger == "amount" else values
    index = int(np.argmax(amount))
    if whole and not gone and np.isfinite(top.value):
        sought = -top.value if danger == "min" else abs(top.value) if danger == "amount" else top.value
        if amount[index] > sought:
            # a place that is drawn, from the same basis, beats what the search found elsewhere
            value, own = float(values[index]), points[index]
            words = (top.warning or SHARP) if singular[index] else ""
            return _Mark(value=value, at=own, index=index, warning=words, singular=bool(top.warning))
        near = int(np.argmin(((points - at) ** 2).sum(axis=1)))
        return _Mark(value=top.value, at=at, index=near, warning=top.warning, singular=bool(top.warning))
    words = f"the body's own {'minimum' if danger == 'min' else 'maximum'} is not drawn"
    warning = f"{words}; {SHARP}" if singular[index] else words
    return _Mark(value=float(values[index]), at=points[index], index=index, warning=warning, singular=bool(top.warning))


def trusted_ends(values: Floats, singular: Marks) -> tuple[float, float]:
    """The ends of values (n,) of which those at corners where stress has no limit are left out, but for a few."""
    low, high = (float(end) for end in np.quantile(values, [1 - _TRUSTED, _TRUSTED]))
    bounded = values[~singular]
    return min(low, float(bounded.min(initial=low))), max(high, float(bounded.max(initial=high)))


def _ends(values: Floats, mark: _Mark, singular: Marks) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    if mark.singular:
        low, high = trusted_ends(values, singular)
    else:
        low, high = min(low, mark.value), max(high, mark.value)
    if high - low > 1e-9 * max(abs(low), abs(high)):
        return low, high
    return low - 0.5 * abs(low) - 0.5, high + 0.5 * abs(high) + 0.5


def _kept(mesh: SolidMesh, look: Look) -> Marks:
    for name in look.regions:
        if name not in mesh.regions:
            raise unknown_name("region", name, mesh.regions)
    chosen = np.array([not look.regions or name in look.regions for name in mesh.region_names])
    kept: Marks = chosen[mesh.region_index]
    if look.fluids and not look.regions and mesh.dim == 3:
        solid = kept & ~lithium_regions(mesh)
        return solid if solid.any() else kept
    return kept


def _plane(mesh: SolidMesh, look: Look, top: Top) -> Plane | None:
    cut = look.plane
    if cut is None:
        return None
    plane = cut.plane(mesh)
    at = np.asarray(top.at, dtype=np.float64)
    return -plane if cut.either and at @ plane.normal - plane.place > plane.eps else plane


def _splits(mesh: SolidMesh, count: int, most: int, least: int) -> int:
    return int(np.clip(np.sqrt(most / (2 * max(count, 1))), least, 4 if mesh.order == 2 else 2))


def _in_space(mesh: SolidMesh, kept: Marks, apart: bool, plane: Plane | None, most: int) -> tuple[Places, Places, int]:
    """Triangles, lines, and how finely the facets are cut, of a body in space."""
    present = np.unique(mesh.region_index[kept])
    groups = [kept & (mesh.region_index == number) for number in present] if apart else [kept]
    pairs = [surface_pairs(mesh, group) for group in groups]
    splits = _splits(mesh, sum(len(part) for part in pairs), most, 1)
    faces, lines = [], []
    for group, part in zip(groups, pairs, strict=True):
        facets, edges = facet_places(mesh, part, splits), edge_places(mesh, part, max(splits, 2))
        if plane is None:
            faces.append(facets)
            lines.append(edges)
            continue
        faces += [kept_by(mesh, facets, plane), section_places(mesh, group, plane, most // 2)]
        lines += [kept_by(mesh, edges, plane), _section_outline(mesh, group, plane, splits)]
    return (
        Places.joined([part for part in faces if len(part.simplices)], 3),
        Places.joined([part for part in lines if len(part.simplices)], 3, 2),
        splits,
    )


def _section_outline(mesh: SolidMesh, kept: Marks, plane: Plane, splits: int) -> Places:
    """Where the plane cuts the surface of the kept elements (e,) and the interfaces between their regions."""
    found = []
    for number in np.unique(mesh.region_index[kept]):
        facets = facet_places(mesh, surface_pairs(mesh, kept & (mesh.region_index == number)), splits)
        places = located(mesh, mesh.points, facets.elements, facets.local)
        found.append(crossing(facets, plane.beyond(places)))
    return Places.joined([part for part in found if len(part.simplices)], 3, 2)


def _space(rows: Floats) -> Floats:
    return rows if rows.shape[1] == 3 else np.column_stack([rows, np.zeros(len(rows))])


def _finite(values: Floats) -> Floats:
    """Values without the infinite ones at the tip of a crack, which take the largest finite amount."""
    good = np.isfinite(values)
    if good.all():
        return values
    limit = float(np.abs(values[good]).max(initial=0.0))
    return np.asarray(np.nan_to_num(values, nan=limit, posinf=limit, neginf=-limit))
