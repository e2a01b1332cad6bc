"""The wedges that meet at a node of a mesh: their angles, materials and faces, and how singular the stress is there."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.errors import InputError
from tubewall.fem.elements import Floats
from tubewall.fem.loads import Support
from tubewall.fem.mixed_spaces import poissons_ratio
from tubewall.fem.model import node_at
from tubewall.fem.region_laws import region_law
from tubewall.fem.wedge_corner import Exponents, Face, corner_exponents
from tubewall.fem.wedge_elements import CornerKinematics, Sector
from tubewall.fem.wedge_fans import Slice, edges_at, fans_of, frame_at, slices_at
from tubewall.units import show_point

if TYPE_CHECKING:
    from tubewall.fem.model import Model

_KINEMATICS: Final[dict[str, CornerKinematics]] = {
    "plane strain": "plane strain",
    "generalised plane strain": "plane strain",
    "plane stress": "plane stress",
    "axisymmetric": "axisymmetric",
    "3d": "3d",
}
# laws are read this far from the corner over the size of the mesh, inside of each element
_INSIDE: Final = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class Corner:
    """The most singular fan of wedges at a node.

    Attributes
    ----------
    at : (float, ...)
        The node [m].
    exponents : Exponents
    sectors : tuple of Sector
        One for each run of elements of one stiffness; angles from x towards y, in space from ``frame[0]`` to ``frame[1]``.
    faces : (Face, Face) or None
        How the outer faces are held; None where the sectors fill the full turn.
    frame : (3, 3)
        Rows: the directions that angles are counted from and to, and the edge.
    """

    at: tuple[float, ...]
    exponents: Exponents
    sectors: tuple[Sector, ...]
    faces: tuple[Face, Face] | None
    frame: Floats

    def __str__(self) -> str:
        place = show_point(self.at)
        leading = self.exponents.leading
        if leading.real >= 1:
            return f"corner at {place}: the stress stays bounded"
        waves = f", oscillating with {leading.imag:.4f} ln r" if self.exponents.oscillating else ""
        return f"corner at {place}: the stress grows as r^{leading.real - 1:.4f}{waves}"


def corner_of(
    model: Model, at: str | tuple[float, ...], *, toward: tuple[float, ...] | None = None, limit: float = 1.5
) -> Corner:
    """The singular exponents at a vertex of the mesh, from the regions around it and the supports of its faces.

    Loads do not change the exponents. In space every mesh edge that starts at the node is looked at in the plane normal to
    it, and the most singular one is given; the vertex of a cone, where edges meet, is more singular still and is not computed.
    Where cracks or slits split the node, the most singular part is given.

    Parameters
    ----------
    model : Model
    at : str or tuple of float
        A named point, or coordinates [m] of a vertex.
    toward : tuple of float, optional
        In space: the vertex at the other end of the one mesh edge to look at.
    limit : float
        Exponents with real part below it are given.

    Raises
    ------
    InputError
        When there is no vertex at ``at``, or it lies on the axis of an axisymmetric body.
    """
    mesh = model.mesh
    nodes = np.intersect1d(node_at(mesh, at), mesh.vertex_nodes)
    if len(nodes) == 0:
        raise InputError(f"the node at {at!r} is the middle of a side: a corner is a vertex of the mesh")
    place = mesh.points[nodes[0]]
    if model.kinematics == "axisymmetric" and place[0] <= 1e-9 * mesh.size:
        raise InputError(
            f"the corner at {place.tolist()} m lies on the axis, where it is the tip of a cone: its exponent is not that of a wedge"
        )
    best: Corner | None = None
    ends = None if toward is None else node_at(mesh, toward)
    for node, other in edges_at(mesh, nodes):
        if ends is not None and other not in ends:
            continue
        frame = frame_at(mesh, node, other)
        for fan, closed in fans_of(slices_at(mesh, node, other, frame)):
            corner = _corner(model, fan, closed, node, frame, limit)
            if best is None or corner.exponents.leading.real < best.exponents.leading.real:
                best = corner
    if best is None:
        raise InputError(f"no element has a vertex at {place.tolist()} m")
    return best


def _corner(model: Model, fan: list[Slice], closed: bool, node: int, frame: Floats, limit: float) -> Corner:
    mesh = model.mesh
    sectors: list[Sector] = []
    angle = fan[0].start
    for piece in fan:
        stiffness = _stiffness(model, node, piece, angle, frame)
        start, end = angle, angle + piece.width
        if sectors and np.allclose(sectors[-1].law, stiffness, rtol=1e-9, atol=1e-9 * np.abs(stiffness).max()):  # type: ignore[arg-type]
            start = sectors.pop().start_angle
        sectors.append(Sector(law=stiffness, start_angle=start, end_angle=end))
        angle = end
    faces = None if closed else (_face(model, fan[0], 0, frame, fan[0].start), _face(model, fan[-1], 1, frame, angle))
    return Corner(
        at=tuple(float(x) for x in mesh.points[node]),
        exponents=_exponents(tuple(sectors), faces, _KINEMATICS[model.kinematics], limit),
        sectors=tuple(sectors),
        faces=faces,
        frame=frame,
    )


_KNOWN: dict[tuple[object, ...], tuple[Exponents, float]] = {}
_MOST_KNOWN: Final = 512


def _exponents(
    sectors: tuple[Sector, ...], faces: tuple[Face, Face] | None, kinematics: CornerKinematics, limit: float
) -> Exponents:
    """The exponents; corners alike in angles, laws and faces, as all along an edge, are computed once.

    Only the angles between faces count where every law is isotropic in the plane of the corner, so these turn to the first.
    """
    laws = [np.asarray(sector.law) for sector in sectors]
    turn = sectors[0].start_angle if all(poissons_ratio(law) is not None for law in laws) and _words(faces) else 0.0
    largest = max(float(np.abs(law).max()) for law in laws)
    shape = tuple(
        (round(s.start_angle - turn, 7), round(s.end_angle - turn, 7), np.round(law / largest, 8).tobytes())
        for s, law in zip(sectors, laws, strict=True)
    )
    key = (shape, repr(faces), kinematics, limit)
    if key not in _KNOWN:
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[key] = corner_exponents(sectors, faces, kinematics, limit=limit), sectors[0].start_angle
    found, start = _KNOWN[key]
    return _turned(found, sectors[0].start_angle - start)


def _turned(found: Exponents, angle: float) -> Exponents:
    """The same corner turned in its plane."""
    if angle == 0.0 or found.modes.shape[2] < 2:
        return replace(found, angles=found.angles + angle)
    c, s = math.cos(angle), math.sin(angle)
    modes = found.modes.copy()
    modes[:, :, 0] = c * found.modes[:, :, 0] - s * found.modes[:, :, 1]
    modes[:, :, 1] = s * found.modes[:, :, 0] + c * found.modes[:, :, 1]
    return replace(found, angles=found.angles + angle, modes=modes)


def _words(faces: tuple[Face, Face] | None) -> bool:
    """Whether the faces are free, clamped or symmetric, and not held in directions of their own."""
    return faces is None or all(isinstance(face, str) for face in faces)


def _stiffness(model: Model, node: int, piece: Slice, angle: float, frame: Floats) -> Floats:
    """Stiffness (6, 6) of an element at the corner, in the axes of ``frame``."""
    from tubewall.materials.rotation import rotate_stiffness

    mesh = model.mesh
    law = region_law(model, mesh.region_names[int(mesh.region_index[piece.element])])
    middle = angle + piece.width / 2
    inward = math.cos(middle) * frame[0] + math.sin(middle) * frame[1]
    point = mesh.points[node] + _INSIDE * mesh.size * inward[: mesh.dim]
    own = law(point[None])[0] if callable(law) else law
    return np.asarray(own) if mesh.dim == 2 else rotate_stiffness(own, frame)


def _face(model: Model, piece: Slice, which: int, frame: Floats, angle: float) -> Face:
    """How an outer face is held: the directions in the axes of ``frame``."""
    mesh = model.mesh
    held: list[tuple[float, float, float]] = []
    for support in model.supports:
        if not isinstance(support, Support) or support.boundary is None:
            continue
        pairs = mesh.boundary(support.boundary)
        if not ((pairs[:, 0] == piece.element) & (pairs[:, 1] == piece.sides[which])).any():
            continue
        for direction in support.directions(mesh.dim):
            if direction == "normal":
                held.append((-math.sin(angle), math.cos(angle), 0.0))
            else:
                x, y, z = frame[:, "xyz".index(direction)]
                held.append((float(x), float(y), float(z)))
    return tuple(held) if held else "free"
