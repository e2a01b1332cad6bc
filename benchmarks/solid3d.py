"""The solid solver and its peers on one problem in space: time and memory of the whole process against unknowns.

    python benchmarks/solid3d.py [--unknowns N ...] [--programs NAME ...] [--peers PYTHON] [--repeats N] [--threads N]
                                 [--out FILE.json] [--picture FILE.png]

Two bores (100 nm wide, 300 nm deep, walls 15 nm) in a block of 50 GPa on an electrolyte slab of 20 GPa; 1 MPa in one bore and
on its floor; the bottom clamped, the sides on rollers; quadratic tetrahedra with straight edges. Every program reads the same
mesh, in a process of its own that ends when the displacement is known to a relative residual of 1e-10 and the stress at the
vertices (own core) is there. Runs are interleaved; the least wall time counts. A program that is not installed prints
"not run". Peers may live in another environment: ``--peers`` names its Python.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

YOUNGS, POISSON = (50e9, 20e9), (0.25, 0.3)
PRESSURE = 1e6
OWN = ("tubewall", "tubewall, 8 loads", "tubewall, CHOLMOD")
PEERS = (
    "scikit-fem + CHOLMOD",
    "scikit-fem + pyamg",
    "FElupe + pypardiso",
    "NGSolve sparse Cholesky",
    "NGSolve BDDC",
    "MFEM",
    "GetFEM + MUMPS",
)
HERE = Path(__file__).resolve().parent


def drawn(size: float) -> dict[str, np.ndarray]:
    """The problem with elements of about ``size`` [100 nm]: nodes, cells, materials, facets, supports and nodal forces."""
    import gmsh

    width, wall, height, slab = 1.0, 0.15, 3.0, 1.0
    length, depth = 3 * wall + 2 * width, 2 * wall + width
    gmsh.initialize()
    gmsh.option.setNumber("General.Terminal", 0)
    occ = gmsh.model.occ
    block, base = occ.addBox(0, 0, 0, length, depth, height), occ.addBox(0, 0, -slab, length, depth, slab)
    centres = [wall + width / 2 + i * (width + wall) for i in (0, 1)]
    bores = [(3, occ.addCylinder(x, depth / 2, 0, 0, 0, height, width / 2)) for x in centres]
    solid, _ = occ.cut([(3, block)], bores)
    # the floors of the bores become faces of their own
    floors = [(2, occ.addDisk(x, depth / 2, 0, width / 2, width / 2)) for x in centres]
    occ.fragment([*solid, (3, base)], floors)
    occ.synchronize()
    for name, value in (("MeshSizeMin", size), ("MeshSizeMax", size), ("SecondOrderLinear", 1)):
        gmsh.option.setNumber(f"Mesh.{name}", value)
    gmsh.model.mesh.generate(3)
    gmsh.model.mesh.setOrder(2)
    tags, places, _ = gmsh.model.mesh.getNodes()
    number = np.zeros(int(tags.max()) + 1, dtype=np.int64)
    number[tags] = np.arange(len(tags))
    points = places.reshape(-1, 3)
    cells, region = [], []
    for _, tag in gmsh.model.getEntities(3):
        nodes = number[gmsh.model.mesh.getElements(3, tag)[2][0]].reshape(-1, 10)[:, [0, 1, 2, 3, 4, 5, 6, 7, 9, 8]]
        cells.append(nodes)
        region.append(np.full(len(nodes), int(points[nodes[:, :4]].mean() < 0 or points[nodes[:, :4], 2].mean() < 0)))
    facets = [number[gmsh.model.mesh.getElements(2, tag)[2][0]].reshape(-1, 6) for _, tag in gmsh.model.getEntities(2)]
    gmsh.finalize()
    return _loaded(points, np.concatenate(cells), np.concatenate(region), np.concatenate(facets), centres[0], depth / 2)


def _loaded(points, cells, region, facets, x, y) -> dict[str, np.ndarray]:
    middle, tiny = points[facets[:, :3]].mean(axis=1), 1e-6
    lower, upper = points.min(axis=0), points.max(axis=0)
    away = np.hypot(middle[:, 0] - x, middle[:, 1] - y)
    on_arc = np.abs(np.hypot(points[facets, 0] - x, points[facets, 1] - y)[:, :3] - 0.5).max(axis=1) < tiny
    floor = (np.abs(points[facets[:, :3], 2]).max(axis=1) < tiny) & (away < 0.5)
    pressed = floor | (on_arc & (middle[:, 2] > tiny))
    tags = np.zeros(len(facets), dtype=np.int64)
    for tag, part in (
        (1, pressed),
        (2, np.abs(middle[:, 2] - lower[2]) < tiny),
        (3, np.minimum(np.abs(middle[:, 0] - lower[0]), np.abs(middle[:, 0] - upper[0])) < tiny),
        (4, np.minimum(np.abs(middle[:, 1] - lower[1]), np.abs(middle[:, 1] - upper[1])) < tiny),
    ):
        tags[part] = tag
    points = 1e-7 * points
    fixed = np.zeros(points.shape, dtype=bool)
    fixed[facets[tags == 2]] = True
    fixed[facets[tags == 3], 0] = True
    fixed[facets[tags == 4], 1] = True
    # constant pressure on a straight quadratic triangle: a third of the force on each middle node
    loaded = facets[tags == 1]
    a, b, c = (points[loaded[:, i]] for i in range(3))
    area = np.cross(b - a, c - a) / 2
    inside = np.array([1e-7 * x, 1e-7 * y, 1.5e-7]) - (a + b + c) / 3
    outward = -np.sign(np.einsum("fd,fd->f", area, inside))
    forces = np.zeros(points.shape)
    for i in (3, 4, 5):
        np.add.at(forces, loaded[:, i], PRESSURE / 3 * outward[:, None] * area)
    return {
        "points": points,
        "cells": cells.astype(np.int32),
        "region": region,
        "facets": facets[tags > 0].astype(np.int32),
        "tags": tags[tags > 0],
        "fixed": fixed,
        "forces": forces,
        "loaded": outward[:, None] * area,
    }


def mesh_of(unknowns: int, folder: Path) -> tuple[Path, int, str]:
    """A mesh with about so many unknowns, its file, its own number of unknowns and its hash."""
    size = 0.1 * (208_000 / unknowns) ** (1 / 3)
    for _ in range(3):
        mesh = drawn(size)
        found = mesh["points"].size
        if abs(found / unknowns - 1) < 0.04:
            break
        size *= (found / unknowns) ** (1 / 3)
    digest = hashlib.sha256(mesh["points"].tobytes() + mesh["cells"].tobytes()).hexdigest()
    path = folder / f"solid-{found}.npz"
    np.savez(path, **mesh)
    return path, found, digest


def isotropic(youngs_modulus: float, poissons_ratio: float) -> np.ndarray:
    lame = youngs_modulus * poissons_ratio / (1 + poissons_ratio) / (1 - 2 * poissons_ratio)
    shear = youngs_modulus / 2 / (1 + poissons_ratio)
    c = np.zeros((6, 6))
    c[:3, :3] = lame
    c[range(6), range(6)] += [2 * shear] * 3 + [shear] * 3
    return c


def own(path: str, program: str) -> dict[str, object]:
    """Solve with the own core and report; runs in a process of its own."""
    started = time.perf_counter()
    from tubewall.fem.multigrid import SolidSolver

    with np.load(path) as file:
        mesh = {key: file[key] for key in ("points", "cells", "region", "fixed", "forces")}
    laws = np.stack([isotropic(e, nu) for e, nu in zip(YOUNGS, POISSON, strict=True)])
    forces = mesh["forces"].ravel()
    if "8 loads" in program:
        # the same pressure growing with different powers of the height
        height = (mesh["points"][:, 2] - mesh["points"][:, 2].min()) / np.ptp(mesh["points"][:, 2])
        forces = np.stack([(mesh["forces"] * height[:, None] ** k).ravel() for k in range(8)], axis=1)
    read = time.perf_counter() - started
    method = "cholmod" if "CHOLMOD" in program else "multigrid"
    blocks = [("tetra10", mesh["cells"])]
    with SolidSolver(mesh["points"], blocks, laws, mesh["region"], mesh["fixed"].ravel(), method=method) as solver:
        solved = solver.solve(forces)
        stages, name = dict(solver.seconds), solver.name
    u = solved.displacement.reshape(mesh["forces"].size, -1)[:, 0]
    started = time.perf_counter()
    largest = stress_at_vertices(mesh["points"], mesh["cells"], u.reshape(-1, 3), laws, mesh["region"])
    stages |= {"import and read": read, "stress": time.perf_counter() - started}
    prepare = sum(stages[k] for k in ("order", "layout", "diagonal", "transfer", "vertex matrix") if k in stages)
    return {
        "assembly": prepare,
        "solve": sum(stages[k] for k in ("vertex solver", "eigenvalue", "solve", "factorise") if k in stages),
        "stress": stages["stress"],
        "compile": stages["compile"],
        "stages": stages,
        "solver": name,
        "iterations": solved.iterations,
        "residual": solved.residual,
        "energy": float(u @ mesh["forces"].ravel()),
        "largest stress": largest,
    }


def stress_at_vertices(points, cells, u, laws, region) -> float:
    """The largest von Mises stress [Pa] of all vertices of all elements, in pieces that stay in the cache."""
    from tubewall.fem.reference_elements import shape_table
    from tubewall.geometry.reference_cells import CELLS

    _, gradients = shape_table("tetra10", CELLS["tetra"].nodes)
    worst = 0.0
    for start in range(0, len(cells), 4096):
        part = cells[start : start + 4096]
        x = points[part[:, :4]]
        inverse = np.linalg.inv(x[:, 1:] - x[:, :1])
        local = np.tensordot(u[part], gradients, axes=(1, 1))
        slope = np.einsum("mcqd,mxd->mqcx", local, inverse)
        strain = np.stack(
            [slope[..., 0, 0], slope[..., 1, 1], slope[..., 2, 2]]
            + [slope[..., i, j] + slope[..., j, i] for i, j in ((1, 2), (0, 2), (0, 1))],
            axis=-1,
        )
        s = np.einsum("mqi,mij->mqj", strain, laws[region[start : start + 4096]])
        xx, yy, zz, yz, xz, xy = np.moveaxis(s, -1, 0)
        mises = ((xx - yy) ** 2 + (yy - zz) ** 2 + (zz - xx) ** 2) / 2 + 3 * (yz**2 + xz**2 + xy**2)
        worst = max(worst, float(mises.max()))
    return worst**0.5


def measured(python: str, program: str, path: Path, threads: int, limit: float) -> dict[str, object] | None:
    """One run in a process of its own; None when the program is not there."""
    script = Path(__file__).resolve() if program in OWN else HERE / "solid3d_peers.py"
    environment = os.environ | {f"{name}_NUM_THREADS": str(threads) for name in ("OMP", "MKL", "OPENBLAS", "NUMBA")}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        started = time.perf_counter()
        child = subprocess.Popen(
            [python, str(script), "--run", program, str(path)], stdout=out, stderr=err, env=environment
        )
        usage = None
        while usage is None:
            pid, status, found = os.wait4(child.pid, os.WNOHANG)
            if pid:
                usage = found
                child.returncode = os.waitstatus_to_exitcode(status)
            elif time.perf_counter() - started > limit:
                child.kill()
                limit = float("inf")
            else:
                time.sleep(0.005)
        wall = time.perf_counter() - started
        out.seek(0)
        err.seek(0)
        text, trouble = out.read(), err.read()
    if child.returncode == 3:
        return None
    if child.returncode != 0:
        return {"failed": (trouble.strip().splitlines() or [f"ended with {child.returncode}"])[-1][:200], "wall": wall}
    result: dict[str, object] = json.loads(text.strip().splitlines()[-1])
    memory = usage.ru_maxrss / (1 if sys.platform == "darwin" else 1024)
    return result | {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "megabytes": memory}


def compare(arguments: argparse.Namespace, folder: Path) -> dict[str, object]:
    record: dict[str, object] = {
        "machine": {"processor": platform.processor() or platform.machine(), "cores": os.cpu_count()},
        "versions": {
            name: importlib.metadata.version(name) for name in ("tubewall", "numpy", "scipy", "numba", "kvxopt", "gmsh")
        },
        "threads": arguments.threads,
        "runs": [],
    }
    print("| unknowns | program | assembly s | solve s | whole s | cpu s | MB | iterations | whole / own |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    left_out: set[str] = set()
    for wanted in arguments.unknowns:
        path, unknowns, digest = mesh_of(wanted, folder)
        found: dict[str, list[dict[str, object]]] = {}
        for repeat in range(arguments.repeats + 1):
            for program in arguments.programs:
                # the first round lets kernels compile and files come into memory, for the own core
                if (repeat == 0 and program not in OWN) or program in left_out:
                    continue
                python = sys.executable if program in OWN else arguments.peers
                result = measured(python, program, path, arguments.threads, arguments.limit)
                if result is None or "failed" in result:
                    found.setdefault(program, []).append(result or {"failed": "not run"})
                    left_out.add(program)
                elif repeat:
                    found.setdefault(program, []).append(result)
                record["runs"].append({"unknowns": unknowns, "mesh": digest, "program": program, "round": repeat, "result": result})  # type: ignore[attr-defined] # fmt: skip
        _print_rows(unknowns, arguments.programs, found)
    return record


def _print_rows(unknowns: int, programs: list[str], found: dict[str, list[dict[str, object]]]) -> None:
    mine = min((run["wall"] for run in found.get(OWN[0], []) if "failed" not in run), default=None)
    for program in programs:
        runs = [run for run in found.get(program, []) if "failed" not in run]
        if not runs:
            reason = found[program][0]["failed"] if program in found else "not run"
            print(f"| {unknowns} | {program} | {reason} | | | | | | |", flush=True)
            continue
        best = min(runs, key=lambda run: run["wall"])
        ratio = f"{best['wall'] / mine:.2f}" if mine else ""
        cells = [f"{best[key]:.2f}" for key in ("assembly", "solve", "wall", "cpu")] + [f"{best['megabytes']:.0f}"]
        print(f"| {unknowns} | {program} | {' | '.join(cells)} | {best.get('iterations', '')} | {ratio} |", flush=True)


def draw(record: dict[str, object], picture: str) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(11, 4.5))
    runs = [run for run in record["runs"] if run["round"] and run["result"] and "failed" not in run["result"]]  # type: ignore[attr-defined]
    for program in dict.fromkeys(run["program"] for run in runs):
        mine = [run for run in runs if run["program"] == program]
        sizes = sorted({run["unknowns"] for run in mine})
        for axis, key in zip(axes, ("wall", "megabytes"), strict=True):
            least = [min(run["result"][key] for run in mine if run["unknowns"] == size) for size in sizes]
            axis.loglog(sizes, least, "o-", label=program, linewidth=2.5 if program == OWN[0] else 1)
    for axis, label in zip(axes, ("whole process [s]", "peak memory [MB]"), strict=True):
        axis.set(xlabel="unknowns", ylabel=label)
        axis.grid(visible=True, which="both", alpha=0.3)
    axes[0].legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(picture, dpi=150)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--unknowns", type=int, nargs="+", default=[20_000, 54_000, 174_000, 400_000, 988_000])
    parser.add_argument("--programs", nargs="+", default=[*OWN, *PEERS], choices=[*OWN, *PEERS], metavar="NAME")
    parser.add_argument("--peers", default=sys.executable, help="Python that has the peers")
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--limit", type=float, default=600.0, help="seconds after which a run is ended")
    parser.add_argument("--out", default="", help="file for raw timings, versions and hashes")
    parser.add_argument("--picture", default="")
    parser.add_argument("--run", nargs=2, default=None, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        print(json.dumps(own(arguments.run[1], arguments.run[0])))
        return
    with tempfile.TemporaryDirectory() as folder:
        record = compare(arguments, Path(folder))
    if arguments.out:
        Path(arguments.out).write_text(json.dumps(record, indent=1))
    if arguments.picture:
        draw(record, arguments.picture)


if __name__ == "__main__":
    main()
