"""``tubewall chambers``: a file with a [network] or a study of an anode, to what is printed and written."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from tubewall.errors import InputError
from tubewall.studies.chambers_file import is_network, read_network, tables_of, with_places
from tubewall.studies.files import check_outputs, write_json
from tubewall.studies.toml_text import read_text
from tubewall.units import show
from tubewall.whole_files import write_whole

if TYPE_CHECKING:
    from tubewall.chambers.any_network import AnyNetwork, Relaxation
    from tubewall.studies.chambers_case import ChambersStudy
    from tubewall.studies.chambers_result import ChambersAnswer

Progress = Callable[[float, str], None]
Data = dict[str, Any]
_SHOWN: Final = 8
_ENDINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "parquet": (".parquet",),
    "chambers": (".parquet",),
    "netcdf": (".nc",),
    "png": (".png",),
    "plots": (".png",),
    "columns": (".png",),
    "film": (".gif", ".mp4"),
}


def answer_chambers_file(path: str, *, progress: Progress | None = None, **outputs: str | None) -> str:
    """Answer the file, write what is asked for, and tell the answer.

    Parameters
    ----------
    path : str
        A file with a [network], or a study of an anode.
    progress : function of (float, str), optional
        Told how far it is.
    outputs : str, optional
        ``json``; of a study also ``csv``, ``parquet``, ``netcdf``, ``chambers``, ``png``, ``plots``,
        ``columns``, ``film`` and ``loads``. Each is written whole or not at all.

    Raises
    ------
    InputError
        When the file is wrong or an output cannot be written; nothing is computed then.
    """
    started = time.perf_counter()
    text = read_text(path, kind="chambers", hint="")
    tables = tables_of(text, path)
    if "network" in tables or is_network(text):
        return _network(tables, path, started, outputs)
    return _study(tables, path, started, outputs, progress)


def _network(tables: Mapping[str, object], path: str, started: float, outputs: Mapping[str, str | None]) -> str:
    from tubewall.chambers.any_network import relax

    for name, one in outputs.items():
        if one is not None and name != "json":
            raise InputError(f"--{name}: belongs to the study of an anode, not to a [network]")
    check_outputs(outputs, unlike=path)
    file = read_network(tables, path)
    network = with_places(file.made, path, "[network] ")
    found = with_places(lambda: relax(network, file.network.times), path, "[network] ")
    if outputs.get("json") is not None:
        write_json(str(outputs["json"]), network_data(file.input_hash, network, found, time.perf_counter() - started))
    return network_text(network, found)


def _study(
    tables: Mapping[str, object],
    path: str,
    started: float,
    outputs: Mapping[str, str | None],
    progress: Progress | None,
) -> str:
    from tubewall.studies.chambers_case import ChambersStudy
    from tubewall.studies.chambers_result import answer_study

    check_outputs(outputs, unlike=path, suffixes=_ENDINGS)
    study = ChambersStudy.from_tables(tables, source=path)
    asked = {name: one for name, one in outputs.items() if one is not None}
    _check_asked(study, asked)
    answer: ChambersAnswer = with_places(lambda: answer_study(study, progress=progress), path)
    text: str = answer.text()
    _write(answer, asked, time.perf_counter() - started)
    return text


def _check_asked(study: ChambersStudy, asked: Mapping[str, str]) -> None:
    """Before anything is computed: whether the array and the machine allow what is to be written."""
    from tubewall.studies.chambers_map import check_drawn, check_means
    from tubewall.studies.chambers_memory import in_classes, keeps_all

    check_means(asked.get("columns"), asked.get("film"))
    if "film" in asked and not keeps_all(study):
        raise InputError("--film: the array is too large to keep every chamber: take fewer rows, columns or looks")
    if "png" in asked or "columns" in asked:
        check_drawn(study)
    if "loads" in asked and study.lattice().chambers == 1:
        raise InputError("--loads: a single chamber has no wall to another: take more rows or columns")
    single = [name for name in ("png", "columns", "chambers", "loads") if name in asked]
    if single and in_classes(study):
        raise InputError(f"--{single[0]}: the array is too large to follow single chambers: take fewer rows or columns")


def _write(answer: ChambersAnswer, asked: Mapping[str, str], seconds: float) -> None:
    """Every file that is asked for, whole or not at all."""
    from tubewall.studies.chambers_data import write_chambers
    from tubewall.studies.chambers_map import columns_of_study, film_of_study, map_of
    from tubewall.studies.chambers_netcdf import write_netcdf
    from tubewall.studies.chambers_plots import write_plots
    from tubewall.studies.chambers_provenance import provenance
    from tubewall.studies.chambers_text import loads_file

    about = provenance(answer.study)
    writers: dict[str, Callable[[str], object]] = {
        "json": lambda file: write_json(file, {**head(answer.study.input_hash, seconds), **answer.to_json()}),
        "csv": lambda file: answer.table().to_csv(file),
        "parquet": lambda file: answer.table().to_parquet(file, about=about),
        "chambers": lambda file: write_chambers(answer, file, about),
        "netcdf": lambda file: write_netcdf(answer, file),
        "png": lambda file: map_of(answer).write(file),
        "plots": lambda file: write_plots(answer, file),
        "columns": lambda file: columns_of_study(answer).write(file),
        "film": lambda file: film_of_study(answer, file),
        "loads": lambda file: write_whole(file, loads_file(answer)),
    }
    for name, write in writers.items():
        if name in asked:
            write(asked[name])


def head(input_hash: str, seconds: float) -> Data:
    """What stands at the top of every answer."""
    from importlib.metadata import version

    return {
        "version": version("tubewall"),
        "input_hash": input_hash,
        "seconds": {"value": seconds, "unit": "s"},
        "warnings": [],
    }


def network_data(input_hash: str, network: AnyNetwork, found: Relaxation, seconds: float) -> Data:
    """Times, pressures, moles, decay rates and imbalance, every number with its unit."""

    def many(values: Any, unit: str) -> list[Data]:
        return [{"value": float(value), "unit": unit} for value in values]

    return {
        **head(input_hash, seconds),
        "law": network.law,
        "exact": network.linear,
        "chambers": network.chambers,
        "temperature": {"value": network.temperature, "unit": "K"},
        "times": many(found.times, "s"),
        "pressures": [many(row, "Pa") for row in found.pressures],
        "moles": [many(row, "mol") for row in found.moles],
        "decay_rates": many(found.decay_rates, "1/s"),
        "all_decay_rates": found.complete,
        "imbalance": {"value": found.imbalance, "unit": "1"},
    }


def network_text(network: AnyNetwork, found: Relaxation) -> str:
    """The answer in a few lines."""
    how = "exact" if network.linear else "integrated"
    rates = found.decay_rates[found.decay_rates > 0]
    lines = [
        f"{network.chambers} chambers, {len(network.edges)} connections, law {network.law!r} ({how}), "
        f"{show(network.temperature, 'K', 5)}",
    ]
    if rates.size:
        near = "" if network.linear else ", near the final state"
        lines.append(
            f"slowest decay {show(float(rates[0]), '1/s', 4)} (time constant {show(1 / float(rates[0]), 's', 4)}){near}"
        )
    for time_, row in zip(found.times, found.pressures, strict=True):
        values = ", ".join(show(float(value), "Pa", 5) for value in row[:_SHOWN])
        more = f" ... ({row.size} chambers: {show(float(row.min()), 'Pa', 5)} to {show(float(row.max()), 'Pa', 5)})"
        lines.append(f"  {show(float(time_), 's', 4):>10}  {values}{more if row.size > _SHOWN else ''}")
    lines.append(f"moles balance to {found.imbalance:.1e}")
    return "\n".join(lines)
