"""From a tubule study to a body that is meshed, loaded, held and solved: the radial model and those in space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from tubewall.errors import InputError
from tubewall.fem.loads import Load, Pressure, Support, Traction
from tubewall.fem.model import Model, Solid, SolidKinematics
from tubewall.fem.model_solver import solve_load_cases
from tubewall.fem.slide import Slide
from tubewall.geometry.stack_mesher import stack_mesh
from tubewall.materials import Isotropic, material
from tubewall.studies.tubule_wide import widened

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.fem.field_solution import FieldSolution
    from tubewall.geometry.array import CellArray
    from tubewall.geometry.solid_mesh import SolidMesh
    from tubewall.geometry.stack import Stack
    from tubewall.geometry.stack_flaw import Flaw
    from tubewall.studies.tubule_study import TubuleStudy

#: Radius of the electrolyte around a tubule whose neighbours are empty, in bores; and over the length of a flaw.
WIDE: Final = 8.0
WIDE_OVER_FLAW: Final = 6.0
#: Pitch of the tubes around a penny, over its radius: half the side of a circle as large as a cell is 0.525 of it.
CELL_OVER_FLAW: Final = 3.0

#: How the mesher is told of each kind of lithium.
MESHED: Final[Mapping[str, Literal["load", "bonded", "sliding"]]] = {
    "pressure": "load",
    "sticking": "bonded",
    "sliding": "sliding",
}

Neighbours = Literal["empty", "full"]
Solids = Mapping[str, Solid]


@dataclass(frozen=True, kw_only=True)
class Radial:
    """What a radial mesh is drawn from; the key under which it is kept."""

    stack: Stack
    array: CellArray
    elements: int
    radius: float | None = None
    flaw: Flaw | None = None
    rim: float | None = None
    window: tuple[float, float] | None = None
    growth: float | None = None
    lithium: str = "pressure"


@lru_cache(maxsize=16)
def radial_mesh(drawn: Radial) -> SolidMesh:
    """The axisymmetric mesh of one tubule, its electrolyte widened where a radius is given."""
    mesh = stack_mesh(
        drawn.stack,
        drawn.array,
        kind="axisymmetric",
        elements_through_wall=drawn.elements,
        flaw=drawn.flaw,
        rim=drawn.rim,
        window=drawn.window,
        growth=drawn.growth,
        lithium=MESHED[drawn.lithium],
        lithium_apart=drawn.lithium != "pressure",
    )
    return mesh if drawn.radius is None else widened(mesh, drawn.radius)


def radial(
    study: TubuleStudy,
    *,
    elements: int,
    neighbours: str | None = None,
    flaw: Flaw | None = None,
    sharp: bool = False,
    rim: float | None = None,
    window: tuple[float, float] | None = None,
) -> Radial:
    """The radial drawing of a study: bores are round there.

    Parameters
    ----------
    study : TubuleStudy
    elements : int
        Through the wall.
    neighbours : "empty" or "full", optional
        Instead of the study's: a separate tube on a wide electrolyte, or one cell of the matrix between rollers.
    flaw : Flaw, optional
    sharp : bool
        Leave the fillet of the mouth out.
    rim : float, optional
        Size [m] of the elements at the mouth.
    window : (float, float), optional
        Heights z [m] that are kept.
    """
    alone = (neighbours or study.neighbours) == "empty"
    radius = None
    if alone:
        radius = WIDE * study.bore if flaw is None else max(WIDE * study.bore, WIDE_OVER_FLAW * flaw.length)
    array = study.array(round_bore=True, alone=alone)
    if alone and flaw is not None and flaw.kind == "penny":
        # a penny lies within the cell of the mesh, which ends half way to the next tube
        apart = CELL_OVER_FLAW * flaw.length - array.pitch
        array = replace(array, spacing=apart) if apart > 0.01 * study.bore else array
    changes = {"root_fillet": 0.0, "insulator_fillet": 0.0} if sharp else {}
    return Radial(
        stack=study.stack(**changes),
        array=array,
        elements=elements,
        radius=radius,
        flaw=flaw,
        rim=rim,
        window=window,
        lithium=study.lithium,
    )


def solids_of(study: TubuleStudy, mesh: SolidMesh, *, electrolyte: str | None = None) -> dict[str, Solid]:
    """The library's materials for the regions there are."""
    names = {
        "electrolyte": (electrolyte or study.electrolyte, study.electrolyte_expansion),
        "insulator": (study.insulator, study.insulator_expansion),
        "wall": (study.wall_material, study.wall_expansion),
        "collector": (study.collector, study.collector_expansion),
    }
    found = {
        region: Solid(elastic=material(name).elastic, expansion=expansion)
        for region, (name, expansion) in names.items()
        if region in mesh.regions
    }
    if "lithium" in mesh.regions:
        found["lithium"] = Solid(elastic=lithium_law(study))
    return found


