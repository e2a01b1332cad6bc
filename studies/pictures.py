"""Pictures of a study: the array in 3D, its section, and the film of its filling."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tubewall.studies.pressures import hermetic_pressure
from tubewall.studies.thickness import stress_model

if TYPE_CHECKING:
    from tubewall.fem import ArrayBasis
    from tubewall.studies.stress_model import StressModel
    from tubewall.studies.study import Study
    from tubewall.view import ArrayState, Field2D, Picture

Floats = NDArray[np.float64]

TITLE = "one chamber fuller than its neighbours, hermetic walls"


def draw_array(study: Study, path: str | Path | None = None, *, show_window: bool = False) -> Picture:
    """Draw a patch of the array with one chamber fuller than the others, at the end of the filling.

    Parameters
    ----------
    study : Study
    path : str or path, optional
        PNG file to write.
    show_window : bool
        Open a window too.

    Returns
    -------
    Picture
        In 3D; the flat section where no renderer works.
    """
    from tubewall.view import Layer, can_render, extruded, section

    model = stress_model(study)
    field = patch_at(model, 1.0)
    if can_render() or show_window:
        layers = [Layer(top=study.drawing.height, field=field)]
        return extruded(layers, path, title=TITLE, show=show_window)
    return section(field, path, title=TITLE)


def film_of_filling(study: Study, path: str | Path, *, frames: int = 16) -> Path:
    """Write the film of the filling as a GIF: lithium rises, the gas above it is compressed, the walls bend.

    Raises
    ------
    MissingDependencyError
        When this machine cannot draw in 3D.
    """
    from tubewall.view import Layer, Moment, filling_gif

    model = stress_model(study)
    # evenly spaced in the gas volume that is left, where the pressure changes fastest at the end
    shares = 1.0 - np.geomspace(1.0, 1.0 - study.gas.fill, frames)
    moments = [
        Moment(
            time=float(share / study.gas.fill * study.gas.charge_time),
            layers=[Layer(top=study.drawing.height, field=patch_at(model, float(share / study.gas.fill)))],
        )
        for share in shares
    ]
    return filling_gif(moments, path, title=TITLE)


def patch_at(model: StressModel, share: float) -> Field2D:
    """The section of a patch when a share [-] of the filling is done, one bore fuller than all others, walls hermetic."""
    from tubewall.view import array_field

    study = model.study
    basis = model.basis(study.wall.wall)
    return array_field(basis, array_state(study, basis, share), rings=1, quantity=model.strength.criterion)


def array_state(study: Study, basis: ArrayBasis, share: float) -> ArrayState:
    """What is in the chambers when a share [-] of the filling is done, one bore fuller than all others, walls hermetic."""
    from tubewall.view import ArrayState

    count, bores = basis.surface.n_chambers, study.numerics.supercell**2
    fills: Floats = np.zeros(count)
    fills[:bores] = study.gas.neighbour_fill * share
    fills[0] = study.gas.fill * share
    return ArrayState(
        pressures=hermetic_pressure(study, fills),
        at_rest=study.gas.initial_pressure,
        lithium_levels=fills * study.drawing.height,
    )
