"""Who carries an equal pressure: the frame around the array, or its walls; and what closed ends add along the tubules."""

from __future__ import annotations

import numpy as np
import pytest

from tubewall.studies.load_cases import CaseStress, case_stress
from tubewall.studies.pressures import pressures
from tubewall.studies.stress_model import Confinement, StressModel
from tubewall.studies.study import Study
from tubewall.studies.thickness import design_stress, stress_model

WALL, BORE = 10e-9, 100e-9


def model_of(**changes: object) -> StressModel:
    return stress_model(Study().replace(**{"supercell": 3, "elements_through_wall": 2, **changes}))


def stress(model: StressModel, case: str, confinement: Confinement | None = None) -> CaseStress:
    pressed = pressures(model.study, model.drawing(WALL))
    return case_stress(model, case, WALL, pressed, confinement=confinement)  # type: ignore[arg-type]


def test_confinement_decides_what_equal_pressures_do() -> None:
    model = model_of()
    pressed = pressures(model.study, model.drawing(WALL))
    p = pressed.equal - pressed.initial
    held, free = stress(model, "equalised"), stress(model, "equalised", "free")
    # a frame carries the pressure: physics.md 4.2 has 0.8 p with a rim of solid, an endless array has less
    assert 0.3 < held.peak / p < 0.8
    # without one the walls carry p W / w by equilibrium, and the fillets raise it; physics.md 4.2 has 18.3 p for 19 cells
    # whose solid rim helps to carry
    assert free.root.membrane / p == pytest.approx(BORE / WALL, rel=1e-9)
    assert free.root.bending == free.middle.bending == 0.0
    assert 18.3 < free.peak / p < 25.0
    # nothing bends
    assert held.deflection == free.deflection == 0.0


def test_the_walls_squeezed_by_equal_pressures_in_a_frame_follow_plane_strain() -> None:
    # far from junctions a held wall under p on both faces neither stretches along itself nor along the tubule:
    # sigma = -nu / (1 - nu) p, as the walls get thin
    model = model_of(wall="0.5 nm", fillet="0.5 nm")
    pressed = pressures(model.study, model.drawing(0.5e-9))
    p = pressed.equal - pressed.initial
    ratio = model.material.elastic.poissons_ratio  # type: ignore[attr-defined]
    found = case_stress(model, "equalised", 0.5e-9, pressed)
    assert found.middle.membrane / p == pytest.approx(-ratio / (1.0 - ratio), rel=0.05)


@pytest.mark.parametrize("confinement", ["held", "free"])
def test_the_worst_pattern_is_at_least_as_bad_as_one_different_chamber_and_as_none(confinement: Confinement) -> None:
    model = model_of(confinement=confinement, supercell=4)
    for case in ("gas_hermetic", "lithium_against_gas"):
        found = stress(model, case)
        assert found.correction.stress == 1.0
        assert found.peak >= found.one_different * (1.0 - 1e-12)
        basis = model.basis(WALL)
        for level in (found.pattern.min(), found.pattern.max()):
            assert found.peak >= basis.peak(np.full_like(found.pattern, level)).value
        # the pattern that is named makes the peak that is named
        assert basis.peak(found.pattern).value == pytest.approx(found.peak, rel=1e-12)


def test_patterns_superpose() -> None:
    basis = model_of().basis(WALL)
    one, other = np.zeros(9), np.linspace(-1.0, 2.0, 9)
    one[0] = 1.0
    both = basis.stress(2.0 * one + other)
    np.testing.assert_allclose(both, 2.0 * basis.stress(one) + basis.stress(other), atol=1e-9 * np.abs(both).max())


def test_closed_ends_pull_along_the_tubules_with_the_void_over_the_solid() -> None:
    # without caps a free array has no axial force; caps add p void / solid evenly: the array is uniform along z
    closed, bare = model_of(confinement="free", ends="closed"), model_of(confinement="free", ends="free")
    drawing = closed.drawing(WALL)
    ones = np.ones(9)
    added = closed.basis(WALL).stress(ones) - bare.basis(WALL).stress(ones)
    expected = np.zeros((3, 3))
    expected[2, 2] = drawing.void_fraction / drawing.solid_fraction
    np.testing.assert_allclose(added, np.broadcast_to(expected, added.shape), rtol=1e-5, atol=1e-9)
    # the solid's area is that of the mesh, whose arcs are parabolas
    assert expected[2, 2] == pytest.approx(4.74, abs=0.06)  # 0.826 / 0.174, physics.md 1.2


def test_closed_ends_govern_where_a_frame_carries_the_rest() -> None:
    held, closed = model_of(ends="held"), model_of(ends="closed")
    pressed = pressures(closed.study, closed.drawing(WALL))
    p = pressed.equal - pressed.initial
    pull = closed.drawing(WALL).void_fraction / closed.drawing(WALL).solid_fraction * p
    # the mean of the axial stress is the pull exactly; its largest value is not below its mean
    assert pull <= stress(closed, "equalised").peak < 1.5 * pull
    assert stress(held, "equalised").peak < 0.2 * pull
    # closed ends stress no case less
    for case in ("gas_hermetic", "lithium_against_gas"):
        assert stress(closed, case).peak >= stress(held, case).peak


def test_the_stress_at_the_studys_wall_states_its_mesh_error() -> None:
    model = model_of(elements_through_wall=4)
    pressed = pressures(model.study, model.drawing(WALL))
    found = design_stress(model, "gas_hermetic", pressed)
    assert 0.0 < found.mesh_error < 0.05 * found.peak
