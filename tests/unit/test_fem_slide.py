"""Boundaries that slide: blocks that push each other without friction, and what cannot slide."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.fem import Model, Pressure, Slide, Solid, Support, solve_model, value_at
from tubewall.fem.hold import hold
from tubewall.geometry import CellArray, Stack, stack_mesh
from tubewall.geometry.block_mapping import mapped_block
from tubewall.geometry.solid_mesh import Block, SolidMesh
from tubewall.materials import Isotropic
from tubewall.studies.tubule_sector import symmetric_part
from tubewall.units import nm

E, NU = 60e9, 0.25


def two_blocks(angle: float) -> SolidMesh:
    """Two blocks of 1 x 1 x 1, the second beside the first with nodes of its own, turned about z."""
    turn = np.array([[math.cos(angle), -math.sin(angle), 0], [math.sin(angle), math.cos(angle), 0], [0, 0, 1]])
    one, two = (
        mapped_block((2, 2, 2), map=lambda u, shift=shift: (u + np.array([shift, 0, 0])) @ turn.T, order=2)
        for shift in (0.0, 1.0)
    )
    cells = np.concatenate((one.blocks[0].cells, two.blocks[0].cells + len(one.points)))
    half = one.elements
    names = {f"one {k}": v for k, v in one.boundaries.items()}
    names |= {f"two {k}": np.column_stack((v[:, 0] + half, v[:, 1])) for k, v in two.boundaries.items()}
    return SolidMesh(
        points=np.concatenate((one.points, two.points)),
        blocks=(Block(kind=one.blocks[0].kind, cells=cells),),
        regions={"one": np.arange(half), "two": half + np.arange(half)},
        boundaries=names,
    )


@pytest.mark.parametrize("angle", [0.0, 0.4])
def test_a_pressed_pair_of_blocks_bulges_as_each_alone(angle: float) -> None:
    # uniaxial stress in both: the softer one bulges more, and nothing but friction could hold it
    mesh = two_blocks(angle)
    laws = {
        "one": Isotropic(youngs_modulus=E, poissons_ratio=NU),
        "two": Isotropic(youngs_modulus=E / 10, poissons_ratio=0.4),
    }
    held = [Support(boundary="one left", fix=("normal",))]
    for block in ("one", "two"):
        held += [
            Support(boundary=f"{block} bottom", fix=("normal",)),
            Support(boundary=f"{block} front", fix=("normal",)),
        ]
    model = Model(
        mesh=mesh,
        solids={name: Solid(elastic=law) for name, law in laws.items()},
        kinematics="3d",
        loads=(Pressure(boundary="two right", pressure=1e6),),
        supports=tuple(held),
        ties=(Slide(slave="two left", master="one right"),),
    )
    solution = solve_model(model)
    along = np.array([math.cos(angle), math.sin(angle)])
    across = np.array([-along[1], along[0]])
    for name, x in (("one", 0.5), ("two", 1.5)):
        law = laws[name]
        at = (*(x * along + across), 0.5)
        moved = np.array([value_at(solution, f"displacement {c}", at, estimate=False).value for c in "xy"])
        assert moved @ across == pytest.approx(law.poissons_ratio * 1e6 / law.youngs_modulus, rel=1e-8, abs=0)
    end = [
        value_at(solution, f"displacement {c}", (*(2 * along + 0.5 * across), 0.5), estimate=False).value for c in "xy"
    ]
    assert np.array(end) @ along == pytest.approx(-1e6 / E * 11, rel=1e-8, abs=0)


def test_what_cannot_slide_is_refused() -> None:
    with pytest.raises(InputError, match="slides on another one"):
        Slide(slave="a", master="a")
    mesh = two_blocks(0.0)
    law = Solid(elastic=Isotropic(youngs_modulus=E, poissons_ratio=NU))
    model = Model(
        mesh=mesh,
        solids={"one": law, "two": law},
        kinematics="3d",
        supports=(Support(boundary="one left"), Support(boundary="two right")),
        ties=(Slide(slave="two top", master="one right"),),
    )
    with pytest.raises(InputError, match="has no partner"):
        solve_model(model)
    again = SolidMesh(
        points=mesh.points,
        blocks=mesh.blocks,
        regions=mesh.regions,
        boundaries={**mesh.boundaries, "again": mesh.boundaries["one right"]},
    )
    shared = replace(model, mesh=again, ties=(Slide(slave="again", master="one right"),))
    with pytest.raises(InputError, match="share the node"):
        solve_model(shared)


ROUND = CellArray(bore=100 * nm, wall=20 * nm, bore_shape="round", rings=0)


def column(mesh: SolidMesh, *, held: bool = True) -> Model:
    """A column of lithium that slides in an open tube, pressed from its floor; its top is held or not."""
    laws = {
        "electrolyte": Solid(elastic=Isotropic(youngs_modulus=150e9, poissons_ratio=0.25)),
        "wall": Solid(elastic=Isotropic(youngs_modulus=E, poissons_ratio=NU)),
        "lithium": Solid(elastic=Isotropic(youngs_modulus=7.8e9, poissons_ratio=0.38)),
    }
    rolled = [name for name in ("side low", "side high", "sides") if name in mesh.boundaries]
    return Model(
        mesh=mesh,
        solids=laws,
        kinematics="3d",
        loads=tuple(Pressure(boundary=name, pressure=1e6) for name in ("mouth 0", "lithium 0 floor")),
        supports=(
            *(Support(boundary=name, fix=("z",)) for name in ("bottom", *["piston 0"] * held)),
            *(Support(boundary=name, fix=("normal",)) for name in rolled),
        ),
        ties=(Slide(slave="lithium 0 side", master="chamber 0 lithium"),),
    )


@pytest.fixture(scope="module")
def tube() -> SolidMesh:
    stack = Stack(height=60 * nm, electrolyte=40 * nm, ends="open", lithium_level=40 * nm)
    return stack_mesh(stack, ROUND, kind="cluster", growth=3.0, rim=20 * nm, lithium="sliding", lithium_apart=True)


def test_a_sliding_column_in_an_oblique_sector_is_the_whole_one(tube: SolidMesh) -> None:
    # rollers on the planes of symmetry hold what slides too
    answers = [solve_model(column(mesh)) for mesh in (tube, symmetric_part(tube, ROUND))]
    at = (55 * nm * math.cos(0.2), 55 * nm * math.sin(0.2), 20 * nm)
    for name in ("stress xx", "stress yy", "stress zz", "displacement x", "displacement z"):
        whole, part = (value_at(one, name, at, estimate=False).value for one in answers)
        assert part == pytest.approx(whole, rel=1e-8, abs=0)


def test_a_round_column_that_may_turn_in_its_tube_does_not(tube: SolidMesh) -> None:
    # without friction nothing but symmetry tells how far it turns
    model = column(tube)
    (turn,) = hold(model, model.size).motions.T
    turn = turn.reshape(-1, 3)
    moves = np.abs(turn).max(axis=1) > 1e-9 * np.abs(turn).max()
    radius = np.hypot(tube.points[:, 0], tube.points[:, 1])
    # the wall's nodes at the same places stay
    assert radius[moves].max() <= 50 * nm * (1 + 1e-9)
    assert tube.points[moves, 2].min() > -1e-15
    share = np.cross([0.0, 0.0, 1.0], tube.points)
    rate = float((turn * share).sum() / (share[moves] ** 2).sum())
    assert turn[moves] == pytest.approx(rate * share[moves], abs=1e-9 * np.abs(turn).max())


def test_a_column_is_not_pushed_out_of_its_tube(tube: SolidMesh) -> None:
    model = column(tube, held=False)
    with pytest.raises(InputError, match="a part that slides is pushed where nothing holds it, add a support"):
        solve_model(model)
    # pressed from both ends alike it stays; the wall bulges less at its root, which the column feels
    both = replace(model, loads=(*model.loads, Pressure(boundary="piston 0", pressure=1e6)))
    middle = (0.0, 0.0, 20 * nm)
    assert value_at(solve_model(both), "stress zz", middle, estimate=False).value == pytest.approx(-1e6, rel=2e-3)
