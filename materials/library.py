"""The library of materials, read from data/library.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

from tubewall.errors import InputError, unknown_name
from tubewall.materials.anisotropic import Cubic, TransverselyIsotropic
from tubewall.materials.elastic import ElasticLaw, Isotropic
from tubewall.materials.strength import MaxPrincipal, StrengthLaw, VonMisesYield
from tubewall.materials.values import PROPERTIES, Value, value_from_record
from tubewall.materials.weakest_link import Weibull

_FRAME = ("kind", "law", "summary")
_KINDS = ("wall", "lithium", "electrolyte", "insulator", "metal")


@dataclass(frozen=True, kw_only=True)
class Material:
    """A material: how it deforms, how it fails, and where each number comes from.

    Parameters
    ----------
    name, kind, summary : str
        Kind: 'wall', 'lithium', 'electrolyte', 'insulator' or 'metal'.
    elastic : ElasticLaw
        Its elastic law.
    strengths : tuple of StrengthLaw or Weibull
        Every strength law that the record has numbers for.
    provenance : mapping of str to Value
        All of its numbers by name, as in `PROPERTIES` of tubewall.materials.values.
    """

    name: str
    kind: str = "wall"
    summary: str = ""
    elastic: ElasticLaw
    strengths: tuple[StrengthLaw | Weibull, ...] = ()
    provenance: Mapping[str, Value] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "provenance", MappingProxyType(dict(self.provenance)))

    def __reduce__(self) -> tuple[object, ...]:
        # a mapping proxy cannot be pickled, and studies send materials to other processes
        state = {one.name: getattr(self, one.name) for one in fields(self)}
        return _rebuilt, ({**state, "provenance": dict(self.provenance)},)

    def value(self, name: str) -> Value:
        """The number called ``name``; an InputError naming the material when it has none."""
        if name not in PROPERTIES:
            raise unknown_name("property of a material", name, PROPERTIES)
        if name not in self.provenance:
            raise InputError(
                f"{self.name!r} has no {name} ({PROPERTIES[name][1]}): pass your own, or take another material"
            )
        return self.provenance[name]

    @property
    def strength(self) -> StrengthLaw:
        """The governing strength law: of those in the record, the one with the lowest strength."""
        laws = [law for law in self.strengths if not isinstance(law, Weibull)]
        if not laws:
            raise InputError(f"{self.name!r} has no strength: pass your own, or take another material")
        return min(laws, key=lambda law: law.strength)

    @property
    def ductile(self) -> bool:
        """Whether yield governs, so that a plastic limit exists."""
        return isinstance(self.strength, VonMisesYield)

    def weibull(self, form: Literal["area", "volume"] = "area") -> Weibull:
        """The Weibull law for flaws on the surface ("area") or inside ("volume")."""
        for law in self.strengths:
            if isinstance(law, Weibull) and law.form == form:
                return law
        raise InputError(
            f"{self.name!r} has no Weibull law in the {form} form: pass your own, or take another material"
        )

    @property
    def density(self) -> float:
        """[kg/m3]"""
        return self.value("density").value

    @property
    def toughness(self) -> float:
        """K_Ic [Pa sqrt(m)]."""
        return self.value("toughness").value

    @property
    def lithium_concentration(self) -> float:
        """Lithium atoms per volume [1/m3]."""
        return self.value("lithium_concentration").value

    @property
    def lithium_diffusivity(self) -> float:
        """Tracer diffusivity of lithium [m2/s]."""
        return self.value("lithium_diffusivity").value

    @property
    def guesses(self) -> tuple[str, ...]:
        """Names of the numbers that are guesses."""
        return tuple(name for name, value in self.provenance.items() if value.status == "guess")

    @property
    def sources(self) -> tuple[str, ...]:
        """Keys of references.bib of all its numbers, sorted."""
        return tuple(sorted({value.source for value in self.provenance.values()}))


def material(name: str) -> Material:
    """The material of the library called ``name`` (upper and lower case alike).

    Raises
    ------
    UnknownNameError
        With the nearest name there is.

    Examples
    --------
    >>> material("LLZO").elastic
    Isotropic(youngs_modulus=150000000000.0, poissons_ratio=0.257)
    """
    library = _library()
    if name in library:
        return library[name]
    by_fold = {known.casefold(): known for known in library}
    if isinstance(name, str) and name.casefold() in by_fold:
        return library[by_fold[name.casefold()]]
    raise unknown_name("material", str(name), library)


def material_names(kind: str | None = None) -> tuple[str, ...]:
    """Names of the library in its order, or those of one ``kind``: wall, lithium, electrolyte, insulator, metal."""
    if kind is not None and kind not in _KINDS:
        raise unknown_name("kind of material", kind, _KINDS)
    return tuple(name for name, one in _library().items() if kind in (None, one.kind))


def material_from_record(name: str, record: Mapping[str, object]) -> Material:
    """A material from a table as in data/library.toml: kind, law, summary and one table for each number."""
    missing = [key for key in _FRAME if key not in record]
    if missing:
        raise InputError(f"material {name!r} lacks {missing}")
    kind, law = str(record["kind"]), str(record["law"])
    if kind not in _KINDS:
        raise unknown_name("kind of material", kind, _KINDS)
    values = {
        key: value_from_record(key, table, f"{name!r}.{key}") for key, table in record.items() if key not in _FRAME
    }
    return Material(
        name=name,
        kind=kind,
        summary=str(record["summary"]),
        elastic=_elastic(name, law, values),
        strengths=_strengths(values),
        provenance=values,
    )


def _rebuilt(state: dict[str, Any]) -> Material:
    return Material(**state)


@lru_cache(maxsize=1)
def _library() -> Mapping[str, Material]:
    text = files("tubewall.materials").joinpath("data/library.toml").read_text(encoding="utf-8")
    records = tomllib.loads(text)
    return MappingProxyType({name: material_from_record(name, record) for name, record in records.items()})


def _elastic(name: str, law: str, values: Mapping[str, Value]) -> ElasticLaw:
    needs = {
        "isotropic": ("youngs_modulus", "poissons_ratio"),
        "cubic": ("c11", "c12", "c44"),
        "hexagonal": ("c11", "c12", "c13", "c33", "c44"),
    }
    if law not in needs:
        raise unknown_name("elastic law", law, needs)
    missing = [key for key in needs[law] if key not in values]
    if missing:
        raise InputError(f"material {name!r} is {law} and lacks {missing}")
    of = {key: values[key].value for key in needs[law]}
    if law == "isotropic":
        return Isotropic(youngs_modulus=of["youngs_modulus"], poissons_ratio=of["poissons_ratio"])
    if law == "cubic":
        return Cubic(c11=of["c11"], c12=of["c12"], c44=of["c44"])
    # layers lie around the bore, so that the crystal's axis points outward
    return TransverselyIsotropic.from_stiffness(
        c11=of["c11"], c12=of["c12"], c13=of["c13"], c33=of["c33"], c44=of["c44"], axes="radial"
    )


def _strengths(values: Mapping[str, Value]) -> tuple[StrengthLaw | Weibull, ...]:
    laws: list[StrengthLaw | Weibull] = []
    for key, law in (("strength", MaxPrincipal), ("yield_strength", VonMisesYield)):
        if key in values:
            laws.append(law(strength=values[key].value, low=values[key].low, high=values[key].high))
    if "weibull_modulus" in values:
        modulus = values["weibull_modulus"].value
        scale = values["weibull_scale"].value
        laws.append(Weibull(modulus=modulus, scale_stress=scale, reference_volume=values["gauge_volume"].value))
        laws.append(Weibull(modulus=modulus, scale_stress=scale, reference_area=values["gauge_area"].value))
    return tuple(laws)
