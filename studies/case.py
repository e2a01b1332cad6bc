"""A case: a mesh made elsewhere, what its regions are made of, what holds and loads it, and what is asked of it."""

from __future__ import annotations

import functools
import hashlib
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from tubewall.errors import InputError
from tubewall.studies.case_actions import named, place_of, scalar
from tubewall.studies.case_cracks import Sides, loads_on_sides, with_sides
from tubewall.studies.case_file import CaseFile
from tubewall.studies.case_questions import CornerTable, CrackTable, LineTable, ProbeTable
from tubewall.studies.case_table import at
from tubewall.studies.study_key import shown
from tubewall.studies.toml_text import read_text

if TYPE_CHECKING:
    from tubewall.fem.loads import Load
    from tubewall.fem.model import Model, Solid, SolidKinematics
    from tubewall.geometry.solid_mesh import SolidMesh
    from tubewall.studies.case_result import CaseResult

Progress = Callable[[float, str], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """A case ready to solve; whatever does not fit the mesh was refused when it was made.

    Parameters
    ----------
    file : CaseFile
        The tables.
    mesh : SolidMesh
        The mesh that they speak of [m].
    source : str
        What messages call the case.
    input_hash : str
        SHA-256 of the text and of the mesh file.

    Raises
    ------
    InputError
        For a name that the mesh does not have, a region without a material and the like, with its place.

    Examples
    --------
    >>> Case.read("tube.toml").solve().probes["hoop at the bore"].value  # doctest: +SKIP
    5545454.5
    """

    file: CaseFile
    mesh: SolidMesh
    source: str = "case"
    input_hash: str = ""

    def __post_init__(self) -> None:
        with at(self.source):
            _check_names(self.file, self.mesh)
        # names and laws of the model are checked where it is made
        _ = self.model

    @classmethod
    def read(cls, path: str | Path) -> Case:
        """The case of a file; the mesh is sought beside it.

        Raises
        ------
        InputError
            ``<file>: [table] key: reason`` for whatever is wrong in it or does not fit the mesh.
        """
        from tubewall.geometry.mesh_input import read_solid_mesh

        text = read_text(path, kind="case", hint="")
        source = shown(str(path))
        file = CaseFile.from_text(text, source=source)
        with at(f"{source}: [mesh] file"):
            mesh_path = _beside(Path(path), file.mesh.file)
            mesh = read_solid_mesh(mesh_path, unit=file.mesh.unit, regions=file.materials)
            digest = hashlib.sha256(text.encode())
            digest.update(mesh_path.read_bytes())
        return cls(file=file, mesh=mesh, source=source, input_hash=digest.hexdigest())

    @classmethod
    def of(cls, tables: Mapping[str, object], mesh: SolidMesh, *, source: str = "case") -> Case:
        """The case of a mesh in memory; ``tables`` are those of a case file, without [mesh]."""
        file = CaseFile.from_tables({"mesh": {"file": "in memory"}, **tables}, source=source)
        digest = hashlib.sha256(repr(sorted(tables.items())).encode())
        digest.update(mesh.points.tobytes())
        for block in mesh.blocks:
            digest.update(block.cells.tobytes())
        return cls(file=file, mesh=mesh, source=source, input_hash=digest.hexdigest())

    @functools.cached_property
    def _slit(self) -> tuple[SolidMesh, Sides]:
        return with_sides(self.mesh, self.file.cracks)

    @property
    def crack_sides(self) -> Sides:
        """The boundaries of the model that the two sides of a crack are called, by the one name that the mesh has."""
        return self._slit[1]

    @functools.cached_property
    def model(self) -> Model:
        """What is solved."""
        from tubewall.fem.model import Model

        file, (mesh, sides), kind = self.file, self._slit, self.file.analysis.kind
        loads: list[Load] = []
        with at(self.source):
            solids = _solids(file)
            for number, load in enumerate(file.loads, 1):
                loads += load.loads(mesh, kind, f"[[loads]] {number}")
            loads += _temperature_change(file, mesh)
            _check_expansion(file, loads)
            supports = tuple(
                support.support(mesh, f"[[supports]] {number}") for number, support in enumerate(file.supports, 1)
            )
            # a section that may stretch, and with it no axial force, is what the words promise
            ends = file.analysis.ends or ("free" if kind == "generalised plane strain" else "held")
            return Model(
                mesh=mesh,
                solids=solids,
                kinematics=cast("SolidKinematics", kind),
                loads=tuple(loads_on_sides(loads, sides)),
                supports=supports,
                order=file.analysis.order,
                ends=ends,  # type: ignore[arg-type]
                ties=tuple(tie.tie() for tie in file.ties),
                periodic=file.periodic.periodic() if file.periodic is not None else None,
            )

    def solve(self, *, progress: Progress | None = None) -> CaseResult:
        """The answer to all that the case asks.

        Raises
        ------
        InputError
            When a rigid motion is free or a probe lies outside the mesh.
        ConvergenceError, ResourceError
            When the solve fails or does not fit into memory.
        """
        from tubewall.studies.case_solve import solve_case

        return solve_case(self, progress=progress)


def _beside(case: Path, name: str) -> Path:
    """The mesh file, which lies in the folder of the case or below; nothing outside is read."""
    folder = Path(os.path.realpath(case)).parent
    target = Path(os.path.realpath(folder / name))
    if not target.is_relative_to(folder):
        raise InputError(f"{shown(name)} lies outside the folder of the case file (allowed: beside it or below)")
    try:
        mode = os.stat(target).st_mode
    except OSError as error:
        raise InputError(f"{shown(name)}: {'no such file' if error.errno == 2 else error.strerror}") from None
    if not stat.S_ISREG(mode):
        raise InputError(f"{shown(name)} is not a regular file")
    return target


def _solids(file: CaseFile) -> dict[str, Solid]:
    solids = {}
    for name, table in file.materials.items():
        with at(f"[materials] {shown(name)}"):
            solids[name] = table.solid()
    return solids


def _temperature_change(file: CaseFile, mesh: SolidMesh) -> list[Load]:
    from tubewall.fem.loads import TemperatureChange

    change = file.analysis.temperature_change
    if change is None:
        return []
    return [TemperatureChange(change=scalar(change, "[analysis] temperature_change", mesh.dim))]


def _check_expansion(file: CaseFile, loads: list[Load]) -> None:
    from tubewall.fem.loads import TemperatureChange

    for load in loads:
        if not isinstance(load, TemperatureChange):
            continue
        for name, table in file.materials.items():
            if load.region in (None, name) and table.expansion is None:
                raise InputError(
                    f"[materials] {shown(name)}: has no expansion, which temperature_change needs: write {shown(name)} = "
                    f'{{ ..., expansion = "1e-5 1/K" }}'
                )


def _check_names(file: CaseFile, mesh: SolidMesh) -> None:
    if (file.analysis.kind == "3d") != (mesh.dim == 3):
        allowed = "3d" if mesh.dim == 3 else "plane strain, plane stress, generalised plane strain, axisymmetric"
        raise InputError(
            f"[analysis] kind: {file.analysis.kind!r} does not fit a mesh in {mesh.dim} dimensions (allowed: {allowed})"
        )
    for name, table in file.materials.items():
        with at(f"[materials] {shown(name)}"):
            named(name, "region", mesh.regions)
            for side in (table.along,) if isinstance(table.along, str) else table.along or ():
                named(side, "boundary", mesh.boundaries)
    lacking = [name for name in mesh.regions if name not in file.materials]
    if lacking:
        names = ", ".join(repr(name) for name in lacking[:12])
        raise InputError(
            f"[materials]: the region{'s' if len(lacking) > 1 else ''} {names} of the mesh has no material"
        )
    _check_questions(file, mesh)
    for number, tie in enumerate(file.ties, 1):
        for side in tie.boundaries:
            with at(f"[[ties]] {number}"):
                named(side, "boundary", mesh.boundaries)
    for pair in file.periodic.pairs if file.periodic is not None else ():
        for side in pair:
            with at("[periodic] pairs"):
                named(side, "boundary", mesh.boundaries)
    if file.weibull is not None:
        with at("[weibull]"):
            _check_parts(file.weibull.region, file.weibull.boundary, mesh)


def _check_questions(file: CaseFile, mesh: SolidMesh) -> None:
    asked: dict[str, Sequence[ProbeTable | LineTable | CrackTable]] = {
        "probes": file.probes,
        "lines": file.lines,
        "cracks": file.cracks,
    }
    for kind, tables in asked.items():
        seen: set[str] = set()
        for number, table in enumerate(tables, 1):
            with at(f"[[{kind}]] {number} {shown(table.name)}"):
                if table.name in seen:
                    raise InputError("name: stands twice")
                seen.add(table.name)
                _check_question(table, mesh)
    for number, corner in enumerate(file.corners, 1):
        with at(f"[[corners]] {number}"):
            _check_question(corner, mesh)


def _check_question(table: ProbeTable | LineTable | CrackTable | CornerTable, mesh: SolidMesh) -> None:
    if isinstance(table, ProbeTable):
        _check_parts(table.region, table.boundary, mesh)
        coordinates = {"at": table.at}
        about = table.about
        if about is not None and len(about) not in (2, mesh.dim):
            raise InputError(f"about: has {len(about)} coordinates; the mesh has {mesh.dim} dimensions")
    elif isinstance(table, LineTable):
        _check_parts(table.region, None, mesh)
        coordinates = {"from": table.start, "to": table.end}
        if table.start == table.end:
            raise InputError("from and to are the same point")
    elif isinstance(table, CornerTable):
        place_of(table.at, mesh)
        return
    else:
        if (table.front is not None) != (mesh.dim == 3):
            raise InputError("in space a crack has a front, a named edge; in a plane mesh a tip, a point")
        if table.tip is not None:
            place_of(table.tip, mesh)
        if table.front is not None:
            named(table.front, "edge", mesh.edges)
        for face in table.faces:
            named(face, "boundary", mesh.boundaries)
        coordinates = {"direction": table.direction}
    for key, point in coordinates.items():
        if point is not None and len(point) != mesh.dim:
            raise InputError(f"{key}: has {len(point)} coordinates; the mesh has {mesh.dim} dimensions")


def _check_parts(region: str | None, boundary: str | None, mesh: SolidMesh) -> None:
    if region is not None:
        named(region, "region", mesh.regions)
    if boundary is not None:
        named(boundary, "boundary", mesh.boundaries)
