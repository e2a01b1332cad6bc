"""Films of bodies: a load that comes and goes, or one solution after another as in a filling; GIF or MP4."""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Unpack

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError, MissingDependencyError
from tubewall.view.body_picture import scene_picture, triangles_for
from tubewall.view.body_scene import BodyScene, body_scene, chosen_magnification
from tubewall.view.body_surface import BodySurface, body_surface
from tubewall.view.picture import Pixels, checked_path, checked_size, gif_in_colours, gif_of
from tubewall.view.scene_look import Look, LookOptions
from tubewall.view.scene_open import Result
from tubewall.whole_files import write_whole

Floats = NDArray[np.float64]

MOST_FRAMES: Final = 400
_SECONDS: Final = 0.08


def film_of_load(
    result: Result,
    path: str | os.PathLike[str],
    *,
    frames: int = 24,
    seconds: float = _SECONDS,
    size: tuple[int, int] = (960, 720),
    **look: Unpack[LookOptions],
) -> Path:
    """Write a film of a load that grows from nothing to what was solved and goes again.

    Displacement and stress are those of the solution times the share of the load.

    Parameters
    ----------
    result : FieldSolution, or path of a .vtu that ``tubewall solve`` wrote
    path : str or path
        Ends in ``.gif``, or in ``.mp4`` where ffmpeg is installed; written whole or not at all.
    frames : int
        4 to 400.
    seconds : float
        Each frame is shown.
    size : (int, int)
        Width and height [pixel], even for MP4.
    **look
        As of ``draw_body``.

    Raises
    ------
    InputError
        As of ``draw_body``, or for a number of frames that makes no film.
    MissingDependencyError
        For MP4 without ffmpeg.
    """
    target, pixels = checked_film(path, frames, seconds, size)
    wanted = Look(**look)
    surface = body_surface(result, wanted, most=triangles_for(pixels))
    # the eye stays where the whole load shows best
    scene = body_scene(surface, wanted)
    wanted = replace(wanted, magnification=scene.magnification, colour_range=_from_zero(surface))
    surface = replace(surface, ends=wanted.colour_range or surface.ends)
    shares = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(frames) / frames)
    head = f"{wanted.title}, load" if wanted.title else "load"
    film = (
        _frame(_under(surface, share), replace(wanted, title=f"{head} {100 * share:.0f} %"), scene, pixels)
        for share in shares.tolist()
    )
    return write_film(target, film, seconds)


def film_of(
    results: Sequence[Result],
    path: str | os.PathLike[str],
    *,
    titles: Sequence[str] = (),
    seconds: float = 0.2,
    size: tuple[int, int] = (960, 720),
    **look: Unpack[LookOptions],
) -> Path:
    """Write a film of one solution after another, such as the moments of a filling: one frame each.

    Colours, magnification and view are the same in all frames.

    Parameters
    ----------
    results : sequence of FieldSolution or paths
        2 to 400, of bodies in one place; the meshes may differ, as lithium rises.
    path : str or path
        Ends in ``.gif`` or ``.mp4``.
    titles : sequence of str
        One for each frame; without it the look's own title.
    seconds, size, look
        As of ``film_of_load``.

    Raises
    ------
    InputError, MissingDependencyError
        As of ``film_of_load``.
    """
    target, pixels = checked_film(path, len(results), seconds, size)
    if titles and len(titles) != len(results):
        raise InputError(f"a film of {len(results)} solutions has as many titles, got {len(titles)}")
    wanted = Look(**look)
    surfaces = [body_surface(result, wanted, most=triangles_for(pixels)) for result in results]
    ends = (min(s.ends[0] for s in surfaces), max(s.ends[1] for s in surfaces))
    last = max(surfaces, key=lambda s: float(np.linalg.norm(s.displacement, axis=1).max()))
    scale = chosen_magnification(last) if wanted.magnification is None else wanted.magnification
    wanted = replace(wanted, magnification=scale, colour_range=wanted.colour_range or ends)
    scene = body_scene(last, wanted)
    named = [replace(wanted, title=title) for title in titles] or [wanted] * len(results)
    film = (
        _frame(replace(surface, ends=wanted.colour_range or ends), one, scene, pixels)
        for surface, one in zip(surfaces, named, strict=True)
    )
    return write_film(target, film, seconds)


