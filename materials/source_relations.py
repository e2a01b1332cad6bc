"""Every number of the source's text (Chen et al., Nature 578, 251, 2020, Methods) computed again by this room's functions.

Relations S1 to S20. Where the source prints a number it stands beside ours; where it stops or says nothing, ours stands alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from tubewall.materials.gas import Gas
from tubewall.materials.library import material
from tubewall.materials.lithium import Lithium, molar_volume_from_density
from tubewall.materials.transport import (
    bulk_conductivity,
    concentration_from_cell,
    fill_factor_needed,
    interface_factor,
    minimum_wall_1d,
    minimum_wall_2d,
    required_conductance,
    required_conductivity,
    solid_fraction,
)

_BORE: Final = 100e-9
_WALL: Final = 10e-9
_HEIGHT: Final = 20e-6
_CURRENT: Final = 30.0  # 3 mA/cm2
_CAPACITY: Final = 3e-3 * 3600 * 1e4  # 3 mAh/cm2
_VOLTAGE: Final = 0.05
_ROOM: Final = 298.15
_CELL: Final = 328.15  # 55 C
_ATMOSPHERE: Final = 101325.0
_MAH_PER_CM2: Final = 36000.0  # A s/m2
_MS_PER_CM: Final = 0.1  # S/m
_CM2_PER_S: Final = 1e-4


@dataclass(frozen=True, kw_only=True)
class Relation:
    """One recomputed number: ``key`` S1 .. S20, what it is, the source's number (None where it has none) and ours, in ``unit``."""

    key: str
    what: str
    unit: str
    source: float | None
    ours: float

    @property
    def error(self) -> float | None:
        """(source - ours) / ours [-]."""
        return None if self.source is None else self.source / self.ours - 1


def relations() -> tuple[Relation, ...]:
    """All relations, S1 to S20 in order."""
    return (*_pressure(), *_transport(), *_walls(), *_gas_and_counts(), *_cell(), *_concentrations())


def markdown() -> str:
    """The relations as a table in Markdown."""
    lines = ["| | relation | unit | source | ours | source/ours - 1 |", "| --- | --- | --- | --- | --- | --- |"]
    for one in relations():
        source = "-" if one.source is None else f"{one.source:.4g}"
        error = "-" if one.error is None else f"{100 * one.error:+.1f} %"
        lines.append(f"| {one.key} | {one.what} | {one.unit} | {source} | {one.ours:.5g} | {error} |")
    return "\n".join(lines)


def _pressure() -> tuple[Relation, ...]:
    lithium = Lithium()
    light = Lithium(molar_volume=molar_volume_from_density(534.0))
    return (
        Relation(key="S1", what="largest lithium pressure per volt, a = 3.51 A", unit="MPa/V", source=7410, ours=lithium.ceiling(1.0) / 1e6),
        Relation(key="S1", what="the same with 0.534 g/cm3", unit="MPa/V", source=7410, ours=light.ceiling(1.0) / 1e6),
        Relation(key="S2", what="at 50 mV", unit="MPa", source=370, ours=lithium.ceiling(_VOLTAGE) / 1e6),
        Relation(key="S3", what="at 135 mV", unit="MPa", source=1000, ours=lithium.ceiling(0.135) / 1e6),
    )  # fmt: skip


