"""How long the gas network takes against its size, permeance and tolerance; beside it the moles integrated as they are.

Run with ``python benchmarks/chambers_scaling.py [largest]``; prints one line for every case. Fills are 0.80 to 0.90 at
random in an hour on a periodic hexagonal grid, the hardest of the usual patterns (every wall has a difference).
"""

from __future__ import annotations

import argparse
import math
import time

import numpy as np
from scipy.integrate import solve_ivp
from scipy.sparse import csc_array, csr_array, diags_array

from tubewall.chambers import Network, linear_filling, pressurise

BORE, HEIGHT, HOUR, THERMAL = 100e-9, 20e-6, 3600.0, 8.31446261815324 * 298.15


def hexagonal_network(n: int, permeance: float) -> Network:
    i, j = (a.ravel() for a in np.meshgrid(np.arange(n), np.arange(n), indexing="ij"))
    steps = ((1, 0), (0, 1), (1, -1))
    return Network(
        areas=np.full(n * n, math.sqrt(3) / 2 * BORE**2),
        height=HEIGHT,
        edges=np.concatenate([np.stack([i * n + j, (i + a) % n * n + (j + b) % n], axis=1) for a, b in steps]),
        shared_widths=np.array(BORE / math.sqrt(3)),
        permeance=np.array(permeance),
    )


def moles_as_they_are(network: Network, fill: np.ndarray, rtol: float) -> np.ndarray:
    """The same equations in the moles themselves, by the same integrator."""
    first, second = network.edges.T
    m = len(first)
    ends = (np.concatenate([first, second]), np.tile(np.arange(m), 2))
    incidence = csr_array((np.repeat([1.0, -1.0], m), ends), shape=(network.chambers, m))
    through = network.permeance * network.shared_widths * THERMAL

    def state(t: float) -> tuple[np.ndarray, np.ndarray]:
        length = HEIGHT * (1.0 - fill * t / HOUR)
        return network.areas * length, through * np.minimum(length[first], length[second])

    def slope(t: float, moles: np.ndarray) -> np.ndarray:
        volume, conductance = state(t)
        x = moles / volume
        return -(incidence @ (conductance * (x[first] - x[second])))

    def jacobian(t: float, _: np.ndarray) -> csc_array:
        volume, conductance = state(t)
        return csc_array(-(incidence @ diags_array(conductance) @ incidence.T @ diags_array(1.0 / volume)))

    start = np.ones(network.chambers)
    return solve_ivp(slope, (0.0, HOUR), start, method="BDF", jac=jacobian, rtol=rtol, atol=1e-3 * rtol).y[:, -1]


def main(largest: int) -> None:
    random = np.random.default_rng(1)
    pressurise(hexagonal_network(3, 1e-12), linear_filling(HOUR, np.full(9, 0.5)))
    print(f"{'chambers':>9} {'permeance':>10} {'rtol':>7} {'seconds':>8} {'as moles':>8} {'imbalance':>9}")
    for n in (5, 10, 20, 32, 100):
        if n > largest:
            break
        fill = random.uniform(0.8, 0.9, n * n)
        for permeance in (2.5e-14, 1e-12, 6.4e-10):
            for rtol in (1e-6, 1e-9):
                network = hexagonal_network(n, permeance)
                begin = time.perf_counter()
                found = pressurise(network, linear_filling(HOUR, fill), rtol=rtol)
                middle = time.perf_counter()
                moles_as_they_are(network, fill, rtol)
                end = time.perf_counter()
                print(
                    f"{n * n:9d} {permeance:10.1e} {rtol:7.0e} {middle - begin:8.3f} {end - middle:8.3f} "
                    f"{found.imbalance:9.1e}"
                )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("largest", nargs="?", type=int, default=100, help="rows of the largest array (default 100)")
    main(parser.parse_args().largest)
