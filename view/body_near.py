"""The mark seen near, from where it shows: from the picture's own side, from another, or with what hides it cut away."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tubewall.units import show as shown
from tubewall.view.body_scene import BodyScene
from tubewall.view.body_skin import aim, draw_bodies, draw_ring
from tubewall.view.canvas import GHOST, INK, Canvas
from tubewall.view.scale import bar_length
from tubewall.view.scene_camera import TRIED, Camera, across_and_up, hidden, zoomed

Floats = NDArray[np.float64]

# what the near view shows, over the size of the body
_NEAR: Final = 0.16
# what hides the mark is cut away so far before it, in units of the scene
_BEFORE: Final = 0.012


def draw_near(screen: Canvas, scene: BodyScene, camera: Camera) -> None:
    """Fill the pane at the upper right."""
    eye, words, cut = near_eye(scene, camera.eye)
    right, up = across_and_up(eye)
    screen.enter("zoom")
    pane = screen.pane_size("zoom")
    near = zoomed(replace(camera, eye=eye, right=right, up=up), scene.mark, pane, _NEAR)
    draw_bodies(screen, scene, near)
    if cut:
        _cut_before(screen, scene.mark, eye)
    aim(screen, near)
    draw_ring(screen, near, np.zeros(2), 12 * screen.letter)
    _framed(screen, near, pane)
    length = bar_length(_NEAR * scene.metres)
    left = np.array([-0.42 * pane[0], -0.5 * pane[1] + 30 * screen.letter])
    end = left + np.array([length / scene.metres / near.pixel, 0.0])
    screen.lines([near.on_paper(np.array([left, end]))], (1.0, 1.0, 1.0), 9.0)
    screen.lines([near.on_paper(np.array([left, end]), 1)], INK, 4.5)
    at = near.on_paper((end + np.array([10 * screen.letter, 0.0]))[None])[0].tolist()
    screen.text(shown(length, "m"), at, 26, across="left", paper=0.75)
    if words:
        screen.text(words, (0.06, 0.965), 26, across="left", up="top", paper=0.75, pane=True)


def near_eye(scene: BodyScene, eye: Floats) -> tuple[Floats, str, bool]:
    """The direction (3,) from which the mark is seen near, words where it is not that of the picture, and whether it needs a cut.

    Parameters
    ----------
    scene : BodyScene
    eye : (3,)
        Of the picture.
    """
    triangles = scene.surface.triangles
    if scene.surface.plane or not hidden(scene.points, triangles, scene.mark, eye):
        return eye, "", False
    level = [np.array([np.cos(turn), np.sin(turn), 0.25]) for turn in np.arange(0.0, 2 * np.pi, np.pi / 4)]
    tried = [direction / np.linalg.norm(direction) for direction in (*TRIED, *level)]
    normal = scene.surface.normals[int(np.argmin(((scene.points - scene.mark) ** 2).sum(axis=1)))]
    worth = [float(one @ normal + 0.3 * (one @ eye)) for one in tried]
    seen = [i for i in np.argsort(worth)[::-1] if not hidden(scene.points, triangles, scene.mark, tried[i])]
    if seen:
        best = tried[seen[0]]
        return best, "from behind" if best @ eye < -0.2 else "from the side", False
    return tried[int(np.argmax(worth))], "cut open before it", True


def _cut_before(screen: Canvas, mark: Floats, eye: Floats) -> None:
    from vtkmodules.vtkCommonDataModel import vtkPlane

    plane = vtkPlane()
    plane.SetOrigin(*(mark + _BEFORE * eye))
    plane.SetNormal(*(-eye))
    for actor in screen.plotter.renderer.actors.values():
        actor.mapper.AddClippingPlane(plane)


def _framed(screen: Canvas, near: Camera, pane: tuple[float, float]) -> None:
    half = 0.5 * np.array(pane) - 1.5 * screen.letter
    corners = half * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    screen.lines([near.on_paper(corners, 2)], GHOST, 2.5, closed=True)
