"""The drawing of a stack as bodies of a CAD file: STEP, through gmsh's OpenCASCADE kernel."""

from __future__ import annotations

import math
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, Final

import numpy as np

from tubewall.errors import InputError, MeshingError
from tubewall.geometry.array import CellArray
from tubewall.geometry.checks import positive_length, whole_number
from tubewall.geometry.gmsh_library import gmsh_session
from tubewall.geometry.stack import Stack
from tubewall.units import show
from tubewall.whole_files import written_whole

# sections that a fillet in a polygonal bore is lofted through
_SECTIONS: Final = 9
# most bores of a drawing: booleans of bodies take long
_MOST: Final = 200
# what the kernel calls the assembly, and with a number its bodies
_MADE_UP: Final = re.compile(r"'Open CASCADE STEP translator [0-9.]+ [0-9]+(?:[.]([0-9]+))?'")

Tags = list[tuple[int, int]]


def write_step(
    stack: Stack,
    array: CellArray,
    path: str | PathLike[str],
    *,
    chambers: Sequence[int] | None = None,
    unit: float = 1e-9,
) -> dict[str, float]:
    """Write the cells of a cluster as bodies 'electrolyte', 'insulator', 'wall', 'collector', 'lithium K' to a STEP file.

    Dimensions are those that :func:`stack_mesh` meshes. In the corners of polygonal bores the fillets of their ends are spline
    surfaces through the mesh's own sections.

    Parameters
    ----------
    stack : Stack
    array : CellArray
        A matrix, or separate tubes without necks.
    path : str or path
        Ends in ``.step`` or ``.stp``.
    chambers : sequence of int, optional
        Only the cells of these bores.
    unit : float
        Length [m] that one millimetre of the file stands for: CAD programs cannot hold nanometres in millimetres.

    Returns
    -------
    dict
        Volume [m3] of each body.

    Raises
    ------
    InputError
        For another suffix, tubes with necks, too many bores, or a file that cannot be written.
    MeshingError
        When the kernel fails.
    """
    target = Path(path)
    if target.suffix.lower() not in (".step", ".stp"):
        raise InputError(f"the drawing is written to a .step or .stp, got {str(path)!r}")
    if array.neck:
        raise InputError(
            f"the necks of tubes, {show(array.neck, 'm')} wide, are not written: pass neck=0, with a spacing or without"
        )
    stack.check_fits(array)
    scale = positive_length("unit", unit)
    count = array.bore_count
    chosen = list(range(count)) if chambers is None else [whole_number("chambers", k, 0, count - 1) for k in chambers]
    if not 1 <= len(set(chosen)) == len(chosen) <= _MOST:
        raise InputError(f"chambers must name 1 to {_MOST} bores, each once, got {len(chosen)}")
    levels = stack.levels(count)
    with written_whole(target) as temporary, gmsh_session() as gmsh:
        try:
            bodies = _Drawing(gmsh, stack, array, scale).bodies({k: levels[k] for k in chosen})
            volumes = {
                name: sum(gmsh.model.occ.getMass(3, tag) for _, tag in tags) * scale**3 for name, tags in bodies.items()
            }
            _remove_all_but(gmsh, [tag for tags in bodies.values() for tag in tags])
            with _silent():
                _write(gmsh, temporary)
            _name(temporary, {tag: name for name, tags in bodies.items() for _, tag in tags})
        except OSError:
            raise
        # gmsh raises bare Exceptions
        except Exception as error:
            raise MeshingError(f"the drawing could not be made or written: {error}") from error
    return volumes


def _write(gmsh: Any, path: Path) -> None:
    """Write the model; gmsh knows endings in small letters only."""
    small = path.with_suffix(path.suffix.lower())
    try:
        gmsh.write(str(small))
        small.replace(path)
    finally:
        if small != path:
            small.unlink(missing_ok=True)


