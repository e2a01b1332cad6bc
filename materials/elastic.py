"""Elastic laws as 6x6 stiffness in the order xx, yy, zz, yz, xz, xy with engineering shear strains."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tubewall.errors import InputError
from tubewall.materials.checks import between, finite, one_of, positive
from tubewall.materials.rotation import rotate_stiffness

Array = NDArray[np.float64]
Axes = Literal["fixed", "circumferential", "radial"]


def check_stiffness(place: str, stiffness: ArrayLike) -> Array:
    """A read-only symmetric (6, 6) stiffness [Pa], positive definite, or an InputError that names the mode of zero energy."""
    matrix: Array = np.array(stiffness, dtype=float)
    if matrix.shape != (6, 6) or not np.isfinite(matrix).all():
        raise InputError(f"{place} must be a finite 6x6 stiffness in Pa, got an array of shape {matrix.shape}")
    scale = float(np.abs(matrix).max())
    if not np.allclose(matrix, matrix.T, rtol=0, atol=1e-9 * scale):
        raise InputError(
            f"{place} must be symmetric; C - C^T has entries up to {np.abs(matrix - matrix.T).max():.3g} Pa"
        )
    matrix = (matrix + matrix.T) / 2
    values, vectors = np.linalg.eigh(matrix)
    if values[0] <= 1e-12 * scale:
        strain = ", ".join(f"{x:.2f}" for x in vectors[:, 0])
        raise InputError(
            f"{place} is not positive definite: the strain ({strain}) would release energy "
            f"(smallest eigenvalue {values[0]:.3g} Pa); lower the Poisson's ratios or raise the moduli"
        )
    matrix.setflags(write=False)
    return matrix


@dataclass(frozen=True, kw_only=True)
class ElasticLaw(ABC):
    """A linear elastic law: stress = stiffness . strain."""

    @abstractmethod
    def stiffness(self) -> Array:
        """Stiffness (6, 6) [Pa] in the material's own axes 1, 2, 3."""

    @abstractmethod
    def stiffness_at(self, points: ArrayLike) -> Array:
        """Stiffness (n, 6, 6) [Pa] in the global axes x, y, z at ``points`` (n, 2) [m] of the section."""


@dataclass(frozen=True, kw_only=True)
class Isotropic(ElasticLaw):
    """Isotropic law.

    Parameters
    ----------
    youngs_modulus : float
        E > 0 [Pa].
    poissons_ratio : float
        nu in (-1, 0.5) [-].
    """

    youngs_modulus: float
    poissons_ratio: float

    def __post_init__(self) -> None:
        positive("Isotropic.youngs_modulus", self.youngs_modulus, "Pa")
        between("Isotropic.poissons_ratio", self.poissons_ratio, -1.0, 0.5, "")

    @property
    def shear_modulus(self) -> float:
        """G = E / (2 (1 + nu)) [Pa]."""
        return self.youngs_modulus / (2 * (1 + self.poissons_ratio))

    @property
    def bulk_modulus(self) -> float:
        """K = E / (3 (1 - 2 nu)) [Pa]."""
        return self.youngs_modulus / (3 * (1 - 2 * self.poissons_ratio))

    @property
    def plane_strain_modulus(self) -> float:
        """E' = E / (1 - nu^2) [Pa]."""
        return self.youngs_modulus / (1 - self.poissons_ratio**2)

    def stiffness(self) -> Array:
        """Stiffness (6, 6) [Pa]."""
        shear = self.shear_modulus
        lame = self.bulk_modulus - 2 * shear / 3
        matrix = np.diag([2 * shear] * 3 + [shear] * 3)
        matrix[:3, :3] += lame
        return matrix

    def stiffness_at(self, points: ArrayLike) -> Array:
        """Stiffness (n, 6, 6) [Pa], the same at all ``points`` (n, 2) [m]; a read-only view."""
        return np.broadcast_to(self.stiffness(), (len(_points(points)), 6, 6))


@dataclass(frozen=True, kw_only=True)
class Anisotropic(ElasticLaw):
    """Base of the laws with axes 1, 2, 3 of their own.

    Parameters
    ----------
    axes : {"fixed", "circumferential", "radial"}
        Where axis 1 points: along x; along growing angle about ``about``; outward from ``about``. Axis 2 lies in the section
        too (y; outward; along growing angle), axis 3 is z.
    about : (float, float)
        Centre of the angle [m].
    angle : float
        Turn of the axes 1 and 2 about axis 3, from 1 towards 2 [rad].
    """

    axes: Axes = "fixed"
    about: tuple[float, float] = (0.0, 0.0)
    angle: float = 0.0

    _AXES: ClassVar[tuple[str, ...]] = ("fixed", "circumferential", "radial")

    def _check_axes(self) -> None:
        name = type(self).__name__
        one_of(f"{name}.axes", self.axes, self._AXES)
        finite(f"{name}.angle", self.angle, "rad")
        if np.shape(self.about) != (2,) or not np.isfinite(self.about).all():
            raise InputError(f"{name}.about must be two finite coordinates in m, got {self.about!r}")

    def frames_at(self, points: ArrayLike) -> Array:
        """Axes 1, 2, 3 as the columns of (n, 3, 3) in global coordinates at ``points`` (n, 2) [m].

        Raises
        ------
        InputError
            When a point coincides with ``about``, where no direction exists.
        """
        xy = _points(points)
        frames = np.zeros((len(xy), 3, 3))
        frames[:, 2, 2] = 1.0
        if self.axes == "fixed":
            first, second = np.array([1.0, 0.0]), np.array([0.0, 1.0])
        else:
            arm = xy - np.asarray(self.about, dtype=float)
            radius = np.hypot(arm[:, 0], arm[:, 1])
            if (radius == 0).any():
                raise InputError(
                    f"{type(self).__name__}.about {self.about} m lies on a point of the wall: no direction there"
                )
            outward = arm / radius[:, None]
            along = np.column_stack((-outward[:, 1], outward[:, 0]))
            first, second = (along, outward) if self.axes == "circumferential" else (outward, along)
        c, s = np.cos(self.angle), np.sin(self.angle)
        frames[:, :2, 0] = c * first + s * second
        frames[:, :2, 1] = c * second - s * first
        return frames

    def stiffness_at(self, points: ArrayLike) -> Array:
        """Stiffness (n, 6, 6) [Pa] in x, y, z at ``points`` (n, 2) [m]."""
        return rotate_stiffness(self.stiffness(), self.frames_at(points))


def _points(points: ArrayLike) -> Array:
    xy = np.asarray(points, dtype=float)
    if xy.ndim != 2 or xy.shape[1] != 2:
        raise InputError(f"points must be an array (n, 2) in m, got shape {xy.shape}")
    return xy
