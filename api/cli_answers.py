"""The commands that answer studies: ``thickness``, ``compare``, ``sweep``; the options of each beside what it runs."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from tubewall.cli_common import (
    progress_bar,
    say,
    study_of,
    study_options,
    top_of,
    written_line,
)
from tubewall.errors import TubewallError
from tubewall.studies.options import OneLineParser, add_key_options, key_changes


def thickness_words(parser: OneLineParser) -> None:
    """The words after ``tubewall thickness``."""
    study_options(parser)
    parser.add_argument("--report", metavar="FILE", default="report.html", help="the report (default report.html)")
    parser.add_argument("--no-report", dest="report", action="store_const", const=None, help="write no report")
    parser.add_argument("--png", metavar="FILE", help="write the picture of the array")
    parser.add_argument("--gif", metavar="FILE", help="write the film of the filling")
    parser.add_argument("--show", action="store_true", help="open the picture in a window")
    parser.set_defaults(run=_thickness)
    add_key_options(parser)


def _thickness(options: argparse.Namespace) -> int:
    started = time.perf_counter()
    study = study_of(options)
    outputs = {name: getattr(options, name) for name in ("json", "report", "png", "gif")}
    from tubewall.studies.files import check_outputs, write_json

    check_outputs(outputs, unlike=options.study, suffixes={"png": (".png",), "gif": (".gif",)})
    from tubewall.studies.pictures import draw_array, film_of_filling
    from tubewall.studies.thickness import minimum_wall
    from tubewall.studies.workers import one_beside, outcome
    from tubewall.whole_files import written_whole

    with progress_bar(options.quiet) as progress, one_beside() as beside:
        wants_picture = options.report is not None or options.png is not None
        drawing = beside.submit(draw_array, study) if beside and wants_picture else None
        answer = minimum_wall(study, progress=progress, beside=beside)
        text = answer.text()
        if options.json is not None:
            write_json(options.json, top_of(study, started, answer.to_json()))
        picture = None if drawing is None else outcome(drawing, lambda: draw_array(study))
        if options.report is not None:
            from tubewall.studies.report import write_report

            with written_whole(options.report) as path:
                write_report(answer, path, picture=picture)
        if options.png is not None:
            (picture or draw_array(study)).write(options.png)
        if options.show:
            draw_array(study, show_window=True)
        if options.gif is not None:
            film_of_filling(study, options.gif)
    say(options, text, *written_line(*outputs.values()))
    return 0


def compare_words(parser: OneLineParser) -> None:
    """The words after ``tubewall compare``."""
    study_options(parser)
    parser.add_argument("--png", metavar="FILE", default="compare.png", help="the figure (default compare.png)")
    parser.add_argument("--no-png", dest="png", action="store_const", const=None, help="write no figure")
    parser.add_argument("--csv", metavar="FILE", help="write the table")
    parser.set_defaults(run=_compare)
    add_key_options(parser)


def _compare(options: argparse.Namespace) -> int:
    started = time.perf_counter()
    study = study_of(options)
    outputs = {name: getattr(options, name) for name in ("json", "png", "csv")}
    from tubewall.studies.files import check_outputs, write_json

    check_outputs(outputs, unlike=options.study, suffixes={"png": (".png", ".svg", ".pdf", ".jpg")})
    from tubewall.studies.compare import hermetic_against_permeable
    from tubewall.whole_files import written_whole

    with progress_bar(options.quiet) as progress:
        comparison = hermetic_against_permeable(study, progress=progress)
        text = comparison.text()
        if options.json is not None:
            write_json(options.json, top_of(study, started, comparison.to_json()))
        if options.csv is not None:
            comparison.table().to_csv(options.csv)
        if options.png is not None:
            with written_whole(options.png) as path:
                comparison.write_png(path)
    say(options, text, *written_line(*outputs.values()))
    return 0


def sweep_words(parser: OneLineParser) -> None:
    """The words after ``tubewall sweep``."""
    parser.add_argument("study", metavar="STUDY", help="a study file in which keys hold lists of values")
    parser.add_argument("--jobs", metavar="N", help="worker processes (default: one per core)")
    parser.add_argument("--out", metavar="DIR", default="runs/sweep", help="where results go (default runs/sweep)")
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")
    parser.set_defaults(run=_sweep)
    add_key_options(parser)


def _sweep(options: argparse.Namespace) -> int:
    changes = key_changes(options)
    from tubewall.studies.sweep_file import read_plan
    from tubewall.studies.sweep_run import run_plan

    plan = read_plan(options.study, changes=changes, jobs=options.jobs)
    with progress_bar(options.quiet) as progress:
        table = run_plan(plan, out=options.out, progress=progress)
    say(options, table.text(), f"written: {Path(options.out) / 'table.csv'} and what else stands beside it")
    return 0 if "answered" in table.column("outcome") else TubewallError.exit_code
