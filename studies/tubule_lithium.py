"""Lithium as a pressure, as a body that slides on the wall, or one that sticks: by how much an answer changes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tubewall.materials import Isotropic, material
from tubewall.studies.tables import Column, Table
from tubewall.studies.tubule_body import lithium_law
from tubewall.units import show

if TYPE_CHECKING:
    from tubewall.studies.tables import Cell
    from tubewall.studies.tubule_study import TubuleStudy

Measure = Callable[["TubuleStudy"], Sequence["Cell"]]


def treatments(study: TubuleStudy, *, every: bool = True) -> list[TubuleStudy]:
    """The study with its lithium as a pressure, and as a body that slides or sticks: crept as the study says, and not at all.

    Without ``every`` only as a pressure and as the study has it.
    """
    pressure = study.replace(lithium="pressure")
    if not every:
        return [pressure, study]
    law = material("lithium").elastic
    moduli = [study.lithium_modulus]
    if isinstance(law, Isotropic) and study.lithium_modulus < 0.99 * law.youngs_modulus:
        moduli.append(law.youngs_modulus)
    bodies = [
        study.replace(lithium=kind, lithium_modulus=modulus) for modulus in moduli for kind in ("sliding", "sticking")
    ]
    return [pressure, *bodies]


def lithium_table(
    study: TubuleStudy, columns: Sequence[Column], measure: Measure, *, every: bool = True
) -> Table | None:
    """What ``measure`` finds for each treatment of the lithium, the first of its numbers also over that of the pressure.

    None where the study's lithium is a pressure: nothing else was asked.
    """
    if study.lithium == "pressure":
        return None
    found = [(one, tuple(measure(one))) for one in treatments(study, every=every)]
    reference = found[0][1][0]
    rows = tuple(
        (
            one.lithium,
            None if one.lithium == "pressure" else one.lithium_modulus,
            *values,
            _over(values[0], reference),
        )
        for one, values in found
    )
    notes = (
        "lithium as a body grows at the mouth and presses there; sliding, its top is held; sticking, the wall holds it, and soft "
        "lithium is sheared beyond what linear elasticity says of it: it flows",
        f"crept lithium of {show(study.lithium_modulus, 'Pa')} is a guess; what has not crept carries part of the load itself",
    )
    heads = (Column(name="lithium"), Column(name="its modulus", unit="Pa"))
    return Table(columns=(*heads, *columns, Column(name="over pressure", unit="1")), rows=rows, notes=notes)


def shear_lag(study: TubuleStudy) -> float:
    """Length [m] over which lithium that sticks in a rigid round bore loses its pressure: a sqrt(K / 8 G).

    A nearly incompressible column shifts as a parabola, dp/dz = -8 G u / a^2, du/dz = -p / K.
    """
    law = lithium_law(study)
    e, nu = law.youngs_modulus, law.poissons_ratio
    bulk, shear = e / (3 * (1 - 2 * nu)), e / (2 * (1 + nu))
    return study.bore / 2 * math.sqrt(bulk / (8 * shear))


def _over(value: Cell, reference: Cell) -> float | None:
    if isinstance(value, (int, float)) and isinstance(reference, (int, float)) and reference:
        return float(value) / float(reference)
    return None
