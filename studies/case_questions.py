"""What a case file asks for besides the field: probes, lines, cracks, corners, buckling, periodic cells, weakest link."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import Field, PlainValidator, model_validator

from tubewall.errors import InputError
from tubewall.studies import case_fields as of
from tubewall.studies.case_table import Modulus, Name, Number, PlaceOrName, Point, Table, exactly_one, number


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
        exactly_one(self, ("at", "boundary"))
        return self


class LineTable(Table):
    """A line through a section along which stress is linearised."""

    name: Name
    start: Point = Field(alias="from")
    end: Point = Field(alias="to")
    region: Name | None = None


class CrackTable(Table):
    """A crack that the mesh contains."""

    name: Name
    tip: PlaceOrName | None = None
    front: Name | None = None
    faces: Annotated[
        str | tuple[str, ...],
        PlainValidator(
            of.either(of.text("a boundary"), of.several(of.text("a boundary"), (1, 2), like='["upper", "lower"]'))
        ),
    ] | None = None  # fmt: skip
    direction: Annotated[tuple[float, ...], PlainValidator(of.direction)] | None = None

    @model_validator(mode="after")
    def _tip_or_front(self) -> CrackTable:
        exactly_one(self, ("tip", "front"))
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


class MeanStrainTable(Table):
    """Components of the mean strain, tensor shear; those left out are free to take zero mean stress."""

    xx: Number | None = None
    yy: Number | None = None
    zz: Number | None = None
    yz: Number | None = None
    xz: Number | None = None
    xy: Number | None = None

    @property
    def given(self) -> dict[str, float]:
        """The components that are there."""
        found = {name: getattr(self, name) for name in ("xx", "yy", "zz", "yz", "xz", "xy")}
        return {name: value for name, value in found.items() if value is not None}


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


class WeibullTable(Table):
    """The weakest link: modulus, scale stress and the volume or area that it refers to."""

    m: Annotated[float, number("1", low=0.0, high=1000.0, allowed="0 .. 1000, ends excluded")]
    sigma_0: Modulus
    V_0: Annotated[float, number("m3", low=0.0, allowed="above 0 m3", example="1 um3")] | None = None
    A_0: Annotated[float, number("m2", low=0.0, allowed="above 0 m2", example="1 um2")] | None = None
    region: Name | None = None
    boundary: Name | None = None

    @model_validator(mode="after")
    def _volume_or_area(self) -> WeibullTable:
        form = exactly_one(self, ("V_0", "A_0"))
        if form == "V_0" and self.boundary is not None:
            raise InputError("boundary: goes with A_0, flaws on a surface")
        if form == "A_0" and self.region is not None:
            raise InputError("region: goes with V_0, flaws inside")
        return self


class TieTable(Table):
    """Two boundaries that lie on each other and stick, though their nodes differ."""

    boundaries: Annotated[
        tuple[str, str], PlainValidator(of.several(of.text("a boundary"), (2,), like='["wall side", "base side"]'))
    ]
