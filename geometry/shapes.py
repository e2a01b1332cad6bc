"""The plane figures of a drawing in closed form: filleted polygons, and the meniscus that bonds two tubes."""

from __future__ import annotations

import math
from dataclasses import dataclass

#: Half the angle that one neighbour takes of a bore: six neighbours in hexagonal packing, four in square.
HALF_ANGLE = {"hexagonal": math.pi / 6, "square": math.pi / 4}


def polygon_bore_area(bore: float, fillet: float, half_angle: float) -> float:
    """Area [m2] of a regular polygon ``bore`` [m] across flats with rounded corners.

    A polygon of n = pi / ``half_angle`` sides has area n tan(half_angle) bore^2/4; each corner loses the kite between
    its two tangent points less the circular sector, fillet^2 (tan(half_angle) - half_angle).
    """
    sides = math.pi / half_angle
    lost = math.tan(half_angle) - half_angle
    return sides * (math.tan(half_angle) * bore**2 / 4 - lost * fillet**2)


@dataclass(frozen=True, kw_only=True)
class Meniscus:
    """The bond between two equal tubes that touch: a circular arc tangent to both closes the gap at each side.

    With the tubes' outer ``radius`` R [m] and the bond's half width b [m] on the line of symmetry, tangency of the arc
    of radius rho to a tube, R^2 + (b + rho)^2 = (R + rho)^2, gives rho = b^2 / (2 (R - b)).
    """

    radius: float
    half_width: float

    @property
    def arc_radius(self) -> float:
        """Radius rho [m] of the meniscus."""
        return self.half_width**2 / (2 * (self.radius - self.half_width))

    @property
    def centre_height(self) -> float:
        """Distance [m] of the centre of the meniscus from the line that joins the tubes' axes."""
        return self.half_width + self.arc_radius

    @property
    def tangent_angle(self) -> float:
        """Angle [rad] at a tube's axis between the line of centres and the point where the meniscus begins."""
        return math.atan2(self.centre_height, self.radius)

    @property
    def quarter_area(self) -> float:
        """Area [m2] of bond outside one tube and to one side of the line of centres: a quarter of the whole bond."""
        angle = self.tangent_angle
        corner = math.pi / 2 - angle
        return 0.5 * (self.radius * self.centre_height - self.radius**2 * angle - self.arc_radius**2 * corner)


def widest_half_neck(radius: float, half_angle: float) -> float:
    """Half width [m] of the bond at which the menisci of neighbouring bonds meet on the tube of outer ``radius`` [m].

    The meniscus then starts at ``half_angle``: rho = R (1/cos - 1) and b = R tan - rho.
    """
    return radius * (math.tan(half_angle) - 1 / math.cos(half_angle) + 1)
