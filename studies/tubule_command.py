"""``tubewall tubule``: the questions about one tubule in its stack, from the words of a command line to what is printed."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from tubewall.errors import InputError, unknown_name
from tubewall.studies.options import add_key_options, key_changes
from tubewall.studies.study_key import shown
from tubewall.studies.tubule_keys import TUBULE_KEYS, TUBULE_TABLES

if TYPE_CHECKING:
    from tubewall.studies.tubule_answer import TubuleAnswer
    from tubewall.studies.tubule_drawing import Drawing
    from tubewall.studies.tubule_study import TubuleStudy

# more rings are more bores than a drawing may have
_MOST_RINGS: Final = 7
_OUTPUTS: Final = ("json", "png", "chart", "mesh", "step")
_SUFFIXES: Final = {"png": (".png",), "chart": (".png", ".svg", ".pdf")}
#: The questions and what they ask.
QUESTIONS: Final[Mapping[str, str]] = {
    "root": "membrane, bending and peak along the wall from its root, against plane strain",
    "electrolyte": "tension at the mouth's rim in each electrolyte under the piston, and what lies beneath",
    "flaw": "stress intensity of a flaw at the mouth, its critical length, the overpotential that it bears",
    "full": "the thinnest wall with lithium in one tubule alone, and the length of wall that bears it",
    "interface": "peel and shear along wall, insulator and electrolyte, exponents of their corners, a debond",
    "prestress": "swelling, heat and the film's own stress, alone and on top of the pressures",
    "drawing": "the drawing itself: its mesh and how good that is, and files of it (--mesh, --step)",
    "study": "print the tubule file with every key",
}


def add_tubule_options(parser: argparse.ArgumentParser) -> None:
    """Give ``parser`` the question, the file, the outputs and an option for each key of a tubule study."""
    told = "; ".join(f"{name}: {about}" for name, about in QUESTIONS.items())
    parser.add_argument("question", metavar="QUESTION", help=told)
    parser.add_argument("study", nargs="?", metavar="STUDY", help="a tubule file; without it the defaults")
    parser.add_argument("--json", metavar="FILE", help="write everything as JSON, each number with its unit")
    parser.add_argument("--png", metavar="FILE", help="write a picture of the stress")
    parser.add_argument("--chart", metavar="FILE", help="write the curves of the answer as .png, .svg or .pdf")
    drawn = parser.add_argument_group("drawing", "of the question 'drawing' alone")
    drawn.add_argument("--mesh", metavar="FILE", help="write the mesh: .msh, .vtu, .xdmf, .inp and others")
    drawn.add_argument("--step", metavar="FILE", help="write the bodies as .step; 1 mm in it is 1 nm")
    drawn.add_argument("--kind", metavar="KIND", help="of mesh: axisymmetric, plane, sector, cell or cluster")
    drawn.add_argument(
        "--rings", metavar="N", help="rings of tubules around the one in the middle, of --kind cluster and --step"
    )
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")
    add_key_options(parser, TUBULE_KEYS, TUBULE_TABLES, title="[{}]")


def tubule_study(options: argparse.Namespace) -> TubuleStudy:
    """The study of a file, changed by the options.

    Raises
    ------
    InputError
        ``--bore: must be positive, got -5 nm (allowed: 1 nm .. 100 um)``.
    """
    from tubewall.studies.tubule_study import TubuleStudy

    study = TubuleStudy() if options.study is None else TubuleStudy.from_file(options.study)
    changes = key_changes(options, TUBULE_KEYS)
    return study.replace(**changes) if changes else study


def answer(question: str, study: TubuleStudy) -> TubuleAnswer:
    """Answer one of ``QUESTIONS``.

    Raises
    ------
    InputError
        For a question that there is not, and for what the study lacks.
    """
    functions = _functions()
    found = functions.get(question)
    if found is None and question in QUESTIONS:
        raise InputError(f"the question {question!r} solves nothing: ask {', '.join(functions)}")
    if found is None:
        raise unknown_name("question", question[:60], functions)
    return found(study)


def _functions() -> Mapping[str, Callable[[TubuleStudy], TubuleAnswer]]:
    from tubewall.studies.tubule_flaw import flaw_at_mouth
    from tubewall.studies.tubule_full import one_full_tubule
    from tubewall.studies.tubule_interface import interfaces
    from tubewall.studies.tubule_piston import electrolyte_under_piston
    from tubewall.studies.tubule_prestress import prestress
    from tubewall.studies.tubule_root import wall_root

    return {
        "root": wall_root,
        "electrolyte": electrolyte_under_piston,
        "flaw": flaw_at_mouth,
        "full": one_full_tubule,
        "interface": interfaces,
        "prestress": prestress,
    }


def run_tubule(options: argparse.Namespace, version: str) -> str:
    """Answer what the options ask, write what they name, and give what is to be printed."""
    from tubewall.studies.files import check_outputs
    from tubewall.whole_files import written_whole

    started = time.perf_counter()
    if options.question not in QUESTIONS:
        raise unknown_name("question", options.question[:60], QUESTIONS)
    study = tubule_study(options)
    outputs = tubule_outputs(options)
    _check_words(options)
    check_outputs({name: getattr(options, name) for name in _OUTPUTS}, unlike=options.study, suffixes=_SUFFIXES)
    if options.question == "study":
        if outputs:
            raise InputError(
                "the question 'study' prints the tubule file and writes nothing: leave --json, --png and --chart out"
            )
        return study.to_toml().rstrip("\n")
    if options.question == "drawing":
        made = _drawn(options, study)
        _write_json(options, study, version, started, made.to_json())
        return made.text()
    found = answer(options.question, study)
    text = found.text()
    _write_json(options, study, version, started, found.to_json())
    if options.chart is not None:
        from tubewall.studies.tubule_charts import write_chart

        with written_whole(options.chart) as temporary:
            write_chart(found, temporary)
    if options.png is not None:
        with written_whole(options.png) as temporary:
            found.picture.write(temporary)
    return text


def _write_json(
    options: argparse.Namespace, study: TubuleStudy, version: str, started: float, found: dict[str, Any]
) -> None:
    from tubewall.studies.files import write_json

    if options.json is None:
        return
    head = {
        "version": version,
        "input_hash": study.input_hash,
        "seconds": {"value": time.perf_counter() - started, "unit": "s"},
        "warnings": [],
        "inputs": _inputs(study),
    }
    write_json(options.json, {**head, **found})


def tubule_outputs(options: argparse.Namespace) -> list[str]:
    """The files that the options name."""
    paths = [getattr(options, name) for name in _OUTPUTS]
    return [path for path in paths if path is not None]


def _check_words(options: argparse.Namespace) -> None:
    """Refuse outputs that do not belong to the question."""
    if options.question == "drawing":
        for name in ("png", "chart"):
            if getattr(options, name) is not None:
                raise InputError(f"--{name}: the question 'drawing' has no stress to draw: pass --mesh or --step")
        return
    for name in ("mesh", "step", "kind", "rings"):
        if getattr(options, name) is not None:
            raise InputError(f"--{name}: belongs to the question 'drawing': tubewall tubule drawing --{name} ...")


def _drawn(options: argparse.Namespace, study: TubuleStudy) -> Drawing:
    from tubewall.studies.tubule_drawing import KINDS, drawing

    if options.kind is not None and options.kind not in KINDS:
        raise unknown_name("kind of mesh", options.kind[:40], KINDS)
    rings = options.rings or "0"
    if not (rings.isdecimal() and int(rings) <= _MOST_RINGS):
        raise InputError(f"--rings: must be a whole number from 0 to {_MOST_RINGS}, got {shown(rings)}")
    return drawing(study, kind=options.kind or "", rings=int(rings), step=options.step, mesh=options.mesh)


def _inputs(study: TubuleStudy) -> dict[str, Any]:
    from tubewall.studies.as_data import number

    return {
        name: number(value, TUBULE_KEYS[name].unit)
        if isinstance(value, (int, float)) and not isinstance(value, bool)
        else value
        for name, value in study.flat().items()
    }
