"""What ``tubewall materials`` prints: the list, one material, their sources as BibTeX, or all of it as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from tubewall.materials import Material, citations, describe, gas_names, material, material_names, table
from tubewall.materials.listing import gas_table


def material_text(name: str | None = None, *, bibtex: bool = False, as_json: bool = False) -> str:
    """The text for one material, or for all of them when ``name`` is None.

    Raises
    ------
    UnknownNameError
        With the nearest name.
    """
    if bibtex:
        return citations([name] if name is not None else []).rstrip("\n")
    if as_json:
        chosen = material_names() if name is None else (name,)
        return json.dumps({one.name: _plain(one) for one in map(material, chosen)}, indent=1, ensure_ascii=False)
    if name is not None:
        return describe(name) if name not in gas_names() else "\n".join(_aligned([_gas(name)]))
    lines = [*_aligned(table()), "", *_aligned(gas_table()), ""]
    return "\n".join([*lines, "? a guess; `tubewall materials NAME` shows every number with its source"])


def _gas(name: str) -> Mapping[str, str]:
    return next(row for row in gas_table() if row["name"] == name)


def _plain(one: Material) -> dict[str, object]:
    numbers = {
        key: {
            "value": value.value,
            "unit": value.unit,
            "low": {"value": value.low, "unit": value.unit},
            "high": {"value": value.high, "unit": value.unit},
            "temperature": {"value": value.temperature, "unit": "K"},
            "source": value.source,
            "status": value.status,
            "note": value.note,
        }
        for key, value in one.provenance.items()
    }
    return {"kind": one.kind, "summary": one.summary, "numbers": numbers}


def _aligned(rows: Sequence[Mapping[str, str]]) -> list[str]:
    titles = list(rows[0])
    widths = [max(len(title), *(len(row[title]) for row in rows)) for title in titles]
    lines = [titles, *([row[title] for title in titles] for row in rows)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
