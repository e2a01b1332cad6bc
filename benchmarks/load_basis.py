"""What a load basis costs and what it saves: assembly, unit solutions, peaks of patterns a second.

    python benchmarks/load_basis.py [--rings N] [--elements N] [--patterns N]

The default is 37 chambers and 227 000 unknowns. Seconds are wall time, the least of several interleaved runs; linear algebra
runs on one thread. "naive NumPy" multiplies the influences of all surface points with one pattern at a time; "re-solve" keeps
the factorisation and back-substitutes for every pattern, which is what a program without a load basis does. What the
compiler takes, once in the life of an installation, is shown apart.
"""

import os
import tempfile

os.environ.setdefault("OMP_NUM_THREADS", "1")
# a cache of its own, so that the compiler's time is seen
CACHE = tempfile.TemporaryDirectory()
os.environ["NUMBA_CACHE_DIR"] = CACHE.name

import argparse  # noqa: E402
import time  # noqa: E402

import numpy as np  # noqa: E402

from tubewall.fem import RigidBody, load_basis  # noqa: E402
from tubewall.fem.assembly import assemble_stiffness, stress_operator  # noqa: E402
from tubewall.fem.linear import factorise  # noqa: E402
from tubewall.fem.patterns import peaks  # noqa: E402
from tubewall.fem.reference_form import reference_stiffness  # noqa: E402
from tubewall.fem.stress import quantity  # noqa: E402
from tubewall.geometry import CellArray, array_mesh  # noqa: E402
from tubewall.materials import Isotropic  # noqa: E402

QUANTITIES = ("max principal", "von mises")


def timed(call):
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result


def least(call, runs):
    found = [timed(call) for _ in range(runs)]
    return min(seconds for seconds, _ in found), found[-1][1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rings", type=int, default=3)
    parser.add_argument("--elements", type=int, default=4, help="elements through the wall")
    parser.add_argument("--patterns", type=int, default=8192)
    arguments = parser.parse_args()
    array = CellArray(bore=100e-9, wall=10e-9, fillet=2e-9, rings=arguments.rings)
    law = Isotropic(youngs_modulus=60e9, poissons_ratio=0.25)
    drawn, mesh = timed(lambda: array_mesh(array, elements_through_wall=arguments.elements))
    names = [f"chamber {i}" for i in range(len(array.centres))]
    print(f"{len(names)} chambers, {len(mesh.cells)} elements, {2 * len(mesh.points)} degrees of freedom")
    rows = [("mesh", drawn)]
    ours, matrix = least(lambda: assemble_stiffness(mesh, law.stiffness()), 3)
    theirs, reference = timed(lambda: reference_stiffness(mesh, law.stiffness()))
    rows += [("assembly", ours), ("assembly by scikit-fem's form", theirs)]
    whole, basis = least(lambda: load_basis(mesh, law, chambers=names, supports=[RigidBody()]), 2)
    rows.append(("load basis of all chambers", whole))
    for name, seconds in rows:
        print(f"{name:38s} {seconds:9.3f} s")
    print(f"{'largest difference of the two matrices':38s} {abs(matrix - reference).max() / abs(matrix).max():9.1e}")
    many_patterns(basis, arguments.patterns)
    print(f"{'re-solve':38s} {re_solves(mesh, law, basis):9.1f} patterns/s")


def many_patterns(basis, count):
    """Print the patterns a second of each way, and how far the peaks of 512 patterns differ from those of all points."""
    surface = basis.surface
    patterns = np.random.default_rng(0).uniform(0.0, 1e6, (count, surface.n_chambers))
    print(f"\npeaks at {len(surface.points)} surface points under pressures between 0 and 1 MPa")
    print(f"{'sorting the points, once a surface':38s} {timed(lambda: surface.tree)[0]:9.3f} s")
    print(
        f"{'compiling, once an installation':38s} {timed(lambda: peaks(surface, patterns[:1], method='compiled'))[0]:9.3f} s"
    )
    ways = {
        "naive NumPy": (32, lambda some, name: [naive(surface, pattern, name) for pattern in some]),
        "NumPy in batches": (128, lambda some, name: peaks(surface, some, name, method="numpy")),
        "compiled, one core": (count, lambda some, name: peaks(surface, some, name, method="compiled")),
        "compiled, two cores": (count, lambda some, name: peaks(surface, some, name, method="compiled", threads=2)),
    }
    seconds = {(way, name): [] for way in ways for name in QUANTITIES}
    for _ in range(5):
        for (way, name), times in seconds.items():
            size, call = ways[way]
            times.append(timed(lambda call=call, size=size, name=name: call(patterns[:size], name))[0] / size)
    for way in ways:
        one = [min(seconds[way, name]) for name in QUANTITIES]
        each = ", ".join(f"{name} {1 / s:9.0f}/s" for name, s in zip(QUANTITIES, one, strict=True))
        print(f"{way:38s} {each}, both {1 / sum(one):9.0f}/s")
    for name in QUANTITIES:
        fast, full = (peaks(surface, patterns[:512], name, method=method) for method in ("compiled", "numpy"))
        difference = np.abs(fast.values / full.values - 1).max()
        other = np.count_nonzero(fast.indices != full.indices)
        print(f"{name}: largest relative difference in 512 patterns {difference:.1e}, at other points {other}")


def naive(surface, pattern, name):
    return quantity(name)(surface.influence @ pattern).max()


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
