"""The two cells of the source as protocols: lithium against lithium, and against LiFePO4, with what their ends are.

Efficiency is discharge over charge. It differs from 1 through the loss that is put in, and through what a voltage limit
leaves behind; nothing else in the model loses lithium.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.chambers.check import number
from tubewall.chambers.open_circuit import CURVES, lfp_potential
from tubewall.chambers.protocol import Moment, Protocol, Step
from tubewall.errors import InputError, unknown_name

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from tubewall.chambers.anode_run import StepEnd

    Floats = NDArray[np.float64]

# of the source: 0.125, 0.25 and 0.5 mA/cm2
CURRENTS: Final = (1.25, 2.5, 5.0)
# LiFePO4 of the source's cells, 164 mAh/g [C/kg]
SPECIFIC_CAPACITY: Final = 164.0 * 3.6e3


@dataclass(frozen=True, kw_only=True)
class Cycle:
    """One charge and the discharge after it.

    Attributes
    ----------
    current_density : float
        Of both [A/m2].
    charged, discharged : float
        Charge per area [C/m2].
    stranded : float
        Lithium that the loss put out of reach in this cycle, as charge per area [C/m2].
    ended : (str, str)
        What ended the charge and the discharge.
    """

    current_density: float
    charged: float
    discharged: float
    stranded: float
    ended: tuple[str, str]

    @property
    def efficiency(self) -> float:
        """Coulombic efficiency: discharge over charge [-]."""
        return self.discharged / self.charged if self.charged > 0 else 0.0


@dataclass(frozen=True, kw_only=True)
class HalfCell:
    """Lithium deposited to a capacity and stripped again, some cycles at each current density.

    Each cycle strands the share ``loss`` of what it deposits: it stays in the bores, takes its room there and is not stripped.

    Parameters
    ----------
    current_densities : tuple of float
        [A/m2]; the source's 0.125, 0.25 and 0.5 mA/cm2.
    capacity : float
        Deposited in each cycle, charge per area [C/m2]; 36 000 is 1 mAh/cm2.
    cycles : int
        At each current density.
    loss : float
        Share of the deposit that is stranded in each cycle [-].
    rest : float
        Between deposit and stripping [s]; 0 for none.
    cutoff : float
        Overpotential at which stripping ends, its size [V].
    """

    current_densities: tuple[float, ...] = CURRENTS
    capacity: float = 36e3
    cycles: int = 3
    loss: float = 0.0
    rest: float = 0.0
    cutoff: float = 1.0

    def __post_init__(self) -> None:
        """Check and freeze."""
        object.__setattr__(self, "current_densities", _currents("HalfCell", self.current_densities))
        number("HalfCell.capacity", self.capacity, "C/m2", above=0.0)
        number("HalfCell.rest", self.rest, "s", least=0.0)
        number("HalfCell.cutoff", self.cutoff, "V", above=0.0)
        _cycles("HalfCell", self.cycles)
        _loss("HalfCell", self.loss)

    @property
    def most_lithium(self) -> float:
        """The largest content of the anode, as charge per area [C/m2]."""
        turns = len(self.current_densities) * self.cycles
        return self.capacity * (1.0 + self.loss * (turns - 1))

    def protocol(self) -> Protocol:
        """Deposit, rest, strip; over and over."""
        steps: list[Step] = []
        for current in self.current_densities:
            for _ in range(self.cycles):
                steps.append(Step(kind="current", current_density=current, charge=self.capacity))
                if self.rest > 0:
                    steps.append(Step(kind="rest", duration=self.rest))
                steps.append(
                    Step(
                        kind="current",
                        current_density=-current,
                        charge=(1.0 - self.loss) * self.capacity,
                        lowest=-self.cutoff,
                    )
                )
        return Protocol(steps=tuple(steps))

    def cycles_of(self, ends: Sequence[StepEnd]) -> tuple[Cycle, ...]:
        """What the cycles came to, from the ends of the steps of `protocol`."""
        told = {"charge": "capacity", "empty": "all stripped", "lowest": "cutoff", "full": "chambers full"}
        return _paired(ends, self.current_densities, self.cycles, self.loss * self.capacity, told, told)


@dataclass(frozen=True, kw_only=True)
class FullCell:
    """The anode against LiFePO4, charged and discharged between two voltages.

    V = E(x) + U + J R, with the open-circuit potential E of the cathode at its lithium content x, the overpotential U of
    the anode and everything else in one area resistance R; J and U are positive on charge. The cathode starts full, the
    anode holds ``excess`` times its capacity. Each cycle strands the share ``loss`` of that capacity in the anode; the
    excess makes up for it as long as there is any.

    Parameters
    ----------
    loading : float
        LiFePO4 per area, active material [kg/m2]; 0.05 is 5 mg/cm2.
    specific_capacity : float
        [C/kg]; 164 mAh/g by default.
    excess : float
        Lithium in the anode when the cathode is full, over the cathode's capacity [-].
    current_densities : tuple of float
        [A/m2].
    cycles : int
        At each current density.
    window : (float, float)
        Lowest and highest voltage of the cell [V].
    resistance : float
        R, of electrolyte, cathode and contacts [Ohm m2]; 0.005 is 50 Ohm cm2, a guess for a polymer cell at 55 C.
    loss : float
        Share of the cathode's capacity that is stranded in each cycle [-].
    curve : str
        A name of ``open_circuit.CURVES``.
    """

    loading: float = 0.05
    specific_capacity: float = SPECIFIC_CAPACITY
    excess: float = 1.0
    current_densities: tuple[float, ...] = CURRENTS
    cycles: int = 1
    window: tuple[float, float] = (2.5, 3.85)
    resistance: float = 0.005
    loss: float = 0.0
    curve: str = "safari 2011"

    def __post_init__(self) -> None:
        """Check and freeze."""
        object.__setattr__(self, "current_densities", _currents("FullCell", self.current_densities))
        number("FullCell.loading", self.loading, "kg/m2", above=0.0)
        number("FullCell.specific_capacity", self.specific_capacity, "C/kg", above=0.0)
        number("FullCell.excess", self.excess, "(a ratio)", least=0.0)
        number("FullCell.resistance", self.resistance, "Ohm m2", least=0.0)
        _cycles("FullCell", self.cycles)
        _loss("FullCell", self.loss)
        if self.curve not in CURVES:
            raise unknown_name("open-circuit curve", str(self.curve), CURVES)
        low, high = (number("FullCell.window", volt, "V") for volt in self.window)
        full, empty = (float(lfp_potential(x, curve=self.curve)) for x in (0.9, 0.1))
        if not low < full <= empty < high:
            raise InputError(
                f"FullCell.window must reach around the plateau of the cathode, {full:.4g} V to {empty:.4g} V, "
                f"got {low:g} V to {high:g} V"
            )

    @property
    def capacity(self) -> float:
        """Of the cathode, charge per area [C/m2]."""
        return self.loading * self.specific_capacity

    @property
    def start_charge(self) -> float:
        """Lithium in the anode at the start, as charge per area [C/m2]."""
        return self.excess * self.capacity

    @property
    def most_lithium(self) -> float:
        """The largest content of the anode, as charge per area [C/m2]."""
        return (1.0 + self.excess) * self.capacity

    def lithium(self, charge: ArrayLike) -> Floats:
        """The lithium content x of LixFePO4 once a charge per area [C/m2] has passed since the start."""
        return np.clip(1.0 - np.asarray(charge, dtype=np.float64) / self.capacity, 0.0, 1.0)

    def voltage(self, charge: ArrayLike, overpotential: ArrayLike, current_density: ArrayLike) -> Floats:
        """Of the cell [V]: E(x) + U + J R."""
        rest = np.asarray(overpotential) + self.resistance * np.asarray(current_density)
        return np.asarray(lfp_potential(self.lithium(charge), curve=self.curve) + rest)

    def protocol(self) -> Protocol:
        """Charge to the highest voltage, discharge to the lowest, to a full cathode or to an anode without free lithium."""
        steps: list[Step] = []
        turn = 0
        for current in self.current_densities:
            for _ in range(self.cycles):
                turn += 1
                steps.append(
                    Step(kind="current", current_density=current, charge=self.capacity, margin=_Charging(self))
                )
                steps.append(
                    Step(
                        kind="current", current_density=-current, charge=self.capacity, margin=_Discharging(self, turn)
                    )
                )
        return Protocol(steps=tuple(steps))

    def cycles_of(self, ends: Sequence[StepEnd]) -> tuple[Cycle, ...]:
        """What the cycles came to, from the ends of the steps of `protocol`."""
        found: list[Cycle] = []
        top = {"margin": "highest voltage", "charge": "cathode empty", "full": "chambers full"}
        bottom = {"margin": "lowest voltage", "charge": "cathode full", "empty": "anode empty"}
        charge = 0.0
        for turn, cycle in enumerate(
            _paired(ends, self.current_densities, self.cycles, self.loss * self.capacity, top, bottom), 1
        ):
            charge += cycle.charged - cycle.discharged
            last = cycle.ended[1]
            if last == "lowest voltage":
                if abs(charge) <= 1e-8 * self.capacity:
                    last = "cathode full"
                elif self.free_lithium(charge, turn) <= 1e-8 * self.capacity:
                    last = "no free lithium"
            found.append(
                Cycle(
                    current_density=cycle.current_density,
                    charged=cycle.charged,
                    discharged=cycle.discharged,
                    stranded=cycle.stranded,
                    ended=(cycle.ended[0], last),
                )
            )
        return tuple(found)

    def free_lithium(self, charge: float, turn: int) -> float:
        """Lithium in the anode that is not stranded after ``turn`` cycles, as charge per area [C/m2]."""
        return self.start_charge + charge - turn * self.loss * self.capacity


@dataclass(frozen=True)
class _Charging:
    cell: FullCell

    def __call__(self, moment: Moment) -> float:
        now = self.cell.voltage(moment.charge, moment.overpotential, moment.current_density)
        return self.cell.window[1] - float(now)


@dataclass(frozen=True)
class _Discharging:
    cell: FullCell
    turn: int

    def __call__(self, moment: Moment) -> float:
        cell = self.cell
        volt = float(cell.voltage(moment.charge, moment.overpotential, moment.current_density)) - cell.window[0]
        full = moment.charge / cell.capacity
        free = cell.free_lithium(moment.charge, self.turn) / cell.capacity
        return min(volt, full, free)


def _paired(
    ends: Sequence[StepEnd],
    currents: Sequence[float],
    cycles: int,
    stranded: float,
    charge_words: dict[str, str],
    discharge_words: dict[str, str],
) -> tuple[Cycle, ...]:
    moved = [end for end in ends if end.reason != "duration"]
    if len(moved) != 2 * len(currents) * cycles:
        raise InputError(
            f"these are the ends of another protocol: {len(moved)} currents, not {2 * len(currents) * cycles}"
        )
    return tuple(
        Cycle(
            current_density=currents[k // cycles],
            charged=up.passed,
            discharged=-down.passed,
            stranded=stranded,
            ended=(charge_words.get(up.reason, up.reason), discharge_words.get(down.reason, down.reason)),
        )
        for k, (up, down) in enumerate(zip(moved[::2], moved[1::2], strict=True))
    )


def _currents(name: str, values: object) -> tuple[float, ...]:
    if isinstance(values, (str, bytes)) or not isinstance(values, Sequence) or not values:
        raise InputError(f"{name}.current_densities must be at least one current density [A/m2], got {values!r}")
    return tuple(number(f"{name}.current_densities", value, "A/m2", above=0.0) for value in values)


def _cycles(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1000:
        raise InputError(f"{name}.cycles must be a whole number from 1 to 1000, got {value!r}")


def _loss(name: str, value: float) -> None:
    if not 0.0 <= number(f"{name}.loss", value, "(a fraction)") < 1.0:
        raise InputError(f"{name}.loss must be at least 0 and below 1, got {value:g}")
