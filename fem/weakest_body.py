"""Weibull's weakest link over a solved body: effective volume or area and the probability of failure; margins by strength."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.errors import InputError, unknown_name
from tubewall.fem import invariants
from tubewall.fem.batch_fields import batches
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.invariants import as_tensor
from tubewall.fem.reference_elements import rule
from tubewall.fem.singular import warning_for
from tubewall.fem.strain import circumference
from tubewall.fem.surface_points import facets_of, surface_points
from tubewall.geometry.reference_cells import CELLS

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.materials.strength import StrengthLaw
    from tubewall.materials.weakest_link import Weibull

# degrees of the rules: stress to the power m is steep
_LEAST: Final = 8
_MOST: Final[Mapping[str, int]] = {"line": 30, "triangle": 19, "quad": 20, "tetra": 9, "hexahedron": 12, "wedge": 12}
# less tension than this share of the largest stress is rounding
_NONE: Final = 1e-10
_CHUNK: Final = 50_000


@dataclass(frozen=True, kw_only=True)
class BodyWeibull:
    """The weakest link of a body.

    Attributes
    ----------
    form : {"volume", "area"}
    effective_size : float
        [m3] or [m2]: what would fail as often under ``peak`` alone.
    peak : float
        The largest principal stress where the flaws are [Pa]; 0 when nothing is in tension.
    size : float
        The true volume or area.
    probability : float
        Of failure.
    warning : str or None
        Why the effective size depends on the mesh, where the peak lies at a singular point.
    """

    form: str
    effective_size: float
    peak: float
    size: float
    probability: float
    warning: str | None = None


def body_weibull(
    solution: FieldSolution,
    law: Weibull,
    *,
    region: str | None = None,
    boundary: str | None = None,
    length: float = 1.0,
    count: float = 1.0,
) -> BodyWeibull:
    """Effective size and probability of failure by independent action of the principal stresses.

    P_f = 1 - exp(-sum_k int (<sigma_k> / sigma_0)^m dV / V_0), compressive ones dropped (Barnett et al., 1967; Nemeth et al.,
    NASA TM-4505, 1993), summed at quadrature points of the elements or of the facets.

    Parameters
    ----------
    solution : FieldSolution
    law : Weibull
        With ``reference_volume`` for flaws inside, ``reference_area`` for flaws on the surface.
    region : str, optional
        Only its volume, or its share of the surface.
    boundary : str, optional
        Only this part of the surface; with ``reference_area``.
    length : float
        Of a plane body along z [m].
    count : float
        Of equal bodies, any of which may fail.

    Raises
    ------
    InputError
        For a boundary with a law of volume.
    """
    if law.form == "volume" and boundary is not None:
        raise InputError("body_weibull: a boundary goes with reference_area, flaws on a surface")
    m = law.modulus
    plane = solution.model.mesh.dim == 2 and solution.model.kinematics != "axisymmetric"
    depth = length if plane else 1.0
    parts = _volume(solution, region, m) if law.form == "volume" else _surface(solution, region, boundary, m)
    peak, total, size, where, scale = 0.0, 0.0, 0.0, -1, 0.0
    for elements, stress, weights in parts:
        finite = np.isfinite(stress).all(axis=1)
        principal = invariants.principal(stress[finite])
        scale = max(scale, float(np.abs(principal).max(initial=0.0)))
        tension = np.where(principal > _NONE * scale, principal, 0.0)
        highest = float(tension.max(initial=0.0))
        share = weights[finite] * depth
        size += float(weights.sum()) * depth
        if highest > peak:
            total *= (peak / highest) ** m
            peak, where = highest, int(elements[finite][tension.max(axis=1).argmax()])
        if peak > 0:
            total += float(share @ ((tension / peak) ** m).sum(axis=1))
    warning = None if where < 0 else warning_for(solution, np.array([where]), "the largest principal stress")
    return BodyWeibull(
        form=law.form,
        effective_size=total,
        peak=peak,
        size=size,
        probability=law.failure_probability(peak, total, count),
        warning=warning,
    )


def _volume(solution: FieldSolution, region: str | None, m: float) -> Iterator[tuple[Ints, Floats, Floats]]:
    """Elements, stress and volumes at the points of the rule and, with no volume, at the nodes for the peak."""
    mesh = solution.model.discrete.mesh
    local, shares = {}, {}
    for block in mesh.blocks:
        nodes = CELLS[block.kind].nodes
        points, weights = rule(block.kind, _degree(block.kind, m))
        local[block.kind] = np.vstack([points, nodes])
        shares[block.kind] = np.concatenate([weights, np.zeros(len(nodes))])
    elements = None if region is None else mesh.region(region)
    for batch in batches(solution, local, elements):
        weights = (batch.determinant * shares[batch.kind]).ravel()
        yield (
            batch.point_elements,
            batch.fields.stress,
            weights * circumference(solution.model.kinematics, batch.fields.points),
        )


def _surface(
    solution: FieldSolution, region: str | None, boundary: str | None, m: float
) -> Iterator[tuple[Ints, Floats, Floats]]:
    mesh = solution.model.discrete.mesh
    if boundary is not None:
        pairs = facets_of(mesh, boundary, region)
    else:
        pairs = mesh.outer_facets
        if region is not None:
            pairs = pairs[np.isin(pairs[:, 0], mesh.region(region))]
    for group in mesh.facet_groups(pairs):
        on, weights = rule(group.kind, _degree(group.kind, m))
        nodes = CELLS[group.kind].nodes
        points = surface_points(mesh, group, np.vstack([on, nodes]))
        shares = (points.areas * np.concatenate([weights, np.zeros(len(nodes))])).ravel()
        for start in range(0, len(shares), _CHUNK):
            some = slice(start, start + _CHUNK)
            fields = solution.evaluate(points.elements[some], points.local[some])
            yield (
                points.elements[some],
                fields.stress,
                shares[some] * circumference(solution.model.kinematics, fields.points),
            )


def _degree(kind: str, m: float) -> int:
    return int(min(max(math.ceil(m) + 2, _LEAST), _MOST[CELLS[kind].first]))


@dataclass(frozen=True, kw_only=True)
class Margin:
    """How far a region is from its strength.

    Attributes
    ----------
    factor : float
        Strength over the largest measure: above 1 it holds; infinite where the measure never is positive.
    equivalent, strength : float
        The largest measure and the strength [Pa].
    quantity : str
        What is measured.
    at : (dim,)
        Where [m].
    warning : str or None
        Why the factor is no answer, where the place is a singular point.
    """

    factor: float
    equivalent: float
    strength: float
    quantity: str
    at: tuple[float, ...]
    warning: str | None = None


def safety_margins(solution: FieldSolution, strengths: Mapping[str, StrengthLaw]) -> dict[str, Margin]:
    """The margin of each region that has a strength law, from the stress at all nodes of its elements.

    Raises
    ------
    UnknownNameError
        For a region that the mesh does not have.
    """
    mesh = solution.model.discrete.mesh
    local = {block.kind: CELLS[block.kind].nodes for block in mesh.blocks}
    result = {}
    for name, law in strengths.items():
        if name not in mesh.regions:
            raise unknown_name("region", name, mesh.regions)
        best, at, where = -math.inf, np.zeros(mesh.dim), 0
        for batch in batches(solution, local, mesh.region(name)):
            finite = np.isfinite(batch.fields.stress).all(axis=1)
            values = np.full(len(batch.fields.stress), -math.inf)
            values[finite] = law.equivalent(as_tensor(batch.fields.stress[finite]))
            i = int(values.argmax())
            if values[i] > best:
                best, at, where = float(values[i]), batch.fields.points[i], int(batch.point_elements[i])
        result[name] = Margin(
            factor=law.strength / best if best > 0 else math.inf,
            equivalent=best,
            strength=law.strength,
            quantity=law.quantity,
            at=tuple(at.tolist()),
            warning=warning_for(solution, np.array([where]), f"the largest stress of {name!r}"),
        )
    return result
