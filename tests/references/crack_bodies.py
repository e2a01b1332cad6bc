"""Cracked bodies of steel: solved under loads, or moved on their whole surface as the fields of given K and T say."""

import math

import numpy as np

from tests.references.crack_meshes import grid, slit, split
from tubewall.fem.loads import Support
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.materials import Isotropic

S = 1e6
E, NU = 200e9, 0.3
STEEL = Isotropic(youngs_modulus=E, poissons_ratio=NU)
GIVEN = (1.0e6, -0.7e6, 0.5e6, 0.4e6)


def solved(mesh, loads, supports, kinematics="plane strain", law=STEEL, expansion=0.0, **kwargs):
    solid = Solid(elastic=law, expansion=expansion)
    return solve_model(
        Model(mesh=mesh, solids={"body": solid}, kinematics=kinematics, loads=loads, supports=supports, **kwargs)
    )


def near_tip(k1, k2, k3, t, branch):
    """Williams' displacement (p, 3) of given K and T in plane strain; ``branch`` is the sign of the angle on the crack."""
    shear, kolosov = STEEL.shear_modulus, 3 - 4 * NU

    def displacement(p):
        x, y = p[:, 0], p[:, 1]
        r = np.hypot(x, y)
        a = np.arctan2(y, x)
        a = np.where(np.isclose(np.abs(a), math.pi), branch * math.pi, a)
        s, c = np.sin(a / 2), np.cos(a / 2)
        size = np.sqrt(r / (2 * math.pi)) / (2 * shear)
        # Anderson, Fracture Mechanics (2005), table 2.2
        u = size * (k1 * c * (kolosov - 1 + 2 * s**2) + k2 * s * (kolosov + 1 + 2 * c**2))
        v = size * (k1 * s * (kolosov + 1 - 2 * c**2) - k2 * c * (kolosov - 1 - 2 * s**2))
        w = 4 * size * k3 * s
        u, v = u + t * (1 - NU**2) / E * x, v - t * NU * (1 + NU) / E * y
        return np.column_stack((u, v, w)[: p.shape[1]])

    return displacement


def moved_like(mesh, given, kinematics):
    """A body with a slit along x < 0 whose whole surface moves as ``near_tip`` says."""
    held = []
    names = ("left", "right", "bottom", "top", "front", "back")[: 2 * mesh.dim]
    for name in names:
        mesh = split(mesh, name, **{f"{name} above": lambda c: c[:, 1] > 0, f"{name} below": lambda c: c[:, 1] < 0})
        for side, branch in (("above", 1), ("below", -1)):
            if len(mesh.boundaries[f"{name} {side}"]):
                held.append(Support(boundary=f"{name} {side}", displacement=near_tip(*given, branch)))
    return solved(mesh, (), tuple(held), kinematics)


def slit_block(*axes, **kwargs):
    return slit(grid(*axes, **kwargs), lambda p: (abs(p[:, 1]) < 1e-9) & (p[:, 0] < -1e-9), lambda c: c[:, 1] < 0)
