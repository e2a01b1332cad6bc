"""The anisotropic elastic laws: layered, cubic and orthotropic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from tubewall.errors import InputError
from tubewall.materials.checks import between, finite, positive
from tubewall.materials.elastic import Anisotropic, Array, Axes, check_stiffness
from tubewall.materials.rotation import rotate_stiffness


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
            f"the Poisson's ratios {nu} do not go with the moduli ({', '.join(f'{x:g}' for x in e)}) Pa: the law would release "
            "energy when compressed (it is not positive definite); pass smaller ratios"
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
