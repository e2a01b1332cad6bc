"""Where the eye is: what it sees of a body, where that lands in the picture, and what is hidden."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tubewall.view.body_surface import BodySurface
from tubewall.view.scene_look import EYES, Look

Floats = NDArray[np.float64]

# half the angle of view in perspective [rad]
_HALF_ANGLE: Final = math.radians(13.0)
#: Directions to the eye that are tried for a body in space
TRIED: Final = tuple(np.array([a, b, 0.9]) for a in (1.0, -1.0) for b in (-1.4, 1.4))
_BELOW: Final = tuple(np.array([a, b, -0.9]) for a in (1.0, -1.0) for b in (-1.4, 1.4))


@dataclass(frozen=True, kw_only=True, eq=False)
class Camera:
    """A view of a scene about one unit large.

    Attributes
    ----------
    eye, right, up : (3,)
        Unit vectors: from the scene to the eye, and across the picture.
    focus : (3,)
        What is in the middle of the picture.
    pixel : float
        What one pixel is in the plane through the focus.
    size : (float, float)
        Of the picture [pixel].
    perspective : bool
    """

    eye: Floats
    right: Floats
    up: Floats
    focus: Floats
    pixel: float
    size: tuple[float, float]
    perspective: bool

    @property
    def distance(self) -> float:
        """From the focus to the eye."""
        return 0.5 * self.size[1] * self.pixel / math.tan(_HALF_ANGLE) if self.perspective else 10.0

    @property
    def position(self) -> Floats:
        """The eye (3,)."""
        return np.asarray(self.focus + self.distance * self.eye)

    def seen(self, points: Floats) -> Floats:
        """Where points (k, 3) land [pixel] from the middle of the picture, to the right and up (k, 2)."""
        flat, depth = _flat(points - self.focus, self.right, self.up, self.eye)
        share = self.distance / (self.distance - depth) if self.perspective else np.ones(len(points))
        found: Floats = flat * share[:, None] / self.pixel
        return found

    def in_front(self, points: Floats, layer: int = 0) -> Floats:
        """Points (k, 3) moved along the lines of sight to where nothing hides them; a higher layer hides a lower one."""
        if not self.perspective:
            return points + (3.0 + 0.01 * layer) * self.eye
        away = points - self.position
        depth = -(away @ self.eye)
        found: Floats = self.position + away * ((0.12 - 0.002 * layer) * self.distance / depth)[:, None]
        return found

    def lifted(self, points: Floats, share: float) -> Floats:
        """Points (k, 3) a little nearer to the eye."""
        return np.asarray(points + share * self.eye)

    def on_paper(self, places: Floats, layer: int = 0) -> Floats:
        """Points (k, 3) that land at places (k, 2) [pixel] from the middle of the picture, in front of everything."""
        points = self.focus + self.pixel * (places[:, :1] * self.right + places[:, 1:] * self.up)
        return self.in_front(points, layer)


def camera_for(
    eye: Floats, points: Floats, size: tuple[float, float], room: tuple[float, float], *, perspective: bool
) -> Camera:
    """The camera that shows all of a scene.

    Parameters
    ----------
    eye : (3,)
        From the scene to the eye, a unit vector.
    points : (n, 3)
        What must fit.
    size, room : (float, float)
        Of the picture, and of what the scene may take of it [pixel].
    perspective : bool
    """
    right, up = across_and_up(eye)
    return _fitted(points, eye, right, up, perspective, size, room)


def across_and_up(eye: Floats) -> tuple[Floats, Floats]:
    """Unit vectors (3,) to the right and up in the picture that an eye in a direction sees, z upright."""
    across = np.cross([0.0, 0.0, 1.0], eye)
    right = np.array([1.0, 0.0, 0.0]) if np.linalg.norm(across) < 1e-6 else across / np.linalg.norm(across)
    return right, np.asarray(np.cross(eye, right), dtype=np.float64)


def _fitted(
    points: Floats, eye: Floats, right: Floats, up: Floats, perspective: bool, size: tuple[float, float], room: tuple[float, float]
) -> Camera:  # fmt: skip
    focus, pixel = np.zeros(3), 1.0 / min(room)
    camera = Camera(eye=eye, right=right, up=up, focus=focus, pixel=pixel, size=size, perspective=False)
    # in parallel projection one step is exact, in perspective a few are
    for turn in range(8 if perspective else 1):
        seen = camera.seen(points)
        low, high = seen.min(axis=0), seen.max(axis=0)
        middle = 0.5 * (low + high) * camera.pixel
        focus = camera.focus + middle[0] * right + middle[1] * up
        pixel = camera.pixel * float(((high - low) / np.asarray(room)).max())
        camera = Camera(eye=eye, right=right, up=up, focus=focus, pixel=pixel, size=size, perspective=perspective)
        if perspective and turn == 0:
            depth = (points - focus) @ eye
            focus = focus + 0.5 * (depth.min() + depth.max()) * eye
            camera = Camera(eye=eye, right=right, up=up, focus=focus, pixel=pixel, size=size, perspective=True)
    return camera


def zoomed(camera: Camera, mark: Floats, size: tuple[float, float], width: float) -> Camera:
    """The same view, ``width`` of the scene about the mark (3,) filling a pane of ``size`` [pixel]."""
    return Camera(
        eye=camera.eye, right=camera.right, up=camera.up, focus=mark, pixel=width / size[0], size=size, perspective=False
    )  # fmt: skip


def eye_of(surface: BodySurface, look: Look, points: Floats, mark: Floats) -> Floats:
    """The direction to the eye (3,) that a look asks for, or from which the mark (3,) is seen on the points (n, 3)."""
    if surface.plane:
        return np.array([0.0, 0.0, 1.0])
    if not isinstance(look.eye, str):
        return _unit(np.asarray(look.eye, dtype=np.float64))
    if look.eye != "auto":
        return _unit(np.array(EYES[look.eye]))
    tried = [*TRIED, *_BELOW]
    if surface.cut is not None:
        cut = surface.cut.normal
        # a cut is looked at from where something was taken away, a little from above and from the side
        side = np.cross([0.0, 0.0, 1.0], cut)
        side = np.array([1.0, 0.0, 0.0]) if np.linalg.norm(side) < 0.3 else _unit(side)
        above = np.array([0.0, 0.0, 1.0]) if abs(cut[2]) < 0.9 else np.array([0.0, -1.0, 0.0])
        tried = [cut + 0.42 * sign * side + 0.40 * above for sign in (1.0, -1.0)]
    eyes = [_unit(direction) for direction in tried]
    visible = [0.0 if hidden(points, surface.triangles, mark, eye) else 1.0 for eye in eyes]
    below = [0.6 if eye[2] < 0 else 0.0 for eye in eyes]
    near = int(np.argmin(((points - mark) ** 2).sum(axis=1)))
    facing = [0.2 * float(eye @ surface.normals[near]) for eye in eyes]
    return eyes[int(np.argmax(np.array(visible) - below + facing))]


def hidden(points: Floats, triangles: NDArray[np.int64], place: Floats, eye: Floats) -> bool:
    """Whether a triangle lies between a place (3,) and an eye far away in a direction (3,)."""
    across = _unit(np.cross(eye, [0.3, 0.5, 0.81] if abs(eye[2]) < 0.9 else [1.0, 0.0, 0.0]))
    flat, depth = _flat(points - place, across, np.cross(eye, across), eye)
    corners = flat[triangles]
    near = (corners.min(axis=1) <= 0).all(axis=1) & (corners.max(axis=1) >= 0).all(axis=1)
    rows = triangles[near]
    a, b, c = (flat[rows[:, i]] for i in range(3))
    parts = np.stack([_turn(b, c), _turn(c, a), _turn(a, b)], axis=1)
    inside = (parts > 0).all(axis=1) | (parts < 0).all(axis=1)
    if not inside.any():
        return False
    weights = parts[inside] / parts[inside].sum(axis=1, keepdims=True)
    over = (weights * depth[rows[inside]]).sum(axis=1)
    return bool(over.max() > 0.004)


def _turn(a: Floats, b: Floats) -> Floats:
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])


def _flat(points: Floats, right: Floats, up: Floats, eye: Floats) -> tuple[Floats, Floats]:
    return np.stack([points @ right, points @ up], axis=1), np.asarray(points @ eye)


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float64)
