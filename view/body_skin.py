"""What VTK draws of a body: its skin, its lines, lithium and gas, crosses of stress, the ring round the mark."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tubewall.view.body_scene import BodyScene
from tubewall.view.canvas import GHOST, INK, MARK, Canvas
from tubewall.view.glyphs import crosses
from tubewall.view.scale import STRESS_COLOURS
from tubewall.view.scene_camera import Camera
from tubewall.view.scene_fluids import Fluid

Floats = NDArray[np.float64]
Colour = tuple[float, float, float]

# how far lines are drawn in front of their surface, in units of the scene
_LIFT = 0.002
OPACITY = {"lithium": 0.62, "gas": 0.34}


def draw_bodies(screen: Canvas, scene: BodyScene, camera: Camera) -> None:
    """The body in the pane that is entered, as a camera sees it."""
    surface = scene.surface
    _skin(screen, scene)
    if len(scene.rest):
        # lines of the body at rest may lie inside the deformed one, by no more than the deflection that is drawn
        deepest = scene.magnification * np.linalg.norm(surface.displacement, axis=1).max() / scene.metres
        sunk = -5 * _LIFT if surface.plane else _LIFT + float(deepest)
        _segments(screen, camera.lifted(scene.rest, sunk), GHOST, 2.0)
    _segments(screen, camera.lifted(scene.segments, _LIFT), INK, 1.5)
    for fluid in surface.fluids:
        points = scene.placed(fluid.points, fluid.displacement)
        _translucent(screen, points, fluid.triangles, scene.colour(fluid), _opacity(scene, fluid))
        rims = scene.placed(fluid.rims[..., :3], fluid.rims[..., 3:])
        edge = np.array(scene.colour(fluid)) * 0.55
        _segments(screen, camera.lifted(rims, 0.5 * _LIFT), (edge[0], edge[1], edge[2]), 1.5)
    if surface.fluids:
        screen.plotter.renderer.enable_depth_peeling(6)
    if scene.look.glyphs:
        for segments, colour, _ in crosses(scene):
            ahead = camera.lifted(segments, 4 * _LIFT)
            _segments(screen, _longer(ahead, 1.4 * screen.letter * camera.pixel), (1.0, 1.0, 1.0), 6.0)
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


def _longer(segments: Floats, more: float) -> Floats:
    """Segments (s, 2, 3) with ``more`` added at each end."""
    along = segments[:, 1] - segments[:, 0]
    size = np.linalg.norm(along, axis=1, keepdims=True)
    step = more * along / np.where(size > 0, size, 1.0)
    return np.stack([segments[:, 0] - step, segments[:, 1] + step], axis=1)


def aim(screen: Canvas, camera: Camera) -> None:
    """Look through a camera in the pane that is entered."""
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


def draw_ring(screen: Canvas, camera: Camera, at: Floats, radius: float, *, dashed: bool = False) -> None:
    """A ring about a place (2,) of the picture [pixel], dashed where what it rings is hidden."""
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    ring = at + radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    screen.lines([camera.on_paper(ring)], (1.0, 1.0, 1.0), 7.0, closed=True)
    parts = np.split(ring, 12) if dashed else [ring]
    screen.lines([camera.on_paper(part, 1) for part in parts], MARK, 3.5, closed=not dashed)
