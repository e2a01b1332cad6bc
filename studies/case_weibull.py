"""The weakest link in a solved case: effective volume or area, and the probability of failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tubewall.studies.as_data import number

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.studies.case_questions import WeibullTable


def weibull_data(solution: FieldSolution, table: WeibullTable) -> tuple[dict[str, Any], list[str]]:
    """Effective size, the stress that it refers to and the probability of failure; and why it may be no answer.

    Plane bodies are ``length`` long, 1 m unless said.
    """
    from tubewall.fem import body_weibull
    from tubewall.materials import Weibull

    law = Weibull(modulus=table.m, scale_stress=table.sigma_0, reference_volume=table.V_0, reference_area=table.A_0)
    found = body_weibull(
        solution,
        law,
        region=table.region,
        boundary=table.boundary,
        length=1.0 if table.length is None else table.length,
        count=table.count,
    )
    unit = "m3" if law.form == "volume" else "m2"
    data = {
        "form": law.form,
        f"effective_{law.form}": number(found.effective_size, unit),
        law.form: number(found.size, unit),
        "peak": number(found.peak, "Pa"),
        "probability": number(found.probability, "1"),
    }
    return data, [] if found.warning is None else [f"weibull: {found.warning}"]
