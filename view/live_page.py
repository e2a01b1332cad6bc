"""A page with a slider for the pressure of every chamber: the body moves with them, and no server answers."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Unpack

from tubewall.fem.model import Model
from tubewall.view.body_scene import body_scene
from tubewall.view.body_surface import body_surface
from tubewall.view.live_units import chamber_units, checked_chambers, solved_units
from tubewall.view.picture import checked_path
from tubewall.view.scene_look import Look, LookOptions
from tubewall.view.scene_page import MOST_TRIANGLES, page_of
from tubewall.whole_files import write_whole

# triangles times chambers of a page, about: 20 bytes each, and what a browser adds up in some tens of milliseconds
_MOST_PRODUCTS: Final = 600_000


def write_live_page(
    model: Model,
    path: str | os.PathLike[str],
    *,
    chambers: Mapping[str, Sequence[str]] | None = None,
    highest: float | None = None,
    **look: Unpack[LookOptions],
) -> Path:
    """Write a page on which the chambers' pressures are sliders and the body answers at once.

    The model is solved for each chamber alone; since stress is linear in the pressures, every other pattern is a sum that the
    browser makes.

    Parameters
    ----------
    model : Model
        Its loads are where the sliders stand at first.
    path : str or path
        Ends in ``.html``; written whole or not at all.
    chambers : mapping of name to boundaries, optional
        The sliders; by default every boundary with a uniform pressure, those of one chamber and contents together.
    highest : float, optional
        Where the sliders end [Pa]; twice the highest pressure without it.
    **look
        As of ``draw_body``, without glyphs.

    Returns
    -------
    Path

    Raises
    ------
    InputError
        Without a chamber, with more than 64, or as of ``draw_body``.
    """
    target = checked_path(path, ".html")
    wanted = replace(Look(**look), glyphs=False)
    own = checked_chambers(model, chambers)
    whole, units = solved_units(model, own)
    most = min(MOST_TRIANGLES, _MOST_PRODUCTS // len(own))
    scene = body_scene(body_surface(whole, wanted, most=most), wanted)
    page = page_of(scene, chamber_units(scene, whole, units, own, highest))
    return write_whole(target, page.encode("utf-8"))
