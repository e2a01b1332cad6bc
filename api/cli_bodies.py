"""The commands that answer files of their own: ``solve``, ``chambers``, ``tubule``, ``view``."""

from __future__ import annotations

import argparse

from tubewall.cli_common import (
    progress_bar,
    say,
    version_of,
    written_line,
)
from tubewall.studies.chambers_options import CHAMBERS_OUTPUTS, add_chambers_options
from tubewall.studies.options import OneLineParser


def solve_words(parser: OneLineParser) -> None:
    """The words after ``tubewall solve``."""
    parser.add_argument("case", metavar="CASE", help="a case file; its mesh lies beside it")
    parser.add_argument("--json", metavar="FILE", help="write the answer as JSON, each number with its unit")
    parser.add_argument("--vtu", metavar="FILE", help="write the fields for ParaView and the like")
    parser.add_argument("--png", metavar="FILE", help="write a picture of the stress")
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")
    parser.set_defaults(run=_solve)


def _solve(options: argparse.Namespace) -> int:
    from tubewall.studies.case_command import solve_case_file

    outputs = {name: getattr(options, name) for name in ("json", "vtu", "png")}
    with progress_bar(options.quiet) as progress:
        text = solve_case_file(options.case, **outputs, progress=progress)
    say(options, text, *written_line(*outputs.values()))
    return 0


def chambers_words(parser: OneLineParser) -> None:
    """The words after ``tubewall chambers``."""
    add_chambers_options(parser)
    parser.set_defaults(run=_chambers)


def _chambers(options: argparse.Namespace) -> int:
    from tubewall.studies.chambers_command import answer_chambers_file

    outputs = {name: getattr(options, name) for name in CHAMBERS_OUTPUTS}
    with progress_bar(options.quiet) as progress:
        text = answer_chambers_file(options.file, progress=progress, **outputs)
    say(options, text, *written_line(*outputs.values()))
    return 0


def tubule_words(parser: OneLineParser) -> None:
    """The words after ``tubewall tubule``."""
    from tubewall.studies.tubule_command import add_tubule_options

    add_tubule_options(parser)
    parser.set_defaults(run=_tubule)


def _tubule(options: argparse.Namespace) -> int:
    from tubewall.studies.tubule_command import run_tubule, tubule_outputs

    say(options, run_tubule(options, version_of()), *written_line(*tubule_outputs(options)))
    return 0


def view_words(parser: OneLineParser) -> None:
    """The words after ``tubewall view``."""
    from tubewall.studies.view_command import add_view_options

    add_view_options(parser)
    parser.set_defaults(run=_view)


def _view(options: argparse.Namespace) -> int:
    from tubewall.studies.view_command import run_view

    with progress_bar(options.quiet) as progress:
        text, files = run_view(options, progress=progress)
    say(options, text, *written_line(*files))
    return 0
