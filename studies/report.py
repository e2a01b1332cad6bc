"""The report: one self-contained page that answers first and shows why below."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from tubewall.studies.charts import as_uri, bounds_figure, stress_figure
from tubewall.studies.corners import is_sharp
from tubewall.studies.load_cases import SAYS
from tubewall.studies.pictures import draw_array
from tubewall.studies.wording import (
    MECHANICAL,
    bound_words,
    length,
    permeability_words,
    sentence,
    text,
    window_words,
)
from tubewall.units import show
from tubewall.whole_files import write_whole

if TYPE_CHECKING:
    from tubewall.studies.answer import WallAnswer
    from tubewall.view import Picture


def write_report(answer: WallAnswer, path: str | Path, *, picture: Picture | None = None) -> None:
    """Write the report of an answer as one HTML file without any external address.

    Where no 3D renderer works the section is drawn flat, and the page says so.

    Parameters
    ----------
    answer : WallAnswer
    path : str or path
    picture : Picture, optional
        Of the array, where it was drawn already.
    """
    from jinja2 import Environment, StrictUndefined, select_autoescape

    template = files("tubewall.studies").joinpath("templates/report.html").read_text(encoding="utf-8")
    environment = Environment(
        autoescape=select_autoescape(default=True, default_for_string=True), undefined=StrictUndefined
    )
    from importlib.metadata import version

    page = environment.from_string(template).render(
        answer=answer,
        version=version("tubewall"),
        title=sentence(answer),
        questions=questions(answer),
        picture=shown(picture or draw_array(answer.study)),
        stress_chart=as_uri(stress_figure(answer)),
        bounds_chart=as_uri(bounds_figure(answer)),
        text=text(answer),
        study_file=answer.study.to_toml(),
        input_hash=answer.study.input_hash,
        mechanical=MECHANICAL,
        says=SAYS,
        show=show,
        length=length,
        bound_words=bound_words,
        window_words=window_words,
    )
    write_whole(path, page)


def questions(answer: WallAnswer) -> list[tuple[str, str]]:
    """What a reader of a stress report asks first, and the answers."""
    study, gas = answer.study, answer.cases["gas_hermetic"]
    drawing = study.drawing
    worst = max(case.stress.mesh_error / case.stress.peak for case in answer.cases.values() if case.stress.peak > 0.0)
    sharp = is_sharp(study.drawing)
    low, high = gas.thinnest_range
    measure = "membrane and bending at the root" if sharp else "the peak"
    peak = gas.bound("strength_linearised" if sharp else "strength_peak")
    scatter = "no wall" if peak.low is None or peak.high is None else f"{length(peak.low)} to {length(peak.high)}"
    return [
        (
            "Which model?",
            f"An infinite array of {drawing.packing} packing with a period of {study.numerics.supercell} x "
            f"{study.numerics.supercell} chambers, {drawing.confinement} in the plane, ends {drawing.ends}; linear elasticity "
            f"on curved quadratic triangles, {study.numerics.elements_through_wall} through the wall; every chamber at its "
            "high or low pressure by the sign of its influence, which is the worst pattern of this period.",
        ),
        (
            "Is the peak real or singular?",
            f"Singular: {answer.no_peak}."
            if sharp
            else f"Real: it stands on a fillet of {show(drawing.fillet, 'm')} that the mesh resolves."
            if drawing.bore_shape != "round"
            else "Real: the bore is round and has no corner.",
        ),
        (
            "Is the mesh converged?",
            "No mesh converges at sharp corners; membrane and bending at the root do."
            if sharp
            else f"The estimated error of the peaks is at most {100 * worst:.2g} % (difference to the mesh of half the density).",
        ),
        (
            "Which wall is safe for my strength scatter?",
            f"For strengths of {show(answer.strength.low, 'Pa')} to {show(answer.strength.high, 'Pa')} {measure} under gas "
            f"asks for {scatter}; with all constraints the thinnest wall is "
            f"{'none' if gas.thinnest.wall is None else length(gas.thinnest.wall)} ({gas.thinnest.name})"
            + (
                ""
                if low is None or high is None or low == high
                else f", {length(low)} to {length(high)} over the scatter"
            )
            + ".",
        ),
        ("What does permeability buy?", f"{permeability_words(answer)[0].upper()}{permeability_words(answer)[1:]}."),
    ]


def shown(picture: Picture) -> dict[str, str]:
    """A picture as the page takes it: a data address, its caption, and whether it had to be flat."""
    note = "" if picture.renderer == "vtk" else "No 3D renderer works on this machine: the section is drawn flat."
    return {"uri": picture.data_uri, "caption": picture.caption, "note": note}
