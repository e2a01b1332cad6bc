"""Exact SI constants (2019 redefinition) and standard states, so that nothing here needs scipy."""

from __future__ import annotations

from typing import Final

ELEMENTARY_CHARGE: Final = 1.602176634e-19  # C
BOLTZMANN: Final = 1.380649e-23  # J/K
AVOGADRO: Final = 6.02214076e23  # 1/mol
FARADAY: Final = ELEMENTARY_CHARGE * AVOGADRO  # C/mol
GAS_CONSTANT: Final = BOLTZMANN * AVOGADRO  # J/(mol K)
ROOM_TEMPERATURE: Final = 298.15  # K
ATMOSPHERE: Final = 101325.0  # Pa
