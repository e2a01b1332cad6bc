"""The border of the crack functions, the known fields, and the rules near a front."""

import math
import runpy
from pathlib import Path

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.fem.crack_faces import graded_rule
from tubewall.fem.crack_fields import TipFrame, tip_fields
from tubewall.fem.cracks import crack, crack_front
from tubewall.fem.loads import Pressure, Support, TemperatureChange, Traction
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.materials import Isotropic

MESHES = runpy.run_path(str(Path(__file__).parents[1] / "references" / "crack_meshes.py"))
lines, grid, split = (MESHES[name] for name in ("lines", "grid", "split"))
STEEL = Isotropic(youngs_modulus=200e9, poissons_ratio=0.3)


def plate(fine=0.1, law=STEEL, loads=None, **kwargs):
    """A quarter of a plate with a centre crack."""
    mesh = grid(lines(0, 1, 2, near=(1,), fine=fine), lines(0, 3, near=(0,), fine=fine), **kwargs)
    mesh = split(mesh, "bottom", crack=lambda c: c[:, 0] < 1, ligament=lambda c: c[:, 0] > 1)
    supports = (Support(boundary="left", fix=("x",)), Support(boundary="ligament", fix=("y",)))
    loads = loads or (Traction(boundary="top", traction=(0.0, 1e6)),)
    solid = Solid(elastic=law, expansion=1e-5)
    return solve_model(
        Model(mesh=mesh, solids={"body": solid}, kinematics="plane strain", loads=loads, supports=supports)
    )


def frame(curvature):
    return TipFrame(point=np.array([0.3, -0.2, 0.1]), axes=np.eye(3)[[1, 2, 0]], curvature=np.array(curvature))


def fields_at(mode, points, tip):
    place, axes, stretch = tip.locate(points)
    found = tip_fields(mode, place, stretch, tip, STEEL.stiffness(), STEEL.shear_modulus, 3 - 4 * 0.3)
    return found, axes


@pytest.mark.parametrize("curvature", [(0.0, 0.0), (0.7, 0.0), (-0.5, 0.3)])
@pytest.mark.parametrize("mode", ["I", "II", "III", "T"])
def test_the_known_fields_have_the_divergence_and_misfit_that_they_state(mode, curvature):
    tip = frame(curvature)
    random = np.random.default_rng(3)
    points = tip.point + random.uniform(-0.2, 0.2, size=(40, 3))
    place, _, _ = tip.locate(points)
    points = points[(place[:, 0] > -0.05) & (np.hypot(*place.T) > 0.04)]
    found, axes = fields_at(mode, points, tip)
    step = 1e-5
    divergence = np.zeros((len(points), 3))
    misfit = np.zeros((len(points), 2, 3, 3))

    def turned(where):
        there, frames = fields_at(mode, where, tip)
        stress = np.einsum("pai,pab,pbj->pij", frames, there.stress, frames)
        strain = (there.gradient + np.swapaxes(there.gradient, 1, 2)) / 2 - there.strain
        return stress, np.einsum("pai,pab,pbj->pij", frames, strain, frames)

    for k in range(3):
        shift = step * np.eye(3)[k]
        divergence += (turned(points + shift)[0] - turned(points - shift)[0])[:, :, k] / (2 * step)
    for k in (0, 1):
        shift = step * axes[:, k]
        slope = (turned(points + shift)[1] - turned(points - shift)[1]) / (2 * step)
        misfit[:, k] = np.einsum("pai,pij,pbj->pab", axes, slope, axes)
    expected = np.einsum("pai,pi->pa", axes, divergence)
    scale = np.abs(found.stress).max(axis=(1, 2)) / np.hypot(*tip.locate(points)[0].T)
    assert np.abs(found.unbalanced - expected).max(axis=1) / scale == pytest.approx(0.0, abs=5e-6)
    # the part of the misfit that the fields give; along the front and normal to it only
    small = np.abs(found.strain).max(axis=(1, 2)) / np.hypot(*tip.locate(points)[0].T)
    assert np.abs(found.misfit - misfit).max(axis=(1, 2, 3)) / small == pytest.approx(0.0, abs=1e-5)


def test_the_modes_have_the_stress_ahead_and_the_opening_behind_that_k_means():
    # sigma_22 = K_I / sqrt(2 pi r) ahead; opening u_2 = 4 K_I sqrt(r / (2 pi)) / E' on each face
    tip = TipFrame(point=np.zeros(3), axes=np.eye(3), curvature=np.zeros(2))
    ahead = np.array([[0.02, 0.0, 0.0]])
    for mode, slot in (("I", (1, 1)), ("II", (0, 1)), ("III", (1, 2))):
        found, _ = fields_at(mode, ahead, tip)
        assert found.stress[0][slot] == pytest.approx(1 / math.sqrt(2 * math.pi * 0.02), rel=1e-12)
    # a line force of one along x: its stress on a circle pulls back with one
    angle = np.linspace(-math.pi, math.pi, 4001)[1:-1]
    ring = np.column_stack((np.cos(angle), np.sin(angle), np.zeros_like(angle))) * 0.5
    found, _ = fields_at("T", ring, tip)
    force = np.trapezoid(np.einsum("pij,pj->pi", found.stress, ring / 0.5) * 0.5, angle, axis=0)
    assert force == pytest.approx([-1.0, 0.0, 0.0], abs=2e-3)


