"""What a case answers: values at its probes and lines, largest values, reactions; as JSON, in words, as files for viewers."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.studies.as_data import number

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution, SupportReaction
    from tubewall.studies.case import Case

Data = dict[str, Any]
_LIBRARIES: Final = ("numpy", "scipy", "scikit-fem", "meshio")


@dataclass(frozen=True, kw_only=True)
class Singularity:
    """Why a value is no answer: the exact stress is unbounded there.

    Attributes
    ----------
    exponent : float
        The displacement goes as r^exponent, the stress as r^(exponent - 1).
    why : str
    at : tuple of float
        [m]
    """

    exponent: float
    why: str
    at: tuple[float, ...]

    def __str__(self) -> str:
        from tubewall.units import show_point

        place = show_point(self.at)
        return (
            f"{self.why} at {place}, where the stress grows as r^{self.exponent - 1:.4g} (exponent {self.exponent:.4g})"
        )

    def to_json(self) -> Data:
        """The exponents, the reason and the place."""
        return {
            "exponent": number(self.exponent, "1"),
            "stress_power": number(self.exponent - 1.0, "1"),
            "why": self.why,
            "at": [float(one) for one in self.at],
        }


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One number of the answer.

    Attributes
    ----------
    value : float
        In ``unit``.
    unit : str
        Of SI.
    at : tuple of float
        Where it is [m].
    mesh_error : float, optional
        What the mesh may have changed it by, in the same unit; None where there is no estimate.
    region : str, optional
        The region that it was taken in.
    singular : Singularity, optional
        Where no mesh gives the value.
    """

    value: float
    unit: str
    at: tuple[float, ...]
    mesh_error: float | None = None
    region: str | None = None
    singular: Singularity | None = None

    def to_json(self) -> Data:
        """The value and where it is; at a singular point that it has no mesh error, and why."""
        region = {} if self.region is None else {"region": self.region}
        found = {"value": float(self.value), "unit": self.unit, "at": [float(one) for one in self.at], **region}
        if self.singular is None:
            return found
        return {**found, "mesh_error": None, "singular": self.singular.to_json()}

    def probe_json(self) -> Data:
        """The same with its mesh error, null where there is no estimate."""
        error = None if self.singular is not None else number(self.mesh_error, self.unit)
        return {**self.to_json(), "mesh_error": None if error is None else error["value"]}


@dataclass(frozen=True, kw_only=True)
class LineAnswer:
    """Linearised stress along a line.

    Attributes
    ----------
    length : float
        [m]
    parts : mapping of part to mapping of component to float
        [Pa]; "membrane" is constant, "bending" linear and given at the start of the line ("bending_end" at its end), "peak" the
        rest at the start ("peak_end" at the end), "start" and "end" the stress itself. Beside the components stand the
        invariants of each part.
    errors : mapping of part to mapping of component to float
        Estimated mesh errors [Pa] of the same; none where there is no estimate.
    """

    length: float
    parts: Mapping[str, Mapping[str, float]]
    errors: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)

    def to_json(self) -> Data:
        """Each component with its unit, and under ``mesh_error`` the same parts with their errors."""

        def parts(given: Mapping[str, Mapping[str, float | None]]) -> Data:
            return {
                name: {part: number(value, "Pa") for part, value in values.items()} for name, values in given.items()
            }

        errors = {name: error or None for name, error in parts(self.errors).items()}
        return {"length": number(self.length, "m"), **parts(self.parts), "mesh_error": errors or None}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CaseResult:
    """The answer to a case.

    Attributes
    ----------
    case : Case
    solution : FieldSolution
    probes, lines, maximum : mapping of name to answer
    more : mapping of str to plain data
        What [[cracks]], [[corners]], [buckling], [periodic] and [weibull] asked for; numbers with their units.
    shapes : mapping of name to (n, dim)
        Displacement of the nodes when it buckles, the largest 1; for viewers.
    seconds : mapping of stage to float
        Wall time [s].
    peak_memory : int
        Of the whole process [B].
    warnings : tuple of str
    """

    case: Case
    solution: FieldSolution
    probes: Mapping[str, Answer]
    lines: Mapping[str, LineAnswer]
    maximum: Mapping[str, Answer]
    more: Mapping[str, Any] = field(default_factory=dict)
    shapes: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    seconds: Mapping[str, float]
    peak_memory: int
    warnings: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"CaseResult({self.case.source!r}, {len(self.probes)} probes, {self.solution!r})"

    def to_json(self) -> Data:
        """The result as plain data in SI: every number with its unit, what does not exist null."""
        solution = self.solution
        found: Data = {
            "version": _version("tubewall"),
            "versions": {"python": platform.python_version(), **{name: _version(name) for name in _LIBRARIES}},
            "input_hash": self.case.input_hash,
            "kind": self.case.file.analysis.kind,
            "order": self.case.file.analysis.order,
            "probes": {name: answer.probe_json() for name, answer in self.probes.items()},
            "lines": {name: answer.to_json() for name, answer in self.lines.items()},
            "maximum": {name: answer.to_json() for name, answer in self.maximum.items()},
            "reactions": self.reactions(),
            "imbalance": float(solution.imbalance),
            "residual": float(solution.residual),
            "unknowns": int(solution.unknowns),
            "elements": solution.model.mesh.elements,
            "solver": solution.solver,
            "seconds": {stage: number(value, "s") for stage, value in self.seconds.items()},
            "peak_memory": number(float(self.peak_memory), "B"),
            "warnings": list(self.warnings),
        }
        if solution.model.kinematics == "generalised plane strain":
            found["axial_strain"] = number(solution.axial_strain, "1")
            found["axial_force"] = number(solution.axial_force, "N")
        return {**found, **self.more}

    def reactions(self) -> list[Data]:
        """Place, force and moment of every support, as they stand in the JSON."""
        kind, dim = self.case.file.analysis.kind, self.case.mesh.dim
        return [reaction_data(reaction, kind, dim) for reaction in self.solution.reactions]

    def text(self) -> str:
        """The answer in a few lines of words."""
        from tubewall.studies.case_wording import case_text

        return case_text(self)

    def write_vtu(self, path: str | Path) -> None:
        """Write displacement, stress, von Mises and principal stress at the nodes, averaged within each region."""
        from tubewall.geometry.mesh_output import write_vtu
        from tubewall.studies.nodal_fields import nodal_fields

        mesh, point_data = nodal_fields(self.solution, self.shapes)
        write_vtu(mesh, path, point_data=point_data)

    def write_png(self, path: str | Path, *, quantity: str = "von mises") -> None:
        """Write a picture of the deformed body, coloured by a stress, its maximum marked."""
        from tubewall.view.body_picture import draw_body

        draw_body(self.solution, path, quantity=quantity)


def reaction_data(reaction: SupportReaction, kind: str, dim: int) -> Data:
    """The force of a support by direction, and its moment about the origin."""
    plane = dim == 2 and kind != "axisymmetric"
    force_unit, moment_unit = ("N/m", "N") if plane else ("N", "N m")
    force = {axis: number(float(part), force_unit) for axis, part in zip("xyz", reaction.force, strict=False)}
    moment: Data | None
    if kind == "axisymmetric":
        # forces around the whole circle balance about every point of the axis
        moment = number(0.0, moment_unit)
    elif dim == 2:
        moment = number(float(reaction.moment[0]), moment_unit)
    else:
        moment = {axis: number(float(part), moment_unit) for axis, part in zip("xyz", reaction.moment, strict=True)}
    return {"place": reaction.place, "force": force, "moment": moment}


def _version(name: str) -> str:
    from importlib.metadata import version

    return version(name)
