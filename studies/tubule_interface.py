"""The interfaces of wall, insulator and electrolyte: peel and shear along them, how singular their ends are, a debond."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.fem.wedge_sectors import corner_of
from tubewall.studies.as_data import number
from tubewall.studies.tables import Column, Table
from tubewall.studies.tubule_answer import Picture3D, table_data
from tubewall.studies.tubule_body import (
    densities,
    needs_lithium,
    pressure_only,
    radial,
    radial_mesh,
    solved,
    study_loads,
)
from tubewall.studies.tubule_debond import Debond, debond, foot
from tubewall.studies.tubule_fields import part_of
from tubewall.studies.tubule_root import wall_ends
from tubewall.units import show

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.fem.field_solution import FieldSolution
    from tubewall.studies.tubule_study import TubuleStudy

    Floats = NDArray[np.float64]

# places across the wall that are told; nearer to an end than this share its own field rules
_PLACES: Final = (0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95)
_BOUNDED: Final = 0.999
# two meshes may agree by chance: tractions that are sampled beside a singular end are not known better than this share
_CHANCE: Final = 0.015
_SAMPLES: Final = 5


@dataclass(frozen=True, kw_only=True, eq=False)
class Interface:
    """One interface under the wall.

    Attributes
    ----------
    name : str
        As "wall on insulator".
    height : float
        z [m].
    places : (p,)
        Shares of the thickness from the bore outwards.
    peel, shear : (p,)
        Traction across it (tension positive) and along it, outwards on what lies below [Pa].
    mean : float
        Of the peel [Pa].
    linear : float
        The linear part of the peel at the bore [Pa]: what bends the foot.
    mesh_error : float
        Of mean plus linear [Pa].
    exponents : (complex, complex)
        lambda of the displacement, r^lambda, at its inner and outer end; 1 where the stress is bounded.
    """

    name: str
    height: float
    places: Floats
    peel: Floats
    shear: Floats
    mean: float
    linear: float
    mesh_error: float
    exponents: tuple[complex, complex]


@dataclass(frozen=True, kw_only=True, eq=False)
class InterfaceAnswer:
    """All interfaces of a study, and a debond where its foot has an edge; ``coarse`` tells the debond's mesh error."""

    study: TubuleStudy
    interfaces: tuple[Interface, ...]
    debond: Debond | None
    debond_error: float
    picture: Picture3D
    seconds: float

    def table(self) -> Table:
        """Peel and shear from the bore outwards."""
        columns = (
            Column(name="across the wall", unit="1"),
            *(Column(name=f"{what}, {one.name}", unit="Pa") for one in self.interfaces for what in ("peel", "shear")),
        )
        rows = tuple(
            (place, *[float(part[i]) for one in self.interfaces for part in (one.peel, one.shear)])
            for i, place in enumerate(_PLACES)
        )
        return Table(columns=columns, rows=rows)

    def ends(self) -> Table:
        """Each interface as a whole and its ends."""
        columns = (
            Column(name="interface"),
            Column(name="mean peel", unit="Pa"),
            Column(name="linear part at bore", unit="Pa"),
            Column(name="mesh error", unit="Pa"),
            Column(name="stress at bore as"),
            Column(name="stress outside as"),
        )
        rows = tuple(
            (one.name, one.mean, one.linear, one.mesh_error, _told(one.exponents[0]), _told(one.exponents[1]))
            for one in self.interfaces
        )
        return Table(columns=columns, rows=rows, notes=self.notes())

    @property
    def allowed(self) -> float | None:
        """Overpotential [V] at which the debond, with lithium in it, reaches the study's work of adhesion; it goes as U^2."""
        if self.debond is None or self.study.adhesion is None or self.debond.wet.g <= 0:
            return None
        volts = self.study.pressure / self.study.metal.ceiling(1.0)
        return volts * math.sqrt(self.study.adhesion / self.debond.wet.g)

    def notes(self) -> tuple[str, ...]:
        """What has to be known of the numbers."""
        told = ["ends of interfaces have no peak of stress: mean and linear part stand in, and the debond"]
        if self.study.neighbours == "full" and not self.study.in_tubes:
            told.append("outside the wall lies its plane of symmetry")
        if any(abs(exponent.imag) > 1e-8 for one in self.interfaces for exponent in one.exponents):
            told.append("complex exponents: the stress oscillates in log r")
        return tuple(told)

    def __str__(self) -> str:
        worst = max(self.interfaces, key=lambda one: one.mean + abs(one.linear))
        head = (
            f"{worst.name} carries {show(worst.mean, 'Pa')} of peel on the mean and {show(worst.linear, 'Pa')} of its linear part "
            f"at the bore (+- {show(worst.mesh_error, 'Pa', 2)})"
        )
        if self.debond is None:
            return head + "."
        found = self.debond
        more = (
            f"{head}; a debond of {show(found.length, 'm')} releases {found.dry.g:.3g} J/m2 dry and {found.wet.g:.3g} +- "
            f"{self.debond_error:.2g} J/m2 with lithium in it"
        )
        allowed = self.allowed
        if allowed is None:
            return more + "."
        return f"{more}, against {self.study.adhesion:.3g} J/m2: it holds up to {show(allowed, 'V')}."

    def text(self) -> str:
        """What is printed."""
        return "\n\n".join((str(self), self.table().text(), self.ends().text()))

    def to_json(self) -> dict[str, Any]:
        """Plain data, every number with its unit."""
        found = self.debond
        return {
            "question": "interface",
            "answer": str(self),
            "traction": table_data(self.table()),
            "interfaces": [
                {
                    "name": one.name,
                    "mean_peel": number(one.mean, "Pa"),
                    "linear_peel": number(one.linear, "Pa"),
                    "mesh_error": number(one.mesh_error, "Pa"),
                    "exponents": [
                        {"real": number(x.real, "1"), "imaginary": number(x.imag, "1")} for x in one.exponents
                    ],
                }
                for one in self.interfaces
            ],
            "debond": None
            if found is None
            else {
                "length": number(found.length, "m"),
                "dry": number(found.dry.g, "J/m2"),
                "with_lithium": number(found.wet.g, "J/m2"),
                "mesh_error": number(self.debond_error, "J/m2"),
            },
            "allowed_overpotential": number(self.allowed, "V"),
            "warnings": list(self.notes()),
        }


