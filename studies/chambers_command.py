"""``tubewall chambers``: a file with a [network] or a study of an anode, to what is printed and written."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from tubewall.errors import InputError
from tubewall.studies.chambers_file import is_network, read_network, tables_of, with_places
from tubewall.studies.files import check_outputs, write_json
from tubewall.studies.study_key import shown
from tubewall.studies.toml_text import read_text
from tubewall.units import show
from tubewall.whole_files import write_whole

if TYPE_CHECKING:
    from tubewall.chambers.any_network import AnyNetwork, Relaxation
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
    check_outputs(outputs, unlike=path)
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
    from tubewall.studies.chambers_data import write_chambers
    from tubewall.studies.chambers_map import check_drawn, check_means, columns_of_study, film_of_study, map_of
    from tubewall.studies.chambers_memory import in_classes, keeps_all
    from tubewall.studies.chambers_netcdf import write_netcdf
    from tubewall.studies.chambers_plots import write_plots
    from tubewall.studies.chambers_provenance import provenance
    from tubewall.studies.chambers_result import answer_study
    from tubewall.studies.chambers_text import loads_head

    for name, ending in _ENDINGS.items():
        one = outputs.get(name)
        if one is not None and not one.endswith(ending):
            raise InputError(f"--{name}: {shown(one)} must end in {' or '.join(ending)}")
    study = ChambersStudy.from_tables(tables, source=path)
    check_means(outputs.get("columns"), outputs.get("film"))
    if outputs.get("film") is not None and not keeps_all(study):
        raise InputError("--film: the array is too large to keep every chamber: take fewer rows, columns or looks")
    if outputs.get("png") is not None or outputs.get("columns") is not None:
        check_drawn(study)
    single = [name for name in ("png", "columns", "chambers", "loads") if outputs.get(name) is not None]
    if single and in_classes(study):
        raise InputError(f"--{single[0]}: the array is too large to follow single chambers: take fewer rows or columns")
    answer: ChambersAnswer = with_places(lambda: answer_study(study, progress=progress), path)
    text: str = answer.text()
    top = head(study.input_hash, time.perf_counter() - started)
    about = provenance(study)
    if outputs.get("json") is not None:
        write_json(str(outputs["json"]), {**top, **answer.to_json()})
    if outputs.get("csv") is not None:
        answer.table().to_csv(str(outputs["csv"]))
    if outputs.get("parquet") is not None:
        answer.table().to_parquet(str(outputs["parquet"]), about=about)
    if outputs.get("chambers") is not None:
        write_chambers(answer, str(outputs["chambers"]), about)
    if outputs.get("netcdf") is not None:
        write_netcdf(answer, str(outputs["netcdf"]))
    if outputs.get("png") is not None:
        map_of(answer).write(str(outputs["png"]))
    if outputs.get("plots") is not None:
        write_plots(answer, str(outputs["plots"]))
    if outputs.get("columns") is not None:
        columns_of_study(answer).write(str(outputs["columns"]))
    if outputs.get("film") is not None:
        film_of_study(answer, str(outputs["film"]))
    if outputs.get("loads") is not None:
        loads = answer.thickness_study()
        if loads is None:
            raise InputError("--loads: a single chamber has no wall to another: take more rows or columns")
        write_whole(str(outputs["loads"]), f"{loads_head(answer)}\n{loads.to_toml()}")
    return text


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
