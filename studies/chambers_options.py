"""The options of ``tubewall chambers``; light, since the command line loads it at every start."""

from __future__ import annotations

import argparse
from typing import Final

#: What it writes, and what is said of it.
CHAMBERS_OUTPUTS: Final = {
    "json": "write the answer as JSON, each number with its unit",
    "csv": "write what was seen over time",
    "parquet": "the same as Parquet, with units and provenance",
    "netcdf": "write all of it over time, every chamber and wall, as NetCDF",
    "chambers": "write every chamber at the hardest moment, as Parquet",
    "png": "draw a map of the array at that moment, hermetic and permeable walls side by side",
    "plots": "plot overpotential, fills, pressures, differences and regime numbers",
    "columns": "draw the lithium in the bores in space at that moment, in the colour of their gas",
    "film": "draw pressures and fills over the protocol as a film, .gif or .mp4",
    "loads": "write the hardest loads as a study for tubewall thickness",
}


def add_chambers_options(parser: argparse.ArgumentParser) -> None:
    """The file, and what may be written."""
    parser.add_argument(
        "file", metavar="FILE", help="a study of an anode (`tubewall init --chambers`), or a file with a [network]"
    )
    for name, told in CHAMBERS_OUTPUTS.items():
        parser.add_argument(f"--{name}", metavar="FILE", help=told)
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")


def chambers_template() -> str:
    """The study file with every key, its default and a comment."""
    from importlib.resources import files

    return (files("tubewall.studies") / "templates" / "chambers.toml").read_text(encoding="utf-8")
