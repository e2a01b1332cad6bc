"""Open-circuit potential of LiFePO4 against lithium, as published fits.

Formula and coefficients were compared, number by number, with other public carriers of the same fits: ``afshar 2017`` with the
LFP cathode of PyBaMM's parameter set Prada2013, which cites the preprint; ``safari 2011`` with the public program
wenzlern/ma, which cites the doi, and two more that name no source. All agree, but one has 3.4324 V for the first constant
of ``safari 2011``, 0.1 mV more. The papers themselves were not at hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.chambers.check import floats
from tubewall.errors import InputError, unknown_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A fit and where it is from.

    Attributes
    ----------
    potential : function of (n,) -> (n,)
        Potential against lithium [V] at a lithium content of 0 to 1 [-].
    source : str
        Authors, journal, year, identifier.
    note : str
        What it is a fit of.
    """

    potential: Callable[[Floats], Floats]
    source: str
    note: str


def _safari(y: Floats) -> Floats:
    x = 1.0 - y
    return np.asarray(
        3.4323
        - 0.8428 * np.exp(-80.2493 * x**1.3198)
        - 3.2474e-6 * np.exp(20.2645 * x**3.8003)
        + 3.2482e-6 * np.exp(20.2646 * x**3.7995)
    )


def _afshar(y: Floats) -> Floats:
    return np.asarray(3.4077 - 0.020269 * y + 0.5 * np.exp(-150.0 * y) - 0.9 * np.exp(-30.0 * (1.0 - y)))


#: Published fits; the names are first author and year.
CURVES: Final = {
    "safari 2011": Curve(
        potential=_safari,
        source="M. Safari and C. Delacourt, J. Electrochem. Soc. 158, A562 (2011), doi 10.1149/1.3567007",
        note="a commercial LiFePO4 electrode at 25 C, mean of slow charge and discharge: 2.589 V full, 3.432 V on the plateau",
    ),
    "afshar 2017": Curve(
        potential=_afshar,
        source="S. Afshar, K. Morris and A. Khajepour, arXiv:1709.03970 (2017)",
        note="smooth fit with a sloping plateau: 2.487 V full, 3.398 V half, 3.908 V empty",
    ),
}


def lfp_potential(lithium: ArrayLike, *, curve: str = "safari 2011") -> Floats:
    """Open-circuit potential of LixFePO4 against lithium metal [V].

    The hysteresis of the plateau (some 10 mV) and its shift with temperature (below 0.1 mV/K, some mV from 25 to 55 C)
    are left out.

    Parameters
    ----------
    lithium : (...) float
        x in LixFePO4, 0 to 1 [-].
    curve : str
        A name of ``CURVES``.

    Raises
    ------
    InputError
        Outside of 0 to 1, or for an unknown curve.
    """
    if curve not in CURVES:
        raise unknown_name("open-circuit curve", str(curve), CURVES)
    content = floats("lfp_potential: lithium", lithium)
    if not ((content >= 0.0) & (content <= 1.0)).all():
        raise InputError(f"lfp_potential: lithium must lie within 0 to 1, got {content.min():g} to {content.max():g}")
    return CURVES[curve].potential(content)
