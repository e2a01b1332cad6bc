"""What the commands share: the study that options ask for, a progress bar, what is printed at the end."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tubewall.studies.options import OneLineParser, key_changes

if TYPE_CHECKING:
    from tubewall.studies.study import Study

Progress = Callable[[float, str], None]


def study_options(parser: OneLineParser) -> None:
    """The words of every command that answers a study."""
    parser.add_argument("study", nargs="?", metavar="STUDY", help="a study file; without it the source's own design")
    parser.add_argument("--json", metavar="FILE", help="write everything as JSON, each number with its unit")
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")


def study_of(options: argparse.Namespace) -> Study:
    """The study of a file, or the source's own, changed by the options."""
    changes = key_changes(options)
    from tubewall.studies.study import Study

    study = Study() if options.study is None else Study.from_file(options.study)
    return study.replace(**changes) if changes else study


@contextlib.contextmanager
def progress_bar(quiet: bool) -> Iterator[Progress | None]:
    """A bar on a terminal that asked for one; None elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda fraction, text: bar.update(task, completed=fraction, description=text)


def top_of(study: Study, started: float, answer: Mapping[str, Any]) -> dict[str, Any]:
    """What begins every answer in JSON, and the answer."""
    head = {
        "version": version_of(),
        "input_hash": study.input_hash,
        "seconds": {"value": time.perf_counter() - started, "unit": "s"},
    }
    return {**head, "warnings": [], **answer}


def say(options: argparse.Namespace, *texts: str) -> None:
    """Print what there is to say, unless the user wants quiet."""
    if not options.quiet:
        print("\n".join(text for text in texts if text))


def written_line(*paths: str | None) -> list[str]:
    """One line with the files that were written."""
    given = [path for path in paths if path is not None]
    return [f"written: {', '.join(given)}"] if given else []


def version_of() -> str:
    """The version that is installed."""
    from importlib.metadata import version

    return version("tubewall")
