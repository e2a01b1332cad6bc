"""Which drawings of an array are possible: its wall, shape, fillet, spacing and neck beside the bore."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tubewall.errors import InputError
from tubewall.geometry.shapes import widest_half_neck
from tubewall.units import show

if TYPE_CHECKING:
    from tubewall.geometry.array import CellArray

#: Thinnest wall, smallest fillet and narrowest neck that are drawn, as a fraction of the bore.
FINEST: Final = 1e-4
#: Thickest wall as a multiple of the bore.
THICKEST: Final = 10.0
#: Widest spacing of separate tubes as a multiple of the bore.
WIDEST_SPACING: Final = 1000.0


def check_drawing(array: CellArray) -> None:
    """Refuse a drawing that is impossible.

    Raises
    ------
    InputError
        With the geometric reason and what fits.
    """
    _check_wall(array)
    _check_shape(array)
    _check_fillet(array)
    _check_spacing(array)
    _check_neck(array)


def _check_wall(array: CellArray) -> None:
    thin, thick = FINEST * array.bore, THICKEST * array.bore
    if not thin <= array.wall <= thick:
        raise InputError(
            f"CellArray.wall {show(array.wall, 'm')} cannot be drawn beside a bore of {show(array.bore, 'm')}: "
            f"pass {show(thin, 'm')} <= wall <= {show(thick, 'm')}"
        )


def _check_shape(array: CellArray) -> None:
    if array.construction == "tubes" and array.bore_shape != "round":
        raise InputError(
            f"separate tubes are round, got bore_shape={array.bore_shape!r}: {array.bore_shape} tubes would touch "
            "face to face and leave no interstices; pass construction='matrix' or bore_shape='round'"
        )
    if array.bore_shape != "round" and array.bore_shape != array.packing:
        raise InputError(
            f"{array.bore_shape} bores in {array.packing} packing leave no flat wall of equal thickness between "
            f"neighbours: pass packing={array.bore_shape!r}, or bore_shape={array.packing!r} or 'round'"
        )


def _check_fillet(array: CellArray) -> None:
    if array.fillet == 0:
        return
    if array.bore_shape == "round":
        raise InputError(f"a round bore has no corners, got fillet {show(array.fillet, 'm')}: pass fillet=0")
    if array.fillet >= array.bore / 2:
        raise InputError(
            f"fillet {show(array.fillet, 'm')} does not fit a {array.bore_shape} bore of {show(array.bore, 'm')}: "
            f"pass fillet < {show(array.bore / 2, 'm')}"
        )
    if array.fillet < FINEST * array.bore:
        raise InputError(
            f"fillet {show(array.fillet, 'm')} is too small to draw in a bore of {show(array.bore, 'm')}: "
            f"pass fillet >= {show(FINEST * array.bore, 'm')}, or 0 for sharp corners"
        )


def _check_spacing(array: CellArray) -> None:
    if array.spacing and (array.construction == "matrix" or array.neck):
        raise InputError(
            f"CellArray.spacing {show(array.spacing, 'm')} keeps separate tubes apart: pass construction='tubes' and neck=0, or "
            "spacing=0"
        )
    if 0 < array.spacing < FINEST * array.bore or array.spacing > WIDEST_SPACING * array.bore:
        raise InputError(
            f"CellArray.spacing {show(array.spacing, 'm')} cannot be drawn beside a bore of {show(array.bore, 'm')}: pass 0, or "
            f"{show(FINEST * array.bore, 'm')} <= spacing <= {show(WIDEST_SPACING * array.bore, 'm')}"
        )


def _check_neck(array: CellArray) -> None:
    if array.neck == 0:
        return
    if array.construction == "matrix":
        raise InputError(
            f"a matrix has no necks, got neck {show(array.neck, 'm')}: pass neck=0 or construction='tubes'"
        )
    # 2 % short of meeting, below which the arc of tube left between them is a sliver
    widest = 0.98 * 2 * widest_half_neck(array.outer_radius, array.half_angle)
    if array.neck >= widest:
        raise InputError(
            f"neck {show(array.neck, 'm')} is too wide for touching tubes of {show(2 * array.outer_radius, 'm')} "
            f"outer diameter: the menisci of neighbouring necks would meet; pass neck < {show(widest, 'm')}"
        )
    if array.neck < 100 * FINEST * array.bore:
        raise InputError(
            f"neck {show(array.neck, 'm')} is too narrow to draw beside a bore of {show(array.bore, 'm')}: "
            f"pass neck >= {show(100 * FINEST * array.bore, 'm')}, or 0 for tubes that only touch"
        )
