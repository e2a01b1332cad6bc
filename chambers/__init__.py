"""The chambers: filling, compression, exchange through walls, and the lithium under the gas."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tubewall.chambers.anode import Anode, Lattice, Scatter
    from tubewall.chambers.anode_run import AnodeRun
    from tubewall.chambers.any_network import AnyNetwork, Relaxation, relax
    from tubewall.chambers.burst_cascade import Cascade, cascade
    from tubewall.chambers.cells import FullCell, HalfCell
    from tubewall.chambers.engine import run
    from tubewall.chambers.engine_checkpoint import Checkpoint
    from tubewall.chambers.filling import Filling, linear_filling
    from tubewall.chambers.network import EquationOfState, Network, Pinhole, leak_conductance
    from tubewall.chambers.open_circuit import lfp_potential
    from tubewall.chambers.piston import LithiumPressures, Piston, lithium_pressures
    from tubewall.chambers.planar_foil import PlanarFoil, run_foil
    from tubewall.chambers.pressures import Pressures, pressurise
    from tubewall.chambers.protocol import Protocol, Step
    from tubewall.chambers.rates import (
        crossover_permeance,
        decay_rates,
        equalisation_time,
        quasi_steady_difference,
        regime_number,
    )
    from tubewall.chambers.wall_bursts import Bursts
    from tubewall.chambers.wall_strength import WallStrength
    from tubewall.chambers.zones import WallZone, wall_zones


_HOME = {
    "Anode": "anode",
    "AnodeRun": "anode_run",
    "AnyNetwork": "any_network",
    "Bursts": "wall_bursts",
    "Cascade": "burst_cascade",
    "Checkpoint": "engine_checkpoint",
    "EquationOfState": "network",
    "Filling": "filling",
    "FullCell": "cells",
    "HalfCell": "cells",
    "Lattice": "anode",
    "LithiumPressures": "piston",
    "Network": "network",
    "Pinhole": "network",
    "Piston": "piston",
    "PlanarFoil": "planar_foil",
    "Pressures": "pressures",
    "Protocol": "protocol",
    "Relaxation": "any_network",
    "Scatter": "anode",
    "Step": "protocol",
    "WallStrength": "wall_strength",
    "WallZone": "zones",
    "cascade": "burst_cascade",
    "crossover_permeance": "rates",
    "decay_rates": "rates",
    "equalisation_time": "rates",
    "leak_conductance": "network",
    "lfp_potential": "open_circuit",
    "linear_filling": "filling",
    "lithium_pressures": "piston",
    "pressurise": "pressures",
    "quasi_steady_difference": "rates",
    "regime_number": "rates",
    "relax": "any_network",
    "run": "engine",
    "run_foil": "planar_foil",
    "wall_zones": "zones",
}

__all__ = [
    "Anode",
    "AnodeRun",
    "AnyNetwork",
    "Bursts",
    "Cascade",
    "Checkpoint",
    "EquationOfState",
    "Filling",
    "FullCell",
    "HalfCell",
    "Lattice",
    "LithiumPressures",
    "Network",
    "Pinhole",
    "Piston",
    "PlanarFoil",
    "Pressures",
    "Protocol",
    "Relaxation",
    "Scatter",
    "Step",
    "WallStrength",
    "WallZone",
    "cascade",
    "crossover_permeance",
    "decay_rates",
    "equalisation_time",
    "leak_conductance",
    "lfp_potential",
    "linear_filling",
    "lithium_pressures",
    "pressurise",
    "quasi_steady_difference",
    "regime_number",
    "relax",
    "run",
    "run_foil",
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
