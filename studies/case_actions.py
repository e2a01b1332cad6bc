"""What holds and what loads a body, as the case file states it, made into supports and loads of a model."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, cast

import numpy as np
from pydantic import PlainValidator, model_validator

from tubewall.errors import InputError, unknown_name
from tubewall.studies import case_fields as of
from tubewall.studies.case_table import Name, PlaceOrName, Table, at, exactly_one, field
from tubewall.studies.expression import Expression, read_expression
from tubewall.studies.expression_nodes import Floats

if TYPE_CHECKING:
    from tubewall.fem.loads import Direction, Load, SupportLike
    from tubewall.geometry.solid_mesh import SolidMesh

DIRECTIONS: Final = ("x", "y", "z", "normal")
_FORCE: Final = '["1 N", "0 N"]'


def _vector(unit: str, example: str) -> Any:
    like = f'["{example}", "0 {unit}"]'
    return PlainValidator(of.several(of.varying(unit, example=example), (2, 3), like=like))


@dataclass(frozen=True)
class _Placed:
    """An expression whose errors say which key it stands in."""

    expression: Expression
    place: str

    def __call__(self, points: Floats) -> Floats:
        with at(self.place):
            return self.expression(points)


@dataclass(frozen=True)
class _PlacedVector:
    """One expression a direction."""

    parts: tuple[_Placed, ...]

    def __call__(self, points: Floats) -> Floats:
        return np.column_stack([part(points) for part in self.parts])


def scalar(expression: Expression, place: str, dim: int) -> float | _Placed:
    """A number, or a function of points (p, dim) giving (p,)."""
    with at(place):
        if dim == 2 and "z" in expression.variables:
            raise InputError(f"{expression.text!r} needs z, which a plane mesh does not have (allowed: x, y)")
    return expression.constant if expression.constant is not None else _Placed(expression, place)


def vector(parts: tuple[Expression, ...], place: str, dim: int) -> tuple[float, ...] | _PlacedVector:
    """One number a direction, or a function of points (p, dim) giving (p, dim)."""
    if len(parts) != dim:
        raise InputError(f"{place}: has {len(parts)} components; a mesh in {dim} dimensions needs {dim}")
    read = [scalar(part, place, dim) for part in parts]
    if all(isinstance(part, float) for part in read):
        return tuple(part for part in read if isinstance(part, float))
    return _PlacedVector(tuple(_Placed(part, place) for part in parts))


def place_of(point: str | tuple[float, ...], mesh: SolidMesh) -> str | tuple[float, ...]:
    """A named point or coordinates that the mesh can have."""
    if isinstance(point, str):
        named(point, "point", mesh.nodes)
    elif len(point) != mesh.dim:
        raise InputError(f"point: has {len(point)} coordinates; the mesh has {mesh.dim} dimensions")
    return point


def named(name: str, kind: str, known: Collection[str]) -> str:
    """``name`` when the mesh has it, otherwise an error with the names there are."""
    if name in known:
        return name
    told = str(unknown_name(kind, name, known))
    if "did you mean" in told:
        names = ", ".join(repr(one) for one in list(known)[:12])
        told = f"{told} There are {names}{'' if len(known) <= 12 else ' and more'}"
    raise InputError(f"{kind}: {told}")


def with_facets(name: str, mesh: SolidMesh) -> str:
    """``name`` when it is a boundary of the mesh on which something can act."""
    named(name, "boundary", mesh.boundaries)
    mesh.boundary(name)
    return name


class DisplacementTable(Table):
    """Prescribed components of the displacement."""

    x: Annotated[Expression, field("m", "1 nm")] | None = None
    y: Annotated[Expression, field("m", "1 nm")] | None = None
    z: Annotated[Expression, field("m", "1 nm")] | None = None
    normal: Annotated[Expression, field("m", "1 nm")] | None = None

    @property
    def given(self) -> dict[str, Expression]:
        """The components that are there."""
        found = {name: getattr(self, name) for name in DIRECTIONS}
        return {name: value for name, value in found.items() if value is not None}


_Fix = Annotated[
    tuple[str, ...],
    PlainValidator(of.several(of.choice("direction", DIRECTIONS), (1, 2, 3), like='["x", "y"]')),
]


class SupportTable(Table):
    """What holds the body."""

    boundary: Name | None = None
    edge: Name | None = None
    point: PlaceOrName | None = None
    rigid_body: Annotated[bool, PlainValidator(of.yes)] | None = None
    fix: _Fix | None = None
    displacement: DisplacementTable | None = None

    @model_validator(mode="after")
    def _holds(self) -> SupportTable:
        place = exactly_one(self, ("boundary", "edge", "point", "rigid_body"))
        if place == "rigid_body":
            if self.fix is not None or self.displacement is not None:
                raise InputError("rigid_body stands alone: it holds nothing that fix or displacement could name")
            return self
        if self.displacement is not None and not self.displacement.given:
            raise InputError('displacement: names no direction; write for example { x = "1 nm" }')
        if not self.held:
            raise InputError('holds nothing: write fix = ["x", "y"] or displacement = { x = "1 nm" }')
        if self.fix is not None and len(set(self.fix)) < len(self.fix):
            raise InputError("fix: names a direction twice")
        if "normal" in self.held and (len(self.held) > 1 or place != "boundary"):
            raise InputError("'normal' stands alone, on a boundary")
        return self

    @property
    def held(self) -> tuple[str, ...]:
        """The directions of fix and displacement, in the order x, y, z."""
        given = {*(self.fix or ()), *(self.displacement.given if self.displacement is not None else ())}
        return tuple(name for name in DIRECTIONS if name in given)

    def support(self, mesh: SolidMesh, place: str) -> SupportLike:
        """What it is in a model of ``mesh``; an unknown name is answered with those there are."""
        from tubewall.fem.loads import RigidBody, Support

        if self.rigid_body:
            return RigidBody()
        with at(place):
            if mesh.dim == 2 and "z" in self.held:
                raise InputError("holds z, which a plane mesh does not have (allowed: x, y)")
            where = self._where(mesh)
        given = self.displacement.given if self.displacement is not None else {}
        values = {name: scalar(one, f"{place} displacement.{name}", mesh.dim) for name, one in given.items()}
        held = cast("tuple[Direction, ...]", self.held)
        return Support(fix=held, displacement=values or None, **where)

    def _where(self, mesh: SolidMesh) -> dict[str, Any]:
        if self.edge is not None and mesh.dim == 2 and self.edge in mesh.boundaries:
            # the lines around a plane body
            return {"boundary": with_facets(self.edge, mesh)}
        if self.edge is not None:
            return {"edge": named(self.edge, "edge", mesh.edges)}
        if self.point is not None:
            return {"point": place_of(self.point, mesh)}
        # a file of a mesh has groups of any dimension, and the user one word for all of them
        name = str(self.boundary)
        if name not in mesh.boundaries and name in mesh.edges:
            return {"edge": name}
        if name not in mesh.boundaries and name in mesh.nodes:
            return {"point": name}
        return {"boundary": with_facets(name, mesh)}


_STRAIN = of.either(of.varying("1"), of.several(of.plain, (3, 6), like="[0.01, 0.01, 0.0]"))


class LoadTable(Table):
    """What acts on the body."""

    boundary: Name | None = None
    edge: Name | None = None
    point: PlaceOrName | None = None
    region: Name | None = None
    pressure: Annotated[Expression, field("Pa", "1 MPa")] | None = None
    end_area: Annotated[float, PlainValidator(of.constant("m2", example="1 nm2"))] | None = None
    traction: Annotated[tuple[Expression, ...], _vector("Pa", "1 MPa")] | None = None
    force: Annotated[tuple[object, ...], PlainValidator(of.several(lambda part: part, (2, 3), like=_FORCE))] | None = (
        None
    )
    body_force: Annotated[tuple[Expression, ...], _vector("N/m3", "1e5 N/m3")] | None = None
    eigenstrain: Annotated[Expression | tuple[float, ...], PlainValidator(_STRAIN)] | None = None
    temperature_change: Annotated[Expression, field("K", "30 K")] | None = None

    on: ClassVar[Mapping[str, str]] = {
        "pressure": "boundary",
        "traction": "boundary",
        "force": "point or edge",
        "body_force": "region",
        "eigenstrain": "region",
        "temperature_change": "region",
    }

    @model_validator(mode="after")
    def _acts(self) -> LoadTable:
        places = [name for name in ("boundary", "edge", "point", "region") if getattr(self, name) is not None]
        if len(places) > 1:
            raise InputError(f"acts in one place; it has {' and '.join(places)}")
        if not self.given:
            raise InputError(f"loads nothing: give one of {', '.join(self.on)}")
        for name in self.given:
            wanted = self.on[name]
            everywhere = wanted == "region" and not places
            if not everywhere and not (places and places[0] in wanted.split(" or ")):
                raise InputError(f"{name}: acts on a {wanted}; {'it has ' + places[0] if places else 'none is named'}")
        if self.end_area is not None and self.pressure is None:
            raise InputError("end_area: goes with pressure, the end cap that it pulls on where ends = 'closed'")
        return self

    @property
    def given(self) -> tuple[str, ...]:
        """The quantities that are there."""
        return tuple(name for name in self.on if getattr(self, name) is not None)

    def loads(self, mesh: SolidMesh, kind: str, place: str) -> list[Load]:
        """What it is in a model of ``mesh``; an unknown name is answered with those there are."""
        from tubewall.fem.model import check_load

        with at(place):
            self._check_names(mesh)
        found = [self._load(name, mesh, kind, f"{place} {name}") for name in self.given]
        for load in found:
            with at(place):
                check_load(mesh, load)
        return found

    def _check_names(self, mesh: SolidMesh) -> None:
        if self.boundary is not None:
            with_facets(self.boundary, mesh)
        if self.region is not None:
            named(self.region, "region", mesh.regions)
        if self.edge is not None:
            named(self.edge, "edge", mesh.edges)
        if self.point is not None:
            place_of(self.point, mesh)

    def _load(self, name: str, mesh: SolidMesh, kind: str, place: str) -> Load:
        from tubewall.fem import loads as fem

        dim = mesh.dim
        if name == "force":
            return self._force(dim, kind, place)
        if name in ("traction", "body_force"):
            parts = vector(getattr(self, name), place, dim)
            if name == "traction":
                return fem.Traction(boundary=str(self.boundary), traction=parts)
            return fem.BodyForce(force=parts, region=self.region)
        if isinstance(self.eigenstrain, tuple) and name == "eigenstrain":
            return fem.Eigenstrain(strain=self.eigenstrain, region=self.region)
        value = scalar(getattr(self, name), place, dim)
        if name == "pressure":
            return fem.Pressure(boundary=str(self.boundary), pressure=value, end_area=self.end_area)
        if name == "eigenstrain":
            return fem.Eigenstrain(strain=value, region=self.region)
        return fem.TemperatureChange(change=value, region=self.region)

    def _force(self, dim: int, kind: str, place: str) -> Load:
        from tubewall.fem import loads as fem

        # in plane problems force is per length; along an edge in space too
        unit = "N" if self.point is not None and kind in ("3d", "axisymmetric") else "N/m"
        with at(place):
            parts = tuple(read_expression(part, unit, example=f"1 {unit}") for part in self.force or ())
        read = vector(parts, place, dim)
        if self.edge is not None:
            return fem.LineLoad(edge=self.edge, force=read)
        if not isinstance(read, tuple) or self.point is None:
            raise InputError(f"{place}: a force at a point is constant")
        return fem.PointForce(point=self.point, force=read)