def _transport() -> tuple[Relation, ...]:
    lithium = Lithium()
    conductance = required_conductance(_CURRENT, _VOLTAGE) / 1e4
    needed = required_conductivity(_CURRENT, _VOLTAGE, _HEIGHT) / _MS_PER_CM
    void = 1 - solid_fraction(_WALL, _BORE, "2d")
    rows = [
        Relation(key="S4", what="conductance for 3 mA/cm2 at 50 mV", unit="S/cm2", source=0.06, ours=conductance),
        Relation(key="S5", what="fill factor of lamellae, w = 10 nm", unit="1", source=None, ours=solid_fraction(_WALL, _BORE, "1d")),
        Relation(key="S5", what="fill factor of cells with shared walls", unit="1", source=None, ours=solid_fraction(_WALL, _BORE, "2d")),
        Relation(key="S6", what="equation (1), right-hand side", unit="mS/cm", source=0.12, ours=needed),
        Relation(key="S7", what="height for 3 mAh/cm2, dense lithium", unit="um", source=None, ours=lithium.height_for(_CAPACITY) * 1e6),
        Relation(key="S7", what="honeycomb w = 10 nm, full", unit="um", source=20, ours=lithium.height_for(_CAPACITY, void) * 1e6),
        Relation(key="S7", what="honeycomb w = 10 nm, filled to 0.9", unit="um", source=20, ours=lithium.height_for(_CAPACITY, void, 0.9) * 1e6),
    ]  # fmt: skip
    for name, diffusivity, printed in _INTERCALATORS:
        kappa = bulk_conductivity(material(name).lithium_concentration, diffusivity * _CM2_PER_S, _ROOM) / _MS_PER_CM
        rows.append(
            Relation(
                key="S8",
                what=f"equation (2), {name}, D = {diffusivity:g} cm2/s",
                unit="mS/cm",
                source=printed,
                ours=kappa,
            )
        )
    for name, diffusivity in (("LiC6", 1e-8), ("Li9Al4", 1e-9), ("Li22Si5", 1e-11)):
        factor = interface_factor(_WALL, diffusivity * _CM2_PER_S, 1e-7 * _CM2_PER_S)
        rows.append(
            Relation(key="S9", what=f"equation (3), {name}, D_int = 1e-7 cm2/s", unit="1", source=None, ours=factor)
        )
    return tuple(rows)


_INTERCALATORS: Final = (
    ("LiC6", 1e-7, 10.0),
    ("LiC6", 1e-8, 1.0),
    ("Li22Si5", 1e-11, None),
    ("Li9Al4", 1e-9, 0.25),
)


def _walls() -> tuple[Relation, ...]:
    needed = required_conductivity(_CURRENT, _VOLTAGE, _HEIGHT)

    def fraction(name: str, diffusivity: float, temperature: float = _ROOM) -> float:
        kappa = bulk_conductivity(material(name).lithium_concentration, diffusivity * _CM2_PER_S, temperature)
        return fill_factor_needed(needed, kappa)

    cold, warm = fraction("LiC6", 1e-8), fraction("LiC6", 1e-8, _CELL)
    alloy, silicide = fraction("Li9Al4", 1e-9), fraction("Li22Si5", 1e-11)
    return (
        Relation(key="S10", what="smallest fill factor, LiC6, 25 C", unit="1", source=0.1, ours=cold),
        Relation(key="S10", what="the same at 55 C", unit="1", source=0.1, ours=warm),
        Relation(key="S10", what="the same at 25 C, D = 1e-7 cm2/s", unit="1", source=None, ours=fraction("LiC6", 1e-7)),
        Relation(key="S11", what="thinnest wall, lamellae, 25 C", unit="nm", source=10, ours=minimum_wall_1d(_BORE, cold) * 1e9),
        Relation(key="S11", what="thinnest wall, lamellae, 55 C", unit="nm", source=10, ours=minimum_wall_1d(_BORE, warm) * 1e9),
        Relation(key="S11", what="thinnest wall, shared walls, 25 C", unit="nm", source=10, ours=minimum_wall_2d(_BORE, cold) * 1e9),
        Relation(key="S11", what="thinnest wall, shared walls, 55 C", unit="nm", source=10, ours=minimum_wall_2d(_BORE, warm) * 1e9),
        Relation(key="S12", what="smallest fill factor, Li9Al4 (text cut off)", unit="1", source=None, ours=alloy),
        Relation(key="S12", what="its thinnest wall, lamellae", unit="nm", source=None, ours=minimum_wall_1d(_BORE, alloy) * 1e9),
        Relation(key="S12", what="its thinnest wall, shared walls", unit="nm", source=None, ours=minimum_wall_2d(_BORE, alloy) * 1e9),
        Relation(key="S13", what="smallest fill factor, Li22Si5: above 1, impossible", unit="1", source=None, ours=silicide),
    )  # fmt: skip


