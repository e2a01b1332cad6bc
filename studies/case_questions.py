"""What a case file asks for besides the field: probes, lines, cracks, corners, buckling, periodic cells, weakest link."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field, PlainValidator, model_validator

from tubewall.errors import InputError
from tubewall.studies import case_fields as of
from tubewall.studies.case_table import Modulus, Name, Number, PlaceOrName, Point, Table, exactly_one, number

if TYPE_CHECKING:
    from tubewall.fem.periodicity import Periodic
    from tubewall.fem.tie import Tie


class ProbeTable(Table):
    """A value at a point, or an extreme over a boundary."""

    name: Name
    quantity: Name
    at: Point | None = None
    boundary: Name | None = None
    region: Name | None = None
    about: Point | None = None
    axis: Annotated[tuple[float, ...], PlainValidator(of.direction)] | None = None

    @model_validator(mode="after")
    def _somewhere(self) -> ProbeTable:
        from tubewall.fem.quantities import parse_quantity

        place = exactly_one(self, ("at", "boundary"))
        try:
            quantity = parse_quantity(self.quantity)
            if place == "boundary":
                _ = quantity.sought
        except InputError as error:
            raise InputError(f"quantity: {error}") from None
        if place == "at" and quantity.extreme is not None:
            raise InputError(f"quantity: '{quantity}' searches a boundary; at a point write {quantity.name!r}")
        return self


class LineTable(Table):
    """A line through a section along which stress is linearised."""

    name: Name
    start: Point = Field(alias="from")
    end: Point = Field(alias="to")
    region: Name | None = None
    radius_weighted: Annotated[bool, PlainValidator(of.yes)] | None = None


def _faces(value: object) -> tuple[str, ...]:
    name = of.text("a boundary")
    several = of.several(name, (1, 2), like='["upper", "lower"]')
    found: tuple[str, ...] = several(value) if isinstance(value, list) else (name(value),)
    return found


class CrackTable(Table):
    """A crack that the mesh contains."""

    name: Name
    tip: PlaceOrName | None = None
    front: Name | None = None
    faces: Annotated[tuple[str, ...], PlainValidator(_faces)]
    direction: Annotated[tuple[float, ...], PlainValidator(of.direction)] | None = None
    radius: Annotated[float, PlainValidator(of.positive_length)] | None = None
    symmetric: Annotated[bool, PlainValidator(of.yes)] | None = None

    @model_validator(mode="after")
    def _tip_or_front(self) -> CrackTable:
        if exactly_one(self, ("tip", "front")) == "tip" and self.direction is None:
            raise InputError("direction is missing: where the crack would grow, for example [1.0, 0.0]")
        if self.direction is not None and not math.hypot(*self.direction) > 0:
            raise InputError("direction: must not be zero")
        return self


class CornerTable(Table):
    """A corner whose singular exponent is asked for."""

    at: PlaceOrName
    name: Name | None = None


class BucklingTable(Table):
    """How many load factors and shapes."""

    modes: Annotated[int, PlainValidator(of.whole(1, 50))] = 4
    dead_loads: Annotated[bool, PlainValidator(of.yes)] | None = None


_COMPONENTS: Final = ("xx", "yy", "zz", "yz", "xz", "xy")


def _given(table: Table) -> dict[str, float]:
    found = {name: getattr(table, name) for name in _COMPONENTS}
    return {name: value for name, value in found.items() if value is not None}


class MeanStrainTable(Table):
    """Components of the mean strain, engineering shear; the mean stress of those left out is given, or zero."""

    xx: Number | None = None
    yy: Number | None = None
    zz: Number | None = None
    yz: Number | None = None
    xz: Number | None = None
    xy: Number | None = None


_Stress = Annotated[float, PlainValidator(of.any_modulus)]


class MeanStressTable(Table):
    """Components of the mean stress."""

    xx: _Stress | None = None
    yy: _Stress | None = None
    zz: _Stress | None = None
    yz: _Stress | None = None
    xz: _Stress | None = None
    xy: _Stress | None = None


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    pair = of.several(of.text("a boundary"), (2,), like='["left", "right"]')
    found: tuple[tuple[str, str], ...] = of.several(pair, (1, 2, 3), like='[["left", "right"], ["bottom", "top"]]')(
        value
    )
    return found


class PeriodicTable(Table):
    """Boundaries that face each other."""

    pairs: Annotated[tuple[tuple[str, str], ...], PlainValidator(_pairs)]
    mean_strain: MeanStrainTable | None = None
    mean_stress: MeanStressTable | None = None

    @model_validator(mode="after")
    def _once(self) -> PeriodicTable:
        names = [name for pair in self.pairs for name in pair]
        double = [name for name in names if names.count(name) > 1]
        if double:
            raise InputError(f"pairs: {double[0]!r} stands twice; each boundary faces one other")
        return self

    def periodic(self) -> Periodic:
        """What it is in a model."""
        from tubewall.fem.periodicity import Periodic

        strain = _given(self.mean_strain) if self.mean_strain is not None else {}
        stress = _given(self.mean_stress) if self.mean_stress is not None else {}
        return Periodic(pairs=self.pairs, mean_strain=strain, mean_stress=stress)


class WeibullTable(Table):
    """The weakest link: modulus, scale stress and the volume or area that it refers to."""

    m: Annotated[float, number("1", low=0.0, high=1000.0, allowed="0 .. 1000, ends excluded")]
    sigma_0: Modulus
    V_0: Annotated[float, number("m3", low=0.0, allowed="above 0 m3", example="1 um3")] | None = None
    A_0: Annotated[float, number("m2", low=0.0, allowed="above 0 m2", example="1 um2")] | None = None
    region: Name | None = None
    boundary: Name | None = None
    length: Annotated[float, PlainValidator(of.positive_length)] | None = None
    count: Annotated[float, number("1", low=0.0, allowed="above 0")] = 1.0

    @model_validator(mode="after")
    def _volume_or_area(self) -> WeibullTable:
        form = exactly_one(self, ("V_0", "A_0"))
        if form == "V_0" and self.boundary is not None:
            raise InputError("boundary: goes with A_0, flaws on a surface")
        if form == "A_0" and self.region is not None:
            raise InputError("region: goes with V_0, flaws inside")
        return self


class TieTable(Table):
    """Two boundaries that stick though their nodes differ; the first lies wholly on the second."""

    boundaries: Annotated[
        tuple[str, str], PlainValidator(of.several(of.text("a boundary"), (2,), like='["wall side", "base side"]'))
    ]
    gap: Annotated[float, PlainValidator(of.positive_length)] | None = None

    def tie(self) -> Tie:
        """What it is in a model."""
        from tubewall.fem.tie import Tie

        slave, master = self.boundaries
        return Tie(slave=slave, master=master, gap=self.gap)
