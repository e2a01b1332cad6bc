"""A picture of any solved body: its deformed surface coloured by a stress, the maximum marked, a scale bar."""

from __future__ import annotations

import os
from typing import Final, Unpack

from tubewall.view import probe
from tubewall.view.body_draw import draw_scene
from tubewall.view.body_flat import flat_picture
from tubewall.view.body_scene import BodyScene, body_scene
from tubewall.view.body_surface import MOST_TRIANGLES, body_surface
from tubewall.view.canvas import check_display, drawn_off_screen, shown_in_window
from tubewall.view.picture import Picture, checked_path, checked_size, png_of
from tubewall.view.scene_look import Look, LookOptions
from tubewall.view.scene_open import Result

_FEWEST: Final = 30_000


def draw_body(
    result: Result,
    path: str | os.PathLike[str] | None = None,
    *,
    size: tuple[int, int] = (1600, 1200),
    show: bool = False,
    **look: Unpack[LookOptions],
) -> Picture:
    """Draw a solved body, plane or in space.

    Parameters
    ----------
    result : FieldSolution, or path of a .vtu that ``tubewall solve`` wrote
    path : str or path, optional
        PNG file to write, whole or not at all.
    size : (int, int)
        Width and height [pixel].
    show : bool
        Open a window too, where there is a display.
    **look
        The fields of ``Look``: quantity, title, magnification, cut, apart, regions, fluids, glyphs, rest, eye, perspective,
        colour_range.

    Returns
    -------
    Picture
        Drawn by VTK, or flat by matplotlib where no 3D renderer works.

    Raises
    ------
    InputError
        For a quantity that is no stress, a region that does not exist, a cut that misses the body, or a path that cannot be
        written; nothing is written then.
    MissingDependencyError
        With ``show`` where there is no display.

    Examples
    --------
    >>> draw_body(solution, "cluster.png", cut="y", quantity="von mises").caption  # doctest: +SKIP
    'von Mises, max 23.2 MPa at (-25 nm, 43.3 nm, 0 m); displacement 200 ×'
    """
    pixels = checked_size(size)
    target = None if path is None else checked_path(path, ".png")
    wanted = Look(**look)
    if show:
        check_display()
    scene = body_scene(body_surface(result, wanted, most=triangles_for(pixels)), wanted)
    picture = scene_picture(scene, pixels)
    if target is not None:
        picture.write(target)
    if show:
        shown_in_window(lambda screen: draw_scene(screen, scene, moving=True), pixels)
    return picture


def triangles_for(size: tuple[int, int]) -> int:
    """About how many triangles a picture of this size [pixel] needs: one for four pixels."""
    return min(MOST_TRIANGLES, max(_FEWEST, size[0] * size[1] // 4))


def scene_picture(scene: BodyScene, size: tuple[int, int]) -> Picture:
    """The picture of a scene, by VTK where it works here, else by matplotlib."""
    if probe.can_render():
        content = png_of(drawn_off_screen(lambda screen: draw_scene(screen, scene), size))
        return Picture(
            png=content, width=size[0], height=size[1], caption=scene.caption, magnification=scene.magnification,
            renderer="vtk",
        )  # fmt: skip
    return Picture(
        png=flat_picture(scene, size), width=size[0], height=size[1], caption=scene.caption,
        magnification=scene.magnification, renderer="matplotlib",
    )  # fmt: skip
