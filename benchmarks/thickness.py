"""What the main job costs, stage by stage, in a fresh process; and what one more wall thickness costs.

Run: python benchmarks/thickness.py [--repeat 3]
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tubewall.fem import array_basis
from tubewall.geometry import periodic_cell
from tubewall.studies import Study
from tubewall.studies.thickness import stress_model


def whole_job(folder: Path) -> dict[str, float]:
    """Seconds of the stages and of the whole process, report included."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "tubewall.cli", "thickness", "--quiet", "--json", "answer.json"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    seconds = {"whole process with report": time.perf_counter() - began}
    stages = json.loads((folder / "answer.json").read_text())["seconds"]
    return seconds | {name: stage["value"] for name, stage in stages.items()}


def one_wall(elements: int, supercell: int) -> tuple[float, int]:
    """Seconds to draw, mesh, condense and evaluate one wall; unknowns of its cell."""
    study = Study()
    model = stress_model(study)
    began = time.perf_counter()
    cell = periodic_cell(model.drawing(study.wall.wall), elements_through_wall=elements)
    array_basis(cell, model.material.elastic, supercell=supercell).worst(0.0, 1.0)
    return time.perf_counter() - began, 2 * len(cell.mesh.points)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    repeat = parser.parse_args().repeat
    with tempfile.TemporaryDirectory() as folder:
        runs = [whole_job(Path(folder)) for _ in range(repeat)]
    print(f"main job, median of {repeat} runs [s]")
    for name in runs[0]:
        print(f"  {name:<28}{statistics.median(run[name] for run in runs):8.2f}")
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"  largest memory of a process {children:8.0f} MB\n")
    print("one wall thickness: draw, mesh, condense, all chambers, worst pattern")
    print("  elements   supercell   unknowns   seconds")
    one_wall(4, 9)
    for elements, supercell in ((2, 9), (4, 5), (4, 9), (4, 15), (8, 9), (16, 9)):
        found = [one_wall(elements, supercell) for _ in range(repeat)]
        seconds = statistics.median(s for s, _ in found)
        print(f"  {elements:8d}{supercell:12d}{found[0][1]:11d}{seconds:10.3f}")


if __name__ == "__main__":
    main()
