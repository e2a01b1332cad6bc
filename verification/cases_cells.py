"""Periodic cells: the stiffness of a laminate and of fibres whose shear modulus is the matrix's, both exact."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.homogenise import homogenised
from tubewall.fem.model import Model, Solid
from tubewall.fem.periodicity import Periodic
from tubewall.geometry.block_mapping import Kind, join, mapped_block
from tubewall.materials.elastic import Isotropic
from tubewall.verification.bodies import Array, arc, between, line
from tubewall.verification.case import Case, Check, Outcome
from tubewall.verification.closed_layers import laminate_stiffness
from tubewall.verification.figure import Body, Curve, Figure, Graph

if TYPE_CHECKING:
    from tubewall.geometry.solid_mesh import SolidMesh

_CHAPTER: Final = "cells"


def _laminate(_fine: bool) -> Outcome:
    """Layers across y, stiffness ratio 60 and 60 000, in the plane and in space."""
    share = 0.3
    checks, points = [], []
    for soft in ((1e9, 0.36), (1e6, 0.49)):
        laws = ((60e9, 0.25), soft)
        exact = laminate_stiffness((share, 1 - share), laws)
        for dim in (2, 3):
            parts = {}
            for name, low, high in (("hard", 0.0, share), ("soft", share, 1.0)):

                def put(unit: Array, low: float = low, high: float = high) -> Array:
                    unit[:, 1] = low + (high - low) * unit[:, 1]
                    return unit

                parts[name] = mapped_block((2,) * dim, map=put, order=2)
            mesh = join(parts)
            sides = ("left", "right", "front", "back")[: 2 * dim - 2]
            mesh = _joined(mesh, {side: (f"hard/{side}", f"soft/{side}") for side in sides})
            pairs = [("left", "right"), ("hard/bottom", "soft/top")] + ([("front", "back")] if dim == 3 else [])
            model = Model(
                mesh=mesh,
                solids={
                    name: Solid(elastic=Isotropic(youngs_modulus=law[0], poissons_ratio=law[1]))
                    for name, law in zip(("hard", "soft"), laws, strict=True)
                },
                kinematics="3d" if dim == 3 else "plane strain",
                periodic=Periodic(pairs=tuple(pairs)),
            )
            found = homogenised(model)
            slots = [("xx", "yy", "zz", "yz", "xz", "xy").index(name) for name in found.components]
            wanted = exact[np.ix_(slots, slots)]
            points.append(
                (
                    f"{laws[0][0] / soft[0]:.0f}, {'in space' if dim == 3 else 'in the plane'}",
                    np.array([found.stiffness[0, 0], found.stiffness[1, 1]]),
                )
            )
            scale = np.sqrt(np.outer(np.diag(wanted), np.diag(wanted)))
            checks.append(
                Check(quantity=f"largest error of the stiffness, contrast {laws[0][0] / soft[0]:.0f}, "
                      + ("in space" if dim == 3 else "in the plane"),
                      value=float((np.abs(found.stiffness - wanted) / scale).max()), reference=0.0, scale=1.0,
                      tolerance=1e-7)
            )  # fmt: skip
    return Outcome(
        checks=tuple(checks),
        figure=partial(_laminate_figure, model, share, points),
    )


def _laminate_figure(model: Model, share: float, points: Sequence[tuple[str, Array]]) -> Figure:
    """The cell, and the stiffness along and across the layers over the share of the hard ones."""
    shares = np.linspace(0.0, 0.98, 50)
    exact = np.array([np.diag(laminate_stiffness((x, 1 - x), ((60e9, 0.25), (1e9, 0.36))))[:2] for x in shares]) / 1e9
    curves = [
        Curve(x=shares, y=exact[:, 0], label="C_xx, along, contrast 60, exact", style="exact"),
        Curve(x=shares, y=exact[:, 1], label="C_yy, across, contrast 60, exact", style="exact"),
        *(Curve(x=[share, share], y=values / 1e9, label=f"contrast {name}") for name, values in points[:2]),
    ]
    note = "A cell of two layers, 30 % hard, 70 % soft; periodic in all directions."
    return Figure(
        panels=(
            Body(model=model, note=note),
            Graph(across="share of the hard layer", up="stiffness [GPa]", curves=tuple(curves)),
        ),
        words="The cell of a laminate, and its stiffness along and across the layers over the share of the hard one.",
    )


def _joined(mesh: SolidMesh, names: dict[str, tuple[str, ...]]) -> SolidMesh:
    """The mesh with boundaries made of several others."""
    from dataclasses import replace

    made = {name: np.concatenate([mesh.boundary(part) for part in parts]) for name, parts in names.items()}
    return replace(mesh, boundaries={**mesh.boundaries, **made})


def _quarter(turn: int, radius: float, count: int, kind: Kind) -> dict[str, SolidMesh]:
    """A quarter of a square cell of side 1 with a round fibre, turned by ``turn`` right angles."""
    c, s = (1, 0, -1, 0)[turn], (0, 1, 0, -1)[turn]
    rotation = np.array([[c, s], [-s, c]], dtype=float)
    half, corner = 0.5 * radius, (0.5, 0.5)

    def turned(curve: object) -> object:
        return lambda t: curve(t) @ rotation  # type: ignore[operator]

    inner = (half, half)
    core = mapped_block((count, count), map=lambda unit: half * unit @ rotation, kind=kind, order=2)
    pieces = {
        "side": (line((half, 0), inner), arc((0, 0), radius, 0, np.pi / 4)),
        "above": (line(inner, (0, half)), arc((0, 0), radius, np.pi / 4, np.pi / 2)),
        "right": (arc((0, 0), radius, 0, np.pi / 4), line((0.5, 0), corner)),
        "top": (arc((0, 0), radius, np.pi / 4, np.pi / 2), line(corner, (0, 0.5))),
    }
    result = {f"core {turn}": core}
    for name, (inside, outside) in pieces.items():
        result[f"{name} {turn}"] = between(turned(inside), turned(outside), (count, count), kind=kind)  # type: ignore[arg-type]
    return result


def _fibres(fine: bool) -> Outcome:
    """Hill (1964): phases of one shear modulus have the transverse bulk modulus 1 / (k + G) = sum of shares / (k_i + G)."""
    radius, shear = 0.35, 10e9
    count = 6 if fine else 4
    lames = (40e9, 5e9)
    share = np.pi * radius**2
    checks = []
    for kind in ("quad", "triangle"):
        parts: dict[str, SolidMesh] = {}
        for turn in range(4):
            parts |= _quarter(turn, radius, count, kind)
        mesh = join(parts)
        mesh = _joined(
            mesh,
            {
                "east": ("right 0/right", "top 3/right"),
                "north": ("top 0/right", "right 1/right"),
                "west": ("top 1/right", "right 2/right"),
                "south": ("top 2/right", "right 3/right"),
            },
        )
        laws = [Isotropic(youngs_modulus=shear * (3 * x + 2 * shear) / (x + shear), poissons_ratio=x / (2 * (x + shear)))
                for x in lames]  # fmt: skip
        model = Model(
            mesh=mesh,
            solids={name: Solid(elastic=laws[1 if name.startswith(("right", "top")) else 0]) for name in mesh.regions},
            kinematics="plane strain",
            periodic=Periodic(pairs=(("west", "east"), ("south", "north"))),
        )
        found = homogenised(model)
        stiffness = found.stiffness
        bulk = [x + shear for x in lames]
        wanted = 1 / (share / (bulk[0] + shear) + (1 - share) / (bulk[1] + shear)) - shear
        checks += [
            Check(quantity=f"transverse bulk modulus, {kind}", value=float((stiffness[0, 0] + stiffness[0, 1]) / 2),
                  reference=float(wanted), tolerance=1e-4, unit="Pa"),
            Check(quantity=f"transverse shear modulus, {kind}", value=float(stiffness[3, 3]), reference=shear,
                  tolerance=1e-4, unit="Pa"),
            Check(quantity=f"shear modulus at 45 degrees, {kind}", value=float((stiffness[0, 0] - stiffness[0, 1]) / 2),
                  reference=shear, tolerance=1e-4, unit="Pa"),
        ]  # fmt: skip
    return Outcome(
        checks=tuple(checks),
        figure=partial(_fibre_figure, model, share, shear, bulk, float((stiffness[0, 0] + stiffness[0, 1]) / 2)),
    )


def _fibre_figure(model: Model, share: float, shear: float, bulk: Sequence[float], found: float) -> Figure:
    """The cell, and the bulk modulus over the share of fibres."""
    shares = np.linspace(0.0, 1.0, 51)
    exact = 1 / (shares / (bulk[0] + shear) + (1 - shares) / (bulk[1] + shear)) - shear
    curves = (
        Curve(x=shares, y=exact / 1e9, label="exact", style="exact"),
        Curve(x=[share], y=[found / 1e9], label="computed"),
    )
    note = "A square cell of side 1 with a round fibre of radius 0.35; both media have the shear modulus 10 GPa."
    return Figure(
        panels=(
            Body(model=model, note=note),
            Graph(across="share of fibres", up="transverse bulk modulus [GPa]", curves=curves),
        ),
        words="The cell with its fibre, and the transverse bulk modulus over the share of fibres.",
    )


CASES: Final = (
    Case(name="laminate", title="Stiffness of a laminate", kind="exact", chapter=_CHAPTER,
         source="Postma, Geophysics 20, 780 (1955); Backus, J. Geophys. Res. 67, 4427 (1962)", run=_laminate,
         checked="derived from what is the same in all layers: stress across them, strain along them"),
    Case(name="equal-shear-fibres", title="Fibres of the matrix's shear modulus", kind="exact", chapter=_CHAPTER,
         source="Hill, J. Mech. Phys. Solids 12, 199 (1964)", run=_fibres),
)  # fmt: skip
