"""Flaws at the mouth against handbooks of stress intensity."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.fem.cracks import crack
from tubewall.fem.loads import Pressure
from tubewall.fem.model import Solid
from tubewall.geometry.stack_flaw import Flaw
from tubewall.materials import Isotropic
from tubewall.studies.tubule_answer import Picture3D
from tubewall.studies.tubule_body import piston_loads, radial, radial_mesh, solved
from tubewall.studies.tubule_flaw import flaw_at_mouth
from tubewall.studies.tubule_flaw_answer import HANDBOOK, FlawAnswer, Intensity, kink_intensity
from tubewall.studies.tubule_half_penny import half_penny_factors
from tubewall.studies.tubule_study import TubuleStudy
from tubewall.units import nm, um

STEEL = Isotropic(youngs_modulus=150e9, poissons_ratio=0.257)


def k_of(flaw: Flaw, study: TubuleStudy, *, soft: bool = False, mouth: bool = False) -> float:
    """K_I of a unit pressure on the faces of a flaw (and on the mouth); with or without insulator and wall to feel."""
    window = (-study.electrolyte_thickness, study.insulator_thickness + 0.5 * study.bore)
    mesh = radial_mesh(radial(study, elements=4, neighbours="empty", flaw=flaw, sharp=True, window=window))
    solids = {name: Solid(elastic=STEEL) for name in mesh.regions}
    if soft:
        weak = Solid(elastic=Isotropic(youngs_modulus=1e-6 * STEEL.youngs_modulus, poissons_ratio=0.0))
        solids.update(wall=weak, insulator=weak)
    names = ("flaw outer", "flaw inner") if flaw.kind == "edge" else ("flaw upper", "flaw lower")
    loads = [*(Pressure(boundary=name, pressure=1.0) for name in names), *(piston_loads(mesh)[:1] if mouth else ())]
    (solution,) = solved(study, mesh, [loads], solids=solids, hold_cut=False)
    direction = (0.0, -1.0) if flaw.kind == "edge" else (1.0, 0.0)
    found = crack(solution, tip="flaw tip", direction=direction, faces=names).k1
    assert found is not None
    return found


def test_a_pressurised_penny_deep_below_is_sneddons() -> None:
    # Sneddon, Proc. R. Soc. A 187, 229 (1946): K = 2 p sqrt(a / pi)
    a = 40 * nm
    found = k_of(Flaw(kind="penny", length=a, depth=2 * um), TubuleStudy())
    assert found == pytest.approx(2 * math.sqrt(a / math.pi), rel=0.01, abs=0)
    assert HANDBOOK["penny"] * math.sqrt(math.pi * a) == pytest.approx(2 * math.sqrt(a / math.pi), rel=1e-12, abs=0)


def test_a_short_pressurised_edge_flaw_in_a_bare_electrolyte_is_the_half_planes() -> None:
    # Tada, Paris and Irwin, The Stress Analysis of Cracks Handbook: K = 1.1215 p sqrt(pi a)
    a = 0.5 * nm
    found = k_of(Flaw(kind="edge", length=a), TubuleStudy(insulator_thickness=5 * nm), soft=True)
    assert found == pytest.approx(1.1215 * math.sqrt(math.pi * a), rel=0.01, abs=0)


@pytest.mark.long
def test_half_a_penny_is_newmans_and_rajus() -> None:
    # Newman and Raju, Eng. Fract. Mech. 15, 185 (1981), a/c = 1, a/t = 0: 1.04 p sqrt(pi a / 2.464), 1.1 times it at the surface
    (face,), (wide,), _ = half_penny_factors(STEEL, (4.0,), 3)
    surface = 1.1 * 1.04 * math.sqrt(math.pi / 2.464)
    # largest at the last point inside of the surface, whose own layer no vertex shows in full
    assert surface / 1.1 * 1.02 < face < surface * 1.01
    # all of the surface and the flaw under one pressure leave what confinement does not take, 1 - nu / (1 - nu)
    assert 0 < face + wide < face


@pytest.mark.long
def test_the_flaw_answer_agrees_with_itself() -> None:
    study = TubuleStudy(electrolyte="Li2S-P2S5 glass", flaw_length=20 * nm, elements_through_wall=4)
    found = flaw_at_mouth(study)
    safe = found.safe_overpotential
    assert safe is not None
    assert found.mesh_error < 0.02 * found.drives(found.own)
    # at its safe overpotential the flaw is as long as the critical one
    at_safe = found.study.metal.ceiling(safe[0]) * found.drives(found.own)
    assert at_safe == pytest.approx(0.23e6, rel=1e-9)
    # the curve holds the study's own length
    lengths = [one.length for one in found.curve]
    inside = [one for one in found.curve if one.length <= study.flaw_length][-1]
    assert lengths[0] < study.flaw_length < lengths[-1]
    assert found.drives(inside) == pytest.approx(found.drives(found.own), rel=0.15)
    # physics.md 4.4: 98 nm at 50 mV of the handbook
    assert found.handbook_length(0.05) == pytest.approx(98 * nm, rel=0.01, abs=0)
    dry = flaw_at_mouth(study.replace(flaw_pressurised=False))
    assert dry.drives(dry.own) < found.drives(found.own)


def test_critical_lengths_of_a_handbooks_curve_are_the_handbooks() -> None:
    # physics.md 4.4, Li2S-P2S5 glass: 9.8 um, 2.4 um, 610 nm, 98 nm and 13 nm at 5, 10, 20, 50 and 135 mV
    study = TubuleStudy(electrolyte="Li2S-P2S5 glass", flaw_length=100 * nm)

    def edge(length: float) -> Intensity:
        return Intensity(length=length, mouth=(0.0, 0.0), faces=(1.1215 * math.sqrt(math.pi * length), 0.0))

    mesh = radial_mesh(radial(study, elements=2))
    found = FlawAnswer(
        study=study,
        curve=tuple(edge(float(a)) for a in np.geomspace(5 * nm, 20 * um, 8)),
        own=edge(100 * nm),
        mesh_error=0.0,
        toughness=(0.23e6, 0.19e6, 0.27e6),
        picture=Picture3D(solution=solved(study, mesh, [piston_loads(mesh)])[0], title=""),
        seconds=0.0,
    )
    table = (9.8 * um, 2.4 * um, 610 * nm, 98 * nm, 13 * nm)
    for u, a in zip((0.005, 0.010, 0.020, 0.050, 0.135), table, strict=True):
        assert found.handbook_length(u) == pytest.approx(a, rel=0.03, abs=0)
        assert found.critical_length(u) == pytest.approx(found.handbook_length(u), rel=2e-3, abs=0)
    assert found.critical_length(0.003) is None
    safe = found.safe_overpotential
    assert safe is not None
    assert safe[1] < safe[0] < safe[2]
    assert "grows" in str(found)


def test_a_kink_under_pure_shear_opens_at_seventy_degrees() -> None:
    # Erdogan and Sih, J. Basic Eng. 85, 519 (1963): 1.1547 K_II
    assert kink_intensity(0.0, 1.0) == pytest.approx(2 / math.sqrt(3), rel=1e-4)
    assert kink_intensity(1.0, 0.0) == pytest.approx(1.0, rel=1e-12)
    assert kink_intensity(-1.0, 0.0) == 0.0


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"electrolyte": "PEO/LiTFSI 25 C"}, "no toughness"),
        ({"insulator_form": "film"}, "mouth is insulator"),
        ({"lithium_level": 0.0}, "no lithium"),
        ({"flaw_kind": "penny", "flaw_length": 6e-6}, "wider than what is modelled around it"),
        ({"flaw_kind": "penny", "flaw_length": 7e-8, "neighbours": "full"}, "wider than the cell of a tubule"),
    ],
)
def test_what_has_no_answer_is_refused(changes: dict[str, object], told: str) -> None:
    with pytest.raises(InputError, match=told):
        flaw_at_mouth(TubuleStudy(**changes))  # type: ignore[arg-type]


def wide_penny(length: float) -> tuple[float, float]:
    """Energy release rate and half the work of a unit pressure in a penny 60 nm below a mouth, wider than it."""
    study = TubuleStudy()
    flaw = Flaw(kind="penny", length=length, depth=60 * nm, size=2 * nm)
    mesh = radial_mesh(radial(study, elements=2, neighbours="empty", flaw=flaw, sharp=True))
    solids = dict.fromkeys(mesh.regions, Solid(elastic=STEEL))
    names = ("flaw upper", "flaw lower")
    loads = [Pressure(boundary=name, pressure=1.0) for name in names]
    (solution,) = solved(study, mesh, [loads], solids=solids)
    work = 0.5 * float(solution.forces[: solution.displacement.size] @ solution.displacement.ravel())
    return crack(solution, tip="flaw tip", direction=(1.0, 0.0), faces=names).g, work


def test_a_penny_wider_than_the_mouth_releases_what_its_growth_takes_from_the_loads() -> None:
    # at fixed loads G = dW / dA (Irwin 1956); the ligament above bends, so that it is more than Sneddon's
    length, step = 150 * nm, 2 * nm
    low, high = (wide_penny(one)[1] for one in (length - step, length + step))
    found, _ = wide_penny(length)
    area = math.pi * ((length + step) ** 2 - (length - step) ** 2)
    assert found == pytest.approx((high - low) / area, rel=0.02, abs=0)
    plane = STEEL.youngs_modulus / (1 - STEEL.poissons_ratio**2)
    assert found > 1.5 * 4 * length / math.pi / plane


def test_a_wide_penny_is_told_with_its_tip_under_wall_and_gap() -> None:
    for length in (50 * nm, 55 * nm, 62 * nm):
        mesh = radial_mesh(
            radial(
                TubuleStudy(),
                elements=2,
                neighbours="empty",
                flaw=Flaw(kind="penny", length=length, depth=40 * nm),
                sharp=True,
            )
        )
        tip = mesh.points[mesh.nodes["flaw tip"][0]]
        assert tip == pytest.approx([length, -40 * nm], rel=1e-9, abs=0)
        upper = mesh.points[mesh.boundary_nodes("flaw upper")]
        assert upper[:, 0].max() == pytest.approx(length, rel=1e-9, abs=0)
