"""Where a thin wall bends by more than a third of itself, it also stretches: the correction of the linear stress."""

from __future__ import annotations

from dataclasses import dataclass

from tubewall.fem.closed_forms import clamped_strip, clamped_strip_large

BLEND_FROM = 0.2
LINEAR_UP_TO = 0.3


@dataclass(frozen=True, kw_only=True)
class StripCorrection:
    """Factors by which linear results are multiplied, 1 in the linear range.

    Attributes
    ----------
    stress : float
        Of peak and linearised stress [-].
    deflection : float
        Of the deflection of the middle [-].
    relative_deflection : float
        Linear deflection of the strip over its thickness [-]; the correction acts from 0.2 and in full from 0.3.
    """

    stress: float
    deflection: float
    relative_deflection: float

    def of(self, stress: float, even: float) -> float:
        """A linear ``stress`` [Pa] corrected, of which ``even`` is what the same high pressure in all chambers makes.

        Walls that carry an even pressure by tension do not bend under it, and bending does not relieve them of it: what
        is even stays as it is where it is a tension. On the safe side, as the pattern may leave some chambers low.
        """
        return self.stress * stress + max(1.0 - self.stress, 0.0) * max(even, 0.0)


LINEAR = StripCorrection(stress=1.0, deflection=1.0, relative_deflection=0.0)


def strip_correction(
    *, difference: float, span: float, wall: float, youngs_modulus: float, poissons_ratio: float
) -> StripCorrection:
    """The long clamped strip with immovable ends under a pressure difference: large over linear deflection theory.

    Parameters
    ----------
    difference : float
        Pressure difference across the wall [Pa].
    span, wall : float
        Clear span and thickness [m].
    youngs_modulus, poissons_ratio : float
        Of the wall [Pa, -].

    Notes
    -----
    Root stress sigma_1 + sigma_2 of Timoshenko and Woinowsky-Krieger (1959), chapter 1, over (q/2)(L/w)^2. Between
    relative deflections of 0.2 and 0.3, where both theories differ by 1 to 3 %, the factor is blended so that the stress
    is a continuous function of the wall.
    """
    geometry = {"span": span, "wall": wall, "youngs_modulus": youngs_modulus, "poissons_ratio": poissons_ratio}
    linear = clamped_strip(difference, **geometry)
    relative = linear.deflection / wall
    if relative <= BLEND_FROM:
        return StripCorrection(stress=1.0, deflection=1.0, relative_deflection=relative)
    large = clamped_strip_large(difference, **geometry)
    share = min(1.0, (relative - BLEND_FROM) / (LINEAR_UP_TO - BLEND_FROM))
    share = share * share * (3.0 - 2.0 * share)
    return StripCorrection(
        stress=1.0 + share * (large.root_stress / linear.root_stress - 1.0),
        deflection=1.0 + share * (large.deflection / linear.deflection - 1.0),
        relative_deflection=relative,
    )
