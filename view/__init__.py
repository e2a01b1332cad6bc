"""The view of tubewall: pictures of sections, of the array in 3D, and films of a filling.

The names below load when first used, so that ``import tubewall`` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tubewall.view.block import extruded
    from tubewall.view.body_picture import draw_body
    from tubewall.view.cross_section import section
    from tubewall.view.field import Chamber, Field2D, Maximum
    from tubewall.view.filling import Moment, filling_gif
    from tubewall.view.layers import Layer
    from tubewall.view.patches import ArrayState, array_field, solution_field
    from tubewall.view.picture import Picture
    from tubewall.view.probe import can_render

_HOME = {
    "ArrayState": "patches",
    "Chamber": "field",
    "Field2D": "field",
    "Layer": "layers",
    "Maximum": "field",
    "Moment": "filling",
    "Picture": "picture",
    "array_field": "patches",
    "draw_body": "body_picture",
    "can_render": "probe",
    "extruded": "block",
    "filling_gif": "filling",
    "section": "cross_section",
    "solution_field": "patches",
}

__all__ = [
    "ArrayState",
    "Chamber",
    "Field2D",
    "Layer",
    "Maximum",
    "Moment",
    "Picture",
    "array_field",
    "draw_body",
    "can_render",
    "extruded",
    "filling_gif",
    "section",
    "solution_field",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
