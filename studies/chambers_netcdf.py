"""The answer to the study of an anode as NetCDF: every quantity with its unit and dimensions, its bytes under checksums."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.studies.chambers_provenance import provenance
from tubewall.whole_files import written_whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.anode_run import Spread
    from tubewall.studies.chambers_result import ChambersAnswer, Side

# the oldest layout of HDF5 in which the lists of chunks have checksums too
_LAYOUT: Final = ("v110", "v110")
_WORDS: Final = {"fill": "lithium over the volume of the bore", "pressure": "absolute gas pressure"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Variable:
    """One variable of the file: its dimensions, values, unit (as CF writes it) and what it is."""

    name: str
    dimensions: tuple[str, ...]
    values: NDArray[Any]
    unit: str
    says: str
    more: Mapping[str, str] | None = None


def write_netcdf(answer: ChambersAnswer, path: str | Path) -> None:
    """Write the whole answer as NetCDF-4 at once: one group for each kind of walls, one for the planar foil.

    Notes
    -----
    Names and units follow the CF conventions (1.11). Each variable carries Fletcher's checksum, the bookkeeping of HDF5
    that of its own layout: a reader refuses what was damaged. Chambers stand in the file at every look where all were kept.
    """
    import h5netcdf

    lattice = answer.study.lattice()
    complete = all(side.run.complete for side in answer.sides)
    about = {"Conventions": "CF-1.11", **provenance(answer.study), "study": _study_text(answer)}
    with written_whole(path) as temporary, h5netcdf.File(temporary, "w", libver=_LAYOUT) as file:
        _attributes(file, about)
        _add(file, _places(answer))
        if lattice.chambers > 1 and answer.hermetic.walls is not None:
            _add(file, [_ends(answer)])
        for side in answer.sides:
            group = file.create_group(side.name)
            _attributes(group, {"title": f"{side.name} walls", "permeance": f"{side.permeance!r} mol m-2 s-1 Pa-1"})
            _add(group, _side(answer, side, complete=complete))
        if answer.foil is not None:
            group = file.create_group("planar_foil")
            _attributes(group, {"title": "planar foil: the same electrochemistry without gas and walls"})
            _add(group, _series(answer, answer.foil))


def _study_text(answer: ChambersAnswer) -> str:
    return json.dumps(answer.study.values(), sort_keys=True, default=str)


def _attributes(node: Any, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        text = value.encode()
        # of fixed length they stand under the checksum of the object, others in a heap that has none; of one letter
        # they would be read as bytes
        node.attrs[name] = np.array(text, dtype=f"S{max(len(text), 2)}")


def _add(node: Any, variables: Iterable[Variable]) -> None:
    for one in variables:
        for name, size in zip(one.dimensions, one.values.shape, strict=True):
            # a group sees the dimensions of the file; the file has nothing above it
            above = () if node.parent is None else node.parent.dimensions
            if name not in node.dimensions and name not in above:
                node.dimensions[name] = size
        kept = node.create_variable(
            one.name,
            one.dimensions,
            one.values.dtype,
            data=one.values,
            chunks=_chunks(one.values.shape),
            compression="gzip",
            compression_opts=1,
            shuffle=True,
            fletcher32=True,
        )
        _attributes(kept, {"units": one.unit, "long_name": one.says, **(one.more or {})})


def _chunks(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Whole rows of some 1 MB at most."""
    return (*(1 for _ in shape[:-1]), max(1, min(shape[-1], 131_072)))


def _places(answer: ChambersAnswer) -> list[Variable]:
    from tubewall.view.lattice_map import centres

    x, y = centres(answer.study.lattice()).T
    row, column = np.divmod(np.arange(x.size), answer.study.array.columns)
    return [
        Variable(
            name="chamber", dimensions=("chamber",), values=np.arange(x.size), unit="1", says="number of a chamber"
        ),
        Variable(name="row", dimensions=("chamber",), values=row, unit="1", says="row of the chamber"),
        Variable(name="column", dimensions=("chamber",), values=column, unit="1", says="column of the chamber"),
        Variable(name="x", dimensions=("chamber",), values=x, unit="m", says="centre of the bore"),
        Variable(name="y", dimensions=("chamber",), values=y, unit="m", says="centre of the bore"),
    ]


def _ends(answer: ChambersAnswer) -> Variable:
    return Variable(
        name="wall_chambers",
        dimensions=("wall", "wall_side"),
        values=answer.study.lattice().edges,
        unit="1",
        says="the two chambers of a wall",
    )


