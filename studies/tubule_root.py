"""The root of the wall: membrane, bending and peak along it, and how far from the root the plane-strain answer holds."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.errors import InputError
from tubewall.fem import invariants
from tubewall.fem.loads import Support
from tubewall.fem.model import Model
from tubewall.fem.model_solver import solve_model
from tubewall.fem.wedge_sectors import corner_of
from tubewall.materials import Isotropic, material
from tubewall.studies.tables import Column
from tubewall.studies.tubule_answer import Picture3D
from tubewall.studies.tubule_body import densities, radial, radial_mesh, solids_of, solved, study_loads
from tubewall.studies.tubule_fields import part_of, strain_at
from tubewall.studies.tubule_lithium import lithium_table
from tubewall.studies.tubule_root_answer import RootAnswer, Station
from tubewall.studies.tubule_wall_line import WallLine, wall_lines, wall_pressure
from tubewall.units import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tubewall.fem.field_solution import FieldSolution
    from tubewall.fem.stress_line import LineStress
    from tubewall.studies.tubule_study import TubuleStudy

# heights that are looked at
_SAMPLES: Final = 48
# nearest to the root, over the wall: nearer than that the corner's own field rules
_NEAREST: Final = 0.1
# by how much less than the largest a stress may be where two meshes are compared
_NEARLY: Final = 0.1
#: Heights in bores that a model in space keeps above the root, and depths below.
ABOVE: Final = 3.0
BELOW: Final = 1.5


def wall_root(study: TubuleStudy) -> RootAnswer:
    """The wall of one tubule under its lithium and gas, its neighbours as the study says.

    Separate tubes are answered by the axisymmetric model of the full height; a matrix by a cluster in space, cut a few bores
    above the root, where plane strain holds.

    Raises
    ------
    InputError
        When nothing presses.
    """
    started = time.perf_counter()
    if study.in_space:
        from tubewall.studies.tubule_root_space import wall_root_in_space

        return wall_root_in_space(study)
    fine, coarse = densities(study)
    solution, rough = (_solution(study, elements) for elements in (fine, coarse))
    stations = _stations(study, solution)
    middle = stations[-1]
    error = between_meshes(stations, _stations(study, rough))
    plane = _plane_strain(study.replace(lithium="pressure"), solution, fine)
    reach = 1.2 * study.bore
    root = study.stack().root
    part = part_of(solution, (0.0, -0.5 * study.bore), (reach, root + reach))
    return RootAnswer(
        study=study,
        stations=stations,
        middle=middle,
        plane_strain=plane,
        mesh_error=error,
        holds_from=holds_from(stations, plane, study.tolerance),
        decay=shell_decay(study),
        exponents=_exponents(study, solution),
        in_space=False,
        picture=Picture3D(solution=part, title=f"root of a wall, lithium at {show(study.pressure, 'Pa')}"),
        seconds=time.perf_counter() - started,
        ring=_ring(study, solution),
        compared=lithium_table(study, _COLUMNS, lambda one: _measured(one, fine)),
    )


def _stations(study: TubuleStudy, solution: FieldSolution) -> tuple[Station, ...]:
    heights = _heights(study)
    lines = wall_lines(solution, study.stack().root + heights)
    return tuple(station_of(line, float(z), hoop=2, axial=1) for line, z in zip(lines, heights, strict=True))


def between_meshes(fine: Sequence[Station], coarse: Sequence[Station]) -> float:
    """How far two meshes are apart [Pa] wherever the wall carries nearly its most: at one height they may agree by chance."""
    most = max(one.linearised for one in fine)
    return max(
        abs(one.linearised - other.linearised)
        for one, other in zip(fine, coarse, strict=True)
        if one.linearised >= most - _NEARLY * abs(most)
    )


def _heights(study: TubuleStudy) -> NDArray[np.float64]:
    return np.geomspace(_NEAREST * study.wall, _pressed_top(study) / 2, _SAMPLES)


_COLUMNS: Final = (
    Column(name="membrane + bending", unit="Pa"),
    Column(name="above root", unit="m"),
    Column(name="middle", unit="Pa"),
    Column(name="pressure two walls above root", unit="Pa"),
    Column(name="half of it left at", unit="m"),
)


def _measured(study: TubuleStudy, elements: int) -> tuple[float | None, ...]:
    """What changes with the lithium: the worst of the wall, its middle, and the pressure that the lithium leaves on it."""
    solution = _solution(study, elements)
    stations = _stations(study, solution)
    worst = max(stations, key=lambda one: one.linearised)
    # nearer to the root the corner's own field rules
    heights = np.linspace(2 * study.wall, 0.98 * _pressed_top(study), 8 * _SAMPLES)
    pressed = wall_pressure(solution, study.stack().root + heights)
    over = study.pressure - study.initial_pressure
    less = np.flatnonzero(pressed < over / 2)
    half = None if len(less) == 0 else float(heights[less[0]])
    return worst.linearised, worst.height, stations[-1].surface, float(pressed[0]), half


def _ring(study: TubuleStudy, solution: FieldSolution) -> tuple[float, float] | None:
    """The ring's largest membrane plus bending [Pa], away from its ends by a tenth of the wall, and where [m]."""
    edge = _NEAREST * study.wall
    if study.stack().is_film or study.insulator_thickness <= 3 * edge:
        return None
    heights = np.linspace(edge, study.insulator_thickness - edge, _SAMPLES)
    values = [
        float(
            invariants.principal(
                np.array([line.membrane + end for end in (line.bending_start, line.bending_end)])
            ).max()
        )
        for line in wall_lines(solution, heights, region="insulator")
    ]
    i = int(np.argmax(values))
    return values[i], float(heights[i])