def _gas_and_counts() -> tuple[Relation, ...]:
    argon = Gas(name="argon", law="virial")
    start = float(argon.molar_density(_ATMOSPHERE, _ROOM))
    lithium = Lithium()
    void = 1 - solid_fraction(_WALL, _BORE, "2d")

    def compressed(ratio: float, temperature: float = _ROOM) -> float:
        return float(argon.pressure(start * ratio, temperature)) / 1e6

    def per_cm2(wall: float) -> float:
        # one hexagonal cell of the pitch W + w: sqrt(3)/2 (W + w)^2
        return 1e-4 / (math.sqrt(3) / 2 * (_BORE + wall) ** 2)

    return (
        Relation(key="S14", what="argon compressed 10x, ideal, 25 C (source: a few)", unit="MPa", source=3, ours=_ATMOSPHERE * 10 / 1e6),
        Relation(key="S14", what="argon compressed 10x, real, 25 C", unit="MPa", source=3, ours=compressed(10)),
        Relation(key="S14", what="10x, filled at 25 C, run at 55 C", unit="MPa", source=None, ours=compressed(10, _CELL)),
        Relation(key="S14", what="20x, real", unit="MPa", source=None, ours=compressed(20)),
        Relation(key="S14", what="50x, real", unit="MPa", source=None, ours=compressed(50)),
        Relation(key="S14", what="100x, real", unit="MPa", source=None, ours=compressed(100)),
        Relation(key="S15", what="cylinders per cm2, honeycomb w = 10 nm", unit="1", source=1e10, ours=per_cm2(10e-9)),
        Relation(key="S15", what="cylinders per cm2, honeycomb w = 20 nm", unit="1", source=1e10, ours=per_cm2(20e-9)),
        Relation(key="S16", what="rise of dense lithium at 3 mA/cm2", unit="nm/s", source=None, ours=lithium.rise_speed(_CURRENT) * 1e9),
        Relation(key="S16", what="rise in the bores of the honeycomb", unit="nm/s", source=None, ours=lithium.rise_speed(_CURRENT, void) * 1e9),
    )  # fmt: skip


def _cell() -> tuple[Relation, ...]:
    lithium = Lithium(molar_volume=molar_volume_from_density(534.0))
    void = 1 - solid_fraction(_WALL, _BORE, "2d")
    # LiFePO4 of 4 to 6 mg/cm2 at 164 mAh/g
    light, heavy = 4e-3 * 164, 6e-3 * 164
    middle = 5e-3 * 164
    dense = [2 * q * _MAH_PER_CM2 / lithium.capacity_density * 1e6 for q in (light, heavy)]
    rows = [
        Relation(key="S17", what="cathode of 4 mg/cm2", unit="mAh/cm2", source=None, ours=light),
        Relation(key="S17", what="cathode of 6 mg/cm2", unit="mAh/cm2", source=None, ours=heavy),
        Relation(
            key="S18", what="anode lithium with 1x excess, 4 mg/cm2, dense", unit="um", source=None, ours=dense[0]
        ),
        Relation(
            key="S18", what="anode lithium with 1x excess, 6 mg/cm2, dense", unit="um", source=None, ours=dense[1]
        ),
        Relation(key="S18", what="the same in the honeycomb, 6 mg/cm2", unit="um", source=None, ours=dense[1] / void),
        Relation(key="S18", what="fill of 20 um bores, 6 mg/cm2", unit="1", source=None, ours=dense[1] / void / 20),
    ]
    for current in (0.125, 0.25, 0.5):
        rows.append(
            Relation(
                key="S19", what=f"rate at {current:g} mA/cm2, 5 mg/cm2", unit="1/h", source=None, ours=current / middle
            )
        )
    for current in (0.125, 0.5):
        need = required_conductance(current * 10, _VOLTAGE) / 10
        rows.append(
            Relation(
                key="S19", what=f"conductance for {current:g} mA/cm2 at 50 mV", unit="mS/cm2", source=None, ours=need
            )
        )
    return tuple(rows)


def _concentrations() -> tuple[Relation, ...]:
    graphite_cell = 4.305e-10**2 * math.sqrt(3) / 2 * 3.706e-10
    cells = (
        ("LiC6", 1.65e22, 1, graphite_cell),
        ("Li22Si5", 5.3e22, 22 / 5, 82.4e-30),
        ("Li9Al4", 4e22, 18, 445.8e-30),
    )
    return tuple(
        Relation(key="S20", what=f"lithium per volume, {name}", unit="1/cm3", source=printed, ours=concentration_from_cell(atoms, volume) / 1e6)
        for name, printed, atoms, volume in cells
    )  # fmt: skip
