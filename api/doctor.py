"""What this machine lacks and the line that brings it: the answer of ``tubewall doctor``.

Whatever could crash the interpreter (a wheel with a missing library, a renderer) is tried in a process of its own.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from tubewall.geometry.gmsh_library import APT_LINE

# what libgmsh is linked to beyond a bare Debian; the packages of APT_LINE bring all of them
GMSH_LIBRARIES: Final = (
    "libGLU.so.1",
    "libGL.so.1",
    "libXrender.so.1",
    "libXcursor.so.1",
    "libXfixes.so.3",
    "libXext.so.6",
    "libXft.so.2",
    "libfontconfig.so.1",
    "libXinerama.so.1",
    "libX11.so.6",
    "libgomp.so.1",
)
# what vtk opens by itself to draw off screen
DRAWING_LIBRARIES: Final = ("libGL.so.1", "libEGL.so.1")
OLDEST_PYTHON: Final = (3, 11)
SCARCE_MEMORY: Final = 2.0e9

_MODULE_OF: Final = {"pillow": "PIL", "scikit-fem": "skfem"}
_OPENER: Final = """
import ctypes, sys
for name in sys.argv[1:]:
    try:
        ctypes.CDLL(name)
    except OSError:
        print(name)
"""
_IMPORTER: Final = """
import importlib, sys
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
        print(name, "", sep="\\t", flush=True)
    except Exception as error:
        print(name, " ".join(str(error).split()) or type(error).__name__, sep="\\t", flush=True)
"""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at.

    ``state`` is ``ok``, ``missing`` (needed and not there) or ``absent`` (not there, and tubewall works without it);
    ``remedy`` is the line that brings what is not there.
    """

    what: str
    state: Literal["ok", "missing", "absent"]
    detail: str
    remedy: str = ""

    def __str__(self) -> str:
        """One line: the state, what was looked at, what was found."""
        return f"{self.state:8}{self.what:16}{self.detail}"


def missing_libraries(wanted: Iterable[str] = (*GMSH_LIBRARIES, *DRAWING_LIBRARIES)) -> tuple[str, ...]:
    """The shared libraries among ``wanted`` that the loader of this machine does not find, each named once.

    Only Linux is looked at: the wheels for macOS and Windows carry what they need.
    """
    if sys.platform != "linux":
        return ()
    done = subprocess.run(
        [sys.executable, "-c", _OPENER, *dict.fromkeys(wanted)], capture_output=True, text=True, check=False, timeout=60
    )
    return tuple(done.stdout.split())


def try_imports(modules: Iterable[str], *, timeout: float = 120.0) -> dict[str, str]:
    """What goes wrong on importing each of ``modules`` in another process: an empty text where nothing does.

    A module that kills its process is named as such, and the ones after it are still tried.
    """
    reasons: dict[str, str] = {}
    waiting = list(dict.fromkeys(modules))
    while waiting:
        command = [sys.executable, "-c", _IMPORTER, *waiting]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=timeout)
            printed, end = done.stdout, f"kills the interpreter (exit code {done.returncode})"
        except subprocess.TimeoutExpired as expired:
            printed = expired.stdout.decode() if isinstance(expired.stdout, bytes) else (expired.stdout or "")
            end = f"was not imported within {timeout:g} s"
        told = dict(line.split("\t", 1) for line in printed.splitlines() if "\t" in line)
        reasons |= {name: told[name] for name in waiting if name in told}
        waiting = [name for name in waiting if name not in reasons]
        if waiting:
            reasons[waiting.pop(0)] = end
    return reasons


def requirements() -> dict[str, str]:
    """The distributions that tubewall needs, each with the name of the module it brings."""
    names = [
        re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
        for requirement in importlib.metadata.requires("tubewall") or []
        if "extra ==" not in requirement
    ]
    return {name: _MODULE_OF.get(name, name) for name in names}


def python_finding(version: tuple[int, ...] = tuple(sys.version_info[:3])) -> Finding:
    """Whether the interpreter is recent enough."""
    told = ".".join(map(str, version)) + f" on {platform.system()} {platform.machine()}"
    if version[:2] >= OLDEST_PYTHON:
        return Finding(what="Python", state="ok", detail=told)
    remedy = "apt-get update && apt-get install -y --no-install-recommends python3 python3-venv"
    return Finding(what="Python", state="missing", detail=f"{told}; 3.11 or later is needed", remedy=remedy)


