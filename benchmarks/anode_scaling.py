"""Time and memory of the whole anode against its size, beside SciPy's integrators on the same gas.

Run with ``python benchmarks/anode_scaling.py [largest [largest for SciPy [largest hermetic]]]`` (chambers). Reference case:
hexagonal grid, permeance 1e-12 mol/(m2 s Pa), fill to 0.80 +- 0.02 in one hour, relative error 1e-6. SciPy integrates the moles
with fills that are known beforehand (no electrochemistry) and the exact sparse Jacobian. Every case is a process of its own, warm
(kernels compiled), and the solvers take turns; the shortest of two times is shown, in processor seconds too, since others may
share the machine. Below stand walls that let a thousand times more gas through, each of a thickness of its own (a list of walls,
solved by coarser graphs), walls that burst on the way (hermetic, Weibull modulus 6.85), and large hermetic arrays.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import time

import numpy as np

NM, HOUR, RT, HEIGHT = 1e-9, 3600.0, 8.31446261815324 * 298.15, 20e-6
PERMEANCE, RTOL = 1e-12, 1e-6


def reference(rows: int, permeance: float = PERMEANCE, wall_scatter: float = 0.0):
    from tubewall.chambers import Anode, Lattice, Scatter

    lattice = Lattice(rows=rows, columns=rows, bore=100 * NM, wall=10 * NM)
    scatter = Scatter(deviation=0.025, law="normal")
    return Anode(
        array=lattice,
        height=HEIGHT,
        conductance=600.0,
        scatter=scatter,
        permeance=permeance,
        wall_scatter=wall_scatter,
        seed=1,
    )


def protocol(anode):
    from tubewall.chambers import Protocol, Step

    full = anode.lithium.capacity_density * HEIGHT * anode.array.area / anode.array.footprint
    return Protocol(steps=(Step(kind="current", current_density=0.8 * full / HOUR, duration=HOUR),))


def tubewall_run(rows: int, name: str) -> dict[str, float]:
    from tubewall.chambers import WallStrength, run

    permeance = {"hermetic": 0.0, "bursting": 0.0, "listed": 1e3 * PERMEANCE}.get(name, PERMEANCE)
    anode = reference(rows, permeance, wall_scatter=0.1 if name == "listed" else 0.0)
    strength = WallStrength(scale=2.5e5, modulus=6.85) if name == "bursting" else None
    found = run(anode, protocol(anode), rtol=RTOL, keep="none", walls=False, allowable=strength)
    last = found.pressure.quantiles[-1]
    return {
        "mean": float(found.pressure.mean[-1]),
        "lowest": float(last[0]),
        "highest": float(last[-1]),
        "steps": found.trace.times.size - 1,
        "moles": found.balances.moles,
        "bursts": 0 if found.bursts is None else found.bursts.walls.size,
    }


def scipy_run(rows: int, method: str) -> dict[str, float]:
    from scipy.integrate import solve_ivp
    from scipy.sparse import csc_array, csr_array, diags_array

    from tubewall.chambers.random_fields import conductance_factors

    anode = reference(rows)
    factors = conductance_factors(anode)
    fill = 0.8 * factors / factors.mean()
    first, second = anode.array.edges.T
    n, m = rows * rows, len(first)
    incidence = csr_array(
        (np.repeat([1.0, -1.0], m), (np.concatenate([first, second]), np.tile(np.arange(m), 2))), shape=(n, m)
    )
    # moles over those at the start, rooms over the bore
    through = PERMEANCE * anode.array.shared_width * RT / anode.array.area

    def state(t: float):
        room = 1.0 - fill * t / HOUR
        return room, through * np.minimum(room[first], room[second])

    def slope(t: float, moles):
        room, conductance = state(t)
        x = moles / room
        return -(incidence @ (conductance * (x[first] - x[second])))

    def jacobian(t: float, _):
        room, conductance = state(t)
        return csc_array(-(incidence @ diags_array(conductance) @ incidence.T @ diags_array(1.0 / room)))

    found = solve_ivp(slope, (0.0, HOUR), np.ones(n), method=method, jac=jacobian, rtol=RTOL, atol=1e-3 * RTOL)
    pressure = 101325.0 * found.y[:, -1] / (1.0 - fill)
    total = float(found.y[:, -1].sum())
    return {
        "mean": float(pressure.mean()),
        "lowest": float(pressure.min()),
        "highest": float(pressure.max()),
        "steps": found.t.size - 1,
        "moles": abs(total / n - 1.0),
    }


def one_case(name: str, rows: int) -> None:
    """Run in a process of its own: warm up, measure, print."""
    work = (lambda r: scipy_run(r, name)) if name in ("BDF", "Radau") else (lambda r: tubewall_run(r, name))
    for warm in (16, 160) if name in ("tubewall", "hermetic", "listed") else (16, 40):
        work(warm)
    if name == "hermetic":
        # the kernels of large hermetic arrays
        work(460)
    begin, used = time.perf_counter(), time.process_time()
    answer = work(rows)
    answer |= {"seconds": time.perf_counter() - begin, "processor": time.process_time() - used}
    answer["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0
    print(json.dumps(answer))


def measured(name: str, rows: int) -> dict[str, float]:
    words = [sys.executable, __file__, "--case", name, str(rows)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def main(largest: int, peers: int, hermetic: int) -> None:
    heads = (
        ("seconds", 8),
        ("cpu", 7),
        ("GB", 6),
        ("steps", 6),
        ("moles", 8),
        ("mean Pa", 13),
        ("spread Pa", 10),
        ("ratio", 6),
    )
    print(f"{'chambers':>10} {'solver':>9}", *(f"{word:>{width}}" for word, width in heads))
    for rows in (32, 100, 200, 316, 1000, 3162):
        if rows * rows > max(largest, peers):
            break
        names = ["tubewall"] if rows * rows <= largest else []
        if rows * rows <= peers:
            names += ["BDF", "Radau"] if rows <= 32 else ["BDF"]
        best: dict[str, dict[str, float]] = {}
        for _ in range(2 if rows <= 316 else 1):
            for name in names:
                found = measured(name, rows)
                if name not in best or found["seconds"] < best[name]["seconds"]:
                    best[name] = found
        for name, found in best.items():
            show(rows, name, found, best.get("tubewall"))
    # the number of bursts grows with the array, and so does each of them
    for name, rows in (("listed", 100), ("listed", 316), ("bursting", 32), ("bursting", 100)):
        if rows * rows <= largest:
            show(rows, name, measured(name, rows), None)
    rows = math.isqrt(hermetic)
    if rows:
        show(rows, "hermetic", measured("hermetic", rows), None)


def show(rows: int, name: str, found: dict[str, float], ours: dict[str, float] | None) -> None:
    ratio = f"{found['processor'] / ours['processor']:6.1f}" if ours else ""
    if found.get("bursts"):
        ratio = f"{found['bursts']:.0f} walls opened"
    print(
        f"{rows * rows:10d} {name:>9} {found['seconds']:8.2f} {found['processor']:7.2f} {found['memory'] / 1e9:6.2f} "
        f"{found['steps']:6.0f} {found['moles']:8.1e} {found['mean']:13.3f} {found['highest'] - found['lowest']:10.2f} {ratio}",
        flush=True,
    )


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    # such as 1e6
    add("largest", nargs="?", type=float, default=1e6, help="chambers of the largest array (default 1e6)")
    add("peers", nargs="?", type=float, default=4e4, help="chambers of the largest that SciPy solves too (default 4e4)")
    add("hermetic", nargs="?", type=float, default=1e8, help="chambers of the hermetic one (default 1e8; 0 for none)")
    add("--case", nargs=2, metavar=("SOLVER", "ROWS"), help="one case, in this process: what it took as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    given = options()
    if given.case:
        one_case(given.case[0], int(given.case[1]))
    else:
        main(int(given.largest), int(given.peers), int(given.hermetic))
