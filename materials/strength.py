"""Strength laws: what number of a stress state is compared with what strength."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tubewall.errors import InputError
from tubewall.materials.checks import positive

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class StrengthLaw(ABC):
    """A scalar measure of the stress against one strength.

    Parameters
    ----------
    strength : float
        The preferred value [Pa].
    low, high : float, optional
        Range of the strength [Pa]; without them the value itself.
    """

    strength: float
    low: float | None = None
    high: float | None = None

    quantity: ClassVar[str]

    def __post_init__(self) -> None:
        name = type(self).__name__
        value = positive(f"{name}.strength", self.strength, "Pa")
        low = value if self.low is None else positive(f"{name}.low", self.low, "Pa")
        high = value if self.high is None else positive(f"{name}.high", self.high, "Pa")
        if not low <= value <= high:
            raise InputError(f"{name}: low <= strength <= high must hold, got {low:g}, {value:g}, {high:g} Pa")

    @property
    def value(self) -> float:
        """The preferred strength [Pa]."""
        return self.strength

    @property
    def range(self) -> tuple[float, float]:
        """Lowest and highest strength [Pa]."""
        return (
            self.strength if self.low is None else self.low,
            self.strength if self.high is None else self.high,
        )

    @abstractmethod
    def equivalent(self, stress: ArrayLike) -> Array:
        """The scalar measure (...) [Pa] of the stress (..., 3, 3) [Pa]."""

    def utilisation(self, stress: ArrayLike) -> Array:
        """Measure over strength (...) [-] of the stress (..., 3, 3) [Pa]; the law is reached at 1."""
        return self.equivalent(stress) / self.strength


@dataclass(frozen=True, kw_only=True)
class MaxPrincipal(StrengthLaw):
    """Brittle: breaks when the largest principal stress reaches the strength (Rankine)."""

    quantity: ClassVar[str] = "largest principal stress"

    def equivalent(self, stress: ArrayLike) -> Array:
        """Largest principal stress (...) [Pa] of the stress (..., 3, 3) [Pa]."""
        return principal_stresses(stress)[..., 0]


@dataclass(frozen=True, kw_only=True)
class VonMisesYield(StrengthLaw):
    """Ductile: flows when von Mises' stress reaches the yield strength."""

    quantity: ClassVar[str] = "von Mises stress"

    def equivalent(self, stress: ArrayLike) -> Array:
        """Von Mises' stress (...) [Pa] of the stress (..., 3, 3) [Pa]: sqrt(3/2 s:s), s the deviator."""
        tensor = _tensor(stress)
        deviator = tensor - np.trace(tensor, axis1=-2, axis2=-1)[..., None, None] / 3 * np.eye(3)
        return np.asarray(np.sqrt(1.5 * np.einsum("...ij,...ij->...", deviator, deviator)))


def principal_stresses(stress: ArrayLike) -> Array:
    """Principal stresses (..., 3) [Pa], largest first, of the symmetric stress (..., 3, 3) [Pa]."""
    return np.asarray(np.linalg.eigvalsh(_tensor(stress))[..., ::-1], dtype=np.float64)


def _tensor(stress: ArrayLike) -> Array:
    tensor = np.asarray(stress, dtype=float)
    if tensor.shape[-2:] != (3, 3):
        raise InputError(f"a stress must have the shape (..., 3, 3), got {tensor.shape}")
    if not np.isfinite(tensor).all():
        raise InputError("a stress must be finite; it holds NaN or inf")
    return tensor
