"""The library as the command `tubewall materials` prints it."""

from __future__ import annotations

from tubewall.materials.elastic import Isotropic
from tubewall.materials.gas import Gas
from tubewall.materials.library import Material, material, material_names
from tubewall.materials.references import short_citation
from tubewall.materials.strength import StrengthLaw, VonMisesYield
from tubewall.materials.values import PROPERTIES
from tubewall.materials.weakest_link import Weibull

_COLUMNS = {
    "E": "youngs_modulus",
    "nu": "poissons_ratio",
    "K_Ic": "toughness",
    "Weibull m": "weibull_modulus",
    "density": "density",
}


def table(kind: str | None = None) -> list[dict[str, str]]:
    """One row for each material (of one ``kind``): texts by column title; '-' where the record has no number.

    A number that is a guess ends in '?'.
    """
    return [_row(material(name)) for name in material_names(kind)]


def describe(name: str) -> str:
    """Everything about one material as text of several lines: each number, its range, temperature, status, source and note."""
    one = material(name)
    lines = [f"{one.name} ({one.kind})", one.summary, "", f"elastic law: {_law(one)}"]
    lines += [f"strength law: {_strength_line(law)}" for law in one.strengths]
    lines.append("")
    for key, value in one.provenance.items():
        lines.append(f"{PROPERTIES[key][1]} ({key})")
        lines.append(
            f"    {value}  at {value.temperature - 273.15:g} C  [{value.status}]  {short_citation(value.source)}"
        )
        if value.note:
            lines.append(f"    {value.note}")
    if one.guesses:
        lines += ["", f"guesses: {', '.join(one.guesses)}"]
    return "\n".join(lines)


def gas_table() -> list[dict[str, str]]:
    """One row for each gas, at 25 C and 1 atm."""
    from tubewall.materials.gas import gas_names

    rows = []
    for name in gas_names():
        gas = Gas(name=name)
        rows.append(
            {
                "name": name,
                "molar mass": f"{gas.molar_mass * 1e3:.4g} g/mol",
                "viscosity": f"{float(gas.viscosity(298.15)) * 1e6:.3g} uPa s",
                "mean free path": f"{float(gas.mean_free_path(101325.0, 298.15)) * 1e9:.3g} nm",
                "B": f"{float(gas.second_virial(298.15)) * 1e6:.4g} cm3/mol",
            }
        )
    return rows


def _row(one: Material) -> dict[str, str]:
    row = {"name": one.name, "kind": one.kind}
    for title, key in _COLUMNS.items():
        row[title] = _cell(one, key)
    if row["E"] == "-":
        row["E"] = "anisotropic"
    strength = _cell(one, "strength")
    row["strength"] = strength if strength != "-" else _cell(one, "yield_strength").replace(" MPa", " MPa yield", 1)
    row["guesses"] = f"{len(one.guesses)} of {len(one.provenance)}"
    order = ("name", "kind", "E", "nu", "strength", "K_Ic", "Weibull m", "density", "guesses")
    return {title: row[title] for title in order}


def _cell(one: Material, key: str) -> str:
    if key not in one.provenance:
        return "-"
    value = one.provenance[key]
    return f"{value}?" if value.status == "guess" else str(value)


def _law(one: Material) -> str:
    law = one.elastic
    if isinstance(law, Isotropic):
        return f"isotropic, E = {law.youngs_modulus / 1e9:.4g} GPa, nu = {law.poissons_ratio:.3g}"
    return repr(law)


def _strength_line(law: StrengthLaw | Weibull) -> str:
    if isinstance(law, Weibull):
        size = f"{law.reference_size:.3g} {'m2' if law.form == 'area' else 'm3'}"
        return f"Weibull, {law.form} form: m = {law.modulus:.3g}, {law.scale_stress / 1e6:.4g} MPa for {size}"
    low, high = law.range
    verb = "flows" if isinstance(law, VonMisesYield) else "breaks"
    return f"{verb} at a {law.quantity} of {law.value / 1e6:.4g} MPa [{low / 1e6:.4g} .. {high / 1e6:.4g}]"
