"""The weakest link in a solved case: effective volume or area, and the probability of failure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.studies.as_data import number

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.studies.case_questions import WeibullTable

Floats = NDArray[np.float64]
# stress to the power m is steep: degree of the quadrature in the plane and in space
_DEGREE: Final = {2: 12, 3: 8}
_CHUNK: Final = 50_000


def weibull_data(solution: FieldSolution, table: WeibullTable) -> dict[str, Any]:
    """Effective size, the stress that it refers to and the probability of failure, by independent action.

    sum_k int (<sigma_k> / sigma_max)^m dV (Barnett et al., 1967; Nemeth et al., NASA TM-4505, 1993), over the volume or a
    boundary; plane bodies are ``length`` long.
    """
    from tubewall.materials import Weibull

    law = Weibull(modulus=table.m, scale_stress=table.sigma_0, reference_volume=table.V_0, reference_area=table.A_0)
    plane = solution.model.mesh.dim == 2 and solution.model.kinematics != "axisymmetric"
    length = (1.0 if table.length is None else table.length) if plane else 1.0
    parts = _in_volume(solution, table.region) if law.form == "volume" else _on_surface(solution, table.boundary)
    peak, size = 0.0, 0.0
    for stress, weights in parts:
        peak, size = _with_more(peak, size, stress, weights * length, table.m)
    unit = "m3" if law.form == "volume" else "m2"
    return {
        "form": law.form,
        f"effective_{law.form}": number(size, unit),
        "peak": number(peak, "Pa"),
        "probability": number(law.failure_probability(peak, size, table.count), "1"),
    }


def _with_more(peak: float, size: float, stress: Floats, weights: Floats, m: float) -> tuple[float, float]:
    """The peak and the effective size with the stresses (p, 6) of more points, weights (p,)."""
    from tubewall.fem.invariants import principal
    from tubewall.materials import effective_size

    # the tip of a crack has no stress and no volume
    finite = np.isfinite(stress).all(axis=1)
    values = np.maximum(principal(stress[finite]), 0.0)
    highest = float(values.max(initial=peak))
    if highest == 0.0:
        return 0.0, 0.0
    return highest, size * (peak / highest) ** m + effective_size(values, weights[finite], m, highest)


def _in_volume(solution: FieldSolution, region: str | None) -> Iterator[tuple[Floats, Floats]]:
    from tubewall.fem.batch_fields import batches
    from tubewall.fem.reference_elements import rule
    from tubewall.geometry.reference_cells import CELLS

    mesh = solution.model.discrete.mesh
    local, shares = {}, {}
    for block in mesh.blocks:
        points, weights = rule(block.kind, _DEGREE[mesh.dim])
        # the nodes count for the peak alone
        local[block.kind] = np.vstack([points, CELLS[block.kind].nodes])
        shares[block.kind] = np.concatenate([weights, np.zeros(len(CELLS[block.kind].nodes))])
    elements = None if region is None else mesh.region(region)
    for batch in batches(solution, local, elements):
        kind = mesh.blocks[int(mesh.block_of(batch.elements[:1])[0])].kind
        weights = (batch.determinant * shares[kind]).ravel()
        yield batch.fields.stress, weights * _turn(solution, batch.fields.points)


def _on_surface(solution: FieldSolution, boundary: str | None) -> Iterator[tuple[Floats, Floats]]:
    from tubewall.fem.reference_elements import rule
    from tubewall.fem.surface_points import surface_points
    from tubewall.geometry.reference_cells import CELLS

    mesh = solution.model.discrete.mesh
    pairs = mesh.outer_facets if boundary is None else mesh.boundary(boundary)
    for group in mesh.facet_groups(pairs):
        on, weights = rule(group.kind, _DEGREE[mesh.dim])
        nodes = CELLS[group.kind].nodes
        points = surface_points(mesh, group, np.vstack([on, nodes]))
        shares = (points.areas * np.concatenate([weights, np.zeros(len(nodes))])).ravel()
        for start in range(0, len(shares), _CHUNK):
            some = slice(start, start + _CHUNK)
            fields = solution.evaluate(points.elements[some], points.local[some])
            yield fields.stress, shares[some] * _turn(solution, fields.points)


def _turn(solution: FieldSolution, points: Floats) -> Floats:
    """The way around the axis [m] of axisymmetric bodies, else 1, (p,)."""
    if solution.model.kinematics == "axisymmetric":
        return 2 * np.pi * points[:, 0]
    return np.ones(len(points))
