"""Cracks in space, all along their fronts: Sneddon's round crack, given fields, and fronts that end on faces."""

import math

import numpy as np
import pytest

from tests.references.crack_bodies import GIVEN, NU, E, S, moved_like, slit_block, solved
from tests.references.crack_meshes import grid, lines, slit, split
from tubewall.fem.cracks import crack_front
from tubewall.fem.loads import Pressure, RigidBody, Support


def penny_sector(angle, count, fine):
    """A sector of a cylinder with half of a round crack of radius 1 at its foot, about a fine hole along the axis."""
    r, t, z = (
        lines(0.02, 1, 8, near=(1,), fine=fine),
        np.linspace(0, angle, count + 1),
        lines(0, 8, near=(0,), fine=fine),
    )
    mesh = grid(r, t, z, put=lambda p: np.column_stack((p[:, 0] * np.cos(p[:, 1]), p[:, 0] * np.sin(p[:, 1]), p[:, 2])))
    radius = lambda c: np.hypot(c[:, 0], c[:, 1])  # noqa: E731
    return split(mesh, "front", crack=lambda c: radius(c) < 1, ligament=lambda c: radius(c) > 1)


def test_a_penny_crack_in_space_has_the_k_of_sneddon_all_along_its_front():
    mesh = penny_sector(math.radians(30), 2, 0.08)
    supports = (
        Support(boundary="bottom", fix=("y",)), Support(boundary="top", fix=("normal",)), Support(boundary="ligament", fix=("z",)),
    )  # fmt: skip
    solution = solved(mesh, (Pressure(boundary="crack", pressure=S),), supports, "3d")
    front = crack_front(solution, faces=("crack",), symmetric=True)
    assert len(front.results) == 3
    assert not front.closed
    unit = 2 * S / math.sqrt(math.pi)
    assert np.hypot(front.points[:, 0], front.points[:, 1]) == pytest.approx(1.0)
    # chords through the middle nodes
    assert front.along[-1] == pytest.approx(math.radians(30), rel=1e-3)
    for found in front.results:
        assert found.k1 == pytest.approx(unit, rel=3e-3)
        assert found.t_stress == pytest.approx(-(1 + 2 * NU) / 2 * S, abs=0.04 * S)
        assert found.g_domain == pytest.approx(found.g_extension, rel=1e-3)
        assert found.path_spread < 1e-3
        assert found.disagreement < 2e-2
    assert front.largest().g == max(found.g for found in front.results)


@pytest.mark.parametrize(("kind", "error"), [("hexahedron", 0.04), ("wedge", 0.06), ("tetra", 0.08)])
def test_the_three_modes_and_t_of_a_given_field_are_found_in_space(kind, error):
    axis, depth = lines(-1, 0, 1, near=(0,), fine=0.12), np.linspace(0, 0.4, 3)
    solution = moved_like(slit_block(axis, axis, depth, kind=kind), GIVEN, "3d")
    front = crack_front(solution, faces=("upper", "lower"))
    size = math.sqrt(sum(k**2 for k in GIVEN[:3]))
    expected = (GIVEN[0] ** 2 + GIVEN[1] ** 2) * (1 - NU**2) / E + GIVEN[2] ** 2 * (1 + NU) / E
    middle = front.results[1]
    assert middle.t_stress == pytest.approx(GIVEN[3], abs=0.05 * S)
    for found in front.results:
        # also at both ends, where supports push the plane along: there half of the elements, and less accurate
        wide = 1 if found is middle else 2
        # the sign of K_III follows the tangent of the front, which turns with the first face
        assert (found.k1, found.k2, found.k3) == pytest.approx(GIVEN[:3], abs=wide * error * size)
        assert found.path_spread < 2e-3
        assert found.g == pytest.approx(expected, rel=3 * wide * error)
        assert found.g_domain == pytest.approx(found.g_extension, rel=2e-3 if wide > 1 else 1e-3)


def through_crack(kind, ends, load):
    """A block with a crack through its thickness, pulled open from afar; ``ends`` says what its end faces bear."""
    x, y, z = (
        lines(0, 1, 3, near=(1,), fine=0.2, grow=1.8),
        lines(0, 3, near=(0,), fine=0.2, grow=1.8),
        np.linspace(0, 1, 3),
    )
    y = np.concatenate([-y[:0:-1], y])
    mesh = slit(grid(x, y, z, kind=kind), lambda p: (abs(p[:, 1]) < 1e-9) & (p[:, 0] < 1 - 1e-9), lambda c: c[:, 1] < 0)
    loads = [Pressure(boundary=name, pressure=-S) for name in ("bottom", "top")]
    loads += [Pressure(boundary=name, pressure=load) for name in ("front", "back") if load]
    supports = [RigidBody()]
    if ends == "rollers":
        supports.append(Support(boundary="front", fix=("z",)))
        supports.append(Support(boundary="back", fix=("normal",)))
    return crack_front(solved(mesh, tuple(loads), tuple(supports), "3d"), faces=("upper", "lower"))


def test_pressure_on_the_faces_where_a_front_ends_leaves_its_k():
    # uniform stress along the front closes or opens nothing
    free, pressed = through_crack("hexahedron", "free", 0.0), through_crack("hexahedron", "free", 5 * S)
    for one, other in zip(free.results, pressed.results, strict=True):
        assert (other.k1, other.k2, other.k3) == pytest.approx((one.k1, one.k2, one.k3), abs=1e-3 * one.k1)
        assert other.g == pytest.approx(one.g, rel=1e-3)
        assert other.t_stress == pytest.approx(one.t_stress, abs=1e-2 * S)
        # at a free end the singularity is not that of plane strain
        assert other.disagreement < 0.08
        assert other.path_spread < 5e-3
    assert pressed.largest().point[2] == pytest.approx(0.5)


def test_a_front_that_ends_on_rollers_has_one_k_all_along():
    found = through_crack("hexahedron", "rollers", 0.0)
    first = found.results[0]
    for one in found.results:
        assert one.k1 == pytest.approx(first.k1, rel=1e-6)
        assert one.k3 == pytest.approx(0.0, abs=1e-6 * first.k1)
        assert one.disagreement < 0.02
