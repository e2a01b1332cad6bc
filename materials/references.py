"""The sources behind the numbers, from data/references.bib."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

from tubewall.errors import unknown_name

_ENTRY = re.compile(r"^@(\w+)\{([\w-]+),\s*$(.*?)^\}\s*$", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"^\s*(\w+)\s*=\s*\{(.*?)\},?\s*$", re.MULTILINE)


def citations(names: Iterable[str] = ()) -> str:
    """BibTeX of the sources of the named materials or gases, of single keys, or of everything without a name.

    Parameters
    ----------
    names : iterable of str
        Materials of the library, gases, or keys of references.bib.

    Raises
    ------
    UnknownNameError
        For a name that is none of these.
    """
    from tubewall.materials.gas import Gas, gas_names
    from tubewall.materials.library import material, material_names

    wanted: set[str] = set()
    entries = bibliography()
    asked = [names] if isinstance(names, str) else list(names)
    for name in asked:
        if name in entries:
            wanted.add(name)
        elif name in gas_names():
            wanted.update(Gas(name=name).sources)
        elif name.casefold() in {known.casefold() for known in material_names()}:
            wanted.update(material(name).sources)
        else:
            raise unknown_name("material, gas or source", name, [*material_names(), *gas_names(), *entries])
    keys = sorted(wanted) if asked else list(entries)
    return "\n\n".join(entries[key] for key in keys) + "\n"


@lru_cache(maxsize=1)
def bibliography() -> Mapping[str, str]:
    """Every entry of references.bib as BibTeX text, by key."""
    text = files("tubewall.materials").joinpath("data/references.bib").read_text(encoding="utf-8")
    return MappingProxyType({match[2]: match[0].strip() for match in _ENTRY.finditer(text)})


def fields(key: str) -> Mapping[str, str]:
    """Author, title, journal ... of one source, by its key."""
    entries = bibliography()
    if key not in entries:
        raise unknown_name("source", key, entries)
    return MappingProxyType({match[1].lower(): match[2] for match in _FIELD.finditer(entries[key])})


def short_citation(key: str) -> str:
    """A source in one line: 'Manoharan et al., Nanoscale Research Letters (2010), doi ...'."""
    entry = fields(key)
    people = [person.split(",")[0].strip("{} ") for person in entry.get("author", "").split(" and ") if person]
    who = "" if not people else people[0] if len(people) == 1 else f"{people[0]} et al."
    where = entry.get("journal") or entry.get("howpublished") or entry.get("title", "")
    parts = [part for part in (who, f"{where} ({entry['year']})" if "year" in entry else where) if part]
    if "doi" in entry:
        parts.append(f"doi {entry['doi']}")
    return ", ".join(parts).replace("--", "-")
