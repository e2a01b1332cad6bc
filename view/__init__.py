"""The view of tubewall: pictures of sections, of the array in 3D, and films of a filling.

The names below load when first used, so that ``import tubewall`` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tubewall.view.animation import film_of, film_of_load
    from tubewall.view.array_patch import array_source
    from tubewall.view.block import extruded
    from tubewall.view.body_picture import draw_body
    from tubewall.view.cross_section import section
    from tubewall.view.field import Chamber, Field2D, Maximum
    from tubewall.view.filling import Moment, filling_gif
    from tubewall.view.lattice_columns import column_map
    from tubewall.view.lattice_film import film_of_array
    from tubewall.view.lattice_map import anode_map
    from tubewall.view.layers import Layer
    from tubewall.view.live_array import write_array_page
    from tubewall.view.live_page import write_live_page
    from tubewall.view.patches import ArrayState, array_field, solution_field
    from tubewall.view.picture import Picture
    from tubewall.view.probe import can_render
    from tubewall.view.scene_cut import Cut
    from tubewall.view.scene_look import Look
    from tubewall.view.scene_page import body_page
    from tubewall.view.vector_picture import draw_vector


_HOME = {
    "ArrayState": "patches",
    "Chamber": "field",
    "Cut": "scene_cut",
    "Field2D": "field",
    "Layer": "layers",
    "Look": "scene_look",
    "Maximum": "field",
    "Moment": "filling",
    "Picture": "picture",
    "anode_map": "lattice_map",
    "array_field": "patches",
    "array_source": "array_patch",
    "body_page": "scene_page",
    "can_render": "probe",
    "column_map": "lattice_columns",
    "draw_body": "body_picture",
    "draw_vector": "vector_picture",
    "extruded": "block",
    "filling_gif": "filling",
    "film_of": "animation",
    "film_of_array": "lattice_film",
    "film_of_load": "animation",
    "section": "cross_section",
    "solution_field": "patches",
    "write_array_page": "live_array",
    "write_live_page": "live_page",
}

__all__ = [
    "ArrayState",
    "Chamber",
    "Cut",
    "Field2D",
    "Layer",
    "Look",
    "Maximum",
    "Moment",
    "Picture",
    "anode_map",
    "array_field",
    "array_source",
    "body_page",
    "can_render",
    "column_map",
    "draw_body",
    "draw_vector",
    "extruded",
    "filling_gif",
    "film_of",
    "film_of_array",
    "film_of_load",
    "section",
    "solution_field",
    "write_array_page",
    "write_live_page",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
