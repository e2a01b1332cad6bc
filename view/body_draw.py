"""The picture of a body by VTK: the scene, a near view of the mark, the key."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tubewall.units import show as shown
from tubewall.view.body_scene import BodyScene
from tubewall.view.canvas import GHOST, INK, MARK, Canvas
from tubewall.view.glyphs import COMPRESSION, TENSION, crosses
from tubewall.view.scale import STRESS_COLOURS, bar_length
from tubewall.view.scene_camera import Camera, camera_for, hidden, zoomed
from tubewall.view.scene_fluids import Fluid

Floats = NDArray[np.float64]
Colour = tuple[float, float, float]

# how far lines are drawn in front of their surface, in units of the scene
_LIFT = 0.002
OPACITY = {"lithium": 0.62, "gas": 0.34}
# what the near view shows, over the size of the body
_NEAR = 0.16


def draw_scene(screen: Canvas, scene: BodyScene, *, moving: bool = False) -> None:
    """Fill a canvas; with ``moving``, in a window that is turned by hand, without what belongs to one view."""
    main = screen.pane_size("main")
    letter = screen.letter
    room = (main[0] - 90 * letter, main[1] - (250 if scene.look.title else 210) * letter)
    fluids = [scene.placed(f.points, f.displacement) for f in scene.surface.fluids]
    every = np.concatenate([scene.points, scene.framing, scene.rest.reshape(-1, 3), *fluids])
    camera = camera_for(scene.direction, every, main, room, perspective=scene.look.perspective)
    screen.enter("main")
    _bodies(screen, scene, camera)
    _aim(screen, camera)
    _marked(screen, scene, camera, moving=moving)
    if scene.look.title:
        screen.text(scene.look.title, (0.5, 1 - 14 * letter / main[1]), 32, up="top", pane=True)
    screen.text(scene.scale_text, (0.97, 25 * letter / main[1]), 28, across="right", pane=True)
    if not moving:
        _bar(screen, scene, camera)
        if not scene.surface.plane:
            _triad(screen, camera)
    _near(screen, scene, camera)
    screen.colour_bar(scene.surface.quantity.name, scene.surface.ends, _swatches(scene))


def _swatches(scene: BodyScene) -> list[tuple[Colour, str]]:
    crosses_of = [(TENSION, "tension"), (COMPRESSION, "compression")] if scene.look.glyphs else []
    return [*scene.swatches, *crosses_of]


def _bodies(screen: Canvas, scene: BodyScene, camera: Camera) -> None:
    surface = scene.surface
    _skin(screen, scene)
    if len(scene.rest):
        _segments(screen, scene.rest - 5 * _LIFT * camera.eye, GHOST, 1.5)
    _segments(screen, camera.lifted(scene.segments, _LIFT), INK, 1.5)
    for fluid in surface.fluids:
        points = scene.placed(fluid.points, fluid.displacement)
        _translucent(screen, points, fluid.triangles, scene.colour(fluid), _opacity(scene, fluid))
        rims = scene.placed(fluid.rims[..., :3], fluid.rims[..., 3:])
        edge = np.array(scene.colour(fluid)) * 0.55
        _segments(screen, camera.lifted(rims, _LIFT), (edge[0], edge[1], edge[2]), 1.5)
    if surface.fluids:
        screen.plotter.renderer.enable_depth_peeling(6)
    if scene.look.glyphs:
        for segments, colour, _ in crosses(scene):
            ahead = camera.lifted(segments, 4 * _LIFT)
            _segments(screen, ahead, (1.0, 1.0, 1.0), 6.0)
            _segments(screen, camera.lifted(ahead, _LIFT), colour, 3.2)


def _opacity(scene: BodyScene, fluid: Fluid) -> float:
    return 1.0 if scene.surface.plane else OPACITY[fluid.contents]


def _skin(screen: Canvas, scene: BodyScene) -> None:
    surface = scene.surface
    mesh = _poly_data(scene.points, surface.triangles)
    mesh.point_data["stress"] = surface.values
    mesh.point_data["Normals"] = surface.normals
    mesh.point_data.active_normals_name = "Normals"
    plane = surface.plane
    actor = screen.plotter.add_mesh(
        mesh, scalars="stress", cmap=STRESS_COLOURS, clim=surface.ends, show_scalar_bar=False, n_colors=512,
        lighting=not plane, ambient=0.5, diffuse=0.55, specular=0.0, reset_camera=False,
    )  # fmt: skip
    actor.prop.interpolation = "Gouraud"


def _translucent(screen: Canvas, points: Floats, triangles: NDArray[np.int64], colour: Colour, opacity: float) -> None:
    """A closed body of which only the sides to the eye are drawn."""
    screen.plotter.add_mesh(
        _poly_data(points, triangles), color=colour, opacity=opacity, ambient=0.62, diffuse=0.4, specular=0.0,
        reset_camera=False, culling="back",
    )  # fmt: skip


def _segments(screen: Canvas, segments: Floats, colour: Colour, width: float) -> None:
    """Straight lines (s, 2, 3)."""
    import pyvista

    if not len(segments):
        return
    rows = np.column_stack([np.full(len(segments), 2), np.arange(2 * len(segments)).reshape(-1, 2)])
    mesh = pyvista.PolyData(segments.reshape(-1, 3), lines=rows.ravel())
    screen.plotter.add_mesh(
        mesh, color=colour, line_width=max(1.0, width * screen.letter), lighting=False, reset_camera=False
    )


def _poly_data(points: Floats, triangles: NDArray[np.int64]) -> Any:
    import pyvista

    make: Any = pyvista.PolyData.from_regular_faces
    return make(points, triangles)


def _aim(screen: Canvas, camera: Camera) -> None:
    view = screen.plotter.camera
    screen.plotter.camera_position = [camera.position, camera.focus, camera.up]
    if camera.perspective:
        view.parallel_projection = False
        view.view_angle = 26.0
        view.clipping_range = (0.05 * camera.distance, camera.distance + 4.0)
    else:
        view.parallel_projection = True
        view.parallel_scale = 0.5 * camera.size[1] * camera.pixel
        view.clipping_range = (0.01, 30.0)


def _marked(screen: Canvas, scene: BodyScene, camera: Camera, *, moving: bool) -> None:
    """A ring round the mark, and a line from it to its label above the body."""
    letter = screen.letter
    at = camera.seen(scene.mark[None])[0]
    _ring(screen, camera, at, 12 * letter)
    if moving:
        return
    top = camera.seen(scene.points)[:, 1].max()
    end = np.array([at[0] + (90.0 if at[0] < 0 else -90.0) * letter, top + 34 * letter])
    away = (end - at) / np.linalg.norm(end - at)
    lead = np.array([at + 12 * letter * away, end])
    behind = not scene.surface.plane and hidden(scene.points, scene.surface.triangles, scene.mark, camera.eye)
    screen.lines([camera.on_paper(lead)], (1.0, 1.0, 1.0), 6.0)
    screen.lines([camera.on_paper(lead, 1)], MARK, 2.5)
    notes = [part for part in (scene.mark_note, "behind" if behind else "") if part]
    words = scene.mark_text + (f" ({', '.join(notes)})" if notes else "")
    half = 0.5 * camera.size[0]
    share = (end[0] + half) / camera.size[0]
    across = "left" if share < 0.3 else "right" if share > 0.7 else "center"
    screen.text(words, camera.on_paper(end[None])[0].tolist(), 34, colour=MARK, up="bottom", across=across, paper=1.0)


def _ring(screen: Canvas, camera: Camera, at: Floats, radius: float) -> None:
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    ring = at + radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    screen.lines([camera.on_paper(ring)], (1.0, 1.0, 1.0), 7.0, closed=True)
    screen.lines([camera.on_paper(ring, 1)], MARK, 3.5, closed=True)


def _bar(screen: Canvas, scene: BodyScene, camera: Camera) -> None:
    letter, (width, height) = screen.letter, camera.size
    length = bar_length(0.6 * width * camera.pixel * scene.metres)
    left = np.array([-0.46 * width, -0.5 * height + 40 * letter])
    right = left + np.array([length / scene.metres / camera.pixel, 0.0])
    tick = np.array([0.0, 8 * letter])
    for pair in ((left, right), (left - tick, left + tick), (right - tick, right + tick)):
        screen.lines([camera.on_paper(np.array(pair))], INK, 3.5)
    words = shown(length, "m") + (" in the middle" if camera.perspective else "")
    at = camera.on_paper((right + np.array([14 * letter, 0.0]))[None])[0].tolist()
    screen.text(words, at, 30, across="left")


def _triad(screen: Canvas, camera: Camera) -> None:
    """The directions x, y, z, at the lower right."""
    letter, (width, height) = screen.letter, camera.size
    start = np.array([0.5 * width - 130 * letter, -0.5 * height + 150 * letter])
    for axis, name in zip(np.eye(3), "xyz", strict=True):
        along = 80 * letter * np.array([axis @ camera.right, axis @ camera.up])
        screen.lines([camera.on_paper(np.array([start, start + along]))], INK, 2.5)
        if np.linalg.norm(along) > 12 * letter:
            screen.text(name, camera.on_paper((start + 1.25 * along)[None])[0].tolist(), 28)


def _near(screen: Canvas, scene: BodyScene, camera: Camera) -> None:
    """The mark seen near, in the pane at the upper right; not where it is hidden."""
    if hidden(scene.points, scene.surface.triangles, scene.mark, camera.eye) and not scene.surface.plane:
        return
    screen.enter("zoom")
    pane = screen.pane_size("zoom")
    near = zoomed(camera, scene.mark, pane, _NEAR)
    _bodies(screen, scene, near)
    _aim(screen, near)
    _ring(screen, near, np.zeros(2), 12 * screen.letter)
    length = bar_length(_NEAR * scene.metres)
    left = np.array([-0.42 * pane[0], -0.5 * pane[1] + 30 * screen.letter])
    right = left + np.array([length / scene.metres / near.pixel, 0.0])
    screen.lines([near.on_paper(np.array([left, right]))], (1.0, 1.0, 1.0), 9.0)
    screen.lines([near.on_paper(np.array([left, right]), 1)], INK, 3.5)
    at = near.on_paper((right + np.array([10 * screen.letter, 0.0]))[None])[0].tolist()
    screen.text(shown(length, "m"), at, 26, across="left", paper=0.75)
