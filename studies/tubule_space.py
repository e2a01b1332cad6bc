"""Models in space: one tubule loaded in the middle of a cluster, cut to what its symmetry needs."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tubewall.fem.loads import Support
from tubewall.fem.model import Model
from tubewall.geometry.stack_mesher import stack_mesh
from tubewall.studies.tubule_body import MESHED, lithium_slides, piston_supports, solids_of
from tubewall.studies.tubule_sector import symmetric_part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tubewall.fem.model import Solid
    from tubewall.geometry.array import CellArray
    from tubewall.geometry.solid_mesh import SolidMesh
    from tubewall.geometry.stack import Stack
    from tubewall.studies.tubule_study import TubuleStudy

#: Growth of the layers away from roots and levels.
GROWTH: Final = 1.8


@lru_cache(maxsize=4)
def _part(
    stack: Stack, array: CellArray, elements: int, growth: float, window: tuple[float, float], lithium: str
) -> SolidMesh:
    mesh = stack_mesh(
        stack,
        array,
        kind="cluster",
        elements_through_wall=elements,
        growth=growth,
        window=window,
        lithium=MESHED[lithium],
        lithium_apart=lithium != "pressure",
    )
    return symmetric_part(mesh, array)


def cluster_mesh(
    study: TubuleStudy,
    *,
    elements: int,
    window: tuple[float, float],
    growth: float = GROWTH,
    rings: int = 1,
    neighbours: str = "empty",
    lithium: str | None = None,
) -> SolidMesh:
    """A 12th (8th in square packing) of a cluster with lithium in its middle, or in all of its tubules.

    Parameters
    ----------
    study : TubuleStudy
    elements : int
        Through the wall.
    window : (float, float)
        Heights z [m] that are kept; where they cut the stack the faces are called 'cut'.
    growth : float
    rings : int
        Of tubules around the one in the middle.
    neighbours : "empty" or "full"
    lithium : str, optional
        Instead of the study's: "pressure", "sliding" or "sticking".
    """
    array = study.array(rings=rings)
    around = study.lithium_level if neighbours == "full" else 0.0
    levels = (study.lithium_level, *[around] * (array.bore_count - 1))
    return _part(study.stack(lithium_level=levels), array, elements, growth, window, lithium or study.lithium)


def space_model(
    study: TubuleStudy,
    mesh: SolidMesh,
    *,
    electrolyte: str | None = None,
    solids: Mapping[str, Solid] | None = None,
) -> Model:
    """The body of ``cluster_mesh`` with rollers on its planes of symmetry, around and below, and where it is cut."""
    held = [Support(boundary="side low", fix=("y",)), Support(boundary="side high", fix=("normal",))]
    if "sides" in mesh.boundaries:
        held.append(Support(boundary="sides", fix=("normal",)))
    held += [Support(boundary=name, fix=("z",)) for name in ("bottom", "cut") if name in mesh.boundaries]
    if study.top == "held" and "top" in mesh.boundaries:
        held.append(Support(boundary="top", fix=("z",)))
    return Model(
        mesh=mesh,
        solids=solids or solids_of(study, mesh, electrolyte=electrolyte),
        kinematics="3d",
        supports=(*held, *piston_supports(mesh, "z")),
        ties=lithium_slides(mesh),
    )