def lithium_law(study: TubuleStudy) -> Isotropic:
    """Lithium that creep has left with the study's Young's modulus; its bulk modulus stays that of its record."""
    whole = material("lithium").elastic
    if not isinstance(whole, Isotropic):
        raise InputError("the record of lithium is not isotropic: its bulk modulus is not known")
    bulk = whole.youngs_modulus / (3 * (1 - 2 * whole.poissons_ratio))
    return Isotropic(youngs_modulus=study.lithium_modulus, poissons_ratio=0.5 - study.lithium_modulus / (6 * bulk))


def lithium_slides(mesh: SolidMesh) -> tuple[Slide, ...]:
    """What keeps lithium with nodes of its own on its wall."""
    sides = [name for name in mesh.boundaries if name.startswith("lithium ") and name.endswith(" side")]
    return tuple(Slide(slave=name, master=f"chamber {name.split()[1]} lithium") for name in sides)


def piston_supports(mesh: SolidMesh, direction: Literal["y", "z"]) -> tuple[Support, ...]:
    """What holds the top of lithium that slides: nothing else does."""
    return tuple(
        Support(boundary=name, fix=(direction,))
        for name in mesh.boundaries
        if name.startswith("piston ") and f"lithium {name.split()[1]} side" in mesh.boundaries
    )


def radial_supports(study: TubuleStudy, mesh: SolidMesh, *, hold_cut: bool = True) -> tuple[Support, ...]:
    """Rollers below, on the axis and outside; above where the stack holds the top, and on a cut unless that is left free."""
    held = [Support(boundary=name, fix=("x",)) for name in ("axis", "sides", "flank") if name in mesh.boundaries]
    held.append(Support(boundary="bottom" if "bottom" in mesh.boundaries else "cut", fix=("y",)))
    if study.top == "held" and "top" in mesh.boundaries:
        held.append(Support(boundary="top", fix=("y",)))
    if "cut" in mesh.boundaries and hold_cut:
        held.append(Support(boundary="cut", fix=("y",)))
    return tuple(dict.fromkeys((*held, *piston_supports(mesh, "y"))))


def piston_loads(mesh: SolidMesh, pressure: float = 1.0, chamber: int = 0) -> tuple[Load, ...]:
    """A uniform lithium pressure [Pa] on the mouth and on the wall up to the level, or on the lithium itself where it is meshed.

    It grows at the mouth, so that it presses on both sides there.
    """
    names = (f"mouth {chamber}", f"chamber {chamber} lithium")
    if f"lithium {chamber} floor" in mesh.boundaries:
        names = (f"mouth {chamber}", f"lithium {chamber} floor")
    return tuple(Pressure(boundary=name, pressure=pressure) for name in names if name in mesh.boundaries)


