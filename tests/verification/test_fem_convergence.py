"""Manufactured solutions on four distorted, curved meshes: displacement of order 3, stress of order 2.

Roache, J. Fluids Eng. 124, 4 (2002): choose a displacement, work out the body force that it needs, compare.
"""

import runpy
from pathlib import Path

import numpy as np
import pytest

from tubewall.fem import BodyForce, Support, Traction, energy_error, solve
from tubewall.fem.elements import map_gradients, shape, triangle_rule
from tubewall.materials import Isotropic

MESHES = runpy.run_path(str(Path(__file__).parents[1] / "references" / "fem_meshes.py"))
mapped_block = MESHES["mapped_block"]

E, NU = 2.0, 0.3
LAME, MU = E * NU / ((1 + NU) * (1 - 2 * NU)), E / (2 * (1 + NU))
LAW = Isotropic(youngs_modulus=E, poissons_ratio=NU)


class Plane:
    """u = sin x cos y, v = cos x sin 2y."""

    kinematics = "plane strain"
    shift = 0.0

    @staticmethod
    def displacement(p):
        x, y = p.T
        return np.stack([np.sin(x) * np.cos(y), np.cos(x) * np.sin(2 * y)], axis=-1)

    @staticmethod
    def stress(p):
        x, y = p.T
        ux, vy = np.cos(x) * np.cos(y), 2 * np.cos(x) * np.cos(2 * y)
        shear = -np.sin(x) * np.sin(y) - np.sin(x) * np.sin(2 * y)
        total = LAME * (ux + vy)
        return np.stack([total + 2 * MU * ux, total + 2 * MU * vy, total, MU * shear], axis=-1)

    @staticmethod
    def force(p):
        # f = -(lambda + mu) grad div u - mu laplace u
        x, y = p.T
        div_x = -np.sin(x) * np.cos(y) - 2 * np.sin(x) * np.cos(2 * y)
        div_y = -np.cos(x) * np.sin(y) - 4 * np.cos(x) * np.sin(2 * y)
        u, v = np.sin(x) * np.cos(y), np.cos(x) * np.sin(2 * y)
        return np.stack([-(LAME + MU) * div_x + 2 * MU * u, -(LAME + MU) * div_y + 5 * MU * v], axis=-1)


class Round:
    """u_r = r^2 sin z, u_z = r^2 cos z."""

    kinematics = "axisymmetric"
    shift = 0.5

    @staticmethod
    def displacement(p):
        r, z = p.T
        return np.stack([r**2 * np.sin(z), r**2 * np.cos(z)], axis=-1)

    @staticmethod
    def stress(p):
        r, z = p.T
        s, c = np.sin(z), np.cos(z)
        total = LAME * (3 * r * s - r**2 * s)
        return np.stack(
            [total + 4 * MU * r * s, total - 2 * MU * r**2 * s, total + 2 * MU * r * s, MU * (r**2 * c + 2 * r * c)],
            axis=-1,
        )

    @staticmethod
    def force(p):
        r, z = p.T
        s, c = np.sin(z), np.cos(z)
        radial = LAME * (3 * s - 2 * r * s) + 4 * MU * s - MU * (r**2 * s + 2 * r * s) + 2 * MU * s
        axial = MU * (2 * r * c + 2 * c) + MU * (r * c + 2 * c) + LAME * (3 * r * c - r**2 * c) - 2 * MU * r**2 * c
        return -np.stack([radial, axial], axis=-1)


def quarter_ring(n, shift):
    def mapping(s, t):
        # distorted inside, on the circles r = 1 and r = 2 exactly
        radius = 1 + s + 0.15 * s * (1 - s) * np.sin(5 * t)
        angle = np.pi / 2 * (t + 0.2 * t * (1 - t) * np.cos(3 * s))
        return shift + radius * np.cos(angle), radius * np.sin(angle)

    return mapped_block(n, n, mapping)


def norms(answer, case):
    """Relative L2 errors of displacement and stress, and the true error in the energy norm over that of the solution."""
    mesh = answer.mesh
    local, rule = triangle_rule(8)
    values, gradients = shape(local)
    corners = mesh.points[mesh.cells]
    weights = map_gradients(corners[:, None], gradients[None])[1] * rule
    points = np.einsum("qi,mid->mqd", values, corners).reshape(-1, 2)
    if case.kinematics == "axisymmetric":
        weights = weights * points[:, 0].reshape(weights.shape)
    weights = weights.ravel()
    m, q = len(mesh.cells), len(rule)
    moved = np.einsum("qi,mid->mqd", values, answer.displacement[mesh.cells]).reshape(-1, 2)
    stress, _ = answer.stress_in(np.repeat(np.arange(m), q), np.tile(local, (m, 1)))
    u, sigma = case.displacement(points), case.stress(points)
    section = np.ix_([0, 1, 2, 5], [0, 1, 2, 5])
    compliance = np.linalg.inv(LAW.stiffness()[section])

    def norm(field, metric):
        return np.sqrt(np.einsum("pa,ab,pb,p->", field, metric, field, weights))

    two, four = np.eye(2), np.eye(4)
    return (
        norm(moved - u, two) / norm(u, two),
        norm(stress - sigma, four) / norm(sigma, four),
        norm(stress - sigma, compliance) / norm(sigma, compliance),
    )


@pytest.mark.parametrize("case", [Plane, Round])
def test_displacement_converges_with_order_three_and_stress_with_two(case):
    errors, estimates = [], []
    for n in (4, 8, 16, 32):
        mesh = quarter_ring(n, case.shift)

        def pull(points, case=case):
            xx, yy, _, xy = case.stress(points).T
            normal = points - [case.shift, 0.0]
            nx, ny = normal.T / np.linalg.norm(normal, axis=1)
            return np.stack([xx * nx + xy * ny, xy * nx + yy * ny], axis=-1)

        supports = [Support(boundary=name, displacement=case.displacement) for name in ("left", "bottom", "top")]
        loads = [BodyForce(force=case.force), Traction(boundary="right", traction=pull)]
        answer = solve(mesh, LAW, loads, supports, kinematics=case.kinematics)
        errors.append(norms(answer, case))
        estimates.append(energy_error(answer).relative)
    errors = np.array(errors)
    rates = np.log2(errors[:-1] / errors[1:])
    assert rates[-1, 0] == pytest.approx(3.0, abs=0.15), (errors, rates)
    assert rates[-1, 1] == pytest.approx(2.0, abs=0.15), (errors, rates)
    # the recovered estimate of the energy error tends to the true one (Zienkiewicz and Zhu, 1992)
    effectivity = np.array(estimates) / errors[:, 2]
    assert np.all((effectivity > 0.5) & (effectivity < 3)), effectivity
    assert effectivity[-1] == pytest.approx(1.0, abs=0.15), effectivity
