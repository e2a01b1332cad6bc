"""What regions are made of: a name of the library or constants, as the case file states it, made into a solid."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import PlainValidator, model_validator

from tubewall.errors import InputError
from tubewall.studies import case_fields as of
from tubewall.studies.case_table import Modulus, Name, Number, Point, Table, exactly_one

if TYPE_CHECKING:
    from tubewall.fem.model import Solid
    from tubewall.materials.elastic import ElasticLaw

AXES: Final = ("fixed", "circumferential", "radial", "along the wall")
_THREE: Final = '["1e-6 1/K", "2e-5 1/K", "1e-6 1/K"]'
_SIDES: Final = '["inner side", "outer side"]'


class OrthotropicTable(Table):
    """Three planes of symmetry; nu12 is the contraction along 2 for a stress along 1."""

    E1: Modulus
    E2: Modulus
    E3: Modulus
    nu12: Number
    nu23: Number
    nu13: Number
    G12: Modulus
    G23: Modulus
    G13: Modulus


class TransverselyIsotropicTable(Table):
    """Isotropic across the axis ``symmetry_axis`` (1, 2 or 3)."""

    axial_modulus: Modulus
    transverse_modulus: Modulus
    axial_poissons_ratio: Number
    transverse_poissons_ratio: Number
    axial_shear_modulus: Modulus
    symmetry_axis: Annotated[int, PlainValidator(of.whole(1, 3))] = 1


class CubicTable(Table):
    """A cubic crystal."""

    c11: Modulus
    c12: Annotated[float, PlainValidator(of.any_modulus)]
    c44: Modulus


class MaterialTable(Table):
    """What a region is made of: a name of the library, or constants."""

    material: Name | None = None
    youngs_modulus: Modulus | None = None
    poissons_ratio: Annotated[float, PlainValidator(of.ratio)] | None = None
    orthotropic: OrthotropicTable | None = None
    transversely_isotropic: TransverselyIsotropicTable | None = None
    cubic: CubicTable | None = None
    axes: Annotated[str, PlainValidator(of.choice("axes", AXES))] | None = None
    about: Point | None = None
    along: (
        Annotated[
            str | tuple[str, ...],
            PlainValidator(
                of.either(of.text("a boundary"), of.several(of.text("a boundary"), (1, 2, 3, 4), like=_SIDES))
            ),
        ]
        | None
    ) = None
    angle: Annotated[float, PlainValidator(of.constant("rad", example="30 deg"))] | None = None
    expansion: (
        Annotated[
            float | tuple[float, float, float],
            PlainValidator(of.either(of.coefficient, of.several(of.coefficient, (3,), like=_THREE))),
        ]
        | None
    ) = None

    @model_validator(mode="after")
    def _one_law(self) -> MaterialTable:
        law = exactly_one(self, ("material", "youngs_modulus", "orthotropic", "transversely_isotropic", "cubic"))
        if (law == "youngs_modulus") != (self.poissons_ratio is not None):
            raise InputError("youngs_modulus and poissons_ratio go together")
        if law == "youngs_modulus" and (self._turned or isinstance(self.expansion, tuple)):
            raise InputError("an isotropic material has no axes: leave axes, about, along and angle out; one expansion")
        if self.about is not None and self.axes not in ("circumferential", "radial"):
            raise InputError("about: is the centre of axes = 'circumferential' or 'radial'")
        if (self.along is not None) != (self.axes == "along the wall"):
            raise InputError("axes = 'along the wall' and along, the boundaries that it follows, go together")
        return self

    @property
    def _turned(self) -> bool:
        return any(part is not None for part in (self.axes, self.about, self.along, self.angle))

    def solid(self) -> Solid:
        """The law with its axes, and its expansion (0 where none is given).

        Raises
        ------
        InputError
            For an unknown name of the library, constants that are not positive definite, or axes of an isotropic law.
        """
        from tubewall.fem.model import Solid
        from tubewall.materials.elastic import Anisotropic

        law = self._law()
        if isinstance(law, Anisotropic):
            turn: dict[str, Any] = {"angle": law.angle if self.angle is None else self.angle}
            if self.axes is not None:
                turn["axes"] = "fixed" if self.along else self.axes
            if self.about is not None:
                turn["about"] = self.about[:2]
            law = dataclasses.replace(law, **turn)
        elif self._turned:
            raise InputError(f"{self.material!r} is isotropic and has no axes: leave axes, about, along and angle out")
        along = (self.along,) if isinstance(self.along, str) else self.along or ()
        return Solid(elastic=law, expansion=self.expansion or 0.0, along=along)

    def _law(self) -> ElasticLaw:
        from tubewall import materials

        if self.material is not None:
            return materials.material(self.material).elastic
        if self.orthotropic is not None:
            c = self.orthotropic
            return materials.Orthotropic(
                youngs_moduli=(c.E1, c.E2, c.E3),
                poissons_ratios=(c.nu12, c.nu13, c.nu23),
                shear_moduli=(c.G12, c.G13, c.G23),
            )
        if self.transversely_isotropic is not None:
            return materials.TransverselyIsotropic(**self.transversely_isotropic.model_dump())
        if self.cubic is not None:
            return materials.Cubic(**self.cubic.model_dump())
        return materials.Isotropic(youngs_modulus=self.youngs_modulus or 0.0, poissons_ratio=self.poissons_ratio or 0.0)


def named_material(given: object) -> object:
    """The table that a bare name of the library stands for."""
    return {"material": given} if isinstance(given, str) else given