def checked_film(
    path: str | os.PathLike[str], frames: int, seconds: float, size: tuple[int, int]
) -> tuple[Path, tuple[int, int]]:
    """Where a film goes and its width and height [pixel], asked before any work is done; InputError, MissingDependencyError."""
    suffix = ".mp4" if Path(path).suffix.lower() == ".mp4" else ".gif"
    target = checked_path(path, suffix)
    pixels = checked_size(size)
    if isinstance(frames, bool) or not isinstance(frames, int) or not 2 <= frames <= MOST_FRAMES:
        raise InputError(f"a film has 2 to {MOST_FRAMES} frames, got {frames!r}")
    if not 0.02 <= seconds <= 10:
        raise InputError(f"a frame is shown for 0.02 to 10 s, got {seconds!r}")
    if suffix == ".mp4":
        if pixels[0] % 2 or pixels[1] % 2:
            raise InputError(f"an MP4 has an even width and height, got {pixels[0]} x {pixels[1]}")
        encoder()
    return target, pixels


def encoder() -> str:
    """The program that makes an MP4.

    Raises
    ------
    MissingDependencyError
        When neither ffmpeg nor the package imageio-ffmpeg is there.
    """
    found = shutil.which("ffmpeg")
    if found:
        return found
    if importlib.util.find_spec("imageio_ffmpeg") is not None:
        return str(importlib.import_module("imageio_ffmpeg").get_ffmpeg_exe())
    raise MissingDependencyError(
        "an MP4 needs ffmpeg: as root, run 'apt-get install -y ffmpeg', or 'pip install imageio-ffmpeg'; a .gif needs nothing"
    )


def _from_zero(surface: BodySurface) -> tuple[float, float]:
    """The ends of the colours with zero, where every film of a load begins, among them."""
    return min(surface.ends[0], 0.0), max(surface.ends[1], 0.0)


def _under(surface: BodySurface, share: float) -> BodySurface:
    """The surface under a share of its load."""
    return replace(
        surface,
        displacement=share * surface.displacement,
        values=share * surface.values,
        stress=share * surface.stress,
        line_displacement=share * surface.line_displacement,
        fluids=tuple(
            replace(
                fluid,
                displacement=share * fluid.displacement,
                rims=np.concatenate([fluid.rims[..., :3], share * fluid.rims[..., 3:]], axis=2),
            )
            for fluid in surface.fluids
        ),
        mark_displacement=share * surface.mark_displacement,
        mark_value=share * surface.mark_value,
    )


def _frame(surface: BodySurface, look: Look, whole: BodyScene, size: tuple[int, int]) -> Pixels:
    """One frame, drawn in the frame of the whole scene so that nothing jumps."""
    scene = replace(body_scene(surface, look), metres=whole.metres, middle=whole.middle)
    scene = replace(
        scene,
        points=scene.placed(surface.points, surface.displacement),
        segments=scene.placed(surface.line_points, surface.line_displacement)[surface.lines],
        rest=scene.placed(surface.line_points, 0 * surface.line_displacement)[surface.lines]
        if len(scene.rest)
        else scene.rest,
        mark=scene.placed(surface.mark, surface.mark_displacement),
        framing=whole.points,
        direction=whole.direction,
    )
    return scene_picture(scene, size).pixels()


def write_film(target: Path, film: Iterator[Pixels], seconds: float, *, palette: Pixels | None = None) -> Path:
    """Write frames (height, width, 3), each shown for ``seconds``, as GIF or MP4: whole or not at all.

    A GIF has 256 colours: those of a ``palette`` (k, 3) in all frames, or what suits each frame.
    """
    if target.suffix.lower() == ".gif":
        made = gif_of(list(film), seconds) if palette is None else gif_in_colours(film, palette, seconds)
        return write_whole(target, made)
    first = next(film)
    height, width, _ = first.shape
    command = [
        encoder(), "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}",
        "-r", f"{1 / seconds:.6f}", "-i", "-", "-an", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "18",
        "-movflags", "frag_keyframe+empty_moov", "-f", "mp4", "-",
    ]  # fmt: skip
    frames = b"".join(np.ascontiguousarray(frame).tobytes() for frame in (first, *film))
    done = subprocess.run(command, input=frames, capture_output=True, check=False)
    if done.returncode or not done.stdout:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise MissingDependencyError(f"ffmpeg made no film: {lines[-1] if lines else f'exit code {done.returncode}'}")
    return write_whole(target, done.stdout)
