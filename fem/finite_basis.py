"""Unit solutions of all chambers from one factorisation: any pressure pattern is then a matrix product."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tubewall.errors import InputError, unknown_name
from tubewall.fem.assembly import pressure_load, stress_operator
from tubewall.fem.constraints import boundary_facets
from tubewall.fem.elements import Floats, MeshLike, SurfacePoints, surface_points
from tubewall.fem.linear import Backend
from tubewall.fem.linearise import Linearised, SectionInfluence, SectionLine, line_rule, section_influence
from tubewall.fem.loads import Support, SupportLike
from tubewall.fem.locate import locate
from tubewall.fem.patterns import Peak, Peaks, SurfaceInfluence, Worst, checked_pattern, mesh_error, peak, peaks, worst
from tubewall.fem.system import States, System, build_system, enclosed_area, solve_states

if TYPE_CHECKING:
    from tubewall.materials.elastic import ElasticLaw


@dataclass(frozen=True, kw_only=True, repr=False)
class LoadBasis:
    """Stress as a linear function of the pressures of the chambers.

    Attributes
    ----------
    chambers : tuple of str
        Names of the boundaries, in the order of a pattern.
    surface : SurfaceInfluence
        Of the surfaces where peaks are sought.
    sections : mapping from name to SectionInfluence
    displacements : (2 n, chambers)
        Of all nodes under a unit pressure [m/Pa].
    axial_strains : (chambers,)
        [1/Pa].
    imbalance, residual : float
        The worst of all unit solutions.
    """

    mesh: MeshLike
    chambers: tuple[str, ...]
    surface: SurfaceInfluence
    sections: Mapping[str, SectionInfluence]
    displacements: Floats
    axial_strains: Floats
    imbalance: float
    residual: float
    unknowns: int

    def __repr__(self) -> str:
        return (
            f"LoadBasis({len(self.chambers)} chambers, {self.unknowns} unknowns, {len(self.surface.points)} surface points, "
            f"residual {self.residual:.1e})"
        )

    def pattern(self, pressures: Mapping[str, float]) -> Floats:
        """The pattern (n,) [Pa] of pressures by chamber name; chambers not named hold 0."""
        values = np.zeros(len(self.chambers))
        for name, value in pressures.items():
            if name not in self.chambers:
                raise unknown_name("chamber", name, self.chambers)
            values[self.chambers.index(name)] = value
        return checked_pattern(values, len(self.chambers))

    def stress(self, pattern: Floats) -> Floats:
        """Stress (p, 4) [Pa] (xx, yy, zz, xy) at the surface points under the pressures ``pattern`` (n,) [Pa]."""
        return self.surface.stress(pattern)

    def peak(self, pattern: Floats, quantity: str = "max principal") -> Peak:
        """The most dangerous surface point under a pattern (n,) [Pa]."""
        return peak(self.surface, pattern, quantity)

    def peaks(self, patterns: Floats, quantity: str = "max principal", *, threads: int = 1) -> Peaks:
        """The most dangerous surface points under many patterns (k, n) [Pa]; see ``patterns.peaks``."""
        return peaks(self.surface, patterns, quantity, threads=threads)

    def mesh_error(self, pattern: Floats, quantity: str = "max principal") -> float:
        """Estimated discretisation error [Pa] of the peak under a pattern (n,) [Pa]; see ``patterns.mesh_error``."""
        return mesh_error(self.surface, pattern, self.peak(pattern, quantity).index)

    def worst(self, low: float | Floats, high: float | Floats) -> Worst:
        """The pattern between ``low`` and ``high`` [Pa] with the largest surface tension."""
        return worst(self.surface, low, high)

    def section(self, name: str, pattern: Floats) -> Linearised:
        """Membrane and bending on the named stress classification line under a pattern (n,) [Pa]."""
        if name not in self.sections:
            raise unknown_name("section", name, self.sections)
        return self.sections[name].at(checked_pattern(pattern, len(self.chambers)))

    def displacement(self, pattern: Floats) -> Floats:
        """Displacement (n, 2) [m] of all nodes under a pattern [Pa]."""
        return (self.displacements @ checked_pattern(pattern, len(self.chambers))).reshape(-1, 2)

    def deflection(self, pattern: Floats) -> float:
        """The largest displacement of any node [m] under a pattern [Pa]."""
        return float(np.linalg.norm(self.displacement(pattern), axis=1).max())


def load_basis(
    mesh: MeshLike,
    elastic: ElasticLaw | Mapping[str, ElasticLaw],
    *,
    chambers: Sequence[str],
    supports: Sequence[SupportLike],
    kinematics: str = "plane strain",
    ends: str = "held",
    sections: Mapping[str, SectionLine] | None = None,
    surfaces: Iterable[str] | None = None,
    per_facet: int = 5,
    backend: Backend = "auto",
) -> LoadBasis:
    """The unit solutions of all chambers of a body.

    Parameters
    ----------
    mesh, elastic, supports, kinematics, ends, backend
        As in ``solve``.
    chambers : sequence of str
        Boundaries that a pressure of their own acts on. With ``ends="closed"`` each pulls on the end cap that it encloses.
    sections : mapping from name to line, optional
        Stress classification lines.
    surfaces : iterable of str, optional
        Boundaries on which peaks are sought; by default the chambers and all others that no support holds.
    per_facet : int
        Points on each facet: 3 are its nodes, 5 also the points between, where a curved element may peak.

    Raises
    ------
    InputError, ResourceError, ConvergenceError
        As ``solve`` does.
    """
    if not chambers or len(set(chambers)) != len(chambers):
        raise InputError(f"chambers are names of boundaries, each once and at least one, got {list(chambers)!r}")
    system = build_system(mesh, elastic, supports, kinematics=kinematics, ends=ends, backend=backend)
    if np.any(system.constraints.values != 0):
        raise InputError("a load basis is linear in the pressures: its supports hold the displacement at zero")
    unit = np.empty((2 * len(mesh.points), len(chambers)))
    for i, name in enumerate(chambers):
        unit[:, i] = pressure_load(mesh, boundary_facets(mesh, name), kinematics, name)
    pull = [enclosed_area(mesh, name) if ends == "closed" else 0.0 for name in chambers]
    states = solve_states(system, unit, np.array(pull), prescribed=False)
    if surfaces is None:
        held = {support.boundary for support in supports if isinstance(support, Support)}
        surfaces = [*chambers, *(name for name in mesh.boundaries if name not in held and name not in chambers)]
    return LoadBasis(
        mesh=mesh,
        chambers=tuple(chambers),
        surface=_surface(system, states, chambers, tuple(surfaces), per_facet),
        sections={name: _section(system, states, line) for name, line in (sections or {}).items()},
        displacements=states.displacement,
        axial_strains=states.axial_strain,
        imbalance=states.imbalance,
        residual=states.residual,
        unknowns=system.factor.unknowns,
    )


def _macro(states: States) -> Floats:
    macro = np.zeros((4, len(states.axial_strain)))
    macro[3] = states.axial_strain
    return macro


def _surface(
    system: System, states: States, chambers: Sequence[str], surfaces: Sequence[str], per_facet: int
) -> SurfaceInfluence:
    mesh = system.mesh
    parts: list[SurfacePoints] = []
    owner: list[int] = []
    for name in surfaces:
        part = surface_points(mesh, boundary_facets(mesh, name), per_facet, name)
        parts.append(part)
        owner += [chambers.index(name) if name in chambers else -1] * len(part.points)
    elements = np.concatenate([part.elements for part in parts])
    local = np.concatenate([part.local for part in parts])
    operator = stress_operator(mesh, system.stiffness, elements, local, system.kinematics)
    return SurfaceInfluence(
        points=np.concatenate([part.points for part in parts]),
        normals=np.concatenate([part.normals for part in parts]),
        chamber=np.array(owner, dtype=np.int64),
        influence=operator.stress(states.displacement, _macro(states)),
    )


def _section(system: System, states: States, line: SectionLine) -> SectionInfluence:
    rule = line_rule(line)
    found = locate(system.mesh, rule.points)
    operator = stress_operator(system.mesh, system.stiffness, found.elements, found.local, system.kinematics)
    stress = operator.stress(states.displacement, _macro(states))
    # elements that share a point take equal parts of it
    share = 1.0 / np.bincount(found.point, minlength=len(rule.points))
    mean = np.zeros((len(rule.points), *stress.shape[1:]))
    np.add.at(mean, found.point, stress * share[found.point][:, None, None])
    return section_influence(rule, mean)
