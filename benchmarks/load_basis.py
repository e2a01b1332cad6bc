"""What a load basis costs and what it saves: assembly, unit solutions, patterns per second.

    python benchmarks/load_basis.py [--rings N] [--elements N]

Each time is the least of several runs, in seconds of wall time. "re-solve" keeps the factorisation and back-substitutes for
every pattern, which is what a program without a load basis does.
"""

import argparse
import time

import numpy as np

from tubewall.fem import RigidBody, load_basis
from tubewall.fem.assembly import assemble_stiffness, stress_operator
from tubewall.fem.linear import factorise
from tubewall.fem.patterns import peaks
from tubewall.fem.reference_form import reference_stiffness
from tubewall.geometry import CellArray, array_mesh
from tubewall.materials import Isotropic


def least(call, runs):
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        result = call()
        times.append(time.perf_counter() - start)
    return min(times), result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rings", type=int, default=2)
    parser.add_argument("--elements", type=int, default=4, help="elements through the wall")
    arguments = parser.parse_args()
    array = CellArray(bore=100e-9, wall=10e-9, fillet=2e-9, rings=arguments.rings)
    law = Isotropic(youngs_modulus=60e9, poissons_ratio=0.25)
    drawn, mesh = least(lambda: array_mesh(array, elements_through_wall=arguments.elements), 1)
    names = [f"chamber {i}" for i in range(len(array.centres))]
    print(f"{len(names)} chambers, {len(mesh.cells)} elements, {2 * len(mesh.points)} degrees of freedom")
    rows = [("mesh", drawn)]
    ours, matrix = least(lambda: assemble_stiffness(mesh, law.stiffness()), 3)
    theirs, reference = least(lambda: reference_stiffness(mesh, law.stiffness()), 1)
    rows += [("assembly", ours), ("assembly by scikit-fem's form", theirs)]
    whole, basis = least(lambda: load_basis(mesh, law, chambers=names, supports=[RigidBody()]), 2)
    rows.append(("load basis of all chambers", whole))
    for name, seconds in rows:
        print(f"{name:38s} {seconds:9.3f} s")
    print(f"{'largest difference of the two matrices':38s} {abs(matrix - reference).max() / abs(matrix).max():9.1e}")
    patterns = np.random.default_rng(0).uniform(0.0, 1e6, (64, len(names)))
    seconds, _ = least(lambda: peaks(basis.surface, patterns), 3)
    print(
        f"{'patterns a second, surface peak':38s} {len(patterns) / seconds:9.0f}   ({len(basis.surface.points)} points)"
    )
    print(f"{'patterns a second, re-solve':38s} {re_solves(mesh, law, basis):9.1f}")


def re_solves(mesh, law, basis):
    """Back-substitutions and surface stresses a second, one pattern at a time."""
    from tubewall.fem.elements import surface_points
    from tubewall.fem.stress import max_principal

    matrix = assemble_stiffness(mesh, law.stiffness())
    free = np.setdiff1d(np.arange(matrix.shape[0]), 2 * mesh.cells[0, 0] + np.arange(2))
    free = np.setdiff1d(free, [2 * mesh.cells[-1, 0]])
    factor = factorise(matrix[free][:, free].tocsc())
    parts = [surface_points(mesh, mesh.boundaries[name], 5) for name in basis.chambers]
    elements, local = (np.concatenate([getattr(part, key) for part in parts]) for key in ("elements", "local"))
    operator = stress_operator(mesh, law.stiffness(), elements, local)
    right = np.random.default_rng(0).normal(size=len(free))

    def once():
        u = np.zeros(matrix.shape[0])
        u[free] = factor.solve(right)
        return max_principal(operator.stress(u)).max()

    return 1 / least(once, 3)[0]


if __name__ == "__main__":
    main()
