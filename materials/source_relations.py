"""Every number of the source's text (Chen et al., Nature 578, 251, 2020, Methods) computed again by this room's functions.

Relations S1 to S20. Where the source prints a number it stands beside ours; where it stops or says nothing, ours stands alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from tubewall.materials.constants import ATMOSPHERE, ROOM_TEMPERATURE
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
_CELL: Final = 328.15  # 55 C
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
        error = "-" if one.error is None else f"{100 * one.error + 0.0:+.1f} %".replace("-0.0", "+0.0")
        lines.append(f"| {one.key} | {one.what} | {one.unit} | {source} | {one.ours:.5g} | {error} |")
    return "\n".join(lines)


def _row(key: str, what: str, unit: str, source: float | None, ours: float) -> Relation:
    return Relation(key=key, what=what, unit=unit, source=source, ours=ours)


def _pressure() -> tuple[Relation, ...]:
    lithium = Lithium()
    light = Lithium(molar_volume=molar_volume_from_density(534.0))
    return (
        _row("S1", "largest lithium pressure per volt, a = 3.51 A", "MPa/V", 7410, lithium.ceiling(1.0) / 1e6),
        _row("S1", "the same with 0.534 g/cm3", "MPa/V", 7410, light.ceiling(1.0) / 1e6),
        _row("S2", "at 50 mV", "MPa", 370, lithium.ceiling(_VOLTAGE) / 1e6),
        _row("S3", "at 135 mV", "MPa", 1000, lithium.ceiling(0.135) / 1e6),
    )


def _transport() -> tuple[Relation, ...]:
    lithium = Lithium()
    conductance = required_conductance(_CURRENT, _VOLTAGE) / 1e4
    needed = required_conductivity(_CURRENT, _VOLTAGE, _HEIGHT) / _MS_PER_CM
    void = 1 - solid_fraction(_WALL, _BORE, "2d")
    rows = [
        _row("S4", "conductance for 3 mA/cm2 at 50 mV", "S/cm2", 0.06, conductance),
        _row("S5", "fill factor of lamellae, w = 10 nm", "1", None, solid_fraction(_WALL, _BORE, "1d")),
        _row("S5", "fill factor of cells with shared walls", "1", None, solid_fraction(_WALL, _BORE, "2d")),
        _row("S6", "equation (1), right-hand side", "mS/cm", 0.12, needed),
        _row("S7", "height for 3 mAh/cm2, dense lithium", "um", None, lithium.height_for(_CAPACITY) * 1e6),
        _row("S7", "honeycomb w = 10 nm, full", "um", 20, lithium.height_for(_CAPACITY, void) * 1e6),
        _row("S7", "honeycomb w = 10 nm, filled to 0.9", "um", 20, lithium.height_for(_CAPACITY, void, 0.9) * 1e6),
    ]
    for name, diffusivity, printed in _INTERCALATORS:
        kappa = (
            bulk_conductivity(material(name).lithium_concentration, diffusivity * _CM2_PER_S, ROOM_TEMPERATURE)
            / _MS_PER_CM
        )
        rows.append(
            _row(
                "S8",
                f"equation (2), {name}, D = {diffusivity:g} cm2/s",
                "mS/cm",
                printed,
                kappa,
            )
        )
    for name, diffusivity in (("LiC6", 1e-8), ("Li9Al4", 1e-9), ("Li22Si5", 1e-11)):
        factor = interface_factor(_WALL, diffusivity * _CM2_PER_S, 1e-7 * _CM2_PER_S)
        rows.append(_row("S9", f"equation (3), {name}, D_int = 1e-7 cm2/s", "1", None, factor))
    return tuple(rows)


_INTERCALATORS: Final = (
    ("LiC6", 1e-7, 10.0),
    ("LiC6", 1e-8, 1.0),
    ("Li22Si5", 1e-11, None),
    ("Li9Al4", 1e-9, 0.25),
)


def _walls() -> tuple[Relation, ...]:
    needed = required_conductivity(_CURRENT, _VOLTAGE, _HEIGHT)

    def fraction(name: str, diffusivity: float, temperature: float = ROOM_TEMPERATURE) -> float:
        kappa = bulk_conductivity(material(name).lithium_concentration, diffusivity * _CM2_PER_S, temperature)
        return fill_factor_needed(needed, kappa)

    cold, warm = fraction("LiC6", 1e-8), fraction("LiC6", 1e-8, _CELL)
    alloy, silicide = fraction("Li9Al4", 1e-9), fraction("Li22Si5", 1e-11)
    return (
        _row("S10", "smallest fill factor, LiC6, 25 C", "1", 0.1, cold),
        _row("S10", "the same at 55 C", "1", 0.1, warm),
        _row("S10", "the same at 25 C, D = 1e-7 cm2/s", "1", None, fraction("LiC6", 1e-7)),
        _row("S11", "thinnest wall, lamellae, 25 C", "nm", 10, minimum_wall_1d(_BORE, cold) * 1e9),
        _row("S11", "thinnest wall, lamellae, 55 C", "nm", 10, minimum_wall_1d(_BORE, warm) * 1e9),
        _row("S11", "thinnest wall, shared walls, 25 C", "nm", 10, minimum_wall_2d(_BORE, cold) * 1e9),
        _row("S11", "thinnest wall, shared walls, 55 C", "nm", 10, minimum_wall_2d(_BORE, warm) * 1e9),
        _row("S12", "smallest fill factor, Li9Al4 (text cut off)", "1", None, alloy),
        _row("S12", "its thinnest wall, lamellae", "nm", None, minimum_wall_1d(_BORE, alloy) * 1e9),
        _row("S12", "its thinnest wall, shared walls", "nm", None, minimum_wall_2d(_BORE, alloy) * 1e9),
        _row("S13", "smallest fill factor, Li22Si5: above 1, impossible", "1", None, silicide),
    )


def _gas_and_counts() -> tuple[Relation, ...]:
    argon = Gas(name="argon", law="virial")
    start = float(argon.molar_density(ATMOSPHERE, ROOM_TEMPERATURE))
    lithium = Lithium()
    void = 1 - solid_fraction(_WALL, _BORE, "2d")

    def compressed(ratio: float, temperature: float = ROOM_TEMPERATURE) -> float:
        return float(argon.pressure(start * ratio, temperature)) / 1e6

    def per_cm2(wall: float) -> float:
        # one hexagonal cell of the pitch W + w: sqrt(3)/2 (W + w)^2
        return 1e-4 / (math.sqrt(3) / 2 * (_BORE + wall) ** 2)

    return (
        _row("S14", "argon compressed 10x, ideal, 25 C (source: a few)", "MPa", 3, ATMOSPHERE * 10 / 1e6),
        _row("S14", "argon compressed 10x, real, 25 C", "MPa", 3, compressed(10)),
        _row("S14", "10x, filled at 25 C, run at 55 C", "MPa", None, compressed(10, _CELL)),
        _row("S14", "20x, real", "MPa", None, compressed(20)),
        _row("S14", "50x, real", "MPa", None, compressed(50)),
        _row("S14", "100x, real", "MPa", None, compressed(100)),
        _row("S15", "cylinders per cm2, honeycomb w = 10 nm", "1", 1e10, per_cm2(10e-9)),
        _row("S15", "cylinders per cm2, honeycomb w = 20 nm", "1", 1e10, per_cm2(20e-9)),
        _row("S16", "rise of dense lithium at 3 mA/cm2", "nm/s", None, lithium.rise_speed(_CURRENT) * 1e9),
        _row("S16", "rise in the bores of the honeycomb", "nm/s", None, lithium.rise_speed(_CURRENT, void) * 1e9),
    )


def _cell() -> tuple[Relation, ...]:
    lithium = Lithium(molar_volume=molar_volume_from_density(534.0))
    void = 1 - solid_fraction(_WALL, _BORE, "2d")
    # LiFePO4 of 4 to 6 mg/cm2 at 164 mAh/g
    light, heavy = 4e-3 * 164, 6e-3 * 164
    middle = 5e-3 * 164
    dense = [2 * q * _MAH_PER_CM2 / lithium.capacity_density * 1e6 for q in (light, heavy)]
    rows = [
        _row("S17", "cathode of 4 mg/cm2", "mAh/cm2", None, light),
        _row("S17", "cathode of 6 mg/cm2", "mAh/cm2", None, heavy),
        _row("S18", "anode lithium with 1x excess, 4 mg/cm2, dense", "um", None, dense[0]),
        _row("S18", "anode lithium with 1x excess, 6 mg/cm2, dense", "um", None, dense[1]),
        _row("S18", "the same in the honeycomb, 6 mg/cm2", "um", None, dense[1] / void),
        _row("S18", "fill of 20 um bores, 6 mg/cm2", "1", None, dense[1] / void / 20),
    ]
    for current in (0.125, 0.25, 0.5):
        rows.append(_row("S19", f"rate at {current:g} mA/cm2, 5 mg/cm2", "1/h", None, current / middle))
    for current in (0.125, 0.5):
        need = required_conductance(current * 10, _VOLTAGE) / 10
        rows.append(_row("S19", f"conductance for {current:g} mA/cm2 at 50 mV", "mS/cm2", None, need))
    return tuple(rows)


def _concentrations() -> tuple[Relation, ...]:
    graphite_cell = 4.305e-10**2 * math.sqrt(3) / 2 * 3.706e-10
    cells = (
        ("LiC6", 1.65e22, 1, graphite_cell),
        ("Li22Si5", 5.3e22, 22 / 5, 82.4e-30),
        ("Li9Al4", 4e22, 18, 445.8e-30),
    )
    return tuple(
        _row("S20", f"lithium per volume, {name}", "1/cm3", printed, concentration_from_cell(atoms, volume) / 1e6)
        for name, printed, atoms, volume in cells
    )


if __name__ == "__main__":
    print(markdown())
