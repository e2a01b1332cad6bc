"""One full tubule in a matrix: stress over wall from slices of the section, times what space changes near the root."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.model_solver import solve_model
from tubewall.studies.tubule_answer import Picture3D
from tubewall.studies.tubule_body import study_loads
from tubewall.studies.tubule_fields import surface_stress
from tubewall.studies.tubule_full import Curves, bearing_length, stress_measure, with_wall
from tubewall.studies.tubule_root_space import cluster_solution, own_faces, slice_rings
from tubewall.studies.tubule_space import cluster_mesh, space_model
from tubewall.units import show

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.studies.tubule_study import TubuleStudy

# walls over the bore at which the section is meshed
_WALLS: Final = (0.01, 0.03, 0.07, 0.15, 0.3, 0.55, 0.9)
_SPACE_ELEMENTS: Final = 2


def curves_in_space(study: TubuleStudy, measure: str) -> Curves:
    """Stress over wall: in the plane on two meshes, and in space by the ratio at the study's own wall."""
    # plane strain is that of a section that is pressed all the way up
    endless = study.replace(lithium_gradient=0.0)
    fine, coarse, rough = (_plane(endless, measure, elements) for elements in (8, 4, _SPACE_ELEMENTS))
    solution = cluster_solution(study)
    value, height = _worst(study, solution, measure, study.wall)
    ratio = min(value / rough(study.wall), 1.0) if bearing_length(study) < 3 * study.bore else value / rough(study.wall)
    return Curves(
        fine=lambda wall: ratio * fine(wall),
        coarse=lambda wall: ratio * coarse(wall),
        plane=fine,
        height=lambda _wall: height,
        bears=_borne(study, solution),
        picture=Picture3D(solution=solution, title=f"one full tubule, lithium at {show(study.pressure, 'Pa')}"),
    )


def measured_in_space(study: TubuleStudy, measure: str) -> tuple[float, float]:
    """The stress of the study's own wall and its height above the root, on the mesh of the cluster."""
    return _worst(study, cluster_solution(study), measure, study.wall)


def _plane(study: TubuleStudy, measure: str, elements: int) -> Callable[[float], float]:
    """Stress over wall in plane strain, interpolated between a few walls and the study's own."""
    from scipy.interpolate import PchipInterpolator

    walls = sorted({*(share * study.bore for share in _WALLS), study.wall})
    stresses = [_slice(with_wall(study, wall), measure, elements) for wall in walls]
    curve = PchipInterpolator(np.log(walls), np.log(stresses), extrapolate=True)
    return lambda wall: float(math.exp(curve(math.log(wall))))


def _slice(study: TubuleStudy, measure: str, elements: int) -> float:
    level = study.stack().root + 0.5 * study.bore
    high = study.replace(lithium_level=min(study.lithium_level + study.bore, study.stack().bore_height))
    window = (level - study.bore / 50, level + study.bore / 50)
    mesh = cluster_mesh(high, elements=elements, window=window, rings=slice_rings(study), lithium="pressure")
    model = replace(space_model(high, mesh), loads=study_loads(high, mesh, axis=2))
    return _worst(high, solve_model(model), measure, 0.0)[0]


def _borne(study: TubuleStudy, solution: FieldSolution) -> float:
    """Length [m] of wall that bears pressure; of lithium that sticks, whose pressure fades, as much as would bear all of it."""
    whole = bearing_length(study)
    if study.lithium != "sticking":
        return whole
    found = surface_stress(solution, "chamber 0 lithium", region="wall", parts=4)
    xx, yy, zz, yz, xz, xy = np.moveaxis(found.stress, -1, 0)
    x, y, z = np.moveaxis(found.normals, -1, 0)
    pressure = -(xx * x * x + yy * y * y + zz * z * z + 2 * (yz * y * z + xz * x * z + xy * x * y))
    unit = 1e-6 * study.bore
    level, which = np.unique(np.round((found.points[:, 2] - study.stack().root) / unit), return_inverse=True)
    around = np.bincount(which.ravel(), np.maximum(pressure, 0.0)) / np.bincount(which.ravel())
    # nearer to the root the corner's own field rules
    heights = level * unit
    kept = heights >= min(0.5 * study.wall, 0.25 * whole)
    over = study.pressure - study.initial_pressure
    return float(heights[kept][0] + np.trapezoid(around[kept], heights[kept]) / over)


def _worst(study: TubuleStudy, solution: FieldSolution, measure: str, least: float) -> tuple[float, float]:
    """The largest stress on the faces of the walls around bore 0, ``least`` [m] above the root, and its height above it."""
    root = study.stack().root
    z, values, _ = own_faces(study, solution, lambda stress: stress_measure(stress, measure))
    above = z >= root + least
    i = int(np.argmax(np.where(above, values, -math.inf)))
    return float(values[i]), float(z[i] - root)
