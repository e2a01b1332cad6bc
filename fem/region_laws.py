"""The law of each region in the axes of the analysis: stiffness, and strain that comes without stress."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from tubewall.fem.elements import Floats
from tubewall.fem.loads import Eigenstrain, TemperatureChange, scalar_at
from tubewall.fem.model import Model, Solid

if TYPE_CHECKING:
    from tubewall.materials.elastic import Anisotropic

#: A stiffness (6, 6) [Pa], or a function of points (p, dim) [m] giving (p, 6, 6).
Law = Floats | Callable[[Floats], Floats]


def region_law(model: Model, region: str) -> Law:
    """Stiffness of a region in the order xx, yy, zz, yz, xz, xy of the analysis (axisymmetric: radial, axial, hoop)."""
    from tubewall.materials.rotation import rotate_stiffness

    solid = model.solids[region]
    if not varies(model, region):
        frame = _frames(model, solid, np.zeros((1, model.mesh.dim)))
        own = solid.elastic.stiffness()
        constant: Floats = own if frame is None else rotate_stiffness(own, frame[0])
        return constant

    def law(points: Floats) -> Floats:
        frames = _frames(model, solid, points)
        turned: Floats = rotate_stiffness(solid.elastic.stiffness(), frames if frames is not None else np.eye(3))
        return turned

    return law


def varies(model: Model, region: str) -> bool:
    """Whether the stiffness of a region differs from point to point because its axes turn."""
    solid = model.solids[region]
    if not hasattr(solid.elastic, "frames_at"):
        return False
    if solid.along:
        return True
    turning = getattr(solid.elastic, "axes", "fixed") != "fixed"
    return turning and model.kinematics != "axisymmetric"


def _frames(model: Model, solid: Solid, points: Floats) -> Floats | None:
    """Axes 1, 2, 3 as columns (p, 3, 3); None where the law has none."""
    if not hasattr(solid.elastic, "frames_at"):
        return None
    law: Anisotropic = solid.elastic  # type: ignore[assignment]
    if solid.along:
        from tubewall.fem.wall_axes import axes_along

        return _turned(axes_along(model.mesh, solid.along, points), law.angle)
    if model.kinematics != "axisymmetric" or law.axes == "fixed":
        return law.frames_at(points[:, :2])
    # the slots of an axisymmetric section are x = radial, y = axial, z = hoop; the law's third axis is axial
    radial, axial, hoop = np.eye(3)
    first, second = (hoop, radial) if law.axes == "circumferential" else (radial, hoop)
    frame = _turned(np.column_stack([first, second, axial])[None], law.angle)
    return np.broadcast_to(frame, (len(points), 3, 3))


def _turned(frames: Floats, angle: float) -> Floats:
    c, s = np.cos(angle), np.sin(angle)
    turned = frames.copy()
    turned[:, :, 0] = c * frames[:, :, 0] + s * frames[:, :, 1]
    turned[:, :, 1] = c * frames[:, :, 1] - s * frames[:, :, 0]
    return turned


def free_strain(model: Model, region: str, points: Floats) -> Floats | None:
    """Thermal strain and eigenstrain (p, 6) of a region at points (p, dim); None where there is none."""
    solid = model.solids[region]
    total = np.zeros((len(points), 6))
    found = False
    for load in model.loads:
        if not isinstance(load, (Eigenstrain, TemperatureChange)) or load.region not in (None, region):
            continue
        if isinstance(load, TemperatureChange):
            if not np.any(solid.expansion):
                continue
            unit = _six(solid.expansion)
            amount = scalar_at(load.change, points)
        elif isinstance(load.strain, tuple):
            unit, amount = _six(load.strain), np.ones(len(points))
        else:
            unit, amount = _six(1.0), scalar_at(load.strain, points)
        total += amount[:, None] * _in_axes(model, solid, points, unit)
        found = True
    return total if found else None


def stress_from_strain(model: Model, region: str, points: Floats, strain: Floats) -> tuple[Floats, Floats]:
    """Strain and stress (p, 6) [Pa] of a region at points (p, dim) under the total strain (p, 6).

    In plane stress the strain comes back with the zz, yz, xz that leave no stress there.
    """
    law = region_law(model, region)
    stiffness = law(points) if callable(law) else law
    free = free_strain(model, region, points)
    flat = model.kinematics == "plane stress"
    if flat:
        strain = plane_stress_strain(stiffness, strain, np.zeros_like(strain) if free is None else free)
    elastic = strain if free is None else strain - free
    stress = np.einsum("pij,pj->pi", stiffness, elastic) if stiffness.ndim == 3 else elastic @ stiffness.T
    if flat:
        # zero but for rounding
        stress[:, 2:5] = 0.0
    return strain, stress


def compliance(model: Model, region: str, points: Floats) -> Floats:
    """Compliance (6, 6) or (p, 6, 6) [1/Pa] of a region at points (p, dim)."""
    law = region_law(model, region)
    return np.asarray(np.linalg.inv(law(points) if callable(law) else law), dtype=np.float64)


def _six(strain: float | tuple[float, ...]) -> Floats:
    given = np.atleast_1d(np.asarray(strain, dtype=np.float64))
    if len(given) == 6:
        return given
    return np.concatenate([np.broadcast_to(given, 3), np.zeros(3)])


def _in_axes(model: Model, solid: Solid, points: Floats, unit: Floats) -> Floats:
    """A strain (6,) given along the axes of the material, in those of the analysis, (p, 6)."""
    same = np.broadcast_to(unit, (len(points), 6))
    if np.ptp(unit[:3]) == 0 and not np.any(unit[3:]):
        return same
    frames = _frames(model, solid, points)
    if frames is None:
        return same
    x, y, z, yz, xz, xy = unit
    tensor = np.array([[x, xy / 2, xz / 2], [xy / 2, y, yz / 2], [xz / 2, yz / 2, z]])
    turned = frames @ tensor @ np.swapaxes(frames, -1, -2)
    return np.stack(
        [turned[:, 0, 0], turned[:, 1, 1], turned[:, 2, 2],
         2 * turned[:, 1, 2], 2 * turned[:, 0, 2], 2 * turned[:, 0, 1]], axis=1,
    )  # fmt: skip


def plane_stress_stiffness(stiffness: Floats) -> Floats:
    """Stiffness (..., 6, 6) with the stresses zz, yz, xz condensed to zero: the rows and columns of those vanish.

    C_aa - C_ab C_bb^-1 C_ba with a = (xx, yy, xy), b = (zz, yz, xz) (Lekhnitskii, Theory of Elasticity of an Anisotropic
    Body, 1963, section 20).
    """
    kept, dropped = np.array([0, 1, 5]), np.array([2, 3, 4])
    c = np.asarray(stiffness, dtype=np.float64)
    inner = c[..., dropped[:, None], dropped]
    cross = c[..., dropped[:, None], kept]
    result = np.zeros_like(c)
    result[..., kept[:, None], kept] = c[..., kept[:, None], kept] - np.swapaxes(cross, -1, -2) @ np.linalg.solve(
        inner, cross
    )
    return result


def plane_stress_strain(stiffness: Floats, strain: Floats, free: Floats) -> Floats:
    """The strain (p, 6) whose zz, yz, xz make the stresses there vanish, ``free`` (p, 6) being the strain without stress."""
    kept, dropped = np.array([0, 1, 5]), np.array([2, 3, 4])
    c = np.broadcast_to(stiffness, (len(strain), 6, 6))
    elastic = strain[:, kept] - free[:, kept]
    cross = np.einsum("pij,pj->pi", c[:, dropped[:, None], kept], elastic)
    result = strain.copy()
    inner = np.linalg.solve(c[:, dropped[:, None], dropped], cross[..., None])[..., 0]
    result[:, dropped] = free[:, dropped] - inner
    return result
