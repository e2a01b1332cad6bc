"""The commands around the answers: ``verify``, ``materials``, ``init``, ``doctor``."""

from __future__ import annotations

import argparse
import os
from typing import Final

from tubewall.cli_common import (
    progress_bar,
)
from tubewall.errors import InputError
from tubewall.studies.chambers_options import chambers_template
from tubewall.studies.options import OneLineParser

_DEFECT: Final = 1


def verify_words(parser: OneLineParser) -> None:
    """The words after ``tubewall verify``."""
    parser.add_argument("--case", metavar="NAME", action="append", default=[], help="only this case; may be repeated")
    parser.add_argument("--list", action="store_true", help="list the cases with their sources and run none")
    parser.add_argument("--fine", action="store_true", help="take the finer meshes")
    parser.add_argument("--jobs", metavar="N", help="worker processes (default: one per core, at most two)")
    parser.add_argument("--json", metavar="FILE", help="write everything as JSON, each number with its unit")
    parser.add_argument(
        "--markdown", metavar="DIR", help="rebuild tables and figures of the book's pages in this folder"
    )
    parser.add_argument("--update", action="store_true", help="take what is computed now as the last values")
    parser.add_argument("--quiet", action="store_true", help="print only what failed and the summary")
    parser.set_defaults(run=_verify)


def _verify(options: argparse.Namespace) -> int:
    from tubewall.studies.files import check_writable
    from tubewall.verification.command import listing, verify, worker_count
    from tubewall.verification.pages import check_book

    if options.list:
        print(listing())
        return 0
    jobs = worker_count(options.jobs)
    if options.json is not None:
        check_writable(options.json)
    if options.markdown is not None:
        check_book(options.markdown)
    with progress_bar(options.quiet) as progress:
        passed = verify(
            options.case,
            fine=options.fine,
            jobs=jobs,
            json=options.json,
            markdown=options.markdown,
            update=options.update,
            quiet=options.quiet,
            progress=progress,
        )
    return 0 if passed else _DEFECT


def materials_words(parser: OneLineParser) -> None:
    """The words after ``tubewall materials``."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="show one material with all of its numbers")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--bibtex", action="store_true", help="print the sources as BibTeX")
    form.add_argument("--json", action="store_true", help="print as JSON")
    parser.set_defaults(run=_materials)


def _materials(options: argparse.Namespace) -> int:
    from tubewall.studies.material_text import material_text

    print(material_text(options.name, bibtex=options.bibtex, as_json=options.json))
    return 0


def init_words(parser: OneLineParser) -> None:
    """The words after ``tubewall init``."""
    parser.add_argument("file", nargs="?", metavar="FILE", default="study.toml", help="(default study.toml)")
    parser.add_argument(
        "--chambers", action="store_true", help="for `tubewall chambers` rather than `tubewall thickness`"
    )
    parser.add_argument("--force", action="store_true", help="overwrite a file that is there")
    parser.set_defaults(run=_init)


def _init(options: argparse.Namespace) -> int:
    from tubewall.studies.files import check_writable
    from tubewall.studies.study import Study
    from tubewall.whole_files import write_whole

    check_writable(options.file)
    if os.path.lexists(options.file) and not options.force:
        raise InputError(f"{options.file}: is there already; --force overwrites it")
    write_whole(options.file, chambers_template() if options.chambers else Study().to_toml())
    command = "chambers" if options.chambers else "thickness"
    print(f"written: {options.file}; `tubewall {command} {options.file}` answers it")
    return 0


def doctor_words(parser: OneLineParser) -> None:
    """The words after ``tubewall doctor``."""
    parser.set_defaults(run=_doctor)


def _doctor(_options: argparse.Namespace) -> int:
    from tubewall.doctor import run

    return run()
