"""Parts of bodies: what symmetry needs of a cluster, a window to draw, a wider electrolyte."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.fem.loads import Support
from tubewall.fem.model import Model
from tubewall.fem.model_solver import solve_model
from tubewall.geometry.stack_mesher import stack_mesh
from tubewall.studies.tubule_body import piston_loads, radial, radial_mesh, solids_of, solved
from tubewall.studies.tubule_fields import part_of, stress_at, surface_stress
from tubewall.studies.tubule_sector import symmetric_part
from tubewall.studies.tubule_space import cluster_mesh, space_model
from tubewall.studies.tubule_study import TubuleStudy
from tubewall.studies.tubule_wide import widened
from tubewall.units import nm


@pytest.mark.parametrize(("shape", "fold"), [("hexagonal", 12), ("square", 8)])
def test_the_symmetric_part_of_a_cluster_moves_as_the_whole(shape: str, fold: int) -> None:
    study = TubuleStudy(bore_shape=shape)
    z = study.stack().root + 200 * nm
    window = (z - 2 * nm, z + 2 * nm)
    array = study.array(rings=1)
    stack = study.stack(lithium_level=(study.lithium_level, *[0.0] * (array.bore_count - 1)))
    mesh = stack_mesh(stack, array, kind="cluster", elements_through_wall=2, window=window, growth=1.8)
    held = (Support(boundary="sides", fix=("normal",)), Support(boundary="cut", fix=("z",)))
    whole = solve_model(
        Model(mesh=mesh, solids=solids_of(study, mesh), kinematics="3d", loads=piston_loads(mesh), supports=held)
    )
    part = cluster_mesh(study, elements=2, window=window)
    assert mesh.elements == pytest.approx(fold * part.elements, rel=0.01)
    cut = solve_model(replace(space_model(study, part), loads=piston_loads(part)))
    peaks = [surface_stress(one, "chamber 0 lithium", parts=3).max_principal.max() for one in (whole, cut)]
    assert peaks[1] == pytest.approx(peaks[0], rel=1e-8)


def test_a_mesh_that_symmetry_planes_cut_is_refused() -> None:
    study = TubuleStudy(bore_shape="hexagonal")
    array = study.array(rings=0)
    mesh = stack_mesh(study.stack(), array, kind="cluster", window=(1e-6, 1.01e-6))
    turned = study.replace(bore_shape="square").array(rings=0)
    with pytest.raises(InputError, match="planes of symmetry"):
        symmetric_part(mesh, turned)


def test_a_widened_electrolyte_keeps_area_and_names() -> None:
    study = TubuleStudy()
    drawn = radial(study, elements=2, neighbours="empty")
    narrow = radial_mesh(replace(drawn, radius=None))
    wide = radial_mesh(drawn)
    assert float(wide.points[:, 0].max()) == pytest.approx(8 * study.bore, rel=1e-12)
    assert set(wide.boundaries) - set(narrow.boundaries) == {"around", "flank"}
    outer = wide.points[wide.boundary_nodes("sides")]
    assert np.ptp(outer[:, 0]) < 1e-18
    with pytest.raises(InputError, match="widen it beyond"):
        widened(narrow, 10 * nm)


def test_a_part_shows_the_stress_of_the_whole() -> None:
    study = TubuleStudy()
    mesh = radial_mesh(radial(study, elements=2, neighbours="empty"))
    (whole,) = solved(study, mesh, [piston_loads(mesh)])
    part = part_of(whole, (0.0, -100 * nm), (100 * nm, 100 * nm), region="electrolyte")
    at = np.array([[20 * nm, -40 * nm], [55 * nm, -10 * nm]])
    assert stress_at(part, at) == pytest.approx(stress_at(whole, at), rel=1e-12)
    assert part.model.mesh.region_names == ("electrolyte",)
    with pytest.raises(InputError, match="no element"):
        part_of(whole, (1.0, 1.0), (2.0, 2.0))
