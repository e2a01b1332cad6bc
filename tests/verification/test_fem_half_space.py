"""Half space under a uniform pressure on a circle (Johnson, Contact Mechanics, 1985, section 3.4).

The body is a cylinder of 40 radii whose far sides move as under the point force of the same size (Boussinesq, 1885).
"""

import runpy
from pathlib import Path

import numpy as np
import pytest

from tubewall.fem import Pressure, Support, solve
from tubewall.geometry import NamedMesh
from tubewall.materials import Isotropic

MESHES = runpy.run_path(str(Path(__file__).parents[1] / "references" / "fem_meshes.py"))
mapped_block = MESHES["mapped_block"]

P, A, E, FAR = 370e6, 50e-9, 150e9, 40.0


def boussinesq(points, nu):
    r, depth = points[:, 0], -points[:, 1]
    rho = np.hypot(r, depth)
    force = P * np.pi * A**2 * (1 + nu) / (2 * np.pi * E)
    radial = force * (r * depth / rho**3 - (1 - 2 * nu) * r / (rho * (rho + depth)))
    down = force * (depth**2 / rho**3 + 2 * (1 - nu) / rho)
    return np.stack([radial, -down], axis=-1)


def half_space(finer):
    """Graded to the rim r = A from both sides and to the surface; nodes of the whole block lie on straight lines."""
    inner, outer, deep = 16 * finer, 40 * finer, 36 * finer
    near = 1 - (1 - np.arange(inner + 1) / inner) ** 2
    far = 1 + (FAR - 1) * (np.arange(1, outer + 1) / outer) ** 2.5
    radii = A * np.concatenate([near, far])
    heights = -A * FAR * (1 - np.arange(deep + 1) / deep) ** 2.5

    def mapping(s, t):
        # straight between the corners of the squares, so that mid-sides lie in the middle
        return np.interp(s, np.linspace(0, 1, len(radii)), radii), np.interp(
            t, np.linspace(0, 1, len(heights)), heights
        )

    block = mapped_block(inner + outer, deep, mapping)
    top = block.boundaries["top"]
    under = block.points[top[:, 2], 0] < A
    boundaries = {**block.boundaries, "piston": top[under], "surface": top[~under]}
    del boundaries["top"]
    return NamedMesh(points=block.points, cells=block.cells, regions=block.regions, boundaries=boundaries)


@pytest.mark.parametrize("nu", [0.257, 0.45])
def test_a_piston_on_a_half_space_pulls_a_ring_tension_at_its_rim(nu):
    law = Isotropic(youngs_modulus=E, poissons_ratio=nu)
    far = [Support(boundary=name, displacement=lambda p: boussinesq(p, nu)) for name in ("right", "bottom")]
    answer = solve(half_space(2), law, [Pressure(boundary="piston", pressure=P)], far, kinematics="axisymmetric")
    # the centre sinks by 2 (1 - nu^2) p a / E (3.29a)
    centre = np.argmin(np.linalg.norm(answer.mesh.points, axis=1))
    assert -answer.displacement[centre, 1] == pytest.approx(2 * (1 - nu**2) * P * A / E, rel=1e-3, abs=0)
    # outside the rim sigma_r = -sigma_theta = (1 - 2 nu) p a^2 / (2 r^2), nothing on the surface
    ratio = np.array([1.15, 1.3, 1.6, 2.0, 3.0, 5.0])
    stress = answer.at(np.stack([ratio * A, 0 * ratio], axis=-1)).stress
    ring = (1 - 2 * nu) * P / (2 * ratio**2)
    assert stress[:, 0, 0] == pytest.approx(ring, abs=2e-3 * P)
    assert stress[:, 2, 2] == pytest.approx(-ring, abs=2e-3 * P)
    assert stress[-3:, 0, 0] == pytest.approx(ring[-3:], abs=0.02 * (1 - 2 * nu) * P / 2)
    # under the middle of the piston (3.32): sigma_r = sigma_theta = -p (1 + 2 nu) / 2
    middle = answer.at([[0.0, 0.0]]).stress[0]
    assert np.diag(middle) == pytest.approx([-P * (1 + 2 * nu) / 2, -P, -P * (1 + 2 * nu) / 2], rel=5e-3)
    # and down the axis (3.33a): sigma_z = -p (1 - (1 + (a/z)^2)^(-3/2))
    depth = np.array([0.5, 1.0, 2.0])
    below = answer.at(np.stack([0 * depth, -depth * A], axis=-1)).stress[:, 1, 1]
    assert below == pytest.approx(-P * (1 - (1 + depth**-2.0) ** -1.5), rel=1e-2)


def test_the_tension_at_the_rim_of_a_piston_on_llzo_reaches_90_mpa_at_370_mpa():
    # (1 - 2 nu) p / 2 = 0.243 p at the rim itself, where the pressure ends and the stress jumps: looked at 2 % outside
    nu = 0.257
    law = Isotropic(youngs_modulus=E, poissons_ratio=nu)
    far = [Support(boundary=name, displacement=lambda p: boussinesq(p, nu)) for name in ("right", "bottom")]
    answer = solve(half_space(2), law, [Pressure(boundary="piston", pressure=P)], far, kinematics="axisymmetric")
    near = answer.at([[1.02 * A, 0.0]]).stress[0, 0, 0]
    assert near == pytest.approx((1 - 2 * nu) * P / 2 / 1.02**2, rel=0.06)
