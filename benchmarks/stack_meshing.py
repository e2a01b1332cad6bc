"""How long a stack of tubules takes to mesh: elements, unknowns, seconds and memory for clusters of 1 to 37 tubules.

    python benchmarks/stack_meshing.py [--rings N ...] [--elements N] [--height METRES] [--repeats N]

Hexagonal bores of 100 nm (fillets 2 nm) between walls of 10 nm, 20 um high unless said, on an insulator ring of 20 nm and 300 nm
of electrolyte, under 100 nm of collector, fillets of 5 nm at floor and ceiling, every chamber filled to a level of its own.
Seconds are wall time, the least of the runs: of the mesh with all its checks, and of its quality. Memory is the growth of the
process while it meshes.
"""

from __future__ import annotations

import argparse
import resource
import time

from tubewall.geometry import CellArray, Stack, solid_quality, stack_mesh
from tubewall.units import nm


def drawing(rings: int, height: float) -> tuple[Stack, CellArray]:
    """A cluster in which each chamber is filled differently."""
    array = CellArray(bore=100 * nm, wall=10 * nm, fillet=2 * nm, rings=rings)
    count = array.bore_count
    stack = Stack(
        height=height,
        electrolyte=300 * nm,
        insulator=20 * nm,
        collector=100 * nm,
        insulator_fillet=5 * nm,
        cap_fillet=5 * nm,
        lithium_level=[0.5 * height * (k % 7) / 7 for k in range(count)],
    )
    return stack, array


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rings", type=int, nargs="*", default=[0, 1, 2])
    parser.add_argument("--elements", type=int, default=2, help="elements through the wall")
    parser.add_argument("--height", type=float, default=20e-6)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    print(f"{'tubules':>8} {'elements':>9} {'unknowns':>9} {'mesh s':>7} {'quality s':>9} {'MB':>6}  worst")
    for rings in arguments.rings:
        stack, array = drawing(rings, arguments.height)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        seconds, judging = [], []
        for _ in range(arguments.repeats):
            start = time.perf_counter()
            mesh = stack_mesh(stack, array, elements_through_wall=arguments.elements)
            seconds.append(time.perf_counter() - start)
            quality = solid_quality(mesh)
            judging.append(time.perf_counter() - start - seconds[-1])
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        print(
            f"{array.bore_count:8d} {mesh.elements:9d} {3 * len(mesh.points):9d} {min(seconds):7.2f} {min(judging):9.2f} "
            f"{grown:6.0f}  scaled Jacobian {quality.smallest_scaled_jacobian:.2f}, aspect {quality.largest_aspect:.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
