"""The study of an anode's chambers: every table and key of its file, and the anode and protocol that they describe."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

from pydantic import PlainValidator, ValidationError, model_validator

from tubewall.errors import InputError
from tubewall.studies import case_fields as of
from tubewall.studies.case_table import Table, first_error
from tubewall.studies.chambers_file import GAS_LAWS, GASES, checked, switch
from tubewall.studies.chambers_protocol import ChargeTable, ProtocolTable, read_protocol
from tubewall.studies.chambers_walls import GivenWalls, WallsTable, read_walls

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tubewall.chambers.anode import Anode, Lattice
    from tubewall.materials import Gas, Lithium

SHAPES: Final = ("hexagon", "square")
_MOST_ROWS: Final = 50_000
_PARTS: Final = ("wall", "bore", "height", "diffusivity")
_GUESSED_DEVIATION: Final = 0.025


_SHARE: Final = checked("1", within=("0", "2"))


class ArrayTable(Table):
    """[array]: bores side by side."""

    shape: Annotated[str, PlainValidator(of.choice("shape", SHAPES))] = "hexagon"
    rows: Annotated[int, PlainValidator(of.whole(1, _MOST_ROWS))] = 60
    columns: Annotated[int, PlainValidator(of.whole(1, _MOST_ROWS))] = 60
    bore: Annotated[float, checked("m", within=("1 nm", "100 um"), example="100 nm")] = 100e-9
    wall: Annotated[float, checked("m", within=("0.1 nm", "10 um"), example="10 nm")] = 10e-9
    height: Annotated[float, checked("m", within=("100 nm", "10 mm"), example="20 um")] = 20e-6
    periodic: Annotated[bool, PlainValidator(switch)] = True


class GasTable(Table):
    """[gas]: what the empty bores are closed with, and where it leaks to."""

    gas: Annotated[str, PlainValidator(of.choice("gas", GASES))] = "argon"
    gas_law: Annotated[str, PlainValidator(of.choice("gas_law", GAS_LAWS))] = "ideal"
    initial_pressure: Annotated[float, checked("Pa", within=("1 Pa", "100 MPa"), example="1 atm")] = 101325.0
    temperature: Annotated[float, checked("K", above=0.0, within=("200 K", "500 K"), example="25 C")] = 298.15
    electrolyte_permeance: Annotated[float, checked("mol/(m2 s Pa)", least=0.0)] = 0.0
    external_pressure: Annotated[float, checked("Pa", within=("0 Pa", "1 GPa"), example="1 atm")] = 101325.0


class LithiumTable(Table):
    """[lithium]: the metal, and what drives it into the bores."""

    conductance: Annotated[float, checked("S/m2", within=("1e-6 S/cm2", "1e6 S/cm2"), example="60 mS/cm2")] = 600.0
    lattice_parameter: Annotated[float, checked("m", within=("3 angstrom", "4 angstrom"), example="3.51 angstrom")] = (
        3.51e-10
    )
    surface_energy: Annotated[float, checked("J/m2", within=("0 J/m2", "10 J/m2"), example="0.5 J/m2")] = 0.5
    contact_angle: Annotated[float, checked("rad", within=("0 deg", "180 deg"), example="90 deg")] = math.pi / 2
    interface_diffusivity: (
        Annotated[float, checked("m2/s", within=("1e-20 m2/s", "1e-4 m2/s"), example="1e-7 cm2/s")] | None
    ) = None


class ScatterTable(Table):
    """[scatter]: how the chambers differ; the deviation of their conductance, or those of what it is made of.

    With neither it is 0.025, a guess; 0 makes all chambers alike.
    """

    deviation: Annotated[float, _SHARE] | None = None
    wall: Annotated[float, _SHARE] = 0.0
    bore: Annotated[float, _SHARE] = 0.0
    height: Annotated[float, _SHARE] = 0.0
    diffusivity: Annotated[float, _SHARE] = 0.0
    law: Annotated[str, PlainValidator(of.choice("law", ("lognormal", "normal")))] = "lognormal"
    correlation: Annotated[float, checked("1", within=("0", "10000"))] = 0.0
    blocked: Annotated[float, checked("1", least=0.0)] = 0.0

    @model_validator(mode="after")
    def _one_way(self) -> ScatterTable:
        parts = [name for name in _PARTS[1:] if getattr(self, name) > 0]
        if self.deviation is not None and parts:
            raise InputError(f"deviation: is of the whole conductance; leave it or {' and '.join(parts)} out")
        if self.blocked >= 1.0:
            raise InputError(f"blocked: must be below 1, got {self.blocked:g}")
        return self


class RunTable(Table):
    """[run]: how it is computed and what it is told for."""

    seed: Annotated[int, PlainValidator(of.whole(0, 2**63 - 1))] = 0
    rtol: Annotated[float, checked("1", above=0.0)] = 1e-6
    looks: Annotated[int, PlainValidator(of.whole(2, 1000))] = 24
    threads: Annotated[int, PlainValidator(of.whole(0, 256))] = 0
    electrode_area: Annotated[float, checked("m2", within=("1e-8 cm2", "1e6 cm2"), example="1 cm2")] = 1e-4
    bursts: Annotated[bool, PlainValidator(switch)] = False

    @model_validator(mode="after")
    def _fits(self) -> RunTable:
        if not 1e-9 <= self.rtol <= 1e-3:
            raise InputError(f"rtol: must be 1e-9 to 1e-3, got {self.rtol:g}")
        return self


class ChambersStudy(Table):
    """All tables of the study of an anode; ``ChambersStudy()`` is the source's design on a patch of 3600 bores."""

    what: ClassVar[str] = "table"

    array: ArrayTable = ArrayTable()
    gas: GasTable = GasTable()
    walls: Annotated[WallsTable, PlainValidator(read_walls)] = GivenWalls()
    lithium: LithiumTable = LithiumTable()
    protocol: Annotated[ProtocolTable, PlainValidator(read_protocol)] = ChargeTable()
    scatter: ScatterTable = ScatterTable()
    run: RunTable = RunTable()

    @classmethod
    def from_tables(cls, tables: Mapping[str, object], *, source: str = "study") -> ChambersStudy:
        """The checked study of raw tables as TOML gives them; InputError with ``<source>: [table] key: reason``."""
        try:
            return cls.model_validate(dict(tables))
        except ValidationError as error:
            raise InputError(f"{source}: {first_error(error)}") from None

    @property
    def input_hash(self) -> str:
        """SHA-256 (hex) of all values; the same study written in other units has the same hash."""
        text = json.dumps(self.values(), sort_keys=True, separators=(",", ":"), default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def values(self) -> dict[str, dict[str, Any]]:
        """All keys of all tables in SI; under "" the kind of the table."""
        tables = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: {**table.model_dump(), "": type(table).__name__} for name, table in tables.items()}

    def gas_of(self) -> Gas:
        """The gas."""
        from tubewall.materials import Gas

        return Gas(name=self.gas.gas, law=self.gas.gas_law)  # type: ignore[arg-type]

    def lithium_of(self) -> Lithium:
        """The lithium."""
        from tubewall.materials import Lithium
        from tubewall.materials.lithium import molar_volume_from_lattice

        return Lithium(
            molar_volume=molar_volume_from_lattice(self.lithium.lattice_parameter),
            surface_energy=self.lithium.surface_energy,
            contact_angle=self.lithium.contact_angle,
        )

    def lattice(self) -> Lattice:
        """The array."""
        from tubewall.chambers.anode import Lattice

        a = self.array
        return Lattice(rows=a.rows, columns=a.columns, bore=a.bore, wall=a.wall, shape=a.shape, periodic=a.periodic)  # type: ignore[arg-type]

    def permeance(self) -> float:
        """Of the permeable walls [mol/(m2 s Pa)]."""
        return self.walls.permeance_of(self.gas_of(), self.array.wall, self.gas.temperature)

    @property
    def room(self) -> float:
        """Charge per area of the electrode that fills every bore [C/m2]."""
        lattice = self.lattice()
        return self.lithium_of().capacity_density * self.array.height * lattice.area / lattice.footprint

    @property
    def walls_of_electrode(self) -> float:
        """Walls on the electrode area that the answer is told for."""
        lattice = self.lattice()
        return lattice.walls_per_chamber * self.run.electrode_area / lattice.footprint

    @property
    def looks_at_most(self) -> int:
        """The looks of a run: those asked for, the start and the ends of the steps."""
        return self.run.looks + len(self.protocol.protocol().steps) + 1

    def start_fill(self) -> float:
        """Lithium at the start over the volume of the bores [-].

        Raises
        ------
        InputError
            When the protocol asks for more lithium than the bores hold.
        """
        most = self.protocol.most_lithium
        if most is not None and most > self.room:
            mah = 1.0 / 3.6e4
            raise InputError(
                f"[protocol]: overfills the array: the anode would hold {most * mah:.4g} mAh/cm2, "
                f"its bores have room for {self.room * mah:.4g} mAh/cm2"
            )
        return self.protocol.start_charge / self.room

    def anode(self, *, permeable: bool) -> Anode:
        """The anode, with the walls of the study or hermetic ones.

        The bores are closed empty at ``initial_pressure``; lithium that is there at the start has compressed the gas.
        """
        import numpy as np

        from tubewall.chambers.anode import Anode, Scatter, conductance_deviation

        s, lattice, fill = self.scatter, self.lattice(), self.start_fill()
        deviation = s.deviation
        if deviation is None and not any(getattr(s, name) for name in _PARTS):
            deviation = _GUESSED_DEVIATION
        elif deviation is None:
            deviation = conductance_deviation(
                bore=self.array.bore,
                wall=self.array.wall,
                wall_deviation=s.wall,
                bore_deviation=s.bore,
                height_deviation=s.height,
                diffusivity_deviation=s.diffusivity,
            )
        return Anode(
            array=lattice,
            height=self.array.height,
            conductance=np.array(self.lithium.conductance),
            scatter=Scatter(deviation=deviation, law=s.law, correlation=s.correlation, blocked=s.blocked),  # type: ignore[arg-type]
            permeance=np.array(self.permeance() if permeable else 0.0),
            wall_scatter=s.wall,
            temperature=self.gas.temperature,
            gas=self.gas_of(),
            initial_pressure=np.array(self.start_pressure(fill)),
            initial_fill=np.array(fill),
            leak=np.array(self.gas.electrolyte_permeance * lattice.footprint),
            external_pressure=self.gas.external_pressure,
            lithium=self.lithium_of(),
            creep_resistance=self._creep(),
            seed=self.run.seed,
        )

    def start_pressure(self, fill: float) -> float:
        """Gas pressure over the lithium that is there at the start [Pa]."""
        gas, g = self.gas_of(), self.gas
        density = float(gas.molar_density(g.initial_pressure, g.temperature))
        return g.initial_pressure if fill == 0.0 else float(gas.pressure(density / (1.0 - fill), g.temperature))

    def _creep(self) -> float:
        diffusivity = self.lithium.interface_diffusivity
        if diffusivity is None:
            return 0.0
        lithium = self.lithium_of()
        current = 1.0
        gradient = lithium.creep_gradient(
            current, bore=self.array.bore, interface_diffusivity=diffusivity, temperature=self.gas.temperature
        )
        return gradient / lithium.rise_speed(current)

    def looks(self) -> NDArray[np.float64]:
        """Times to look at besides the ends of the steps [s]."""
        import numpy as np

        return np.linspace(0.0, self.protocol.longest, self.run.looks)
