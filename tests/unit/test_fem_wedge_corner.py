"""The border of the corner's eigenproblem: what it takes, refuses and returns."""

import math

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.fem.wedge_corner import corner_exponents
from tubewall.fem.wedge_elements import Sector
from tubewall.materials import Isotropic, Orthotropic

STEEL = Isotropic(youngs_modulus=200e9, poissons_ratio=0.3)
QUARTER = math.pi / 2


def wedge(degrees, law=STEEL, start=0.0):
    return Sector(law=law, start_angle=start, end_angle=start + math.radians(degrees))


def test_a_right_angle_filled_with_solid_has_no_singular_exponent():
    found = corner_exponents([wedge(90)])
    assert len(found.singular) == 0
    assert found.leading == 1.0
    assert not found.oscillating


def test_one_sector_cut_into_many_has_the_same_exponents():
    whole = corner_exponents([wedge(270)])
    parts = corner_exponents([wedge(50), wedge(100, start=math.radians(50)), wedge(120, start=math.radians(150))])
    assert parts.singular == pytest.approx(whole.singular, abs=1e-10)


def test_turning_the_corner_and_scaling_the_modulus_leave_the_exponents():
    expected = corner_exponents([wedge(270)]).singular
    soft = Isotropic(youngs_modulus=1e3, poissons_ratio=0.3)
    assert corner_exponents([wedge(270, soft, start=1.234)]).singular == pytest.approx(expected, abs=1e-10)


def test_the_modes_are_displacements_of_largest_amount_one_and_the_rotation_is_among_them():
    found = corner_exponents([wedge(270)])
    assert found.modes.shape == (len(found.values), len(found.angles), 3)
    assert np.abs(found.modes).max(axis=(1, 2)) == pytest.approx(1.0)
    rotation = found.modes[np.argmin(np.abs(found.values - 1))]
    along = np.column_stack((-np.sin(found.angles), np.cos(found.angles)))
    share = rotation[0, 1] / along[0, 1]
    assert rotation[:, :2] == pytest.approx(share * along, abs=1e-8)


def test_the_leading_mode_of_a_free_notch_leaves_its_faces_free_of_traction():
    # sigma_theta ~ C (lambda B1 f + B2 f'), Williams 1952; slope of the mode from a polynomial through its nodes
    found = corner_exponents([wedge(270)])
    mode, lam = found.modes[0], found.leading
    first = found.angles <= found.angles[0] + math.pi / 2 + 1e-9
    fits = [
        np.polynomial.Polynomial.fit(found.angles[first], mode[first, c].real, np.count_nonzero(first) - 1)
        for c in (0, 1)
    ]
    # at angle 0: x outward, y across; strain_yy = u_y', strain_xx = lambda u_x, gamma_xy = u_x' + lambda u_y - ...
    ux, uy = (f(0.0) for f in fits)
    dux, duy = (f.deriv()(0.0) for f in fits)
    strain = np.array([lam.real * ux, duy, 0, 0, 0, dux + lam.real * uy])
    stress = STEEL.stiffness() @ strain
    assert np.abs(stress[[1, 5]]).max() < 1e-6 * np.abs(stress[0])


def test_a_symmetric_face_keeps_the_opening_mode_of_the_whole_notch_only():
    # 270 degrees: opening 0.5445, sliding 0.9085 (Williams 1952)
    half = corner_exponents([wedge(135)], faces=("free", "symmetric"))
    whole = corner_exponents([wedge(270)])
    assert half.singular == pytest.approx(whole.singular[:1], abs=1e-10)
    # held along the face instead: the sliding mode
    along = (math.cos(math.radians(135)), math.sin(math.radians(135)), 0.0)
    sliding = corner_exponents([wedge(135)], faces=("free", (along,)))
    assert sliding.singular == pytest.approx(whole.singular[1:], abs=1e-10)


def test_in_space_the_plane_and_the_antiplane_exponents_stand_together():
    plane = corner_exponents([wedge(270)]).singular
    out = corner_exponents([wedge(270)], kinematics="antiplane").singular
    assert out == pytest.approx([2 / 3], abs=1e-10)
    both = corner_exponents([wedge(270)], kinematics="3d").singular
    assert both == pytest.approx(sorted([*plane.real, *out.real]), abs=1e-9)


def test_fibres_around_the_corner_turn_with_the_angle():
    law = Orthotropic(
        youngs_moduli=(40e9, 20e9, 20e9), poissons_ratios=(0.2, 0.2, 0.2), shear_moduli=(8e9, 6e9, 8e9),
        axes="circumferential", about=(1e-6, 2e-6),
    )  # fmt: skip
    here = corner_exponents([wedge(270, law)], at=(1e-6, 2e-6)).leading
    turned = corner_exponents([wedge(270, law, start=0.7)], at=(1e-6, 2e-6)).leading
    assert turned == pytest.approx(here, abs=1e-9)
    away = corner_exponents([wedge(270, law)], at=(5e-6, 2e-6)).leading
    assert abs(away - here) > 1e-3


def test_sectors_that_leave_a_gap_or_overlap_are_refused():
    with pytest.raises(InputError, match="without gaps"):
        corner_exponents([wedge(90), wedge(90, start=2.0)])
    with pytest.raises(InputError, match="more than the full turn"):
        corner_exponents([wedge(270), wedge(180, start=1.5 * math.pi)])
    with pytest.raises(InputError, match="give the two faces"):
        corner_exponents([wedge(270)], faces=None)
    with pytest.raises(InputError, match="start_angle < end_angle"):
        Sector(law=STEEL, start_angle=1.0, end_angle=1.0)
    with pytest.raises(InputError, match="at least one"):
        corner_exponents([])
    with pytest.raises(InputError, match="kinematics must be one of"):
        corner_exponents([wedge(90)], kinematics="shell")
    with pytest.raises(InputError, match="a face of a corner"):
        corner_exponents([wedge(90)], faces=("free", "glued"))


def test_a_stiffness_may_stand_for_a_law_and_coupling_out_of_the_section_is_refused():
    stiffness = STEEL.stiffness()
    found = corner_exponents([Sector(law=stiffness, start_angle=0, end_angle=1.5 * math.pi)])
    assert found.leading == pytest.approx(corner_exponents([wedge(270)]).leading, abs=1e-12)
    coupled = stiffness.copy()
    coupled[0, 4] = coupled[4, 0] = 0.1 * stiffness[0, 0]
    with pytest.raises(InputError, match="kinematics '3d'"):
        corner_exponents([Sector(law=coupled, start_angle=0, end_angle=1.5 * math.pi)])
    assert (
        len(corner_exponents([Sector(law=coupled, start_angle=0, end_angle=1.5 * math.pi)], kinematics="3d").singular)
        == 3
    )
    with pytest.raises(InputError, match="shape"):
        corner_exponents([Sector(law=np.eye(3), start_angle=0, end_angle=1.0)])
