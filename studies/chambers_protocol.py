"""[protocol] of the study of an anode: one charge, the source's half cell and full cell, or steps of the user's own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

from pydantic import PlainValidator, model_validator

from tubewall.errors import InputError
from tubewall.studies import case_fields as of
from tubewall.studies.case_table import Table, many
from tubewall.studies.chambers_file import checked, list_of, quantity
from tubewall.studies.chambers_walls import by_name

if TYPE_CHECKING:
    from tubewall.chambers.cells import FullCell, HalfCell
    from tubewall.chambers.protocol import Protocol

_CHARGE: Final = "A s/m2"
_CURRENT: Final = ("1e-6 mA/cm2", "1e4 mA/cm2")
_KINDS: Final = ("current", "hold", "rest")


_CURRENTS: Final = PlainValidator(
    list_of(quantity("A/m2", above=0.0, within=_CURRENT, example="0.5 mA/cm2"), "current densities")
)
_CYCLES: Final = PlainValidator(of.whole(1, 1000))


class ProtocolTable(Table):
    """What every protocol answers."""

    name: ClassVar[str]

    @property
    def start_charge(self) -> float:
        """Lithium in the anode at the start, as charge per area [C/m2]."""
        return 0.0

    @property
    def most_lithium(self) -> float | None:
        """The largest content of the anode, as charge per area [C/m2]; None where only the run can tell."""
        return None

    @property
    def longest(self) -> float:
        """The longest that it may take [s]."""
        raise InputError("a protocol needs steps")

    @property
    def cell(self) -> HalfCell | FullCell | None:
        """The named cell, if it is one."""
        return None

    def protocol(self) -> Protocol:
        """The steps."""
        raise InputError("a protocol needs steps")


class ChargeTable(ProtocolTable):
    """One charge, and a rest after it."""

    name: ClassVar[str] = "charge"
    current_density: Annotated[float, checked("A/m2", above=0.0, within=_CURRENT, example="3 mA/cm2")] = 30.0
    capacity: Annotated[
        float, checked(_CHARGE, above=0.0, within=("1e-6 mAh/cm2", "1e4 mAh/cm2"), example="3 mAh/cm2")
    ] = 3.0 * 3.6e4
    rest: Annotated[float, checked("s", least=0.0, within=("0 s", "1e6 h"), example="10 min")] = 0.0

    @property
    def most_lithium(self) -> float:
        """The capacity."""
        return self.capacity

    @property
    def longest(self) -> float:
        """Charge and rest."""
        return self.capacity / self.current_density + self.rest

    def protocol(self) -> Protocol:
        """Charge and rest."""
        from tubewall.chambers.protocol import Protocol, Step

        steps = [Step(kind="current", current_density=self.current_density, charge=self.capacity)]
        if self.rest > 0:
            steps.append(Step(kind="rest", duration=self.rest))
        return Protocol(steps=tuple(steps))


class HalfCellTable(ProtocolTable):
    """Lithium deposited and stripped."""

    name: ClassVar[str] = "half cell"
    current_densities: Annotated[tuple[float, ...], _CURRENTS] = (1.25, 2.5, 5.0)
    capacity: Annotated[
        float, checked(_CHARGE, above=0.0, within=("1e-6 mAh/cm2", "1e4 mAh/cm2"), example="1 mAh/cm2")
    ] = 3.6e4
    cycles: Annotated[int, _CYCLES] = 3
    loss: Annotated[float, checked("1", least=0.0)] = 0.0
    rest: Annotated[float, checked("s", least=0.0, within=("0 s", "1e6 h"), example="10 min")] = 0.0
    cutoff: Annotated[float, checked("V", above=0.0, example="1 V")] = 1.0

    @model_validator(mode="after")
    def _fits(self) -> HalfCellTable:
        _ = self.cell
        return self

    @property
    def cell(self) -> HalfCell:
        """The half cell."""
        from tubewall.chambers.cells import HalfCell

        return HalfCell(**self.model_dump())

    @property
    def most_lithium(self) -> float:
        """Deposit and what is stranded below it."""
        return self.cell.most_lithium

    @property
    def longest(self) -> float:
        """Deposits, rests and strippings."""
        return sum(
            self.cycles * (self.capacity * (2.0 - self.loss) / current + self.rest)
            for current in self.current_densities
        )

    def protocol(self) -> Protocol:
        """Deposit, rest, strip; over and over."""
        return self.cell.protocol()


class FullCellTable(ProtocolTable):
    """The anode against LiFePO4."""

    name: ClassVar[str] = "full cell"
    loading: Annotated[float, checked("kg/m2", above=0.0, example="5 mg/cm2")] = 0.05
    specific_capacity: Annotated[float, checked("A s/kg", above=0.0, example="164 mAh/g")] = 164.0 * 3.6e3
    excess: Annotated[float, checked("1", least=0.0)] = 1.0
    current_densities: Annotated[tuple[float, ...], _CURRENTS] = (1.25, 2.5, 5.0)
    cycles: Annotated[int, _CYCLES] = 1
    window: Annotated[
        tuple[float, float], PlainValidator(of.several(quantity("V"), (2,), like='["2.5 V", "3.85 V"]'))
    ] = (
        2.5,
        3.85,
    )
    resistance: Annotated[float, checked("Ohm m2", least=0.0, example="50 Ohm cm2")] = 0.005
    loss: Annotated[float, checked("1", least=0.0)] = 0.0
    curve: Annotated[str, PlainValidator(of.text("the name of an open-circuit curve"))] = "safari 2011"

    @model_validator(mode="after")
    def _fits(self) -> FullCellTable:
        _ = self.cell
        return self

    @property
    def cell(self) -> FullCell:
        """The full cell."""
        from tubewall.chambers.cells import FullCell

        return FullCell(**self.model_dump())

    @property
    def start_charge(self) -> float:
        """The excess."""
        return self.cell.start_charge

    @property
    def most_lithium(self) -> float:
        """Excess and all that the cathode held."""
        return self.cell.most_lithium

    @property
    def longest(self) -> float:
        """Charges and discharges of the whole capacity."""
        return sum(2.0 * self.cycles * self.cell.capacity / current for current in self.current_densities)

    def protocol(self) -> Protocol:
        """Charge to the highest voltage, discharge to the lowest."""
        return self.cell.protocol()


class StepTable(Table):
    """One of [[protocol.steps]]."""

    kind: Annotated[str, PlainValidator(of.choice("kind", _KINDS))]
    current_density: Annotated[float, checked("A/m2", within=("-1e4 mA/cm2", "1e4 mA/cm2"), example="3 mA/cm2")] = 0.0
    overpotential: Annotated[float, checked("V", within=("-5 V", "5 V"), example="50 mV")] = 0.0
    duration: Annotated[float, checked("s", above=0.0, within=("1e-9 s", "1e6 h"), example="1 h")] | None = None
    charge: Annotated[float, checked(_CHARGE, above=0.0, example="1 mAh/cm2")] | None = None
    lowest: Annotated[float, checked("V", example="-1 V")] | None = None
    highest: Annotated[float, checked("V", example="1 V")] | None = None

    @model_validator(mode="after")
    def _fits(self) -> StepTable:
        from tubewall.chambers.protocol import Step

        if math.isinf(self.longest):
            raise InputError("a step needs a duration or, of a current, a charge")
        Step(**self.given())
        return self

    def given(self) -> dict[str, Any]:
        """The keys that say something."""
        return {name: value for name, value in self.model_dump().items() if value is not None}

    @property
    def longest(self) -> float:
        """The longest that it may take [s]."""
        by_charge = math.inf
        if self.charge is not None and self.current_density != 0.0:
            by_charge = self.charge / abs(self.current_density)
        return min(by_charge, math.inf if self.duration is None else self.duration)


class StepsTable(ProtocolTable):
    """Steps of the user's own."""

    name: ClassVar[str] = "steps"
    steps: Annotated[tuple[StepTable, ...], many]
    cycles: Annotated[int, _CYCLES] = 1

    @model_validator(mode="after")
    def _fits(self) -> StepsTable:
        if not 0 < len(self.steps) * self.cycles <= 10_000:
            raise InputError(f"steps: expected 1 to 10000 in all cycles, got {len(self.steps) * self.cycles}")
        return self

    @property
    def longest(self) -> float:
        """All steps in all cycles."""
        return self.cycles * sum(step.longest for step in self.steps)

    def protocol(self) -> Protocol:
        """The steps, cycle after cycle."""
        from tubewall.chambers.protocol import Protocol, Step

        return Protocol(steps=self.cycles * tuple(Step(**step.given()) for step in self.steps))


PROTOCOLS: Final[Mapping[str, type[ProtocolTable]]] = {
    table.name: table for table in (ChargeTable, HalfCellTable, FullCellTable, StepsTable)
}


def read_protocol(given: object) -> ProtocolTable:
    """[protocol] of the name that it has."""
    found: ProtocolTable = by_name(given, "name", PROTOCOLS, "charge", "protocol")
    return found
