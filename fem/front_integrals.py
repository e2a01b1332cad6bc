"""A crack in space: K, T and G point by point along its front."""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.errors import InputError
from tubewall.fem.crack_ends import end_faces
from tubewall.fem.crack_line import Line, apart, front_edges, front_frame, front_line, hat_at, polyline_of, project
from tubewall.fem.crack_point import CrackResult, evaluate_tip, stress_of_faces
from tubewall.fem.crack_tip import FRACTIONS_IN_SPACE, ramp, reach
from tubewall.fem.elements import Floats

if TYPE_CHECKING:
    from tubewall.fem.crack_fields import TipFrame
    from tubewall.fem.field_solution import FieldSolution

# largest radius of a domain over the radius of curvature of the front; in coarse meshes
_BENT: Final = (0.6, 0.9)
# disagreement of the rates of energy from which on a point is no answer for the whole front
_TRUSTED: Final = 0.1


@dataclass(frozen=True, kw_only=True)
class FrontResult:
    """A crack along its front.

    Attributes
    ----------
    results : tuple of CrackResult
        At each vertex of the front.
    along : tuple of float
        Distance of each from the first one along the front [m].
    closed : bool
        Whether the front is a loop.
    """

    results: tuple[CrackResult, ...]
    along: tuple[float, ...]
    closed: bool

    @functools.cached_property
    def points(self) -> Floats:
        """Where the results hold, (f, 3) [m]."""
        return np.array([result.point for result in self.results])

    def largest(self) -> CrackResult:
        """The point of the largest energy release rate, among those whose rates agree to a tenth where there are any."""
        trusted = [result for result in self.results if result.disagreement <= _TRUSTED]
        return max(trusted or self.results, key=lambda result: result.g)


def crack_front(
    solution: FieldSolution,
    *,
    faces: tuple[str, ...],
    front: str | None = None,
    radius: float | None = None,
    symmetric: bool = False,
) -> FrontResult:
    """A crack in space, whose faces are plane within ``radius`` of its front.

    At each vertex of the front the crack is moved forward by a hat that falls to zero at the neighbouring vertices; the fields
    that the solution is weighed against follow the curvature of the front (Gosz and Moran 2002). The tractions of the
    plane face on which a front ends, from loads and supports, are taken into account. On a free one the three modes have no
    meaning in the strict sense (the singularity is another one there): K is the mean over the last edge of the front.

    Parameters
    ----------
    solution : FieldSolution
        Of a model in space.
    faces : tuple of str
        Boundaries that are its faces, the upper one first: two, or one of a symmetric half.
    front : str, optional
        The named edge of the mesh that is the front; without it, where the two faces meet, or where the face of a half meets
        the plane of symmetry.
    radius : float, optional
        Of the largest domain [m].
    symmetric : bool
        The mesh holds one half and the crack lies in the plane of symmetry.

    Raises
    ------
    InputError
        When the front is no line of edges at the rim of the faces, or the mesh is too coarse around it.
    """
    model = solution.model
    mesh = model.discrete.mesh
    if mesh.dim != 3:
        raise InputError("a crack in a plane body has a tip: use crack")
    if not faces:
        raise InputError("a crack has one or two faces: name the boundaries of the mesh")
    line = front_line(mesh, front_edges(mesh, faces, front, symmetric), faces)
    frames = tuple(front_frame(mesh, line, i, faces[0]) for i in range(len(line.vertices)))
    distance, along = project(mesh.points, polyline_of(mesh, line))
    nearest = np.argmin(apart(along[:, None], line.along[None], line), axis=1)
    nodes = line.vertices if line.middles is None else np.concatenate([line.vertices, line.middles])
    around = reach(model, faces, nodes, frames, nearest, distance)
    bent = max(float(np.linalg.norm(frame.curvature)) for frame in frames)
    if bent * around.largest > _BENT[0]:
        # farther inside, what goes out from one point of a curved front runs into what goes out from another
        most = max(_BENT[0] / bent, min(around.least, _BENT[1] / bent))
        around = dataclasses.replace(around, largest=min(around.largest, most))
    radii = around.radii(radius, f"with its front at {mesh.points[line.vertices[0]].tolist()} m", FRACTIONS_IN_SPACE)
    outlets = () if line.closed else end_faces(mesh, (frames[0], frames[-1]), faces)
    ends = np.concatenate([np.zeros((0, 2), dtype=np.int64), *(outlet.pairs for outlet in outlets)])
    results = []
    for i, frame in enumerate(frames):
        hat, area = hat_at(line, i, along)
        _, axes, _ = frame.locate(mesh.points)
        ahead = axes[:, 0]
        for outlet in outlets:
            ahead[outlet.nodes] = outlet.ahead
        shifts = [(hat * ramp(distance, r))[:, None] * ahead for r in radii]
        results.append(
            evaluate_tip(
                solution,
                nodes,
                frame,
                around.element,
                radii,
                shifts,
                area / (2 if symmetric else 1),
                _stretch(solution, line, i, frame),
                stress_of_faces(model, faces, frame),
                symmetric,
                ends,
            )
        )
    return FrontResult(results=tuple(results), along=tuple(float(s) for s in line.along), closed=line.closed)


def _stretch(solution: FieldSolution, line: Line, i: int, frame: TipFrame) -> float:
    """Strain along the front at the vertex ``i``."""
    mesh = solution.model.discrete.mesh
    u, x = solution.displacement, mesh.points
    n = len(line.vertices)
    found = []
    for step in (1, -1):
        j = (i + step) % n
        if not line.closed and not 0 <= i + step < n:
            continue
        a, b = line.vertices[i], line.vertices[j]
        if line.middles is None:
            du, dx = u[b] - u[a], x[b] - x[a]
        else:
            middle = line.middles[i if step == 1 else (i - 1) % len(line.middles)]
            du, dx = (4 * f[middle] - 3 * f[a] - f[b] for f in (u, x))
        found.append(float(du @ frame.axes[2]) / float(dx @ frame.axes[2]))
    return float(np.mean(found))
