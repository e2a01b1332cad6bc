"""Sharp corners of bores: how the stress grows without bound there, so that a peak on a mesh is no answer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tubewall.studies.study import Drawing

# inside a regular hexagon and a square [rad]; the solid fills what is left of the full turn
_INSIDE = {"hexagonal": 2.0 * math.pi / 3.0, "square": math.pi / 2.0}


def is_sharp(drawing: Drawing) -> bool:
    """Whether the bores have corners without a fillet."""
    return drawing.bore_shape in _INSIDE and drawing.fillet == 0.0


def williams_exponent(solid_angle: float) -> float:
    """Exponent lambda of the displacement, u ~ r^lambda, at a notch whose solid spans ``solid_angle`` [rad], pi .. 2 pi.

    The least root of sin(lambda a) + lambda sin a = 0 for a load that opens the notch (Williams, J. Appl. Mech. 19, 526,
    1952). The stress goes as r^(lambda - 1): 1 for a flat face, 1/2 for a crack.
    """
    from tubewall.fem import Sector, corner_exponents
    from tubewall.materials import Isotropic

    if solid_angle <= math.pi:
        return 1.0
    # between free faces the exponent is that of the angle alone, whatever the constants
    solid = Sector(law=Isotropic(youngs_modulus=1.0, poissons_ratio=0.3), start_angle=0.0, end_angle=solid_angle)
    return float(corner_exponents([solid]).leading.real)


def corner_exponent(drawing: Drawing) -> float | None:
    """Exponent of the displacement at the corners of the bores; None where the bores have no sharp corner."""
    return williams_exponent(2.0 * math.pi - _INSIDE[drawing.bore_shape]) if is_sharp(drawing) else None


def refusal(drawing: Drawing) -> str:
    """Why a sharp corner has no peak stress; empty where there is one."""
    exponent = corner_exponent(drawing)
    if exponent is None:
        return ""
    return (
        f"sharp corners: the stress grows as r^{exponent - 1.0:.3f} towards them, so that a peak would follow the mesh; "
        "membrane and bending at the root stand in for it, or give a fillet"
    )