def shell_decay(study: TubuleStudy) -> float:
    """1 / beta of the wall as a cylindrical shell [m]: beta^4 = 3 (1 - nu^2) / (R t)^2 (Timoshenko 1959, section 114)."""
    law = material(study.wall_material).elastic
    ratio = law.poissons_ratio if isinstance(law, Isotropic) else 0.25
    return float(math.sqrt((study.bore + study.wall) / 2 * study.wall) / (3 * (1 - ratio**2)) ** 0.25)


def holds_from(stations: tuple[Station, ...], plane: float, tolerance: float) -> float:
    """The height [m] from which on the surface stress stays within ``tolerance`` of the plane-strain one."""
    away = [abs(one.surface - plane) > tolerance * abs(plane) for one in stations]
    if not any(away):
        return 0.0
    last = max(i for i, far in enumerate(away) if far)
    return stations[last].height


def _pressed_top(study: TubuleStudy) -> float:
    """Length [m] of the wall above its root that the lithium touches; all of it without lithium."""
    stack = study.stack()
    wet = stack.floor + study.lithium_level - stack.root
    if study.lithium_level and wet <= 2 * study.wall:
        raise InputError(
            f"[load] lithium_level: {show(study.lithium_level, 'm')} presses no wall above the root at "
            f"{show(stack.root - stack.floor, 'm')}: pass more, or 0 for gas alone"
        )
    return wet if study.lithium_level else study.height


def _solution(study: TubuleStudy, elements: int) -> FieldSolution:
    mesh = radial_mesh(radial(study, elements=elements))
    loads = study_loads(study, mesh)
    if not loads:
        raise InputError("[load] gas_pressure: nothing presses: pass lithium, or gas above the initial pressure")
    return solved(study, mesh, [loads])[0]


def wall_ends(study: TubuleStudy) -> tuple[float, float]:
    """Inner and outer radius [m] of the wall in the radial model."""
    from tubewall.geometry.stack_line import cell_radius

    alone = study.neighbours == "empty"
    array = study.array(round_bore=True, alone=alone)
    separate = array.construction == "tubes"
    return study.bore / 2, array.outer_radius if separate else cell_radius(array, plane=False)


def wall_line(study: TubuleStudy, solution: FieldSolution, height: float) -> WallLine:
    """The linearised stress through the wall at a height [m] above its root."""
    return wall_lines(solution, [study.stack().root + height])[0]


def _station(study: TubuleStudy, solution: FieldSolution, height: float) -> Station:
    return station_of(wall_line(study, solution, height), height, hoop=2, axial=1)


def station_of(line: LineStress | WallLine, height: float, *, hoop: int, axial: int) -> Station:
    """From a line through the wall; ``hoop`` and ``axial`` are components of stress."""
    faces = np.array([line.membrane + line.bending_start, line.membrane + line.bending_end])
    return Station(
        height=height,
        hoop=float(line.membrane[hoop]),
        axial=float(line.membrane[axial]),
        bending=float(line.bending_start[axial]),
        hoop_bending=float(line.bending_start[hoop]),
        linearised=float(invariants.principal(faces)[:, 0].max()),
        surface=float(invariants.principal(np.array([line.start, line.end]))[:, 0].max()),
    )


def _plane_strain(study: TubuleStudy, solution: FieldSolution, elements: int) -> float:
    """The same wall in plane strain: a slice of the middle of what is pressed, as long as the tubule makes it there."""
    inner, outer = wall_ends(study)
    middle = study.stack().root + _pressed_top(study) / 2
    stretch = strain_at(solution, np.array([[(inner + outer) / 2, middle]]), region="wall")[0, 1]
    window = (middle - study.wall, middle + study.wall)
    mesh = radial_mesh(replace(radial(study, elements=elements, window=window), radius=None))
    model = Model(
        mesh=mesh,
        solids=solids_of(study, mesh),
        kinematics="axisymmetric",
        loads=study_loads(study, mesh),
        supports=(
            *(Support(boundary="sides", fix=("x",)) for _ in range("sides" in mesh.boundaries)),
            Support(boundary="cut", displacement={"y": lambda points: stretch * (points[:, 1] - middle)}),
        ),
    )
    return _station(study, solve_model(model), middle - study.stack().root).surface


def _exponents(study: TubuleStudy, solution: FieldSolution) -> tuple[float, float]:
    inner, outer = wall_ends(study)
    root = study.stack().root
    model = solution.model
    if study.lithium != "pressure":
        # soft lithium in the corner changes nothing of it
        mesh = radial_mesh(replace(radial(study, elements=densities(study)[1]), lithium="pressure"))
        model = Model(mesh=mesh, solids=solids_of(study, mesh), kinematics="axisymmetric")
    found = [corner_of(model, (r, root)).exponents.leading.real - 1 for r in (inner, outer)]
    low, high = (float(x) if x < -0.03 else 0.0 for x in found)
    return low, high
