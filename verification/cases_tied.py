"""Ties of meshes whose nodes do not meet: the patch test, and a tube of two layers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.loads import Pressure, Support, Traction
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.fem.tie import Tie
from tubewall.geometry.block_mapping import Kind, mapped_block
from tubewall.geometry.reference_cells import CELLS
from tubewall.materials.elastic import Isotropic
from tubewall.verification import figures_round
from tubewall.verification.bodies import ring, side_by_side
from tubewall.verification.case import TESTED, Case, Check, Outcome
from tubewall.verification.closed_tubes import isotropic_layer, layered_tube
from tubewall.verification.figure import Figure, solved
from tubewall.verification.probe import XX, YY, displacement_at, stress_at
from tubewall.verification.symmetry import quarter_supports

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution

_CHAPTER: Final = "ties"
_STRESS: Final = 1e6
#: Kinds below and above, order, elements along the tie below and above.
_PAIRS: Final[tuple[tuple[Kind, Kind, int, int, int], ...]] = (
    ("quad", "quad", 2, 3, 5),
    ("quad", "triangle", 2, 3, 5),
    ("triangle", "quad", 1, 3, 5),
    ("hexahedron", "hexahedron", 2, 3, 5),
    ("hexahedron", "tetra", 2, 4, 7),
    ("wedge", "hexahedron", 1, 4, 7),
)


def _pulled(below: Kind, above: Kind, order: int, coarse: int, fine: int) -> FieldSolution:
    """Two blocks on top of each other, tied, pulled upwards by an even traction and free to contract."""
    space = below in ("hexahedron", "wedge", "tetra")
    counts = [(n, 2, n + 1) if space else (n, 2) for n in (coarse, fine)]
    lower = mapped_block(counts[0], kind=below, order=order)  # type: ignore[arg-type]
    up = np.eye(3 if space else 2)[1]
    upper = mapped_block(counts[1], map=lambda unit: unit + up, kind=above, order=order)  # type: ignore[arg-type]
    supports = [Support(boundary="lower/bottom", fix=("y",))]
    for side, axis in (("left", "x"), ("front", "z"))[: 2 if space else 1]:
        supports += [Support(boundary=f"{part}/{side}", fix=(axis,)) for part in ("lower", "upper")]  # type: ignore[arg-type]
    solid = Solid(elastic=Isotropic(youngs_modulus=60e9, poissons_ratio=0.25))
    return solve_model(
        Model(
            mesh=side_by_side({"lower": lower, "upper": upper}),
            solids={"lower": solid, "upper": solid},
            kinematics="3d" if space else "plane stress",
            order=order,
            loads=(Traction(boundary="upper/top", traction=(0.0, _STRESS, 0.0)[: 3 if space else 2]),),
            supports=tuple(supports),
            ties=(Tie(slave="upper/bottom", master="lower/top"),),
        )
    )


def _patch(_fine: bool) -> Outcome:
    checks, drawn = [], []
    for below, above, order, coarse, fine in _PAIRS:
        solution = _pulled(below, above, order, coarse, fine)
        mesh = solution.model.discrete.mesh
        worst = 0.0
        for block, start in zip(mesh.blocks, mesh.starts[:-1], strict=True):
            local = CELLS[block.kind].nodes
            elements = np.repeat(start + np.arange(len(block.cells)), len(local))
            found = solution.stress_in(elements, np.tile(local, (len(block.cells), 1)))
            found[:, YY] -= _STRESS
            worst = max(worst, float(np.abs(found).max()) / _STRESS)
        label = f"{below} below {above} of order {order}"
        checks += [
            Check(quantity=f"largest error of the stress, {label}", value=worst, reference=0.0, scale=1.0,
                  tolerance=2e-3 if mesh.dim == 3 else 5e-4),
            Check(quantity=f"force through the tie, {label}", value=-float(solution.reactions[0].force[1]),
                  reference=_STRESS, tolerance=1e-9, unit="N" if mesh.dim == 3 else "N/m"),
        ]  # fmt: skip
        if (below, above) in (("quad", "triangle"), ("hexahedron", "tetra")):
            drawn.append(solution)
    return Outcome(checks=tuple(checks), figure=partial(_patch_figure, drawn))


def _patch_figure(drawn: Sequence[FieldSolution]) -> Figure:
    panels = tuple(
        solved(solution, "displacement y", note, unit=("um", 1e-6))
        for solution, note in zip(
            drawn,
            ("Squares below triangles, tied where their nodes do not meet; 1 MPa along y.",
             "Cubes below tetrahedra, tied where their nodes do not meet; 1 MPa along y."),
            strict=True,
        )
    )  # fmt: skip
    return Figure(
        panels=panels, words="Two tied blocks, plane and in space, coloured by their displacement, which is linear."
    )


def _tube(fine: bool) -> Outcome:
    """A stiff wall around a soft liner: 7 elements along the interface meet 11, and 11 meet 7."""
    radii, pressure = (50e-9, 58e-9, 75e-9), 1e6
    moduli, ratios = (10e9, 60e9), (0.36, 0.2)
    layers = [isotropic_layer(radii[i], radii[i + 1], moduli[i], ratios[i]) for i in range(2)]
    at = (radii[0], radii[1], radii[1], radii[2])
    exact = layered_tube(at, layers, inner_pressure=pressure, layer_of=(0, 0, 1, 1))
    scale = float(np.abs(exact.stress).max())
    solids = {
        name: Solid(elastic=Isotropic(youngs_modulus=moduli[i], poissons_ratio=ratios[i]))
        for i, name in enumerate(("liner", "wall"))
    }
    checks = []
    factor = 2 if fine else 1
    for inner, outer, kinds in ((14, 22, ("quad", "triangle")), (22, 14, ("triangle", "quad"))):
        mesh = side_by_side(
            {
                "liner": ring(radii[0], radii[1], (3 * factor, inner * factor), kind=kinds[0]),  # type: ignore[arg-type]
                "wall": ring(radii[1], radii[2], (4 * factor, outer * factor), kind=kinds[1]),  # type: ignore[arg-type]
            }
        )
        slave, master = ("liner/right", "wall/left") if inner > outer else ("wall/left", "liner/right")
        model = Model(
            mesh=mesh,
            solids=solids,
            kinematics="plane strain",
            loads=(Pressure(boundary="liner/left", pressure=pressure),),
            supports=quarter_supports("liner", "wall"),
            ties=(Tie(slave=slave, master=master),),
        )
        solution = solve_model(model)
        label = f"{inner} {kinds[0]}s inside, {outer} {kinds[1]}s outside"
        for k, (radius, part) in enumerate(zip(at, ("liner", "liner", "wall", "wall"), strict=True)):
            found = stress_at(solution, (radius, 0.0), part)
            for name, slot, column in (("hoop", YY, 1), ("radial", XX, 0)):
                checks.append(
                    Check(quantity=f"{name} stress of the {part} at r = {radius * 1e9:.0f} nm, {label}",
                          value=float(found[slot]), reference=float(exact.stress[k, column]), scale=scale,
                          tolerance=2e-4, unit="Pa")
                )  # fmt: skip
        checks.append(
            Check(quantity=f"displacement of the bore, {label}", value=float(displacement_at(solution, (radii[0], 0.0))[0]),
                  reference=float(exact.displacement[0]), tolerance=1e-5, unit="m")
        )  # fmt: skip
    note = "A liner (50 to 58 nm, 10 GPa) tied to a wall (to 75 nm, 60 GPa) of other elements, 1 MPa in the bore."
    return Outcome(
        checks=tuple(checks),
        figure=partial(
            figures_round.tube, solution, layers, note, pressure=pressure, boundaries=("liner/bottom", "wall/bottom")
        ),
    )


_MORTAR: Final = "Bernardi, Maday and Patera (1994), in Nonlinear Partial Differential Equations and their Applications"
CASES: Final = (
    Case(name="tied-patch", title="Patch test of tied blocks", kind="exact", chapter=_CHAPTER, run=_patch,
         source=f"uniform stress; {_MORTAR}",
         checked="a uniform stress meets equilibrium and the supports by inspection"),
    Case(name="tied-tube", title="Liner tied to the wall of a tube", kind="exact", chapter=_CHAPTER, run=_tube,
         source="Timoshenko and Goodier, Theory of Elasticity (1970), section 28, for each layer",
         checked=TESTED),
)  # fmt: skip