def study_loads(study: TubuleStudy, mesh: SolidMesh, *, chamber: int = 0, axis: int = 1) -> tuple[Load, ...]:
    """All that presses in one chamber, over the initial pressure: lithium that falls with height, its drag, the gas.

    Parameters
    ----------
    study : TubuleStudy
    mesh : SolidMesh
    chamber : int
    axis : int
        Which coordinate is the height: 1 in radial and plane models, 2 in space.
    """
    gas = study.gas_pressure - study.initial_pressure
    loads: list[Load] = []
    if f"chamber {chamber} gas" in mesh.boundaries and gas:
        loads.append(Pressure(boundary=f"chamber {chamber} gas", pressure=gas))
    if study.lithium_level == 0:
        if f"mouth {chamber}" in mesh.boundaries and gas:
            loads.append(Pressure(boundary=f"mouth {chamber}", pressure=gas))
        return tuple(loads)
    loads += piston_loads(mesh, study.pressure - study.initial_pressure, chamber)
    if f"piston {chamber}" in mesh.boundaries and f"lithium {chamber} side" not in mesh.boundaries and gas:
        loads.append(Pressure(boundary=f"piston {chamber}", pressure=gas))
    if study.lithium_gradient == 0:
        return tuple(loads)
    floor, gradient, top = study.stack().floor, study.lithium_gradient, study.stack().ceiling
    high = study.pressure - study.initial_pressure

    def pressure(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.maximum(high - gradient * (points[:, axis] - floor), gas)

    def drag(points: NDArray[np.float64]) -> NDArray[np.float64]:
        z = points[:, axis]
        pulled = (high - gradient * (z - floor) > gas) & (z < top * (1 - 1e-9))
        result = np.zeros_like(points)
        # what the column loses of its pressure over a height the wall takes up as shear: dp W^2 / 4 pi = tau pi W dz
        result[:, axis] = np.where(pulled, gradient * study.bore / 4, 0.0)
        return result

    name = f"chamber {chamber} lithium"
    if name in mesh.boundaries:
        loads = [load for load in loads if not (isinstance(load, Pressure) and load.boundary == name)]
        loads += [Pressure(boundary=name, pressure=pressure), Traction(boundary=name, traction=drag)]
    return tuple(loads)


def solved(
    study: TubuleStudy,
    mesh: SolidMesh,
    cases: Sequence[Sequence[Load]],
    *,
    solids: Solids | None = None,
    electrolyte: str | None = None,
    kinematics: SolidKinematics = "axisymmetric",
    hold_cut: bool = True,
) -> tuple[FieldSolution, ...]:
    """The radial body under several sets of loads."""
    model = Model(
        mesh=mesh,
        solids=solids or solids_of(study, mesh, electrolyte=electrolyte),
        kinematics=kinematics,
        supports=radial_supports(study, mesh, hold_cut=hold_cut),
        ties=lithium_slides(mesh),
    )
    return solve_load_cases(model, cases)


def needs_lithium(study: TubuleStudy) -> None:
    """Refuse a study without a piston.

    Raises
    ------
    InputError
        When there is no lithium, or it does not press.
    """
    if study.lithium_level == 0:
        raise InputError("[load] lithium_level: 0 leaves no lithium that presses: pass a height above 0")
    if study.pressure <= 0:
        raise InputError("[load] overpotential: 0 leaves no pressure of the lithium: pass one above 0")


def pressure_only(study: TubuleStudy, question: str) -> None:
    """Refuse a body of lithium where it counts as a pressure only.

    Raises
    ------
    InputError
        When the study's lithium is a body.
    """
    if study.lithium != "pressure":
        raise InputError(
            f"[load] lithium: '{study.lithium}' makes it a body, which the questions root, electrolyte and full know; "
            f"{question} takes it as a pressure: pass lithium = 'pressure'"
        )


def densities(study: TubuleStudy) -> tuple[int, int]:
    """Elements through the wall of the mesh that answers, even, and of one of half its density to tell its error."""
    fine = max(4, 2 * ((study.elements_through_wall + 1) // 2))
    return fine, fine // 2
