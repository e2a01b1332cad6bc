"""The layers that a picture in 3D is stacked of: checked, and turned so that the cut shows the maximum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tubewall.errors import InputError
from tubewall.view.field import Chamber, Field2D, Maximum


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Layer:
    """A stretch of height in which the section does not change, for example the gas-gas zone of the wall.

    Parameters
    ----------
    top : float
        Height of its upper end over the electrolyte [m]; it begins where the layer before it ends.
    field : Field2D
        The section there.
    """

    top: float
    field: Field2D


def faces_away(layers: Sequence[Layer]) -> tuple[bool, float]:
    """Whether the largest maximum lies in the part that a cut takes away, and that maximum [Pa]."""
    peak = max((layer.field.peak for layer in layers), key=lambda p: p.value)
    return peak.at[1] < cut_height(layers[0].field), peak.value


def turned(layers: Sequence[Layer]) -> list[Layer]:
    """The layers turned half round, so that what lay before the cut lies behind it."""
    return [replace(layer, field=_turned(layer.field)) for layer in layers]


def cut_height(field: Field2D) -> float:
    """Where the front is cut away: y [m] of the chamber nearest to the middle of the section."""
    middle = 0.5 * (field.points.min(axis=0) + field.points.max(axis=0))
    places = [np.array(c.at) for c in field.chambers] or [middle]
    return float(min(places, key=lambda at: float(np.hypot(*(at - middle))))[1])


def check_layers(layers: Sequence[Layer]) -> None:
    """InputError unless the layers are one body: heights that grow, one mesh, the same chambers, lithium inside."""
    if not layers:
        raise InputError("an extruded picture needs at least one layer, got none")
    bottom = 0.0
    for k, layer in enumerate(layers):
        if isinstance(layer.top, bool) or not isinstance(layer.top, (int, float)) or not bottom < layer.top < np.inf:
            raise InputError(
                f"the top of layer {k} must be above {bottom:g} m, got {layer.top!r}: give layers from below"
            )
        bottom = layer.top
        same = layer.field.points.shape == layers[0].field.points.shape and np.array_equal(
            layer.field.cells, layers[0].field.cells
        )
        if not same or not np.allclose(
            layer.field.points, layers[0].field.points, rtol=0, atol=1e-9 * layer.field.size
        ):
            raise InputError(f"layer {k} has another mesh than layer 0: give every layer the same points and cells")
        if [c.at for c in layer.field.chambers] != [c.at for c in layers[0].field.chambers]:
            raise InputError(f"layer {k} has other chambers than layer 0: name the same chambers in the same order")
    for chamber in layers[0].field.chambers:
        _check_level(chamber, bottom)


def _check_level(chamber: Chamber, height: float) -> None:
    if chamber.lithium_level > height * (1 + 1e-9):
        raise InputError(
            f"{chamber.name}: lithium_level {chamber.lithium_level:g} m is above the top of the layers, {height:g} m"
        )


def _turned(field: Field2D) -> Field2D:
    """The section turned half round the origin."""

    def opposite(at: tuple[float, float]) -> tuple[float, float]:
        return -at[0], -at[1]

    peak = field.peak
    return replace(
        field,
        points=-field.points,
        displacement=-field.displacement,
        chambers=tuple(replace(c, at=opposite(c.at)) for c in field.chambers),
        maximum=Maximum(at=opposite(peak.at), value=peak.value),
    )
