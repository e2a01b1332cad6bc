"""The command line: which command is asked for, its help, and what exit code an error has."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from tubewall.cli_answers import compare_words, sweep_words, thickness_words
from tubewall.cli_bodies import chambers_words, solve_words, tubule_words, view_words
from tubewall.cli_common import version_of
from tubewall.cli_tools import doctor_words, init_words, materials_words, verify_words
from tubewall.errors import InputError, MissingDependencyError, TubewallError, unknown_name
from tubewall.studies.options import OneLineParser

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
    if words[:1] == ["help"] and words[1:]:
        words = [words[1], "--help"]
    if not words or words[0] in ("-h", "--help", "help"):
        print(_help(commands))
        return 0
    if words[0] == "--version":
        print(f"tubewall {version_of()}")
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


def _commands() -> dict[str, OneLineParser]:
    abouts: dict[str, tuple[str, Callable[[OneLineParser], None]]] = {
        "thickness": ("how thin the wall may be, what decides it, and what permeability buys", thickness_words),
        "compare": ("hermetic against permeable walls: pressures, stresses and walls over permeance", compare_words),
        "sweep": (
            "a study with lists of values: every case on a process of its own, resumed after a kill",
            sweep_words,
        ),
        "solve": ("stress in a mesh made elsewhere: what a case file says of it, loads and all", solve_words),
        "chambers": ("the pressures of a whole anode over a protocol, or of any network", chambers_words),
        "tubule": (
            "one tubule in its stack, in space: root, electrolyte, flaw, interface, full, prestress",
            tubule_words,
        ),
        "view": (
            "pictures, films and pages of any result: cut open, moved apart, to turn by hand, to press",
            view_words,
        ),
        "verify": ("run the verification book: every case against its reference", verify_words),
        "materials": ("the materials there are, with the source of every number", materials_words),
        "init": ("write a study file with every key, its default and a comment", init_words),
        "doctor": ("what this machine lacks, and the line that brings it", doctor_words),
    }
    commands: dict[str, OneLineParser] = {}
    for name, (about, add_options) in abouts.items():
        usage = f"tubewall {name} [STUDY] [--KEY VALUE ...] [OPTION ...]" if name in _WITH_KEYS else None
        commands[name] = OneLineParser(f"tubewall {name}", usage=usage, description=about)
        add_options(commands[name])
    return commands


if __name__ == "__main__":
    sys.exit(main())
