"""The wall between chambers at different pressure against a series that satisfies elasticity exactly.

Reference: complex potentials of Kolosov and Muskhelishvili (Muskhelishvili, Some Basic Problems of the Mathematical
Theory of Elasticity, 1953, chapters 5 and 6) for a disc with circular holes, phi and psi as Laurent series about the
holes and a Taylor series in the disc, the coefficients by least squares on the boundaries. Each hole carries a pressure,
which is in equilibrium by itself, so that neither logarithms nor dislocations appear.
"""

from __future__ import annotations

from dataclasses import dataclass

import gmsh
import numpy as np
import pytest
from numpy.typing import NDArray

from tubewall.fem import Pressure, RigidBody, solve
from tubewall.geometry import CellArray, NamedMesh, array_mesh
from tubewall.materials import Isotropic

Complex = NDArray[np.complex128]


@dataclass(frozen=True)
class Series:
    """Complex potentials of a disc of radius ``outer`` with ``holes`` (centre, radius)."""

    outer: float
    holes: tuple[tuple[complex, float], ...]
    terms: int
    phi: Complex
    psi: Complex
    residual: float

    def stress(self, z: Complex) -> NDArray[np.float64]:
        """(p, 3): xx, yy, xy."""
        first, second = _terms(z, self, 1) @ self.phi, _terms(z, self, 2) @ self.phi
        total = 4 * first.real
        difference = 2 * (np.conj(z) * second + _terms(z, self, 1) @ self.psi)
        return np.stack([(total - difference.real) / 2, (total + difference.real) / 2, difference.imag / 2], axis=1)

    def displacement(self, z: Complex, shear: float, poissons_ratio: float) -> Complex:
        """In plane strain, up to a rigid motion."""
        kappa = 3 - 4 * poissons_ratio
        value = kappa * (_terms(z, self, 0) @ self.phi) - z * np.conj(_terms(z, self, 1) @ self.phi)
        return (value - np.conj(_terms(z, self, 0) @ self.psi)) / (2 * shear)


def _terms(z: Complex, series: Series, derivative: int) -> Complex:
    columns = []
    for n in range(series.terms + 1):
        factor = np.prod([n - k for k in range(derivative)]) if derivative else 1.0
        power = n - derivative
        columns.append(factor * z**power / series.outer**n if power >= 0 else 0 * z)
    for centre, radius in series.holes:
        for n in range(1, series.terms + 1):
            factor = np.prod([-n - k for k in range(derivative)]) if derivative else 1.0
            columns.append(factor * radius**n * (z - centre) ** (-n - derivative))
    return np.stack(columns, axis=1)


def solve_series(
    outer: float, holes: tuple[tuple[complex, float], ...], pressures: tuple[float, ...], terms: int
) -> Series:
    """Least squares of phi + z conj(phi') + conj(psi) = -p z + constant on every circle; the rim is free."""
    empty = np.zeros(1, dtype=np.complex128)
    shape = Series(outer, holes, terms, empty, empty, 0.0)
    points = np.exp(2j * np.pi * (np.arange(6 * terms) + 0.5) / (6 * terms))
    rows, right = [], []
    for k, (centre, radius, pressure) in enumerate(
        [(0j, outer, 0.0), *((c, r, p) for (c, r), p in zip(holes, pressures, strict=True))]
    ):
        z = centre + radius * points
        a, b, c = _terms(z, shape, 0), z[:, None] * np.conj(_terms(z, shape, 1)), np.conj(_terms(z, shape, 0))
        constant = np.zeros((len(z), len(holes)), dtype=np.complex128)
        if k:
            constant[:, k - 1] = -1.0
        # real and imaginary parts of phi, psi and the constants are the unknowns
        matrix = np.hstack([a + b, 1j * (a - b), c, -1j * c, constant, 1j * constant]) / outer
        value = -pressure * z / outer
        rows.append(np.vstack([matrix.real, matrix.imag]))
        right.append(np.hstack([value.real, value.imag]))
    matrix, value = np.vstack(rows), np.hstack(right)
    scale = np.linalg.norm(matrix, axis=0)
    scale[scale == 0] = 1.0
    x = np.linalg.lstsq(matrix / scale, value, rcond=1e-14)[0]
    residual = float(np.abs(matrix / scale @ x - value).max())
    x /= scale
    n = 1 + terms * (1 + len(holes))
    return Series(outer, holes, terms, x[:n] + 1j * x[n : 2 * n], x[2 * n : 3 * n] + 1j * x[3 * n : 4 * n], residual)