def _told(exponent: complex) -> str:
    if exponent.real >= _BOUNDED:
        return "bounded"
    waves = f" cos({exponent.imag:.3g} ln r)" if abs(exponent.imag) > 1e-8 else ""
    return f"r^{exponent.real - 1:.3f}{waves}"


def interfaces(study: TubuleStudy) -> InterfaceAnswer:
    """Tractions on the interfaces under the wall, the exponents of their ends, and a debond of the foot.

    Raises
    ------
    InputError
        When nothing presses, or the debond does not fit the wall.
    """
    started = time.perf_counter()
    needs_lithium(study)
    pressure_only(study, "interface")
    fine, coarse = (_solution(study, elements) for elements in densities(study))
    found = tuple(_interface(study, fine, coarse, *which) for which in _which(study))
    one, error = None, 0.0
    if not study.stack().is_film:
        foot(study)
        one = debond(study, study.debond)
        error = abs(one.wet.g - debond(study, study.debond, along=6).wet.g) + one.wet.g * one.wet.disagreement
    shown = fine if one is None else one.solution
    reach = max(2 * study.wall, 0.2 * study.bore)
    middle = study.bore / 2 + study.wall / 2
    part = part_of(shown, (middle - reach, -reach), (middle + reach, reach))
    return InterfaceAnswer(
        study=study,
        interfaces=found,
        debond=one,
        debond_error=error,
        picture=Picture3D(solution=part, title="foot of a wall on its electrolyte"),
        seconds=time.perf_counter() - started,
    )


