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


@dataclass(frozen=True, kw_only=True)
class TransverselyIsotropic(Anisotropic):
    """Isotropic across one axis of symmetry (layered carbon: the axis is the normal of the layers).

    Parameters
    ----------
    axial_modulus, transverse_modulus : float
        E along the axis of symmetry and across it [Pa].
    axial_poissons_ratio : float
        Contraction across per stretch along, when pulled along the axis [-].
    transverse_poissons_ratio : float
        Within the plane of isotropy [-].
    axial_shear_modulus : float
        G between the axis and the plane [Pa].
    symmetry_axis : {1, 2, 3}
        Which of the axes 1, 2, 3 is the axis of symmetry. With ``axes="radial"`` and 1, layers lie around the bore like the
        rings of a tree.
    """

    axial_modulus: float
    transverse_modulus: float
    axial_poissons_ratio: float
    transverse_poissons_ratio: float
    axial_shear_modulus: float
    symmetry_axis: Literal[1, 2, 3] = 1

    def __post_init__(self) -> None:
        self._check_axes()
        if self.symmetry_axis not in (1, 2, 3):
            raise InputError(f"TransverselyIsotropic.symmetry_axis must be 1, 2 or 3, got {self.symmetry_axis!r}")
        for name in ("axial_modulus", "transverse_modulus", "axial_shear_modulus"):
            positive(f"TransverselyIsotropic.{name}", getattr(self, name), "Pa")
        finite("TransverselyIsotropic.axial_poissons_ratio", self.axial_poissons_ratio, "-")
        between("TransverselyIsotropic.transverse_poissons_ratio", self.transverse_poissons_ratio, -1.0, 1.0, "")
        check_stiffness("the stiffness of TransverselyIsotropic", self.stiffness())

    @classmethod
    def from_stiffness(
        cls, *, c11: float, c12: float, c13: float, c33: float, c44: float, axes: Axes = "fixed",
        about: tuple[float, float] = (0.0, 0.0), symmetry_axis: Literal[1, 2, 3] = 1,
    ) -> TransverselyIsotropic:  # fmt: skip
        """The law from the five constants [Pa] of a hexagonal crystal, whose axis of symmetry is there called 3."""
        _positive_hexagonal(c11, c12, c13, c33, c44)
        # compliance of the hexagonal crystal, Nye, Physical Properties of Crystals (1985), table 9
        axial = c33 - 2 * c13**2 / (c11 + c12)
        determinant = c33 * (c11 + c12) - 2 * c13**2
        s11 = 0.5 * (c33 / determinant + 1 / (c11 - c12))
        s12 = 0.5 * (c33 / determinant - 1 / (c11 - c12))
        return cls(
            axial_modulus=axial,
            transverse_modulus=1 / s11,
            axial_poissons_ratio=c13 / (c11 + c12),
            transverse_poissons_ratio=-s12 / s11,
            axial_shear_modulus=c44,
            axes=axes,
            about=about,
            symmetry_axis=symmetry_axis,
        )

    def stiffness(self) -> Array:
        """Stiffness (6, 6) [Pa] in the axes 1, 2, 3."""
        e, t = self.axial_modulus, self.transverse_modulus
        nu, nu_t = self.axial_poissons_ratio, self.transverse_poissons_ratio
        law = _from_engineering(
            (e, t, t), (nu, nu, nu_t), (self.axial_shear_modulus, self.axial_shear_modulus, t / (2 * (1 + nu_t)))
        )
        if self.symmetry_axis == 1:
            return law
        turn = np.eye(3)[:, [1, 0, 2]] if self.symmetry_axis == 2 else np.eye(3)[:, [2, 1, 0]]
        return rotate_stiffness(law, turn)


