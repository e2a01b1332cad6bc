"""``tubewall view``: a result from its file to pictures, films and pages."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tubewall.errors import InputError
from tubewall.studies.files import check_outputs
from tubewall.studies.study_key import shown
from tubewall.studies.view_results import Kind, Shown, kind_of, opened
from tubewall.units import parse

if TYPE_CHECKING:
    from tubewall.view.scene_look import LookOptions

Progress = Callable[[float, str], None]

#: What can be written, by option, and how the name of the file may end.
OUTPUTS: Final = {
    "png": (".png",),
    "svg": (".svg",),
    "pdf": (".pdf",),
    "html": (".html",),
    "live": (".html",),
    "film": (".gif", ".mp4"),
}


_SIZE: Final = (1600, 1200)


def add_view_options(parser: argparse.ArgumentParser) -> None:
    """The words after ``tubewall view``."""
    add = parser.add_argument
    add(
        "result",
        metavar="RESULT",
        help="a case, study, tubule or chambers file, what --json wrote of the first three, or a .vtu of `tubewall solve`",
    )
    add("--png", metavar="FILE", help="write a picture (default, where nothing else is asked for: RESULT's name.png)")
    add("--svg", metavar="FILE", help="write a plane body or a section as a vector picture")
    add("--pdf", metavar="FILE", help="the same as a PDF")
    add("--html", metavar="FILE", help="write a page to turn the body in a browser, no server needed")
    add("--live", metavar="FILE", help="write a page with a slider for each chamber's pressure")
    add(
        "--film",
        metavar="FILE",
        help="write a film of the filling of a study, else of the load that comes and goes: .gif, .mp4",
    )
    add("--window", action="store_true", help="open a window where there is a display")
    add(
        "--quantity",
        metavar="NAME",
        help="the stress that is shown (default max principal, or what the study asks for)",
    )
    add("--question", metavar="NAME", help="of a tubule file: whose body is shown (default root)")
    add("--cut", metavar="PLANE", help="cut open: y, +x (x and beyond taken away), '-z = 20 nm'")
    add("--apart", metavar="SHARE", default="0", help="move the regions apart by this share of the body's size")
    add("--region", metavar="NAME", action="append", default=[], help="only this region; may be repeated")
    add("--no-fluids", dest="fluids", action="store_false", help="without lithium and gas")
    add("--glyphs", action="store_true", help="with crosses of principal stress")
    add("--rest", action="store_true", help="with the lines of the body at rest")
    add("--magnification", metavar="TIMES", help="how many times the displacement is drawn, 0 for the body at rest")
    add("--eye", metavar="VIEW", default="auto", help="auto, iso, x, y, z, -x ... or 'x, y, z' towards the eye")
    add("--perspective", action="store_true", help="in perspective, not parallel")
    add("--range", metavar="LOW,HIGH", help="the ends of the colours, such as '0 MPa, 20 MPa'")
    add("--title", metavar="TEXT", default="", help="above the picture")
    add(
        "--size", metavar="WxH", default=f"{_SIZE[0]}x{_SIZE[1]}", help="of the picture in pixels (default %(default)s)"
    )
    add("--highest", metavar="PRESSURE", help="where the sliders of --live end")
    add("--quiet", action="store_true", help="print nothing but errors")


def run_view(options: argparse.Namespace, *, progress: Progress | None = None) -> tuple[str, list[str]]:
    """Write what is asked for; the caption, how it was drawn, and the files.

    Raises
    ------
    InputError
        When the result, an option or an output is wrong; nothing is computed then.
    MissingDependencyError
        For a window without a display, or an MP4 without ffmpeg.
    """
    job = _job(options)
    if job.kind == "anode":
        return _anode(job, progress), list(job.outputs.values())
    from tubewall.view.scene_look import Look

    tell = progress or (lambda _fraction, _text: None)
    found = opened(job.source, job.kind, Look(**job.look), tell, job.question)
    if not options.title:
        job.look["title"] = found.title
    if options.quantity is None:
        job.look["quantity"] = found.quantity
    lines = _written(job, found, tell)
    return "\n".join(lines), list(job.outputs.values())


@dataclass(frozen=True, kw_only=True)
class _Job:
    """The words, read and checked."""

    source: str
    kind: Kind
    question: str | None
    outputs: dict[str, str]
    look: LookOptions
    size: tuple[int, int]
    highest: float | None
    window: bool


def _job(options: argparse.Namespace) -> _Job:
    from tubewall.view.picture import checked_size
    from tubewall.view.scene_look import Look

    source = str(options.result)
    kind = kind_of(source, options.question)
    outputs = {name: str(getattr(options, name)) for name in OUTPUTS if getattr(options, name) is not None}
    if not outputs and not options.window:
        outputs = {"png": f"{Path(source).stem}.png"}
    check_outputs(outputs, unlike=source, suffixes=OUTPUTS)
    if "live" in outputs and kind not in ("case", "array"):
        one = "an anode" if kind == "anode" else f"a {kind}"
        raise InputError(f"--live: sliders move the loads of a case or study file, {one} has none")
    if options.window:
        from tubewall.view.canvas import check_display

        check_display()
    if Path(outputs.get("film", "")).suffix.lower() == ".mp4":
        from tubewall.view.animation import encoder

        encoder()
    look: LookOptions = {
        "quantity": options.quantity or "max principal",
        "title": options.title,
        "cut": options.cut,
        "apart": _number("--apart", options.apart),
        "regions": tuple(options.region),
        "fluids": options.fluids,
        "glyphs": options.glyphs,
        "rest": True if options.rest else None,
        "perspective": options.perspective,
        "eye": _eye(options.eye),
        "magnification": None if options.magnification is None else _number("--magnification", options.magnification),
        "colour_range": _range(options.range),
    }
    # whatever is wrong in it is said before anything is solved
    Look(**look)
    return _Job(
        source=source,
        kind=kind,
        question=options.question,
        outputs=outputs,
        look=look,
        size=checked_size(_size(options.size)),
        highest=None if options.highest is None else parse(options.highest, "Pa"),
        window=options.window,
    )


def _anode(job: _Job, progress: Progress | None) -> str:
    """The lithium in the bores of an anode in space, and its protocol as a film; the answer that they are drawn from."""
    from tubewall.studies.chambers_command import answer_chambers_file
    from tubewall.view.scene_look import Look

    other = [f"--{name}" for name in job.outputs if name not in ("png", "film")] + ["--window"] * job.window
    if other:
        raise InputError(
            f"{other[0]}: an anode is drawn as columns in space (--png) and as a film (--film); `tubewall chambers` has a "
            "map and plots of it besides"
        )
    if Look(**job.look) != Look() or job.size != _SIZE or job.highest is not None:
        raise InputError(
            "an anode shows gas pressures and fills in one view: leave the options of stress, view and size out"
        )
    return answer_chambers_file(
        job.source, progress=progress, columns=job.outputs.get("png"), film=job.outputs.get("film")
    )


def _written(job: _Job, found: Shown, tell: Progress) -> list[str]:
    """Everything that is asked for, one after the other; what to say of it."""
    lines: list[str] = []
    done = 0
    result, look = found.result, job.look

    def step(words: str) -> None:
        nonlocal done
        tell(0.4 + 0.6 * done / (len(job.outputs) + 1), words)
        done += 1

    if "png" in job.outputs or job.window:
        from tubewall.view.body_picture import draw_body
        from tubewall.view.scene_renderer import how_drawn

        step("drawing")
        picture = draw_body(result, job.outputs.get("png"), size=job.size, show=job.window, **look)
        lines += [picture.caption, how_drawn(picture)]
    for name in ("svg", "pdf"):
        if name in job.outputs:
            from tubewall.view.vector_picture import draw_vector

            step("drawing a section")
            draw_vector(result, job.outputs[name], **look)
    if "html" in job.outputs:
        from tubewall.view.scene_page import body_page

        step("writing the page")
        body_page(result, job.outputs["html"], **look)
    if "film" in job.outputs:
        step("drawing the film")
        _film(job, found)
    if "live" in job.outputs:
        step("solving each chamber alone")
        _live(job, found)
    return [line for line in lines if line]


def _film(job: _Job, found: Shown) -> None:
    """The filling of a study's array; of any other body the load that comes and goes."""
    from tubewall.view.animation import film_of, film_of_load

    if found.array is None:
        film_of_load(found.result, job.outputs["film"], size=_even(job.size), **job.look)
        return
    results, titles = found.filling()
    film_of(results, job.outputs["film"], titles=titles, size=_even(job.size), **job.look)


