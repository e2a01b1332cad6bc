"""What the infinite array costs and how its worst pattern grows: the tables of docs/verification/infinite-array.md.

Run ``python benchmarks/array_basis.py`` (about half a minute); best processor time of several runs, one thread.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import time
from collections.abc import Callable

import numpy as np

from tubewall.fem import ArrayCell, array_cell, basis_of
from tubewall.fem.stress import tangential
from tubewall.geometry import CellArray, periodic_cell
from tubewall.materials import Isotropic
from tubewall.units import nm

LAW = Isotropic(youngs_modulus=60e9, poissons_ratio=0.25)
DRAWINGS = {
    "hexagons, wall 10, fillet 2": CellArray(bore=100 * nm, wall=10 * nm, fillet=2 * nm),
    "hexagons, wall 1, fillet 2": CellArray(bore=100 * nm, wall=1 * nm, fillet=2 * nm),
    "hexagons, wall 40, fillet 10": CellArray(bore=100 * nm, wall=40 * nm, fillet=10 * nm),
    "squares, wall 10, fillet 5": CellArray(
        packing="square", bore_shape="square", bore=100 * nm, wall=10 * nm, fillet=5 * nm
    ),
    "round bores, wall 10": CellArray(bore_shape="round", bore=100 * nm, wall=10 * nm),
    "tubes, wall 10, neck 10": CellArray(
        bore_shape="round", construction="tubes", bore=100 * nm, wall=10 * nm, neck=10 * nm
    ),
}


def seconds(work: Callable[[], object], repeats: int = 5) -> float:
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def costs() -> None:
    print("| drawing (nm) | unknowns | mesh s | condense s | 9 x 9 basis s | peak ms | worst ms |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, array in DRAWINGS.items():
        cell = periodic_cell(array)
        element = array_cell(cell, LAW)
        basis = basis_of(element)
        one = basis.pattern(1.0)
        row = (
            seconds(lambda array=array: periodic_cell(array)),
            seconds(lambda cell=cell: array_cell(cell, LAW)),
            seconds(lambda element=element: basis_of(element)),
            1e3 * seconds(lambda basis=basis, one=one: basis.peak(one)),
            1e3 * seconds(lambda basis=basis: basis.worst(0.0, 1.0)),
        )
        figures = " | ".join(f"{x:.3f}" for x in row[:3]) + " | " + " | ".join(f"{x:.1f}" for x in row[3:])
        print(f"| {name} | {2 * len(cell.mesh.points)} | {figures} |", flush=True)


def patterns(name: str, element: ArrayCell) -> None:
    print(f"\n{name}\n")
    print("| n | one: held | free | worst: held | free | spread: held | membrane: held | free | middle | root | s |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for n in (2, 3, 5, 7, 9, 13, 19, 25):
        start = time.process_time()
        held, free = (basis_of(element, supercell=n, confinement=c) for c in ("held", "free"))
        took = (time.process_time() - start) / 2
        one = held.pattern(1.0)
        peak = held.peak(one)
        # independent pressures of standard deviation 1 make this standard deviation of the tangential stress at the peak
        spread = np.linalg.norm(tangential(held.surface.influence[peak.index].T, held.surface.normals[peak.index]))
        middle = held.section("middle", one)
        print(
            f"| {n} | {peak.value:.2f} | {free.peak(one).value:.2f} | {held.worst(0.0, 1.0).tension:.2f} "
            f"| {free.worst(0.0, 1.0).tension:.2f} | {spread:.2f} "
            f"| {middle.membrane_along:.3f} | {free.section('middle', one).membrane_along:.3f} "
            f"| {middle.bending_along:.3f} | {held.section('root', one).bending_along:.3f} | {took:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    costs()
    for drawing in ("hexagons, wall 10, fillet 2", "squares, wall 10, fillet 5", "round bores, wall 10"):
        patterns(drawing, array_cell(periodic_cell(DRAWINGS[drawing], elements_through_wall=8), LAW))