def hoop(series: Series, z: Complex, centre: complex) -> NDArray[np.float64]:
    """Stress along a circle about ``centre``."""
    along = 1j * (z - centre) / np.abs(z - centre)
    xx, yy, xy = series.stress(z).T
    return np.asarray(xx * along.real**2 + yy * along.imag**2 + 2 * xy * along.real * along.imag)


def circle(centre: complex, radius: float) -> Complex:
    return np.asarray(centre + radius * np.exp(2j * np.pi * np.arange(7200) / 7200))


def test_the_series_gives_lame() -> None:
    series = solve_series(60.0, ((0j, 50.0),), (1.0,), 10)
    # Lame: (a^2 + b^2) / (b^2 - a^2) at the bore, 2 a^2 / (b^2 - a^2) at the rim
    assert hoop(series, np.array([50.0 + 0j]), 0j)[0] == pytest.approx(6100 / 1100, rel=1e-12)
    assert hoop(series, np.array([60.0 + 0j]), 0j)[0] == pytest.approx(5000 / 1100, rel=1e-11)


@pytest.mark.parametrize("shift", [2.0, 5.0, 8.0])
def test_the_series_gives_the_eccentric_tube(shift: float) -> None:
    # Jeffery (1921), in the form of Timoshenko and Goodier, Theory of Elasticity, 3rd ed., art. 66, equation (91)
    a, b = 50.0, 70.0
    cosine = 1.0  # the thin side
    bore = 2 * b**2 * (b**2 + a**2 - 2 * a * shift * cosine - shift**2)
    bore = bore / ((a**2 + b**2) * (b**2 - a**2 - 2 * a * shift * cosine - shift**2)) - 1
    series = solve_series(b, ((complex(shift), a),), (1.0,), 60)
    assert series.residual < 1e-13
    assert hoop(series, np.array([shift + a + 0j]), complex(shift))[0] == pytest.approx(bore, rel=1e-10)


def eccentric_mesh(outer: float, shift: float, radius: float, size: float) -> NamedMesh:
    """A disc with a hole off its centre, second order, graded to the thin side."""
    gmsh.initialize(interruptible=False)
    try:
        gmsh.option.setNumber("General.Verbosity", 0)
        geo = gmsh.model.geo
        loops = []
        for x, r in ((0.0, outer), (shift, radius)):
            centre = geo.addPoint(x, 0, 0, size)
            corners = [
                geo.addPoint(x + r * np.cos(t), r * np.sin(t), 0, size * (1 + 3 * (r == outer and t > 0)))
                for t in np.arange(4) * np.pi / 2
            ]
            arcs = [geo.addCircleArc(corners[i], centre, corners[(i + 1) % 4]) for i in range(4)]
            loops.append((geo.addCurveLoop(arcs), arcs))
        face = geo.addPlaneSurface([loops[0][0], loops[1][0]])
        geo.synchronize()
        gmsh.model.mesh.generate(2)
        gmsh.model.mesh.setOrder(2)
        tags, points, _ = gmsh.model.mesh.getNodes()
        index = {int(tag): i for i, tag in enumerate(tags)}
        _, nodes = gmsh.model.mesh.getElementsByType(9, face)
        cells = np.array([index[int(t)] for t in nodes]).reshape(-1, 6)
        boundaries = {}
        for name, (_, arcs) in zip(("rim", "bore"), loops, strict=True):
            facets = [gmsh.model.mesh.getElementsByType(8, arc)[1] for arc in arcs]
            boundaries[name] = np.array([index[int(t)] for t in np.concatenate(facets)]).reshape(-1, 3)
    finally:
        gmsh.finalize()
    used = np.unique(cells)
    renumbered = np.full(len(points), -1)
    renumbered[used] = np.arange(len(used))
    return NamedMesh(
        points=points.reshape(-1, 3)[used, :2].copy(),
        cells=renumbered[cells],
        regions={"wall": np.arange(len(cells))},
        boundaries={name: renumbered[facets] for name, facets in boundaries.items()},
    )