def _live(job: _Job, found: Shown) -> None:
    path = job.outputs["live"]
    if found.array is not None:
        from tubewall.view.live_array import write_array_page

        write_array_page(found.array[1], path, found.state(), rings=found.rings, highest=job.highest, **job.look)
    elif found.model is not None:
        from tubewall.view.live_page import write_live_page

        write_live_page(found.model, path, highest=job.highest, **job.look)


def _number(option: str, words: str) -> float:
    try:
        return float(words)
    except ValueError:
        raise InputError(f"{option}: {shown(words)!r} is no number") from None


def _eye(words: str) -> str | tuple[float, float, float]:
    if "," not in words:
        return words.strip()
    parts = [_number("--eye", part) for part in words.split(",")]
    if len(parts) != 3:
        raise InputError(f"--eye: a direction has three numbers, got {shown(words)!r}")
    return parts[0], parts[1], parts[2]


def _range(words: str | None) -> tuple[float, float] | None:
    if words is None:
        return None
    parts: list[Any] = [parse(part.strip(), "Pa") for part in words.split(",")]
    if len(parts) != 2:
        raise InputError(f"--range: two stresses such as '0 MPa, 20 MPa', got {shown(words)!r}")
    return parts[0], parts[1]


def _size(words: str) -> tuple[int, int]:
    width, _, height = words.lower().partition("x")
    if not (width.strip().isdigit() and height.strip().isdigit()):
        raise InputError(f"--size: write for example 1600x1200, got {shown(words)!r}")
    return int(width), int(height)


def _even(size: tuple[int, int]) -> tuple[int, int]:
    """A film is at most 960 pixels wide, and even both ways."""
    share = min(1.0, 960 / size[0])
    return max(300, int(share * size[0]) // 2 * 2), max(300, int(share * size[1]) // 2 * 2)
