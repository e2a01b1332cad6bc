"""The chambers of tubewall."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tubewall.chambers.filling import Filling, linear_filling
    from tubewall.chambers.network import EquationOfState, Network, Pinhole, leak_conductance
    from tubewall.chambers.pressures import Pressures, pressurise

_HOME = {
    "EquationOfState": "network",
    "Filling": "filling",
    "Network": "network",
    "Pinhole": "network",
    "Pressures": "pressures",
    "leak_conductance": "network",
    "linear_filling": "filling",
    "pressurise": "pressures",
}

__all__ = [
    "EquationOfState",
    "Filling",
    "Network",
    "Pinhole",
    "Pressures",
    "leak_conductance",
    "linear_filling",
    "pressurise",
]


def __getattr__(name: str) -> object:
    """Import a public name from its module when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