@dataclass(frozen=True, kw_only=True)
class Cubic(Anisotropic):
    """Cubic crystal with its cube axes along 1, 2, 3; ``c11``, ``c12``, ``c44`` [Pa]."""

    c11: float
    c12: float
    c44: float

    def __post_init__(self) -> None:
        self._check_axes()
        positive("Cubic.c11", self.c11, "Pa")
        finite("Cubic.c12", self.c12, "Pa")
        positive("Cubic.c44", self.c44, "Pa")
        if not self.c11 > abs(self.c12):
            raise InputError(f"Cubic: c11 must exceed |c12|, got c11 = {self.c11:g} Pa, c12 = {self.c12:g} Pa")
        check_stiffness("the stiffness of Cubic", self.stiffness())

    @property
    def anisotropy(self) -> float:
        """Zener's ratio 2 c44 / (c11 - c12) [-], 1 when isotropic."""
        return 2 * self.c44 / (self.c11 - self.c12)

    def youngs_modulus(self, direction: ArrayLike) -> float:
        """Young's modulus [Pa] along the crystal direction (3,), for example (1, 1, 1). Nye (1985), eq. 8.11."""
        n = np.asarray(direction, dtype=float)
        n = n / np.linalg.norm(n)
        s11 = (self.c11 + self.c12) / ((self.c11 - self.c12) * (self.c11 + 2 * self.c12))
        s12 = -self.c12 / ((self.c11 - self.c12) * (self.c11 + 2 * self.c12))
        products = n[0] ** 2 * n[1] ** 2 + n[1] ** 2 * n[2] ** 2 + n[2] ** 2 * n[0] ** 2
        return float(1 / (s11 - 2 * (s11 - s12 - 0.5 / self.c44) * products))

    def stiffness(self) -> Array:
        """Stiffness (6, 6) [Pa] in the cube axes."""
        matrix = np.diag([self.c11 - self.c12] * 3 + [self.c44] * 3)
        matrix[:3, :3] += self.c12
        return matrix


@dataclass(frozen=True, kw_only=True)
class Orthotropic(Anisotropic):
    """Three planes of symmetry.

    Parameters
    ----------
    youngs_moduli : (float, float, float)
        E1, E2, E3 [Pa].
    poissons_ratios : (float, float, float)
        nu12, nu13, nu23 [-]; nu12 is the contraction along 2 per stretch along 1, when pulled along 1.
    shear_moduli : (float, float, float)
        G12, G13, G23 [Pa].
    """

    youngs_moduli: tuple[float, float, float]
    poissons_ratios: tuple[float, float, float]
    shear_moduli: tuple[float, float, float]

    def __post_init__(self) -> None:
        self._check_axes()
        for name in ("youngs_moduli", "poissons_ratios", "shear_moduli"):
            if len(getattr(self, name)) != 3:
                raise InputError(f"Orthotropic.{name} must be three numbers, got {getattr(self, name)!r}")
        for i, (e, nu, g) in enumerate(zip(self.youngs_moduli, self.poissons_ratios, self.shear_moduli, strict=True)):
            positive(f"Orthotropic.youngs_moduli[{i}]", e, "Pa")
            finite(f"Orthotropic.poissons_ratios[{i}]", nu, "-")
            positive(f"Orthotropic.shear_moduli[{i}]", g, "Pa")
        check_stiffness("the stiffness of Orthotropic", self.stiffness())

    def stiffness(self) -> Array:
        """Stiffness (6, 6) [Pa] in the axes 1, 2, 3."""
        return _from_engineering(self.youngs_moduli, self.poissons_ratios, self.shear_moduli)


def _from_engineering(e: tuple[float, ...], nu: tuple[float, ...], g: tuple[float, ...]) -> Array:
    (e1, e2, e3), (nu12, nu13, nu23), (g12, g13, g23) = e, nu, g
    compliance = np.array(
        [[1 / e1, -nu12 / e1, -nu13 / e1], [-nu12 / e1, 1 / e2, -nu23 / e2], [-nu13 / e1, -nu23 / e2, 1 / e3]]
    )
    values = np.linalg.eigvalsh(compliance)
    if values[0] <= 1e-12 * values[-1]:
        raise InputError(
            f"the Poisson's ratios {nu} do not go with the moduli {tuple(f'{x:g}' for x in e)} Pa: the law would release energy "
            "when compressed (it is not positive definite); pass smaller ratios"
        )
    matrix = np.zeros((6, 6))
    matrix[:3, :3] = np.linalg.inv(compliance)
    matrix[[3, 4, 5], [3, 4, 5]] = g23, g13, g12
    return (matrix + matrix.T) / 2


def _positive_hexagonal(c11: float, c12: float, c13: float, c33: float, c44: float) -> None:
    # Born's stability conditions of the hexagonal crystal (Mouhat and Coudert, Phys. Rev. B 90, 224104, 2014)
    for name, value in (("c11", c11), ("c33", c33), ("c44", c44)):
        positive(f"TransverselyIsotropic.{name}", value, "Pa")
    if not (c11 > abs(c12) and 2 * c13**2 < c33 * (c11 + c12)):
        raise InputError(
            f"TransverselyIsotropic: c11 > |c12| and 2 c13^2 < c33 (c11 + c12) must hold, "
            f"got c11 = {c11:g}, c12 = {c12:g}, c13 = {c13:g}, c33 = {c33:g} Pa"
        )


def _points(points: ArrayLike) -> Array:
    xy = np.asarray(points, dtype=float)
    if xy.ndim != 2 or xy.shape[1] != 2:
        raise InputError(f"points must be an array (n, 2) in m, got shape {xy.shape}")
    return xy