@pytest.mark.parametrize(
    ("kind", "near"),
    [("line3", (True, False)), ("line", (False, True)), ("line3", (True, True)), ("quad9", (True, True, False, False)),
     ("quad", (False, True, True, False)), ("quad", (True, False, False, False)), ("triangle6", (True, True, False)),
     ("triangle", (False, False, True)), ("triangle6", (False, False, False)), ("quad", (False, False, False, False))],
)  # fmt: skip
def test_graded_rules_measure_their_facet_and_integrate_one_over_the_root_of_the_distance(kind, near):
    points, weights = graded_rule(kind, near)
    assert weights.sum() == pytest.approx(0.5 if kind.startswith("triangle") else 1.0, rel=1e-12)
    assert np.all(weights > 0)
    if near in ((True, False), (True, True, False, False)):
        distance = points[:, 0] if len(near) == 2 else points[:, 1]
        assert weights @ (1 / np.sqrt(distance)) == pytest.approx(2.0, rel=1e-10)
    if kind.startswith("triangle") and sum(near) == 2:
        # int (1 - y) / sqrt(y) over 0 .. 1 = 4/3
        assert weights @ (1 / np.sqrt(points[:, 1])) == pytest.approx(4 / 3, rel=1e-10)


def test_what_is_no_crack_is_refused_with_the_reason():
    solution = plate()
    at = {"tip": (1.0, 0.0), "direction": (1.0, 0.0), "faces": ("crack",), "symmetric": True}
    for change, message in (
        ({"tip": (0.9, 0.3)}, "no node of the mesh"),
        ({"tip": (2.0, 0.0)}, "must be the one vertex"),
        ({"direction": (-1.0, 0.0)}, "lies ahead"),
        ({"direction": (1.0, 1.0)}, "does not continue its face"),
        ({"direction": (0.0, 0.0)}, "is a vector"),
        ({"faces": ()}, "one or two faces"),
        ({"faces": ("crac",)}, "did you mean 'crack'"),
        ({"radius": 5.0}, "must lie between"),
        ({"radius": 1e-3}, "must lie between"),
    ):
        with pytest.raises(InputError, match=message):
            crack(solution, **{**at, **change})
    with pytest.raises(InputError, match="use crack"):
        crack_front(solution, faces=("crack",))


def test_a_mesh_that_is_too_coarse_at_the_tip_is_refused():
    from tubewall.geometry.block_mapping import mapped_block

    mesh = split(
        mapped_block((2, 3), map=lambda p: p * [2.0, 3.0]),
        "bottom",
        crack=lambda c: c[:, 0] < 1,
        ligament=lambda c: c[:, 0] > 1,
    )
    supports = (Support(boundary="left", fix=("x",)), Support(boundary="ligament", fix=("y",)))
    solution = solve_model(
        Model(mesh=mesh, solids={"body": Solid(elastic=STEEL)}, kinematics="plane strain", supports=supports,
              loads=(Pressure(boundary="crack", pressure=1e6),))
    )  # fmt: skip
    with pytest.raises(InputError, match="refine the mesh"):
        crack(solution, tip=(1.0, 0.0), direction=(1.0, 0.0), faces=("crack",), symmetric=True)


def test_the_radius_may_be_chosen_and_hardly_matters():
    solution = plate()
    at = {"tip": (1.0, 0.0), "direction": (1.0, 0.0), "faces": ("crack",), "symmetric": True}
    wide, narrow = crack(solution, **at), crack(solution, radius=0.4, **at)
    assert narrow.radii[-1].radius == pytest.approx(0.4)
    assert len(wide.radii) == 4
    assert narrow.k1 == pytest.approx(wide.k1, rel=1e-3)


def test_nearly_incompressible_elements_have_k_too_and_no_moved_mesh():
    # K of a stress-driven crack does not depend on the material
    soft = Isotropic(youngs_modulus=1e6, poissons_ratio=0.4999)
    at = {"tip": (1.0, 0.0), "direction": (1.0, 0.0), "faces": ("crack",), "symmetric": True}
    for kind in ("quad", "triangle"):
        hard, found = (crack(plate(0.05, law=law, kind=kind), **at) for law in (STEEL, soft))
        assert found.k1 == pytest.approx(hard.k1, rel=1e-2)
        assert found.g_extension is None
        assert found.path_spread < 5e-3


def test_heat_without_stress_in_the_plane_has_no_k_and_no_noise_in_its_place():
    solution = plate(loads=(TemperatureChange(change=10.0),))
    found = crack(solution, tip=(1.0, 0.0), direction=(1.0, 0.0), faces=("crack",), symmetric=True)
    scale = 200e9 * 1e-5 * 10
    assert abs(found.k1) < 1e-8 * scale
    assert abs(found.t_stress) < 1e-6 * scale
    assert found.path_spread < 1e-3
    assert max(found.g, abs(found.g_domain), abs(found.g_extension)) < 1e-8 * scale**2 / 200e9
