"""The chambers: filling, compression, exchange through walls, and the lithium under the gas."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tubewall.chambers.filling import Filling, linear_filling
    from tubewall.chambers.network import EquationOfState, Network, Pinhole, leak_conductance
    from tubewall.chambers.piston import LithiumPressures, Piston, lithium_pressures
    from tubewall.chambers.pressures import Pressures, pressurise
    from tubewall.chambers.rates import (
        crossover_permeance,
        decay_rates,
        equalisation_time,
        quasi_steady_difference,
        regime_number,
    )
    from tubewall.chambers.zones import WallZone, wall_zones

_HOME = {
    "EquationOfState": "network",
    "Filling": "filling",
    "LithiumPressures": "piston",
    "Network": "network",
    "Pinhole": "network",
    "Piston": "piston",
    "Pressures": "pressures",
    "WallZone": "zones",
    "crossover_permeance": "rates",
    "decay_rates": "rates",
    "equalisation_time": "rates",
    "leak_conductance": "network",
    "linear_filling": "filling",
    "lithium_pressures": "piston",
    "pressurise": "pressures",
    "quasi_steady_difference": "rates",
    "regime_number": "rates",
    "wall_zones": "zones",
}

__all__ = [
    "EquationOfState",
    "Filling",
    "LithiumPressures",
    "Network",
    "Pinhole",
    "Piston",
    "Pressures",
    "WallZone",
    "crossover_permeance",
    "decay_rates",
    "equalisation_time",
    "leak_conductance",
    "linear_filling",
    "lithium_pressures",
    "pressurise",
    "quasi_steady_difference",
    "regime_number",
    "wall_zones",
]


def __getattr__(name: str) -> object:
    """Import a public name from its module when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
