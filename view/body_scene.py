"""A body ready to be drawn: about one unit large about the origin, with the words that go with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tubewall.units import show as shown
from tubewall.view.body_surface import SHARP, BodySurface
from tubewall.view.scale import checked_magnification, gas_blue, lithium_grey, nice_below, stress_name, times
from tubewall.view.scene_camera import eye_of
from tubewall.view.scene_fluids import Fluid
from tubewall.view.scene_look import Look

Floats = NDArray[np.float64]
Colour = tuple[float, float, float]

# the largest displacement is drawn as at most this share of the body's size
_SHARE = 0.035


@dataclass(frozen=True, kw_only=True, eq=False)
class BodyScene:
    """A surface in units of the scene, deformed.

    Attributes
    ----------
    surface : BodySurface
    look : Look
    magnification : float
    metres : float
        One unit of the scene [m].
    middle : (3,)
        The origin of the scene [m].
    points : (n, 3)
    segments, rest : (s, 2, 3)
        Lines of the deformed body and of the body at rest; no ``rest`` where it is not drawn.
    mark : (3,)
    framing : (k, 3)
        What must fit into the picture besides, in a film the whole load's points.
    direction : (3,)
        To the eye.
    """

    surface: BodySurface
    look: Look
    magnification: float
    metres: float
    middle: Floats
    points: Floats
    segments: Floats
    rest: Floats
    mark: Floats
    framing: Floats
    direction: Floats

    def placed(self, points: Floats, displacement: Floats) -> Floats:
        """Points (..., 3) [m] and their displacement in units of the scene."""
        return np.asarray((points + self.magnification * displacement - self.middle) / self.metres)

    @property
    def mark_text(self) -> str:
        """The label of the mark: 'max 42.3 MPa'."""
        surface = self.surface
        return f"{'min' if surface.quantity.danger == 'min' else 'max'} {shown(surface.mark_value, 'Pa')}"

    @property
    def mark_note(self) -> str:
        """What stands below the label where the value is no answer."""
        warning = self.surface.warning
        return SHARP if "stress grows as" in warning or SHARP in warning else ""

    @property
    def scale_text(self) -> str:
        """How the displacement is drawn."""
        return "at rest" if self.magnification == 0 else f"displacement {times(self.magnification)}"

    @property
    def caption(self) -> str:
        """One line: what is shown, the maximum and where, the magnification, what must be known besides."""
        surface, look = self.surface, self.look
        head = f"{look.title}: " if look.title else ""
        # to a millionth of the body: what is zero but for rounding prints as zero
        place = ", ".join(shown(round(part / self.metres, 6) * self.metres + 0.0, "m") for part in surface.mark_place)
        parts = [f"{stress_name(surface.quantity.name)}, {self.mark_text} at ({place})", self.scale_text]
        if surface.warning:
            parts.append(surface.warning)
        return head + "; ".join(parts)

    @property
    def swatches(self) -> list[tuple[Colour, str]]:
        """The colours of lithium and gas with their words."""
        found = []
        for contents in ("lithium", "gas"):
            mine = [fluid for fluid in self.surface.fluids if fluid.contents == contents]
            if not mine:
                continue
            known = sorted({fluid.pressure for fluid in mine if fluid.pressure is not None})
            words = contents if not known else f"{contents} {shown(known[0], 'Pa')}"
            if len(known) > 1:
                words = f"{contents} to {shown(known[-1], 'Pa')}"
            found.append((self.colour(max(mine, key=lambda fluid: fluid.pressure or 0.0)), words))
        return found

    def colour(self, fluid: Fluid) -> Colour:
        """Lithium is silver, gas bluer the higher its pressure."""
        if fluid.contents == "lithium":
            return lithium_grey()
        known = [f.pressure for f in self.surface.fluids if f.contents == "gas" and f.pressure is not None]
        top = max(known, default=0.0)
        return gas_blue(0.45 + 0.55 * (fluid.pressure / top if fluid.pressure is not None and top > 0 else 1.0))


def body_scene(surface: BodySurface, look: Look) -> BodyScene:
    """The scene of a surface, its magnification chosen where the look leaves it open."""
    scale = chosen_magnification(surface) if look.magnification is None else checked_magnification(look.magnification)
    deformed = surface.points + scale * surface.displacement
    metres = float(np.ptp(deformed, axis=0).max())
    middle = 0.5 * (deformed.min(axis=0) + deformed.max(axis=0))
    lines = surface.line_points[surface.lines]
    moved = surface.line_displacement[surface.lines]
    rest = (scale > 0 and surface.plane) if look.rest is None else look.rest
    points, mark = (deformed - middle) / metres, (surface.mark + scale * surface.mark_displacement - middle) / metres
    return BodyScene(
        surface=surface,
        look=look,
        magnification=scale,
        metres=metres,
        middle=middle,
        points=points,
        segments=(lines + scale * moved - middle) / metres,
        rest=(lines - middle) / metres if rest else np.zeros((0, 2, 3)),
        mark=mark,
        framing=np.zeros((0, 3)),
        direction=eye_of(surface, look, points, mark),
    )


def chosen_magnification(surface: BodySurface) -> float:
    """1, 2 or 5 times a power of ten, so that the largest displacement is drawn as at most 3.5 % of the body."""
    size = float(np.ptp(surface.points, axis=0).max())
    largest = float(np.linalg.norm(surface.displacement, axis=1).max())
    return nice_below(_SHARE * size / largest) if largest > 1e-12 * size else 1.0