@contextmanager
def _silent() -> Iterator[None]:
    """Nothing that OpenCASCADE says on the standard output, past Python's streams, is seen."""
    sys.stdout.flush()
    kept = os.dup(1)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _name(path: Path, names: Mapping[int, str]) -> None:
    """Write the names of the bodies, which the kernel wrote in the order of their tags, for those it made up."""
    in_order = [names[tag] for tag in sorted(names)]

    def name(found: re.Match[str]) -> str:
        return f"'{in_order[int(found[1]) - 1] if found[1] else 'stack'}'"

    # STEP text is ASCII (ISO 10303-21)
    path.write_text(_MADE_UP.sub(name, path.read_text(encoding="ascii")), encoding="ascii")


def _remove_all_but(gmsh: Any, bodies: Tags) -> None:
    """Remove what the bodies were made from: only they are to stand in the file."""
    occ = gmsh.model.occ
    occ.remove([entity for entity in occ.getEntities(3) if entity not in bodies], recursive=True)
    for dim in (2, 1, 0):
        occ.remove(occ.getEntities(dim))
    occ.synchronize()


class _Drawing:
    """Solids of a stack in OpenCASCADE, in units of the file."""

    def __init__(self, gmsh: Any, stack: Stack, array: CellArray, scale: float) -> None:
        self._occ, self._stack, self._array, self._scale = gmsh.model.occ, stack, array, scale

    def bodies(self, levels: dict[int, float]) -> dict[str, Tags]:
        """Bodies by name, for chambers with these lithium levels [m]."""
        stack, array = self._stack, self._array
        centres = {k: array.centres[k] / self._scale for k in levels}
        foot = [self._cell(at) for at in centres.values()]
        footprint = self._fused([(2, tag) for tag in foot])

        def slab(low: float, high: float) -> Tags:
            return self._raised(self._occ.copy(footprint), low, high)

        def bores(low: float, high: float) -> Tags:
            return [tag for at in centres.values() for tag in self._bore(at, low, high)]

        def solid(low: float, high: float) -> Tags:
            # what stands on the electrolyte: all of the cell, or each tube for itself
            if array.construction == "matrix":
                return slab(low, high)
            return [tag for at in centres.values() for tag in self._raised([self._disc(at)], low, high)]

        result: dict[str, Tags] = {}
        floor, ceiling = stack.floor, stack.ceiling
        hollows = {
            k: (self._hollow(at, floor, -1.0, stack.floor_fillet), self._hollow(at, ceiling, 1.0, stack.cap_fillet))
            for k, at in centres.items()
        }
        below = [tag for low, _ in hollows.values() for tag in low]
        above = [tag for _, high in hollows.values() for tag in high]
        result["electrolyte"] = self._cut(slab(-stack.electrolyte, 0.0), [] if stack.is_film else below)
        if stack.insulator:
            holes = below if stack.is_film else bores(0.0, stack.root)
            result["insulator"] = self._cut((slab if stack.is_film else solid)(0.0, stack.root), holes)
        wall = self._cut(solid(stack.root, ceiling), bores(stack.root, ceiling))
        if stack.cap:
            cap = self._cut(solid(ceiling, ceiling + stack.cap), above)
            # separate tubes may touch along a line, which is no body to make of two
            pairs = (
                [(wall, cap)]
                if array.construction == "matrix"
                else [([a], [b]) for a, b in zip(wall, cap, strict=True)]
            )
            wall = [tag for tube, end in pairs for tag in self._fused(tube + end)]
        result["wall"] = wall
        if stack.collector:
            low = ceiling + stack.cap
            holes = bores(low, stack.top) if stack.ends == "open" else [] if stack.cap else above
            result["collector"] = self._cut(slab(low, stack.top), holes)
        for k, level in levels.items():
            if level:
                parts = self._bore(centres[k], floor, floor + level)
                parts += self._hollow(centres[k], floor, -1.0, stack.floor_fillet)
                if level >= stack.bore_height:
                    parts += self._hollow(centres[k], ceiling, 1.0, stack.cap_fillet)
                result[f"lithium {k}"] = self._fused(parts)
        self._occ.remove(footprint, recursive=True)
        return result

    def _cell(self, at: np.ndarray) -> int:
        alpha, radius = self._array.half_angle, self._array.pitch / 2 / self._scale / math.cos(self._array.half_angle)
        angles = alpha * np.arange(1, 2 * self._array.neighbours, 2)
        corners = [self._occ.addPoint(at[0] + radius * math.cos(a), at[1] + radius * math.sin(a), 0.0) for a in angles]
        lines = [self._occ.addLine(a, b) for a, b in zip(corners, corners[1:] + corners[:1], strict=True)]
        return int(self._occ.addPlaneSurface([self._occ.addCurveLoop(lines)]))

    def _disc(self, at: np.ndarray) -> tuple[int, int]:
        """The section of a separate tube, its bore filled."""
        circle = self._occ.addCircle(at[0], at[1], 0.0, self._array.outer_radius / self._scale)
        return 2, int(self._occ.addPlaneSurface([self._occ.addCurveLoop([circle])]))

    def _outline(self, at: np.ndarray, z: float, share: float) -> int:
        """The wire of a bore's outline at a height z, on a smaller scale."""
        array, occ = self._array, self._occ
        half, fillet = share * array.bore / 2 / self._scale, share * array.fillet / self._scale
        if array.bore_shape == "round":
            return int(occ.addWire([occ.addCircle(at[0], at[1], z, half)]))
        alpha = array.half_angle
        curves, points = [], []
        for k in range(array.neighbours):
            turn = 2 * alpha * k
            reach = (half - fillet) * math.tan(alpha)
            for side in (-1.0, 1.0) if fillet else (1.0,):
                across = side * reach
                x, y = half * math.cos(turn) - across * math.sin(turn), half * math.sin(turn) + across * math.cos(turn)
                points.append(occ.addPoint(at[0] + x, at[1] + y, z))
        if not fillet:
            curves = [occ.addLine(a, b) for a, b in zip(points, points[1:] + points[:1], strict=True)]
            return int(occ.addWire(curves))
        reach = (half - fillet) / math.cos(alpha)
        for k in range(array.neighbours):
            corner = alpha * (2 * k + 1)
            centre = occ.addPoint(at[0] + reach * math.cos(corner), at[1] + reach * math.sin(corner), z)
            curves.append(occ.addLine(points[2 * k], points[2 * k + 1]))
            curves.append(occ.addCircleArc(points[2 * k + 1], centre, points[(2 * k + 2) % len(points)]))
        return int(occ.addWire(curves))

    def _bore(self, at: np.ndarray, low: float, high: float) -> Tags:
        face = self._occ.addPlaneSurface([self._outline(at, 0.0, 1.0)])
        return self._raised([(2, face)], low, high)

    def _hollow(self, at: np.ndarray, z: float, way: float, radius: float) -> Tags:
        """The space of a fillet beyond the end of a bore: beside a straight core the quarter circle all round."""
        if radius == 0:
            return []
        occ, z_end, r = self._occ, z / self._scale, radius / self._scale
        half = self._array.bore / 2 / self._scale
        if self._array.bore_shape == "round":
            low = min(z_end, z_end + way * r)
            core = occ.addCylinder(at[0], at[1], low, 0, 0, r, half - r)
            ring = occ.addTorus(at[0], at[1], z_end, half - r, r)
            shell = occ.addCylinder(at[0], at[1], low, 0, 0, r, half)
            quarter, _ = occ.intersect([(3, ring)], [(3, shell)])
            return self._fused([(3, core), *quarter])
        angles = np.linspace(0, math.pi / 2, _SECTIONS)
        wires = [
            self._outline(at, z_end + way * r * math.sin(a), 1 - radius * 2 / self._array.bore * (1 - math.cos(a)))
            for a in angles
        ]
        return list(occ.addThruSections(wires, makeSolid=True))

    def _raised(self, faces: Tags, low: float, high: float) -> Tags:
        z, height = low / self._scale, (high - low) / self._scale
        self._occ.translate(faces, 0, 0, z)
        return [tag for tag in self._occ.extrude(faces, 0, 0, height) if tag[0] == 3]

    def _fused(self, bodies: Tags) -> Tags:
        if len(bodies) == 1:
            return bodies
        joined, _ = self._occ.fuse(bodies[:1], bodies[1:])
        return list(joined)

    def _cut(self, bodies: Tags, holes: Tags) -> Tags:
        if not holes:
            return bodies
        left, _ = self._occ.cut(bodies, self._occ.copy(holes))
        return list(left)
