"""The drawing of a tubule study without a question: its bodies as STEP, its mesh in any format, and how good that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tubewall.geometry.mesh_export import export_mesh
from tubewall.geometry.mesh_measures import volumes
from tubewall.geometry.stack_mesher import KINDS, Kind, stack_mesh
from tubewall.geometry.stack_quality import solid_quality
from tubewall.geometry.stack_step import write_step
from tubewall.studies.as_data import number
from tubewall.studies.tables import Column, Table
from tubewall.studies.tubule_answer import table_data
from tubewall.studies.tubule_body import MESHED
from tubewall.units import show

if TYPE_CHECKING:
    from tubewall.geometry.solid_mesh import SolidMesh
    from tubewall.studies.tubule_study import TubuleStudy

__all__ = ["KINDS", "Drawing", "drawing"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Drawing:
    """The mesh of a study and what is told of it.

    Attributes
    ----------
    kind : str
        Of ``stack_mesh``.
    mesh : SolidMesh
    bodies : mapping of name to float
        Volumes [m3] of what was written as STEP; empty without.
    """

    study: TubuleStudy
    kind: str
    mesh: SolidMesh
    bodies: Mapping[str, float]
    notes: tuple[str, ...]

    def table(self) -> Table:
        """Regions: elements, and their volume (in the plane: area)."""
        size = volumes(self.mesh)
        space = self.mesh.dim == 3
        columns = (
            Column(name="region"),
            Column(name="elements", unit=""),
            Column(name="volume" if space else "area of the section", unit="m3" if space else "m2"),
        )
        rows = tuple((name, len(part), float(size[part].sum())) for name, part in self.mesh.regions.items())
        return Table(columns=columns, rows=rows, notes=self.notes)

    def __str__(self) -> str:
        return f"{self.kind}: {solid_quality(self.mesh)}; boundaries {', '.join(self.mesh.boundaries)}."

    def text(self) -> str:
        """What is printed."""
        return f"{self}\n\n{self.table().text()}"

    def to_json(self) -> dict[str, Any]:
        """Plain data, every number with its unit."""
        quality = solid_quality(self.mesh)
        return {
            "question": "drawing",
            "answer": str(self),
            "regions": table_data(self.table()),
            "boundaries": list(self.mesh.boundaries),
            "quality": {
                "smallest_scaled_jacobian": number(quality.smallest_scaled_jacobian, "1"),
                "smallest_jacobian_ratio": number(quality.smallest_jacobian_ratio, "1"),
                "largest_aspect": number(quality.largest_aspect, "1"),
            },
            "bodies": {name: number(value, "m3") for name, value in self.bodies.items()},
            "warnings": list(self.notes),
        }


def drawing(
    study: TubuleStudy,
    *,
    kind: Kind | Literal[""] = "",
    rings: int = 0,
    step: str | None = None,
    mesh: str | None = None,
) -> Drawing:
    """Mesh a study and write its drawing.

    Parameters
    ----------
    study : TubuleStudy
    kind : str
        Of ``stack_mesh``; "" for the one that the study's questions take: axisymmetric, or a cell in space.
    rings : int
        Of tubules around the one in the middle, of a cluster and of the STEP file.
    step, mesh : str, optional
        Files to write.

    Raises
    ------
    InputError
        When the drawing cannot be made or written.
    """
    chosen: Kind = kind or ("cell" if study.in_space else "axisymmetric")
    array, stack = study.array(rings=rings), study.stack()
    made = stack_mesh(
        stack,
        array,
        kind=chosen,
        elements_through_wall=study.elements_through_wall,
        lithium=MESHED[study.lithium],
        lithium_apart=study.lithium != "pressure",
    )
    notes = []
    bodies: Mapping[str, float] = {}
    if step is not None:
        bodies = write_step(stack, array, step)
        told = ", ".join(f"{name} {volume * 1e18:.4g} um3" for name, volume in bodies.items())
        notes.append(f"bodies: {told}; one millimetre of the file stands for {show(1e-9, 'm')}")
    if mesh is not None and export_mesh(made, mesh) < made.order:
        notes.append(f"{mesh} knows no curved cells of these kinds: it holds their corners")
    return Drawing(study=study, kind=chosen, mesh=made, bodies=bodies, notes=tuple(notes))