def _which(study: TubuleStudy) -> list[tuple[str, float, str, str]]:
    """Name, height [m], region above and below of each interface."""
    if study.insulator_thickness == 0:
        return [("wall on electrolyte", 0.0, "wall", "electrolyte")]
    found = [("wall on insulator", study.stack().root, "wall", "insulator")]
    # a film goes on under the bore: its lower face has no end at the mouth
    ring = [("insulator on electrolyte", 0.0, "insulator", "electrolyte")]
    return found if study.stack().is_film else found + ring


def _solution(study: TubuleStudy, elements: int) -> FieldSolution:
    mesh = radial_mesh(radial(study, elements=elements, rim=study.wall / (8 * elements)))
    return solved(study, mesh, [study_loads(study, mesh)])[0]


def _interface(
    study: TubuleStudy, fine: FieldSolution, coarse: FieldSolution, name: str, height: float, above: str, below: str
) -> Interface:
    inner, outer = wall_ends(study)
    radii, peel, shear = _traction(fine, inner, outer, height, above, below)
    share = (radii - inner) / (outer - inner)
    mean, linear = _linearised(share, peel)
    rough = _traction(coarse, inner, outer, height, above, below)
    mean_2, linear_2 = _linearised((rough[0] - inner) / (outer - inner), rough[1])
    ends = tuple(complex(corner_of(fine.model, (r, height)).exponents.leading) for r in (inner, outer))
    # what is lost of an integral beside an end falls as size^lambda, so that half the density has lost 2^lambda as much
    left = 1 / (2 ** min(1.0, *(end.real for end in ends)) - 1)
    return Interface(
        name=name,
        height=height,
        places=np.array(_PLACES),
        peel=np.interp(_PLACES, share, peel),
        shear=np.interp(_PLACES, share, shear),
        mean=mean,
        linear=linear,
        mesh_error=max(left * (abs(mean - mean_2) + abs(linear - linear_2)), _CHANCE * (abs(mean) + abs(linear))),
        exponents=(ends[0], ends[1]),
    )


def _traction(
    solution: FieldSolution, inner: float, outer: float, height: float, above: str, below: str
) -> tuple[Floats, Floats, Floats]:
    """Radii (p,), peel and shear (p,) on an interface, the mean of what either side says."""
    mesh = solution.model.discrete.mesh
    corners = mesh.points[mesh.blocks[0].cells]
    low, high = corners.min(axis=1), corners.max(axis=1)
    tiny = 1e-7 * outer
    on = np.linspace(0.0, 1.0, _SAMPLES)
    sides = []
    for region, end, up in ((above, low[:, 1], 0.0), (below, high[:, 1], 1.0)):
        rows = np.intersect1d(
            mesh.region(region),
            np.flatnonzero((np.abs(end - height) < tiny) & (low[:, 0] > inner - tiny) & (high[:, 0] < outer + tiny)),
        )
        rows = rows[np.argsort(low[rows, 0])]
        local = np.column_stack((np.tile(on, len(rows)), np.full(len(rows) * _SAMPLES, up)))
        fields = solution.evaluate(np.repeat(rows, _SAMPLES), local)
        sides.append((fields.points[:, 0], fields.stress[:, 1], fields.stress[:, 5]))
    radii = sides[0][0]
    # columns below a fillet lean: what lies below is read at the radii of what lies above
    peel = (sides[0][1] + np.interp(radii, sides[1][0], sides[1][1])) / 2
    shear = (sides[0][2] + np.interp(radii, sides[1][0], sides[1][2])) / 2
    return radii, peel, shear


def _linearised(share: Floats, values: Floats) -> tuple[float, float]:
    """Mean and linear part at the start of values over shares (p,) of a line."""
    mean = float(np.trapezoid(values, share))
    return mean, float(np.trapezoid(6 * values * (0.5 - share), share))
