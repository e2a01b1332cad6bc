"""The four load cases: which chamber pressures are possible, which pattern of them is worst, what stress it makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from tubewall.fem.stress import tangential
from tubewall.materials import Isotropic
from tubewall.studies.large_deflection import LINEAR, StripCorrection, strip_correction
from tubewall.studies.pressures import hermetic_pressure, pattern_pressures, permeance_at

if TYPE_CHECKING:
    from tubewall.fem import ArrayBasis
    from tubewall.studies.pressures import PressureAnswer
    from tubewall.studies.stress_model import Confinement, StressModel

Floats = NDArray[np.float64]
LoadCase = Literal["gas_hermetic", "gas_permeable", "lithium_against_gas", "equalised"]
LOAD_CASES: tuple[LoadCase, ...] = ("gas_hermetic", "gas_permeable", "lithium_against_gas", "equalised")

SAYS: Mapping[LoadCase, str] = {
    "gas_hermetic": "every bore filled anywhere between neighbour_fill and fill, walls let nothing through",
    "gas_permeable": "the same fills, walls let gas through",
    "lithium_against_gas": "any bore full of lithium at its pressure, the others with gas",
    "equalised": "every bore at fill, one gas pressure in all chambers",
}


_ROUND_OFF = 1e-9
_COARSEST = 4
_NETWORK_TOLERANCE = 1e-6


@dataclass(frozen=True, kw_only=True)
class SectionStress:
    """Stress along the wall on a classification line [Pa]: ``membrane`` and the larger face value of ``bending``."""

    membrane: float
    bending: float

    @property
    def total(self) -> float:
        """Membrane plus bending on the face where they add [Pa]."""
        return self.membrane + abs(self.bending)


@dataclass(frozen=True, kw_only=True)
class CaseStress:
    """The stress of one load case at one wall thickness.

    Attributes
    ----------
    peak : float
        Largest governing stress on any surface [Pa], at the stated fillet.
    at : tuple
        Where, in the periodic cell [m].
    pattern : (n,) array
        Chamber pressures relative to the stress-free state [Pa] that make it.
    one_different : float
        The peak with only one chamber different [Pa].
    root, middle : SectionStress
        On the wall's classification lines, each for the pattern that is worst there.
    deflection : float
        Of the middle of the wall [m], for the pattern that is worst there.
    correction : StripCorrection
        What was applied to peaks, linearised stresses and deflection.
    mesh_error : float
        Estimated discretisation error of ``peak`` [Pa]; ``nan`` is never stored: 0 where it was not asked for.
    """

    peak: float
    at: tuple[float, float]
    pattern: Floats
    one_different: float
    root: SectionStress
    middle: SectionStress
    deflection: float
    correction: StripCorrection
    mesh_error: float = 0.0

    @property
    def scale(self) -> float:
        """The size that errors of the peak are relative to [Pa]: the peak, where it is small the largest pressure."""
        return max(abs(self.peak), float(np.abs(self.pattern).max()))

    @property
    def linearised(self) -> float:
        """Membrane and bending where they are largest [Pa]: at the root of a flat wall, in the middle between round bores."""
        return max(self.root.total, self.middle.total)


def bounds_of(model: StressModel, case: LoadCase, wall: float, pressures: PressureAnswer) -> tuple[Floats, Floats]:
    """Lowest and highest pressure (n,) [Pa] of every chamber of the supercell, relative to the stress-free state.

    Interstitial chambers hold no lithium: they stay at the initial pressure, or share the common one.
    """
    graph = model.graph(wall)
    is_bore = np.array([kind == "bore" for kind in graph.kinds])
    start = pressures.initial
    if case == "equalised":
        level = np.full(len(is_bore), pressures.equal - start)
        return level, level
    low, high = pressures.hermetic.low - start, pressures.hermetic.high - start
    if case == "lithium_against_gas":
        low, high = min(low, pressures.lithium - start), max(low, pressures.lithium - start)
    return np.where(is_bore, low, 0.0), np.where(is_bore, high, 0.0)


def case_stress(
    model: StressModel,
    case: LoadCase,
    wall: float,
    pressures: PressureAnswer,
    *,
    confinement: Confinement | None = None,
    coarser: bool = False,
) -> CaseStress:
    """The stress of a load case at a wall [m], without a mesh error.

    For hermetic chambers, and lithium against gas, each chamber stands at its low or high pressure by the sign of its
    influence coefficient, which is the exact worst pattern. Behind permeable walls the pressures follow from the fills
    through the gas network; there the worst pattern of fills is found from the network's linear response and its
    pressures are then computed in full.
    """
    basis = model.basis(wall, confinement=confinement, coarser=coarser)
    criterion = model.strength.criterion
    if case == "gas_permeable":
        low, high = permeable_extremes(model, basis, wall)
    else:
        low, high = bounds_of(model, case, wall, pressures)
    found = basis.worst(low, high, criterion)
    bends = _correction(model, wall, _largest_difference(model, wall, case, low, high))
    relieved = bends.stress < 1.0
    even = basis.peak(np.full(len(high), float(np.max(high))), criterion).value if relieved else 0.0
    one = basis.one_different(low, high, criterion).peak.value if np.any(high > low) else found.peak.value
    return CaseStress(
        peak=bends.of(found.peak.value, even),
        # to a millionth of a nanometre: what is zero prints as zero
        at=(round(float(found.peak.at[0]), 15), round(float(found.peak.at[1]), 15)),
        pattern=found.pattern,
        one_different=bends.of(one, even),
        root=section_stress(basis, "root", low, high, bends),
        middle=section_stress(basis, "middle", low, high, bends),
        deflection=_extreme(basis.deflection_influence, low, high) * bends.deflection,
        correction=bends,
    )


def least_mesh_error(elements_through_wall: int) -> float:
    """The relative error of a peak [-] that is stated at least: 0.5 % at four elements and of second order beyond.

    What two meshes have in common, the place of the surface points and of the largest value among them, is not seen in
    their difference; it is 0.1 to 0.5 % at four elements. Below four the mesh has no coarser one to be compared with:
    then 6 %, the largest error found with two (docs/verification/minimum-wall.md).
    """
    return 0.08 / elements_through_wall**2 if elements_through_wall >= _COARSEST else 0.06


def with_mesh_error(
    stress: CaseStress, pairs: Sequence[tuple[CaseStress, CaseStress]], *, least: float = 0.0
) -> CaseStress:
    """``stress`` with an estimate of its discretisation error on the safe side.

    Parameters
    ----------
    stress : CaseStress
        Of one load case.
    pairs : sequence of (CaseStress, CaseStress)
        This case and others at the same wall, on its mesh and on the mesh of half its density. The largest relative
        difference of any of them is taken: one peak may agree on two meshes by chance, hardly all of them. At the first
        order that a barely resolved fillet still shows, the error of the finer mesh is that difference; at the second
        order that stresses of quadratic elements have, a third of it.
    least : float
        Relative error below which nothing is stated [-].
    """
    shares = [abs(fine.peak - coarse.peak) / fine.scale for fine, coarse in pairs]
    return replace(stress, mesh_error=max(*shares, least) * stress.scale)


def _extreme(coefficients: Floats, low: Floats, high: Floats) -> float:
    """Largest absolute value of a linear quantity over all patterns between low and high."""
    up = np.maximum(coefficients, 0.0) @ high + np.minimum(coefficients, 0.0) @ low
    down = np.maximum(coefficients, 0.0) @ low + np.minimum(coefficients, 0.0) @ high
    largest = float(max(up, -down))
    return (
        largest if largest > _ROUND_OFF * float(np.abs(coefficients) @ np.maximum(np.abs(low), np.abs(high))) else 0.0
    )


def section_stress(basis: ArrayBasis, name: str, low: Floats, high: Floats, bends: StripCorrection) -> SectionStress:
    """Membrane and bending for the pattern that makes the larger of the two face stresses largest."""
    line = basis.sections[name]
    x, y = line.rule.axes[1]
    # sums per unit pressure (membrane, bending, ...) of the component along the wall
    membrane, bending, *_ = np.einsum("c,rcn->rn", np.array([x * x, y * y, 0.0, 2 * x * y]), line.influence)
    candidates = []
    for sign in (1.0, -1.0):
        pattern = np.where(membrane + sign * bending > 0.0, high, low)
        candidates.append((float(membrane @ pattern), float(sign * (bending @ pattern))))
    best = max(candidates, key=sum)
    even = float(membrane.sum() * np.max(high))
    best = bends.of(best[0], even), best[1] * bends.stress
    # what is left of bending where symmetry forbids it is round-off
    return SectionStress(membrane=best[0], bending=best[1] if abs(best[1]) > _ROUND_OFF * abs(best[0]) else 0.0)


def strip_of(model: StressModel, wall: float) -> dict[str, float] | None:
    """Span, wall [m], modulus [Pa] and Poisson's ratio of the wall as a strip; None where it is not flat or isotropic."""
    drawing, elastic = model.drawing(wall), model.material.elastic
    if drawing.bore_shape == "round" or drawing.construction == "tubes" or not isinstance(elastic, Isotropic):
        return None
    return {
        "span": drawing.clear_span,
        "wall": wall,
        "youngs_modulus": elastic.youngs_modulus,
        "poissons_ratio": elastic.poissons_ratio,
    }


