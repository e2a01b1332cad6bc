"""Meshes made elsewhere: any format that meshio reads, with the names in it."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Collection
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tubewall.errors import InputError, MissingDependencyError
from tubewall.geometry.abaqus_reader import read_inp
from tubewall.geometry.checks import number
from tubewall.geometry.mesh_build import solid_mesh
from tubewall.geometry.mesh_guards import check_file, check_read
from tubewall.geometry.mesh_names import raw_of
from tubewall.geometry.msh_reader import read_msh
from tubewall.geometry.raw_mesh import RawMesh
from tubewall.geometry.solid_mesh import SolidMesh
from tubewall.geometry.time_limit import ended_within

if TYPE_CHECKING:
    import meshio

# a reader that has not ended after this does not end: some look for the next line at the end of a file for ever
_SECONDS = 1.5
_BYTES_PER_SECOND = 100_000


def read_solid_mesh(path: str | PathLike[str], *, unit: float = 1.0, regions: Collection[str] = ()) -> SolidMesh:
    """Read a mesh of a solid with its names.

    Named groups of cells become regions, of facets boundaries, of lines in space edges, of points named points: gmsh's
    physical groups (a group without a name is called by its number), sets of Abaqus, and integer data of the cells in
    VTK, Medit, Nastran and other files, whose numbers become the names. A mesh without any name is one region ``"body"``.
    A named set of nodes that covers facets of the surface is a boundary as well.

    Parameters
    ----------
    path : str or path
        The suffix says the format: ``.msh``, ``.vtu``, ``.vtk``, ``.inp``, ``.bdf``, ``.mesh``, ...
    unit : float
        Length of one unit in the file [m].
    regions : collection of str
        Names that are regions where groups of cells overlap, if together they hold every cell once. By default the smallest
        groups are, and unions of them are left out.

    Raises
    ------
    InputError
        When the file is not there, incomplete, of no known format, points to files elsewhere, or holds no mesh of a
        solid; one line with the file and the reason.
    MissingDependencyError
        When the format needs a library that is not installed.
    """
    factor = number("unit", unit)
    if factor <= 0:
        raise InputError(f"unit must be positive, got {factor:.4g} m")
    source = Path(path)
    shown = ascii(str(path))
    try:
        formats = check_file(source)
        raw = _read(source, formats)
        with np.errstate(over="ignore"):
            # first, so that all that is said of a place is said in metres
            raw = raw if factor == 1 else replace(raw, points=raw.points * factor)
        return solid_mesh(raw, regions=regions)
    except MissingDependencyError as error:
        raise MissingDependencyError(f"mesh {shown}: {error}") from error
    except InputError as error:
        raise InputError(f"mesh {shown}: {error}") from error
    except MemoryError as error:
        raise InputError(f"mesh {shown}: it says it holds more than fits into memory") from error


def _read(source: Path, formats: tuple[str, ...]) -> RawMesh:
    """What one of the readers for this suffix makes of the file."""
    for name, own in (("gmsh", read_msh), ("abaqus", read_inp)):
        found = own(source) if name in formats else None
        if found is not None:
            return found
    failures = []
    for name in formats:
        try:
            data, said = _quietly(source, name)
            check_read(source, name, data, said)
            return raw_of(name, data)
        except ModuleNotFoundError as error:
            raise MissingDependencyError(
                f"reading it needs the library {error.name}: pip install {error.name}"
            ) from error
        except InputError as error:
            failures.append(str(error))
    raise InputError("; ".join(dict.fromkeys(failures)))


def _quietly(source: Path, file_format: str) -> tuple[meshio.Mesh, str]:
    """What meshio reads, and what it printed; whatever goes wrong in it is an error of the file."""
    import meshio
    from meshio._mesh import topological_dimension

    # left out of meshio's table, without which it cannot read them
    for kind in ("wedge15", "pyramid13"):
        topological_dimension.setdefault(kind, 3)
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.filterwarnings("error", message=".*could not be read to its end.*")
            limit = _SECONDS + source.stat().st_size / _BYTES_PER_SECOND
            given: Path | io.StringIO = source
            if file_format == "nastran":
                given = _bulk(source)
            data = ended_within(limit, lambda: meshio.read(given, file_format=file_format))
    except (ModuleNotFoundError, MemoryError, KeyboardInterrupt):
        raise
    except (Exception, SystemExit) as error:
        why = " ".join((str(error) if not isinstance(error, SystemExit) else said.getvalue()).split())
        reason = f" ({why[:160]})" if why else ""
        raise InputError(f"it is damaged, or no {file_format} file{reason}") from error
    return data, said.getvalue()


def _bulk(source: Path) -> io.StringIO:
    """A file of Nastran with the line that its bulk data begin with, which some programs leave out."""
    text = source.read_text(encoding="utf-8", errors="replace")
    return io.StringIO(text if "BEGIN BULK" in text else "BEGIN BULK\n" + text)
