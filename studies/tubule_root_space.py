"""The root of a wall between polygonal bores: a cluster in space with one tubule pressed, against the same section in the plane."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.errors import InputError
from tubewall.fem import invariants
from tubewall.fem.loads import Support
from tubewall.fem.model import Model
from tubewall.fem.model_solver import solve_model
from tubewall.fem.stress_line import line_values
from tubewall.fem.wedge_sectors import corner_of
from tubewall.studies.tables import Column
from tubewall.studies.tubule_answer import Picture3D
from tubewall.studies.tubule_body import solids_of, study_loads
from tubewall.studies.tubule_fields import strain_at, surface_stress
from tubewall.studies.tubule_lithium import lithium_table, shear_lag
from tubewall.studies.tubule_root import ABOVE, BELOW, holds_from, shell_decay, station_of
from tubewall.studies.tubule_root_answer import RootAnswer, Station
from tubewall.studies.tubule_space import GROWTH, cluster_mesh, space_model
from tubewall.units import show

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tubewall.fem.field_solution import FieldSolution
    from tubewall.fem.loads import Load
    from tubewall.geometry.solid_mesh import SolidMesh
    from tubewall.studies.tubule_study import TubuleStudy

    Floats = NDArray[np.float64]
    Measure = Callable[[Floats], Floats]

#: Rings of empty tubules around the one that is pressed: the next one changes the wall by 2 %.
RINGS: Final = 2
# growth of the layers of the mesh that tells the error
_COARSER = 2.6
_SAMPLES = 24
_NEAREST = 0.1
# lengths of shear lag in a rigid bore; a wall that gives makes the pressure fall faster
_FADED = 4.0


def wall_root_in_space(study: TubuleStudy) -> RootAnswer:
    """As ``tubule_root.wall_root``; the tubules around the one in the middle are empty, or full too.

    Raises
    ------
    InputError
        When nothing presses.
    """
    started = time.perf_counter()
    solution, rough = (cluster_solution(study, growth=growth) for growth in (GROWTH, _COARSER))
    heights = _heights(study)
    surface = surface_over_height(study, solution)
    stations = tuple(_station(study, solution, float(z), surface) for z in heights)
    worst = max(stations, key=lambda one: one.linearised)
    graded = abs(worst.linearised - _station(study, rough, worst.height, surface).linearised)
    # the same section, so that what is left between them is space; a finer one tells what the section lacks
    plane, finer = (_plane_strain(study, solution, elements) for elements in (2, 4))
    root = study.stack().root
    exponent = corner_of(_bare(study, solution), (study.bore / 2, 0.0, root), toward=None).exponents.leading.real - 1
    found = float(exponent) if exponent < -0.03 else 0.0
    return RootAnswer(
        study=study,
        stations=stations,
        middle=stations[-1],
        plane_strain=plane,
        mesh_error=graded + worst.linearised * abs(finer / plane - 1),
        holds_from=holds_from(stations, plane, study.tolerance),
        decay=shell_decay(study),
        exponents=(found, found),
        in_space=True,
        picture=Picture3D(solution=solution, title=f"root of a wall, lithium at {show(study.pressure, 'Pa')}"),
        seconds=time.perf_counter() - started,
        compared=lithium_table(study, _COLUMNS, _measured, every=False),
    )


_COLUMNS: Final = (
    Column(name="membrane + bending", unit="Pa"),
    Column(name="above root", unit="m"),
    Column(name="largest below the cut", unit="Pa"),
)


def _measured(study: TubuleStudy) -> tuple[float, ...]:
    """What changes with the lithium, on the coarser mesh."""
    solution = cluster_solution(study, growth=_COARSER)
    surface = surface_over_height(study, solution)
    stations = [_station(study, solution, float(z), surface) for z in _heights(study)]
    worst = max(stations, key=lambda one: one.linearised)
    return worst.linearised, worst.height, stations[-1].surface


def _bare(study: TubuleStudy, solution: FieldSolution) -> Model:
    """The body without its lithium, which is too soft to change a corner."""
    if "lithium" not in solution.model.mesh.regions:
        return solution.model
    mesh = cluster_mesh(study, elements=2, window=_window(study), rings=RINGS, lithium="pressure")
    return space_model(study, mesh)


def _heights(study: TubuleStudy) -> Floats:
    return np.geomspace(_NEAREST * study.wall, 0.95 * _above(study), _SAMPLES)


def _window(study: TubuleStudy) -> tuple[float, float]:
    return -min(BELOW * study.bore, study.electrolyte_thickness), study.stack().root + _above(study)


def _above(study: TubuleStudy) -> float:
    """Height [m] above the root that is kept: until plane strain holds, and until lithium that sticks has lost its pressure."""
    reach = ABOVE * study.bore
    if study.lithium == "sticking":
        reach = max(reach, _FADED * shear_lag(study))
    return min(reach, study.height)


def own_faces(study: TubuleStudy, solution: FieldSolution, measure: Measure) -> tuple[Floats, Floats, Floats]:
    """Heights z (p,), the measure of stress (p,) and the distance from the axis (p,) on the faces of the wall around bore 0."""
    mesh = solution.model.mesh
    wall = mesh.region("wall")
    # what the tubules around do at their far sides is another wall's
    reach = study.array().outer_radius * (1 + 1e-6) if study.in_tubes else 0.75 * study.array().pitch
    heights, values, away = [], [], []
    for name in mesh.boundaries:
        if not name.startswith(("chamber", "interstice")) or not np.isin(mesh.boundary(name)[:, 0], wall).any():
            continue
        found = surface_stress(solution, name, region="wall", parts=4)
        distance = np.hypot(found.points[:, 0], found.points[:, 1])
        near = distance < reach
        heights.append(found.points[near, 2])
        values.append(measure(found.stress[near]))
        away.append(distance[near])
    return np.concatenate(heights), np.concatenate(values), np.concatenate(away)


def cluster_solution(study: TubuleStudy, *, growth: float = GROWTH, elements: int = 2) -> FieldSolution:
    """One tubule pressed in the middle of empty ones, cut a few bores above and below the root."""
    mesh = cluster_mesh(
        study, elements=elements, window=_window(study), growth=growth, rings=RINGS, neighbours=study.neighbours
    )
    loads = loads_in_space(study, mesh)
    if not loads:
        raise InputError("[load] gas_pressure: nothing presses: pass lithium, or gas above the initial pressure")
    return solve_model(replace(space_model(study, mesh), loads=loads))


def loads_in_space(study: TubuleStudy, mesh: SolidMesh) -> tuple[Load, ...]:
    """What presses in the tubule in the middle, or in all of them where the neighbours are full."""
    chambers = {int(name.split()[1]) for name in mesh.boundaries if name.split()[0] in ("chamber", "mouth")}
    pressed = sorted(chambers) if study.neighbours == "full" else [0]
    return tuple(load for chamber in pressed for load in study_loads(study, mesh, chamber=chamber, axis=2))


def surface_over_height(study: TubuleStudy, solution: FieldSolution) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Heights (k,) above the root and the largest principal stress (k,) of the faces of the wall around bore 0 there."""
    z, values, _ = own_faces(study, solution, lambda stress: invariants.principal(stress)[..., 0])
    z = z - study.stack().root
    unit = 1e-6 * study.bore
    levels, which = np.unique(np.round(z / unit).astype(np.int64), return_inverse=True)
    highest = np.full(len(levels), -np.inf)
    np.maximum.at(highest, which.ravel(), values)
    heights: NDArray[np.float64] = levels.astype(np.float64) * unit
    return heights, highest