def dependency_findings(dependencies: Mapping[str, str], *, needed: bool = True) -> list[Finding]:
    """Whether each of ``dependencies`` (distribution: module) can be imported, and which version it has."""
    reasons = try_imports(dependencies.values())
    findings = []
    for name, module in dependencies.items():
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            version = ""
        if version and not reasons[module]:
            findings.append(Finding(what=name, state="ok", detail=version))
            continue
        # an installed wheel that cannot be imported lacks a shared library, whose finding has the remedy
        remedy = "" if ".so" in reasons[module] else f"{sys.executable} -m pip install '{name}'"
        state: Literal["missing", "absent"] = "missing" if needed else "absent"
        findings.append(Finding(what=name, state=state, detail=reasons[module] or "has no metadata", remedy=remedy))
    return findings


def library_findings(missing: Iterable[str]) -> list[Finding]:
    """The shared libraries that are ``missing``: needed where gmsh is linked to them, otherwise only for pictures."""
    missing = tuple(missing)
    if not missing:
        return [Finding(what="libraries", state="ok", detail="all that gmsh and vtk are linked to")]
    needed = [name for name in missing if name not in DRAWING_LIBRARIES or name in GMSH_LIBRARIES]
    others = [name for name in missing if name not in needed]
    findings = []
    if needed:
        told = f"{', '.join(needed)} (gmsh needs them)"
        findings.append(Finding(what="libraries", state="missing", detail=told, remedy=APT_LINE))
    if others:
        told = f"{', '.join(others)} (3D pictures need them)"
        findings.append(Finding(what="libraries", state="absent", detail=told, remedy=APT_LINE))
    return findings


def rendering_finding() -> Finding:
    """Whether 3D pictures can be drawn off screen; without them the report has its flat ones."""
    from tubewall.view.probe import why_no_rendering

    reason = why_no_rendering()
    if not reason:
        return Finding(what="3D pictures", state="ok", detail="drawn off screen")
    return Finding(what="3D pictures", state="absent", detail=f"{reason}; the report has flat ones", remedy=APT_LINE)


def machine_findings() -> list[Finding]:
    """The memory that is free and the cores that may be used."""
    free = free_memory()
    told = f"{free / 1e9:.1f} GB free" + (" (large sweeps need more)" if free < SCARCE_MEMORY else "")
    return [
        Finding(what="memory", state="ok" if free >= SCARCE_MEMORY else "absent", detail=told),
        Finding(what="cores", state="ok", detail=str(usable_cores())),
    ]


def free_memory() -> float:
    """Bytes that a new process may take without pushing others out."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            fields = dict(line.split(":", 1) for line in file)
        return 1024.0 * float(fields["MemAvailable"].split()[0])
    except (OSError, KeyError):
        # systems without /proc: half of what is built in, as nothing better is known without another library
        return 0.5 * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def usable_cores() -> int:
    """The number of cores that this process may run on."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def examine() -> list[Finding]:
    """Everything that tubewall needs or profits from, looked at one by one."""
    return [
        python_finding(),
        *library_findings(missing_libraries()),
        *dependency_findings(requirements()),
        *dependency_findings({"CoolProp": "CoolProp"}, needed=False),
        rendering_finding(),
        *machine_findings(),
    ]


def run(write: Callable[[str], object] = print) -> int:
    """Write what was found, a line each, and what to do about it.

    Returns
    -------
    int
        The exit code: 0 when tubewall can work, 3 when something that it needs is missing.
    """
    findings = examine()
    for finding in findings:
        write(str(finding))
    missing = [finding for finding in findings if finding.state == "missing"]
    remedies = list(dict.fromkeys(finding.remedy for finding in findings if finding.state != "ok" and finding.remedy))
    if missing:
        write(f"missing: {', '.join(finding.what for finding in missing)}; tubewall cannot work without")
    else:
        write("tubewall has all that it needs")
    if remedies:
        write("what is not there comes with (shared libraries as root):")
        for remedy in remedies:
            write(f"  {remedy}")
    return 3 if missing else 0