LAW = Isotropic(youngs_modulus=60e9, poissons_ratio=0.25)


def test_bore_and_rim_of_an_eccentric_tube_follow_the_series() -> None:
    outer, shift, radius = 100.0, 45.0, 20.0
    series = solve_series(outer, ((complex(shift), radius),), (1.0,), 60)
    on_bore = hoop(series, circle(complex(shift), radius), complex(shift)).max()
    on_rim = hoop(series, circle(0j, outer), 0j).max()
    mesh = eccentric_mesh(outer * 1e-9, shift * 1e-9, radius * 1e-9, 2e-9)
    solution = solve(mesh, LAW, [Pressure(boundary="bore", pressure=1.0)], [RigidBody()])
    assert solution.max_principal("bore").value == pytest.approx(on_bore, rel=3e-3)
    assert solution.max_principal("rim").value == pytest.approx(on_rim, rel=3e-3)


def test_where_the_wall_is_thin_the_rim_governs() -> None:
    # a thin ligament bends outwards: its rim is pulled harder than the bore that presses
    outer, shift, radius = 100.0, 60.0, 34.0
    series = solve_series(outer, ((complex(shift), radius),), (1.0,), 80)
    on_bore = hoop(series, circle(complex(shift), radius), complex(shift)).max()
    on_rim = hoop(series, circle(0j, outer), 0j).max()
    assert on_rim > 1.1 * on_bore
    mesh = eccentric_mesh(outer * 1e-9, shift * 1e-9, radius * 1e-9, 1e-9)
    solution = solve(mesh, LAW, [Pressure(boundary="bore", pressure=1.0)], [RigidBody()])
    found = solution.max_principal()
    assert found.value == pytest.approx(on_rim, rel=5e-3)
    assert np.hypot(*found.at) == pytest.approx(outer * 1e-9, rel=1e-6, abs=0)


@pytest.mark.parametrize(("wall", "elements", "tolerance"), [(10.0, 4, 1e-2), (20.0, 4, 1e-2), (10.0, 8, 3e-3)])
def test_seven_bores_at_unequal_pressure_follow_the_series(wall: float, elements: int, tolerance: float) -> None:
    array = CellArray(bore_shape="round", bore=100e-9, wall=wall * 1e-9, rings=1)
    rim = 2.2 * array.pitch
    centres = [complex(*c) * 1e9 for c in array.centres]
    pressures = (1.0, 0.0, 0.6, 0.0, 0.3, 0.0, 0.8)
    series = solve_series(rim * 1e9, tuple((c, 50.0) for c in centres), pressures, 48)
    assert series.residual < 1e-9
    mesh = array_mesh(array, rim_radius=rim, elements_through_wall=elements)
    loads = [Pressure(boundary=f"chamber {i}", pressure=p) for i, p in enumerate(pressures)]
    solution = solve(mesh, LAW, loads, [RigidBody()])
    on_bores = [hoop(series, circle(c, 50.0), c).max() for c in centres]
    governing = max(on_bores)
    assert solution.max_principal().value == pytest.approx(governing, rel=tolerance)
    for i, reference in enumerate(on_bores):
        assert solution.max_principal(f"chamber {i}").value == pytest.approx(reference, abs=tolerance * governing)
    moved = series.displacement((mesh.points[:, 0] + 1j * mesh.points[:, 1]) * 1e9, LAW.shear_modulus, 0.25) * 1e-9
    difference = solution.displacement - np.stack([moved.real, moved.imag], axis=1)
    # what is left may be a rigid motion
    x, y = mesh.points.T * 1e9
    rigid = np.stack([np.r_[1 + 0 * x, 0 * x], np.r_[0 * x, 1 + 0 * x], np.r_[-y, x]], axis=1)
    flat = np.r_[difference[:, 0], difference[:, 1]]
    left = flat - rigid @ np.linalg.lstsq(rigid, flat, rcond=None)[0]
    field = np.r_[moved.real, moved.imag]
    field = field - rigid @ np.linalg.lstsq(rigid, field, rcond=None)[0]
    assert np.abs(left).max() < 2e-3 * np.abs(field).max()
