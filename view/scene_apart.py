"""Regions moved apart along one axis, and the lithium and gas that go with them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tubewall.view.scene_cut import Plane
from tubewall.view.scene_flat_fluids import plane_fluids
from tubewall.view.scene_fluids import Fluid, fluid_bodies, meshed_lithium
from tubewall.view.scene_look import Look
from tubewall.view.scene_source import Source

if TYPE_CHECKING:
    from tubewall.geometry.solid_mesh import SolidMesh

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]


def region_shifts(mesh: SolidMesh, kept: Marks, apart: float) -> Floats:
    """How far each region (r,) is moved (3,) [m], so that they stand one after the other along one axis."""
    shifts = np.zeros((len(mesh.region_names), 3))
    present = np.unique(mesh.region_index[kept])
    if apart == 0 or len(present) < 2:
        return shifts
    boxes = []
    for number in present:
        nodes = np.concatenate(
            [
                block.cells[mesh.region_index[mesh.starts[i] : mesh.starts[i + 1]] == number].ravel()
                for i, block in enumerate(mesh.blocks)
            ]
        )
        own = mesh.points[np.unique(nodes)]
        boxes.append((own.min(axis=0), own.max(axis=0)))
    middles = np.array([(low + high) / 2 for low, high in boxes])
    axis = int(np.argmax(np.ptp(middles, axis=0)))
    gap = apart * float(np.ptp(mesh.points, axis=0).max())
    end: float | None = None
    for i in np.argsort(middles[:, axis]):
        low, high = boxes[i]
        start = low[axis] if end is None else end + gap
        shifts[present[i], axis] = start - low[axis]
        end = start + high[axis] - low[axis]
    shifts[present] -= shifts[present].mean(axis=0)
    return shifts


def body_fluids(
    source: Source, look: Look, displacement: Floats, plane: Plane | None, splits: int, shifts: Floats
) -> tuple[Fluid, ...]:
    """Lithium and gas under displacements (n, dim k) of k states side by side, where the regions were moved to."""
    mesh = source.mesh
    if not look.fluids:
        return ()
    if mesh.dim == 2:
        return plane_fluids(mesh, displacement, source.pressures, axisymmetric=source.kinematics == "axisymmetric")
    drawn = np.array([not look.regions or name in look.regions for name in mesh.region_names])
    found = fluid_bodies(mesh, displacement, source.pressures, plane, splits, drawn)
    if not look.regions:
        found += meshed_lithium(mesh, displacement, plane, splits)
    moved = []
    for fluid in found:
        rims = fluid.rims.copy()
        rims[..., :3] += shifts[fluid.region]
        moved.append(replace(fluid, points=fluid.points + shifts[fluid.region], rims=rims))
    return tuple(moved)
