"""Linearised stress on the stress classification lines of a condensed cell, as a function of its state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tubewall.fem.assembly import Stiffness, StressOperator, stress_operator
from tubewall.fem.cut_cell import CutCell
from tubewall.fem.elements import Floats
from tubewall.fem.linearise import LineRule, SectionLine, line_rule
from tubewall.fem.locate import locate
from tubewall.fem.stress import rotated

if TYPE_CHECKING:
    from tubewall.fem.elements import MeshLike
    from tubewall.fem.superelement import CellLike

# faces of a wall count as flat and parallel to this fraction of its thickness
_FLAT = 1e-6


@dataclass(frozen=True, kw_only=True)
class _Line:
    start: Floats
    end: Floats


def of_state(operator: StressOperator, cut: CutCell) -> Floats:
    """Stress (p, 4, s) at the points of an operator for a unit of each entry of the state."""
    stress: Floats = np.matmul(operator.matrix, cut.recovery[operator.dofs])
    stress[..., -1] += operator.stiffness[..., 2]
    return stress


def section_outputs(cell: CellLike, law: Stiffness, cut: CutCell) -> dict[str, tuple[LineRule, Floats]]:
    """For each line its rule and its sums (4, 4, s) per unit of each entry of the state.

    A flat wall takes its membrane and bending stress along the wall from the nodal forces of the cut at its middle, and
    from there to its root by statics: the stress at a sharp corner has no limit, and its quadrature gives away 15 % of the
    moment on the default mesh.
    """
    lines = {name: _Line(start=np.array(line.start), end=np.array(line.end)) for name, line in cell.sections.items()}
    found = {name: _quadrature(cell.mesh, law, cut, line) for name, line in lines.items()}
    if {"root", "middle"} <= found.keys():
        run = _flat_run(cell, found["middle"][0], found["root"][0])
        forces = _cut_forces(cut, found["middle"][0])
        if run and forces is not None:
            for name, distance in (("middle", 0.0), ("root", run)):
                rule, sums = found[name]
                found[name] = rule, _by_statics(cell, cut, rule, sums, forces, distance)
    return found


def _quadrature(mesh: MeshLike, law: Stiffness, cut: CutCell, line: SectionLine) -> tuple[LineRule, Floats]:
    rule = line_rule(line)
    found = locate(mesh, rule.points)
    stress = of_state(stress_operator(mesh, law, found.elements, found.local), cut)
    # a point on the edge between elements takes the mean of theirs
    weights = rule.weights[:, found.point] / np.bincount(found.point)[found.point]
    return rule, np.einsum("rq,qcs->rcs", weights, stress, optimize=True)


def _flat_run(cell: CellLike, middle: LineRule, root: LineRule) -> float:
    """Length [m] along the wall from the middle to the root, negative against the frame; 0 unless the wall is flat there."""
    steps = root.points[[0, -1]] - middle.points[[0, -1]]
    run = steps @ middle.axes[1]
    slack = _FLAT * middle.thickness
    if np.abs(steps @ middle.axes[0]).max() > slack or abs(run[0] - run[1]) > slack:
        return 0.0
    for face, offset in ((0, (0, 0)), (-1, (1, 0))):
        for arc in cell.arcs:
            if arc.kind == 0 and tuple(arc.offset) == offset:
                nodes = np.unique(cell.mesh.boundaries[arc.boundary])
                through, along = middle.axes @ (cell.mesh.points[nodes] - middle.points[face]).T
                between = (along / run[0] > 1e-9) & (along / run[0] < 1 - 1e-9)
                if np.abs(through[between]).max(initial=0.0) > slack:
                    return 0.0
    return float(run[0])


def _cut_forces(cut: CutCell, middle: LineRule) -> Floats | None:
    """Normal force, shear and moment (3, s) on the middle section, from the forces at the nodes of the cut along it.

    The moment is positive where it pulls at the start. None where no cut runs along the section.
    """
    half = len(cut.positions) // 2
    through, along = middle.axes @ (cut.positions[:half] - middle.points[0]).T
    slack = _FLAT * middle.thickness
    on = np.flatnonzero((np.abs(along) < slack) & (through > -slack) & (through < middle.thickness + slack))
    if len(on) < 2:
        return None
    rows = np.hstack([cut.stiffness, -cut.pressure, cut.axial[:, None]]).reshape(len(cut.positions), 2, -1)[on]
    # the neighbour pushes on the cell with minus the stress resultants of the section
    shear, normal = -np.einsum("ij,njs->ins", middle.axes, rows)
    return np.stack([normal.sum(axis=0), shear.sum(axis=0), (0.5 * middle.thickness - through[on]) @ normal])


def _by_statics(cell: CellLike, cut: CutCell, rule: LineRule, sums: Floats, forces: Floats, run: float) -> Floats:
    """The ``sums`` of a line with the normal force and moment carried over the length ``run`` from the middle.

    Over a length s of flat wall between the pressures p_0 (start) and p_1: N is constant, M_s = M_0 - V_0 s +
    (p_0 - p_1) s^2 / 2.
    """
    difference = np.zeros(sums.shape[2])
    for sign, offset in ((1.0, (0, 0)), (-1.0, (1, 0))):
        arc = next(k for k, arc in enumerate(cell.arcs) if arc.kind == 0 and tuple(arc.offset) == offset)
        difference[cut.stiffness.shape[0] + arc] = sign
    normal, shear, moment = forces
    own = rotated(np.moveaxis(sums, 1, -1), rule.axes)
    own[0, :, 1] = normal / rule.thickness
    own[1, :, 1] = 6 / rule.thickness**2 * (moment - run * shear + 0.5 * run**2 * difference)
    return np.moveaxis(rotated(own, rule.axes.T), -1, 1)