def _series(answer: ChambersAnswer, run: Any) -> list[Variable]:
    from tubewall.studies.chambers_data import voltage_of

    found = [
        ("time", run.times, "s", "time since the start"),
        ("overpotential", run.overpotential, "V", "overpotential of the anode, one for all chambers"),
        ("current_density", run.current_density, "A m-2", "current per area of the electrode, deposition positive"),
        ("charge", run.charge, "A s m-2", "charge passed per area of the electrode since the start"),
    ]
    volts = voltage_of(answer, run)
    if volts is not None:
        found.append(("voltage", np.array(volts), "V", "voltage of the full cell"))
    return [
        Variable(
            name=n, dimensions=("time",), values=v, unit=u, says=s, more={"axis": "T"} if n == "time" else None
        )
        for n, v, u, s in found
    ]  # fmt: skip


def _side(answer: ChambersAnswer, side: Side, *, complete: bool) -> list[Variable]:
    from tubewall.chambers.anode_run import LEVELS

    run = side.run
    found = _series(answer, run)
    found.append(
        Variable(
            name="leaked", dimensions=("time",), values=run.leaked, unit="mol", says="gas that left to the outside"
        )
    )
    found.append(
        Variable(
            name="quantile", dimensions=("quantile",), values=np.array(LEVELS), unit="1", says="share of those below"
        )
    )
    found += _spread("fill", run.fill, "1", "fill of the chambers")
    found += _spread("pressure", run.pressure, "Pa", "gas pressure of the chambers")
    if run.difference is not None:
        found += _spread("difference", run.difference, "Pa", "difference of the gas pressures across the walls")
    if complete:
        for name, values, unit in (("fill", run.fills, "1"), ("pressure", run.pressures, "Pa")):
            found.append(
                Variable(name=name, dimensions=("time", "chamber"), values=values, unit=unit, says=_WORDS[name])
            )
        found.append(
            Variable(
                name="moles", dimensions=("time", "chamber"), values=run.moles, unit="mol", says="gas in the chamber"
            )
        )
    return found + _walls(side)


def _walls(side: Side) -> list[Variable]:
    if side.walls is None:
        return []
    walls = side.walls
    permeance = "mol m-2 s-1 Pa-1"
    told = [
        ("largest_difference", walls.differences, "Pa", "largest difference of the gas pressures over the protocol"),
        ("crossover_permeance", walls.crossovers, permeance, "permeance at which the regime number of the wall is 1"),
        ("regime_number", walls.regimes, "1", "permeance over the crossover permeance: hermetic far below 1"),
    ]
    if side.run.peaks is not None:
        told.append(("time_of_largest_difference", side.run.peaks.times, "s", "when the difference was largest"))
    if walls.shares is not None:
        told.append(("share_of_allowable", walls.shares, "1", "largest difference over what the wall bears"))
    return [Variable(name=n, dimensions=("wall",), values=v, unit=u, says=s) for n, v, u, s in told]


def _spread(name: str, spread: Spread, unit: str, says: str) -> list[Variable]:
    """Mean, deviation, quantiles and the occupied bins of the histogram at every time."""
    low, high = spread.occupied
    bounds = np.stack([spread.edges[low:high], spread.edges[low + 1 : high + 1]], axis=1)
    bin_ = f"{name}_bin"
    return [
        Variable(name=f"{name}_mean", dimensions=("time",), values=spread.mean, unit=unit, says=f"mean {says}"),
        Variable(
            name=f"{name}_deviation", dimensions=("time",), values=spread.deviation, unit=unit,
            says=f"standard deviation, {says}",
        ),
        Variable(
            name=f"{name}_quantiles", dimensions=("time", "quantile"), values=spread.quantiles, unit=unit,
            says=f"quantiles, {says}",
        ),
        Variable(
            name=bin_, dimensions=(bin_,), values=bounds.mean(axis=1), unit=unit, says=f"middle of a bin, {says}",
            more={"bounds": f"{bin_}_bounds"},
        ),
        Variable(
            name=f"{bin_}_bounds", dimensions=(bin_, "bound"), values=bounds, unit=unit, says=f"ends of a bin, {says}"
        ),
        Variable(
            name=f"{name}_histogram", dimensions=("time", bin_), values=spread.counts[:, low:high], unit="1",
            says=f"number in each bin, {says}",
        ),
    ]  # fmt: skip