def _largest_difference(model: StressModel, wall: float, case: LoadCase, low: Floats, high: Floats) -> float:
    """Largest pressure difference across a wall [Pa]: between any two levels, or between neighbours of a known pattern."""
    if case != "gas_permeable":
        return float(np.max(high) - np.min(low))
    first, second = model.graph(wall).edges.T
    return float(np.abs(high[first] - high[second]).max())


def _correction(model: StressModel, wall: float, difference: float) -> StripCorrection:
    """The strip's correction for a pressure difference [Pa]."""
    strip = strip_of(model, wall)
    if strip is None or difference <= 0.0:
        return LINEAR
    return strip_correction(difference=difference, **strip)


def permeable_extremes(model: StressModel, basis: ArrayBasis, wall: float) -> tuple[Floats, Floats]:
    """Pressures (n,) [Pa] behind permeable walls for the pattern of fills that stresses the walls most; low = high.

    The response of every chamber to one fuller chamber, found by the gas network, spreads a chamber's fill over its
    neighbours; the sign of the influence coefficients taken through it gives the worst pattern of fills.
    """
    study, graph = model.study, model.graph(wall)
    n, count = study.numerics.supercell, len(graph.kinds)
    bores = n * n
    permeance = permeance_at(study, 1.0) / graph.thicknesses
    fills = np.zeros(count)

    def relative(full: NDArray[np.bool_]) -> Floats:
        fills[:bores] = np.where(full, study.gas.fill, study.gas.neighbour_fill)
        if bores == count and full.all() | ~full.any():
            # chambers that are alike exchange nothing
            return hermetic_pressure(study, fills) - study.gas.initial_pressure
        gas = pattern_pressures(study, graph, fills, permeance=permeance, rtol=_NETWORK_TOLERANCE)
        return gas - study.gas.initial_pressure

    none, one = np.zeros(bores, dtype=bool), np.zeros(bores, dtype=bool)
    one[0] = True
    alone = relative(none)
    response = relative(one) - alone
    surface = basis.surface
    along = tangential(np.moveaxis(surface.influence, 1, -1), surface.normals[:, None, :])
    # influence of a fill = correlation of the influence of pressures with the response to one fill
    spread = np.fft.rfft2(response.reshape(-1, n, n))
    influence = np.fft.rfft2(along.reshape(len(along), -1, n, n))
    through = np.fft.irfft2((influence * np.conj(spread)).sum(axis=1), s=(n, n)).reshape(-1, bores)
    hardest = through[int(np.argmax(np.maximum(through, 0.0).sum(axis=1) + along @ alone))]
    level = relative(hardest > 0.0)
    level.setflags(write=False)
    return level, level


def pressure_difference(case: LoadCase, pressures: PressureAnswer, *, tubes: bool = False) -> float:
    """Largest pressure difference [Pa] across a wall in a load case; beside ``tubes`` stand gaps at the initial pressure."""
    if case == "equalised":
        return 0.0
    if case == "gas_permeable":
        return pressures.permeable.difference
    if case == "gas_hermetic":
        return pressures.hermetic.difference
    return abs(pressures.lithium - (pressures.initial if tubes else pressures.hermetic.low))