def _station(
    study: TubuleStudy, solution: FieldSolution, height: float, surface: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> Station:
    z = study.stack().root + height
    line = line_values(solution, (study.bore / 2, 0.0, z), (study.bore / 2 + study.wall, 0.0, z), region="wall")
    return replace(station_of(line, height, hoop=1, axial=2), surface=float(np.interp(height, *surface)))


def slice_rings(study: TubuleStudy) -> int:
    """Rings of tubules in a slice: separate tubes do not feel each other there."""
    return 0 if study.in_tubes else RINGS


def _plane_strain(study: TubuleStudy, solution: FieldSolution, elements: int) -> float:
    """A slice of the cluster near the cut, stretched along as the model in space is there."""
    height = 0.95 * _above(study)
    z = study.stack().root + height
    stretch = strain_at(solution, np.array([[(study.bore + study.wall) / 2, 0.0, z]]), region="wall")[0, 2]
    mesh = cluster_mesh(
        study,
        elements=elements,
        window=(z - study.wall / 2, z + study.wall / 2),
        rings=slice_rings(study),
        neighbours=study.neighbours,
        lithium="pressure",
    )
    held = tuple(one for one in space_model(study, mesh).supports if getattr(one, "boundary", "") != "cut")
    model = Model(
        mesh=mesh,
        solids=solids_of(study, mesh),
        kinematics="3d",
        loads=loads_in_space(study, mesh),
        supports=(*held, Support(boundary="cut", displacement={"z": lambda points: stretch * (points[:, 2] - z)})),
    )
    return float(surface_over_height(study, solve_model(model))[1].max())
