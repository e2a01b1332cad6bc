"""[walls] of the study of an anode: what lets the gas through, by each model of a permeance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import PlainValidator, ValidationError, model_validator

from tubewall.errors import InputError, unknown_name
from tubewall.studies import case_fields as of
from tubewall.studies.case_table import Table, first_error
from tubewall.studies.chambers_file import checked
from tubewall.studies.study_key import shown

if TYPE_CHECKING:
    from tubewall.materials import Gas

_PERMEANCE: Final = "mol/(m2 s Pa)"
_PERMEABLE: Final = ("0 mol/(m2 s Pa)", "1 mol/(m2 s Pa)")


def _wall_material(value: object) -> str:
    """The name of a record of the library."""
    from tubewall.materials import material

    name = str(of.text("the name of a material")(value))
    material(name)
    return name


class WallsTable(Table):
    """A model of the permeance, and what a wall bears."""

    allowable_difference: Annotated[float, checked("Pa", above=0.0, example="1 MPa")] | None = None
    material: Annotated[str, PlainValidator(_wall_material)] | None = None
    strength: Annotated[float, checked("Pa", above=0.0, example="870 MPa")] | None = None
    fillet: Annotated[float, checked("m", above=0.0, example="2 nm")] | None = None
    confinement: Annotated[str, PlainValidator(of.choice("confinement", ("held", "free")))] = "held"

    @model_validator(mode="after")
    def _one_way(self) -> WallsTable:
        named = [name for name in ("material", "strength", "fillet") if getattr(self, name) is not None]
        if self.allowable_difference is not None and named:
            raise InputError(
                f"allowable_difference: says what a wall bears; leave it or {' and '.join(named)} out, which give it"
            )
        if self.material is not None and self.strength is None:
            from tubewall.materials import material

            if not material(self.material).strengths:
                raise InputError(f"material: the record of {self.material} has no strength: give strength beside it")
        return self

    def permeance_of(self, gas: Gas, wall: float, temperature: float) -> float:
        """Permeance of a wall [m] at a temperature [K] [mol/(m2 s Pa)]."""
        raise InputError("walls need a model")


class GivenWalls(WallsTable):
    """A permeance as it was measured."""

    permeance: Annotated[float, checked(_PERMEANCE, least=0.0, within=_PERMEABLE, example="1e-12 mol/(m2 s Pa)")] = (
        1e-12
    )

    def permeance_of(self, gas: Gas, wall: float, temperature: float) -> float:
        """The one given."""
        return self.permeance


class KnudsenWalls(WallsTable):
    """Molecular flow through straight pores."""

    pore: Annotated[float, checked("m", above=0.0, example="0.5 nm")]
    porosity: Annotated[float, checked("1", least=0.0)]
    tortuosity: Annotated[float, checked("1", least=1.0)] = 1.0

    def permeance_of(self, gas: Gas, wall: float, temperature: float) -> float:
        """Knudsen (1909)."""
        from tubewall.materials.permeance import knudsen

        return knudsen(
            gas=gas,
            wall=wall,
            pore=self.pore,
            porosity=self.porosity,
            tortuosity=self.tortuosity,
            temperature=temperature,
        )


class DustyWalls(KnudsenWalls):
    """Molecular and viscous flow in parallel."""

    mean_pressure: Annotated[float, checked("Pa", least=0.0, example="0.5 MPa")]

    def permeance_of(self, gas: Gas, wall: float, temperature: float) -> float:
        """The dusty gas of Mason and Malinauskas (1983) at the mean pressure."""
        from tubewall.materials.permeance import dusty_gas

        return dusty_gas(
            gas=gas, wall=wall, pore=self.pore, porosity=self.porosity, mean_pressure=self.mean_pressure,
            tortuosity=self.tortuosity, temperature=temperature,
        )  # fmt: skip


class ActivatedWalls(WallsTable):
    """A molecular sieve."""

    prefactor: Annotated[float, checked(_PERMEANCE, least=0.0)]
    diffusion_energy: Annotated[float, checked("J/mol", least=0.0, example="20 kJ/mol")]
    adsorption_heat: Annotated[float, checked("J/mol", least=0.0)] = 0.0

    def permeance_of(self, gas: Gas, wall: float, temperature: float) -> float:
        """Arrhenius' law of diffusion less adsorption."""
        from tubewall.materials.permeance import activated

        return activated(
            prefactor=self.prefactor, diffusion_energy=self.diffusion_energy, adsorption_heat=self.adsorption_heat,
            temperature=temperature,
        )  # fmt: skip


class PinholeWalls(WallsTable):
    """Nothing but holes, spread over the wall."""

    hole: Annotated[float, checked("m", above=0.0, example="1 nm")]
    per_area: Annotated[float, checked("1/m2", least=0.0, example="1e12 1/m2")]

    def permeance_of(self, gas: Gas, wall: float, temperature: float) -> float:
        """Molecular flow through short tubes (Dushman 1922)."""
        from tubewall.materials.permeance import pinholes

        return pinholes(gas=gas, diameter=self.hole, wall=wall, per_area=self.per_area, temperature=temperature)


MODELS: Final[Mapping[str, type[WallsTable]]] = {
    "given": GivenWalls,
    "knudsen": KnudsenWalls,
    "dusty gas": DustyWalls,
    "activated": ActivatedWalls,
    "pinholes": PinholeWalls,
}


def by_name(given: object, key: str, kinds: Mapping[str, type[Table]], default: str, what: str) -> Any:
    """The table of the kind that its ``key`` names."""
    if isinstance(given, Table):
        return given
    if not isinstance(given, Mapping):
        raise InputError(f"must be a table, got {shown(given)}")
    name = given.get(key, default)
    if not isinstance(name, str) or name not in kinds:
        raise InputError(f"{key}: {unknown_name(what, str(name)[:100], kinds)} (allowed: {', '.join(kinds)})")
    try:
        return kinds[name].model_validate({one: value for one, value in given.items() if one != key})
    except ValidationError as error:
        raise InputError(first_error(error).replace("[", "", 1).replace("]", "", 1)) from None


def read_walls(given: object) -> WallsTable:
    """[walls] of the model that it names."""
    found: WallsTable = by_name(given, "model", MODELS, "given", "model")
    return found
