"""The command line: ``tubewall thickness``, ``compare``, ``sweep``, ``solve``, ``chambers``, ``verify`` and what goes with them."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tubewall.errors import InputError, MissingDependencyError, TubewallError, unknown_name
from tubewall.studies.chambers_options import CHAMBERS_OUTPUTS, add_chambers_options, chambers_template
from tubewall.studies.options import OneLineParser, add_key_options, key_changes

if TYPE_CHECKING:
    from tubewall.studies.study import Study

Progress = Callable[[float, str], None]

_ABOUT: Final = "How thin may the wall of a tubular lithium-metal anode be, what decides it, and how sure are we?"
_EXITS: Final = (
    "exit codes: 0 an answer, also that no wall fits; 2 wrong input; 3 something is missing (see tubewall doctor);\n"
    "4 no mesh, no convergence or too little memory"
)
_WITH_KEYS: Final = ("thickness", "compare", "sweep")
_OWN_THREADS: Final = ("solve", "view", "verify")
_DEFECT: Final = 1
_INTERRUPTED: Final = 130
_PIPE_CLOSED: Final = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``tubewall`` with the words of a command line.

    Parameters
    ----------
    argv : sequence of str, optional
        The words after the name of the program; by default those of this process.

    Returns
    -------
    int
        The exit code: 0 an answer, 2 wrong input, 3 a library is missing, 4 no mesh or no convergence, 130 interrupted,
        141 the reader of a pipe went away, 1 a defect of tubewall itself.
    """
    try:
        code = _run(list(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return _tell("interrupted", _INTERRUPTED)
    except BrokenPipeError:
        # what the interpreter still flushes at its end goes nowhere
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _PIPE_CLOSED
    except TubewallError as error:
        return _tell(str(error), error.exit_code)
    except MemoryError:
        return _tell("memory does not suffice: take fewer elements_through_wall or a smaller supercell", 4)
    except Exception as error:
        if os.environ.get("TUBEWALL_DEBUG"):
            raise
        return _tell(*_unforeseen(error))


def _unforeseen(error: Exception) -> tuple[str, int]:
    told = f"{type(error).__name__}: {error}"
    outside = isinstance(error, ImportError) and not str(error.name).startswith("tubewall")
    if outside or (isinstance(error, OSError) and "shared object" in str(error)):
        return (
            f"cannot load what it needs ({error}): `tubewall doctor` says how to get it",
            MissingDependencyError.exit_code,
        )
    if isinstance(error, OSError):
        return told, TubewallError.exit_code
    return f"a defect of tubewall: {told} (with TUBEWALL_DEBUG=1 in the environment it shows where)", _DEFECT


def _tell(message: str, code: int) -> int:
    with contextlib.suppress(BrokenPipeError):
        print(f"tubewall: {' '.join(message.split())}", file=sys.stderr, flush=True)
    return code


def _run(words: list[str]) -> int:
    commands = _commands()
    if not words or words[0] in ("-h", "--help", "help"):
        print(_help(commands))
        return 0
    if words[0] == "--version":
        print(f"tubewall {_version()}")
        return 0
    if words[0].startswith("-"):
        raise InputError(
            f"{words[0][:60]} stands before the command: write for example `tubewall thickness {words[0][:60]} ...`"
        )
    if words[0] not in commands:
        raise unknown_name("command", words[0][:60], commands)
    # blocks are small: threads inside the linear algebra wait for each other longer than they compute; a case in space
    # has threads of its own, as many as OMP_NUM_THREADS allows
    own = () if words[0] in _OWN_THREADS else ("OMP_NUM_THREADS",)
    for name in (*own, "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    try:
        options = commands[words[0]].read(words[1:])
    except SystemExit:
        # argparse has printed the help
        return 0
    run: Callable[[argparse.Namespace], int] = options.run
    return run(options)


def _help(commands: Mapping[str, argparse.ArgumentParser]) -> str:
    lines = "\n".join(f"  {name:<12}{parser.description}" for name, parser in commands.items())
    return (
        f"usage: tubewall COMMAND [OPTION ...]\n\n{_ABOUT}\n\ncommands:\n{lines}\n\n"
        f"`tubewall COMMAND --help` shows the options, `tubewall --version` the version.\n{_EXITS}"
    )


def _version() -> str:
    from importlib.metadata import version

    return version("tubewall")


def _commands() -> dict[str, OneLineParser]:
    abouts: dict[str, tuple[str, Callable[[OneLineParser], None]]] = {
        "thickness": ("how thin the wall may be, what decides it, and what permeability buys", _thickness_options),
        "compare": ("hermetic against permeable walls: pressures, stresses and walls over permeance", _compare_options),
        "sweep": (
            "a study with lists of values: every case on a process of its own, resumed after a kill",
            _sweep_options,
        ),
        "solve": ("stress in a mesh made elsewhere: what a case file says of it, loads and all", _solve_options),
        "chambers": ("the pressures of a whole anode over a protocol, or of any network", _chambers_options),
        "tubule": (
            "one tubule in its stack, in space: root, electrolyte, flaw, interface, full, prestress",
            _tubule_options,
        ),
        "view": ("pictures, films and pages of a solved case: cut open, moved apart, to turn by hand", _view_options),
        "verify": ("run the verification book: every case against its reference", _verify_options),
        "materials": ("the materials there are, with the source of every number", _materials_options),
        "init": ("write a study file with every key, its default and a comment", _init_options),
        "doctor": ("what this machine lacks, and the line that brings it", _doctor_options),
    }
    commands: dict[str, OneLineParser] = {}
    for name, (about, add_options) in abouts.items():
        usage = f"tubewall {name} [STUDY] [--KEY VALUE ...] [OPTION ...]" if name in _WITH_KEYS else None
        commands[name] = OneLineParser(f"tubewall {name}", usage=usage, description=about)
        add_options(commands[name])
    return commands


def _thickness_options(parser: OneLineParser) -> None:
    _study_options(parser)
    parser.add_argument("--report", metavar="FILE", default="report.html", help="the report (default report.html)")
    parser.add_argument("--no-report", dest="report", action="store_const", const=None, help="write no report")
    parser.add_argument("--png", metavar="FILE", help="write the picture of the array")
    parser.add_argument("--gif", metavar="FILE", help="write the film of the filling")
    parser.add_argument("--show", action="store_true", help="open the picture in a window")
    parser.set_defaults(run=_thickness)
    add_key_options(parser)


def _compare_options(parser: OneLineParser) -> None:
    _study_options(parser)
    parser.add_argument("--png", metavar="FILE", default="compare.png", help="the figure (default compare.png)")
    parser.add_argument("--no-png", dest="png", action="store_const", const=None, help="write no figure")
    parser.add_argument("--csv", metavar="FILE", help="write the table")
    parser.set_defaults(run=_compare)
    add_key_options(parser)


def _study_options(parser: OneLineParser) -> None:
    parser.add_argument("study", nargs="?", metavar="STUDY", help="a study file; without it the source's own design")
    parser.add_argument("--json", metavar="FILE", help="write everything as JSON, each number with its unit")
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")


def _sweep_options(parser: OneLineParser) -> None:
    parser.add_argument("study", metavar="STUDY", help="a study file in which keys hold lists of values")
    parser.add_argument("--jobs", metavar="N", help="worker processes (default: one per core)")
    parser.add_argument("--out", metavar="DIR", default="runs/sweep", help="where results go (default runs/sweep)")
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")
    parser.set_defaults(run=_sweep)
    add_key_options(parser)


def _solve_options(parser: OneLineParser) -> None:
    parser.add_argument("case", metavar="CASE", help="a case file; its mesh lies beside it")
    parser.add_argument("--json", metavar="FILE", help="write the answer as JSON, each number with its unit")
    parser.add_argument("--vtu", metavar="FILE", help="write the fields for ParaView and the like")
    parser.add_argument("--png", metavar="FILE", help="write a picture of the stress")
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")
    parser.set_defaults(run=_solve)


def _chambers_options(parser: OneLineParser) -> None:
    add_chambers_options(parser)
    parser.set_defaults(run=_chambers)


def _view_options(parser: OneLineParser) -> None:
    from tubewall.studies.view_command import add_view_options

    add_view_options(parser)
    parser.set_defaults(run=_view)


def _verify_options(parser: OneLineParser) -> None:
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


def _tubule_options(parser: OneLineParser) -> None:
    from tubewall.studies.tubule_command import add_tubule_options

    add_tubule_options(parser)
    parser.set_defaults(run=_tubule)


def _materials_options(parser: OneLineParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="show one material with all of its numbers")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--bibtex", action="store_true", help="print the sources as BibTeX")
    form.add_argument("--json", action="store_true", help="print as JSON")
    parser.set_defaults(run=_materials)


def _init_options(parser: OneLineParser) -> None:
    parser.add_argument("file", nargs="?", metavar="FILE", default="study.toml", help="(default study.toml)")
    parser.add_argument(
        "--chambers", action="store_true", help="for `tubewall chambers` rather than `tubewall thickness`"
    )
    parser.add_argument("--force", action="store_true", help="overwrite a file that is there")
    parser.set_defaults(run=_init)


def _doctor_options(parser: OneLineParser) -> None:
    parser.set_defaults(run=_doctor)


def _study(options: argparse.Namespace) -> Study:
    changes = key_changes(options)
    from tubewall.studies.study import Study

    study = Study() if options.study is None else Study.from_file(options.study)
    return study.replace(**changes) if changes else study


def _check_outputs(options: argparse.Namespace, *outputs: str | None) -> None:
    from tubewall.studies.files import check_writable

    given = [path for path in outputs if path is not None]
    for path in given:
        check_writable(path, unlike=options.study)
    if len({os.path.realpath(path) for path in given}) < len(given):
        raise InputError(f"{given[-1]}: two outputs would go to one file")


@contextlib.contextmanager
def _progress(quiet: bool) -> Iterator[Progress | None]:
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


def _top(study: Study, started: float, answer: Mapping[str, Any]) -> dict[str, Any]:
    head = {
        "version": _version(),
        "input_hash": study.input_hash,
        "seconds": {"value": time.perf_counter() - started, "unit": "s"},
    }
    return {**head, "warnings": [], **answer}


def _thickness(options: argparse.Namespace) -> int:
    started = time.perf_counter()
    study = _study(options)
    outputs = (options.json, options.report, options.png, options.gif)
    _check_outputs(options, *outputs)
    from tubewall.studies.files import write_json
    from tubewall.studies.pictures import draw_array, film_of_filling
    from tubewall.studies.thickness import minimum_wall
    from tubewall.studies.workers import one_beside, outcome
    from tubewall.whole_files import written_whole

    with _progress(options.quiet) as progress, one_beside() as beside:
        wants_picture = options.report is not None or options.png is not None
        drawing = beside.submit(draw_array, study) if beside and wants_picture else None
        answer = minimum_wall(study, progress=progress, beside=beside)
        text = answer.text()
        if options.json is not None:
            write_json(options.json, _top(study, started, answer.to_json()))
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
    _say(options, text, *_written(*outputs))
    return 0


def _compare(options: argparse.Namespace) -> int:
    started = time.perf_counter()
    study = _study(options)
    _check_outputs(options, options.json, options.png, options.csv)
    from tubewall.studies.compare import hermetic_against_permeable
    from tubewall.studies.files import write_json
    from tubewall.whole_files import written_whole

    with _progress(options.quiet) as progress:
        comparison = hermetic_against_permeable(study, progress=progress)
        text = comparison.text()
        if options.json is not None:
            write_json(options.json, _top(study, started, comparison.to_json()))
        if options.csv is not None:
            comparison.table().to_csv(options.csv)
        if options.png is not None:
            with written_whole(options.png) as path:
                comparison.write_png(path)
    _say(options, text, *_written(options.json, options.png, options.csv))
    return 0


def _sweep(options: argparse.Namespace) -> int:
    changes = key_changes(options)
    from tubewall.studies.sweep_file import read_plan
    from tubewall.studies.sweep_run import run_plan

    plan = read_plan(options.study, changes=changes, jobs=options.jobs)
    with _progress(options.quiet) as progress:
        table = run_plan(plan, out=options.out, progress=progress)
    _say(options, table.text(), f"written: {Path(options.out) / 'table.csv'} and what else stands beside it")
    return 0 if "answered" in table.column("outcome") else TubewallError.exit_code


def _solve(options: argparse.Namespace) -> int:
    from tubewall.studies.case_command import solve_case_file

    outputs = {name: getattr(options, name) for name in ("json", "vtu", "png")}
    with _progress(options.quiet) as progress:
        text = solve_case_file(options.case, **outputs, progress=progress)
    _say(options, text, *_written(*outputs.values()))
    return 0


def _chambers(options: argparse.Namespace) -> int:
    from tubewall.studies.chambers_command import answer_chambers_file

    outputs = {name: getattr(options, name) for name in CHAMBERS_OUTPUTS}
    with _progress(options.quiet) as progress:
        text = answer_chambers_file(options.file, progress=progress, **outputs)
    _say(options, text, *_written(*outputs.values()))
    return 0


def _view(options: argparse.Namespace) -> int:
    from tubewall.studies.view_command import run_view

    with _progress(options.quiet) as progress:
        text, files = run_view(options, progress=progress)
    _say(options, text, *_written(*files))
    return 0


def _verify(options: argparse.Namespace) -> int:
    from tubewall.verification.command import listing, verify, worker_count

    if options.list:
        print(listing())
        return 0
    jobs = worker_count(options.jobs)
    with _progress(options.quiet) as progress:
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


def _say(options: argparse.Namespace, *texts: str) -> None:
    if not options.quiet:
        print("\n".join(text for text in texts if text))


def _written(*paths: str | None) -> list[str]:
    given = [path for path in paths if path is not None]
    return [f"written: {', '.join(given)}"] if given else []


def _tubule(options: argparse.Namespace) -> int:
    from tubewall.studies.tubule_command import run_tubule, tubule_outputs

    _say(options, run_tubule(options, _version()), *_written(*tubule_outputs(options)))
    return 0


def _materials(options: argparse.Namespace) -> int:
    from tubewall.studies.material_text import material_text

    print(material_text(options.name, bibtex=options.bibtex, as_json=options.json))
    return 0


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


def _doctor(_options: argparse.Namespace) -> int:
    from tubewall.doctor import run

    return run()


if __name__ == "__main__":
    sys.exit(main())
