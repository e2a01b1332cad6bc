"""Bodies that are hard to solve: clusters of seven tubules, walls of aspect 2000, PEO beside carbon, mixed cells.

    python benchmarks/hard_bodies.py [--bodies NAME ...] [--threads N] [--list]

Hexagonal bores of 100 nm (fillets 2 nm) between walls of 10 nm, two elements through the wall, on an insulator ring and 300 nm
of electrolyte, under a collector, with fillets at both ends; hexahedra of 27 nodes and prisms of 18. 1 MPa in the bore in the
middle and on its floor, the bottom clamped. Each body is meshed and solved in a process of its own; seconds are wall time but
for "CPU" (user and system, meshing too), kernels come from the disk if the program ran before. MB is the most the process held,
meshing and imports included.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time

BODIES = {
    "7 tubules, 200 nm high, 0.6 million": {"rings": 1, "height": 200e-9, "growth": 3.0},
    "7 tubules, 1 um high, 1.1 million": {"rings": 1, "height": 1e-6, "growth": 2.0},
    "7 tubules, 20 um high (aspect 2000)": {"rings": 1, "height": 20e-6, "growth": 3.0},
    "1 tubule, 1 um high": {"rings": 0, "height": 1e-6, "growth": 2.0},
    "1 tubule, 20 um high (aspect 2000)": {"rings": 0, "height": 20e-6, "growth": 3.0},
    "1 tubule, 20 um high, graded finely": {"rings": 0, "height": 20e-6, "growth": 1.5},
    "PEO (nu 0.4) under carbon": {"rings": 0, "height": 1e-6, "growth": 2.0, "electrolyte": (1e6, 0.4)},
    "PEO (nu 0.49) under carbon": {"rings": 0, "height": 200e-9, "growth": 3.0, "electrolyte": (1e6, 0.49)},
}


def one(name: str) -> dict[str, object]:
    """Mesh and solve one body."""
    from tubewall.fem import Model, Pressure, Solid, Support, solve_model
    from tubewall.geometry import CellArray, Stack, stack_mesh
    from tubewall.materials import Isotropic

    body = BODIES[name]
    started = time.perf_counter()
    array = CellArray(bore=100e-9, wall=10e-9, fillet=2e-9, rings=body["rings"])
    stack = Stack(
        height=body["height"], electrolyte=300e-9, insulator=20e-9, collector=100e-9, insulator_fillet=5e-9,
        cap_fillet=5e-9, lithium_level=body["height"] / 2,
    )  # fmt: skip
    mesh = stack_mesh(stack, array, growth=body["growth"])
    meshing = time.perf_counter() - started
    constants = {
        "wall": (62e9, 0.2), "electrolyte": body.get("electrolyte", (150e9, 0.26)), "insulator": (380e9, 0.23),
        "collector": (120e9, 0.34),
    }  # fmt: skip
    solids = {k: Solid(elastic=Isotropic(youngs_modulus=e, poissons_ratio=nu)) for k, (e, nu) in constants.items()}
    pressed = ("chamber 0 gas", "chamber 0 lithium", "mouth 0")
    model = Model(
        mesh=mesh, solids=solids, kinematics="3d", supports=(Support(boundary="bottom"),),
        loads=tuple(Pressure(boundary=k, pressure=1e6) for k in pressed),
    )  # fmt: skip
    started = time.perf_counter()
    solution = solve_model(model)
    whole = time.perf_counter() - started
    usage = resource.getrusage(resource.RUSAGE_SELF)
    solving = solution.seconds["solve"]
    return {
        "unknowns": solution.unknowns,
        "meshing": meshing,
        "preparation": whole - solving,
        "solve": solving,
        "cpu": usage.ru_utime + usage.ru_stime,
        "residual": solution.residual,
        "imbalance": solution.imbalance,
        "megabytes": usage.ru_maxrss / 1024,
        "solver": solution.solver,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bodies", nargs="*", default=list(BODIES), help="beginnings of their names")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--list", action="store_true", help="name the bodies and end")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(one(arguments.one)))
        return
    if arguments.list:
        print("\n".join(BODIES))
        return
    print(
        f"{'body':36} {'unknowns':>8} {'mesh':>6} {'prepare':>7} {'solve':>6} {'CPU':>6} {'MB':>5} {'residual':>8}  solver"
    )
    for name in [name for name in BODIES if any(name.startswith(start) for start in arguments.bodies)]:
        environment = os.environ | {"OMP_NUM_THREADS": str(arguments.threads)}
        command = [sys.executable, __file__, "--one", name]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{name:36} {done.stderr.strip().splitlines()[-1]}", flush=True)
            continue
        r = json.loads(done.stdout)
        print(
            f"{name:36} {r['unknowns']:8d} {r['meshing']:6.1f} {r['preparation']:7.1f} {r['solve']:6.1f} {r['cpu']:6.1f} "
            f"{r['megabytes']:5.0f} {r['residual']:8.1e}  {r['solver']}",
            flush=True,
        )


if __name__ == "__main__":
    main()
