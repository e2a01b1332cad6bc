"""The anode through its protocol: steps of the integrator, each as long as its error allows, from end to end."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from tubewall.chambers.anode import Lattice
from tubewall.chambers.check import floats
from tubewall.chambers.compiled_crew import Crew
from tubewall.chambers.engine_bursts import Bursting
from tubewall.chambers.engine_checkpoint import Checkpoint, identity_of
from tubewall.chambers.engine_record import Book
from tubewall.chambers.engine_result import finished
from tubewall.chambers.engine_ride import Ride
from tubewall.chambers.engine_state import Population, population
from tubewall.chambers.engine_step import Stepper
from tubewall.chambers.wall_peaks import PeakBook
from tubewall.chambers.wall_strength import allowable_of
from tubewall.errors import InputError, ResourceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from tubewall.chambers.anode import Anode
    from tubewall.chambers.anode_run import AnodeLook, AnodeRun
    from tubewall.chambers.engine_classes import Classes
    from tubewall.chambers.protocol import Protocol
    from tubewall.chambers.wall_strength import WallStrength

    Floats = NDArray[np.float64]

_MOST_KEPT: Final = 5_000_000
_MOST_WALLS: Final = 5_000_000
_MANY: Final = 200_000
# measured, for each chamber and each wall of a list
_BYTES: Final = 420
_BYTES_OF_WALL: Final = 200
_BYTES_THAT_BURST: Final = 130


def run(
    anode: Anode,
    protocol: Protocol,
    *,
    rtol: float = 1e-6,
    record: ArrayLike = (),
    keep: Literal["auto", "all", "none"] | ArrayLike = "auto",
    walls: bool | None = None,
    peaks: bool | None = None,
    watch: Callable[[AnodeLook], None] | None = None,
    classes: bool | None = None,
    allowable: float | ArrayLike | WallStrength | None = None,
    checkpoint: Checkpoint | None = None,
    threads: int | None = None,
) -> AnodeRun:
    """Carry out a protocol on the whole anode.

    Solves dn_i/dt = -sum_j G_ij (P_i - P_j) - leak_i (P_i - P_ext) and A_i h df_i/dt = I_i V_m / F with
    I_i = G_i (U - P_Li,i V_m / F), sum I_i = J(t) area (physics page 1 and 3.5), by an implicit Runge-Kutta method of
    order 4 with steps as long as the error allows. The same bits on any number of threads.

    Parameters
    ----------
    anode : Anode
        n chambers.
    protocol : Protocol
        What is asked of it.
    rtol : float
        Error of a step, relative in pressure and absolute in fill, 1e-9 to 1e-3 [-].
    record : (k,) float
        Times at which to look besides the ends of the steps [s].
    keep : {"auto", "all", "none"} or (c,) int
        Chambers whose histories are kept; "auto" keeps all of a small array.
    walls : bool, optional
        Whether to look at the differences over all walls; by default in arrays of up to a few million walls.
    peaks : bool, optional
        Whether to follow every wall over all steps; by default where walls are looked at and all chambers are kept.
    watch : function of AnodeLook, optional
        Shown all chambers at every look, for those who keep what they need of arrays too large for histories.
    classes : bool, optional
        Whether hermetic chambers of a lattice that differ by their scattered conductance alone are integrated in classes
        of it (see `tubewall.chambers.engine_classes`); by default from 200 000 chambers on where
        neither single walls nor single chambers are followed.
    allowable : float, (m,) float or WallStrength, optional
        Difference of the gas pressures that each wall bears [Pa]. The moment at which the first wall bears more is found to
        a hundredth of rtol of it; then the wall opens, with all that bear too much after it, the most overloaded first
        (`tubewall.chambers.cascade`), and the run goes on with one gas in each space of joined chambers. The lithium of
        each chamber keeps its own level. Without it no wall ever opens.
    checkpoint : Checkpoint, optional
        Where the run is kept, to go on from after an interruption.
    threads : int, optional
        The cores there are by default.

    Raises
    ------
    InputError
        A protocol that overfills the array, a gas outside its equation of state, a checkpoint of another run.
    DamagedFileError
        A checkpoint that is not whole.
    ResourceError
        More chambers than memory.
    ConvergenceError
        When no step is short enough.
    """
    if not 1e-9 <= rtol <= 1e-3:
        raise InputError(f"run: rtol must be 1e-9 to 1e-3, got {rtol:g}")
    asked = np.unique(np.atleast_1d(floats("run: record", record)))
    if not (np.isfinite(asked).all() and (asked >= 0).all()):
        raise InputError("run: record must be times of at least 0 s")
    kept = _kept(anode, keep, asked.size + len(protocol.steps))
    with_walls = anode.walls <= _MOST_WALLS if walls is None else walls
    bears = None if allowable is None else allowable_of(allowable, anode.walls)
    if bears is not None and classes:
        raise InputError(
            "run: chambers in classes have no neighbours whose walls could open: leave out classes or allowable"
        )
    if classes and (peaks or watch is not None):
        raise InputError("run: chambers in classes are not followed one by one: leave out classes, or peaks and watch")
    if watch is not None and checkpoint is not None:
        raise InputError("run: watch is shown no looks from before a checkpoint: leave one of them out")
    one_by_one = bears is not None or bool(peaks) or watch is not None
    sorted_by = _classes(anode, False if one_by_one else classes, threads)
    if sorted_by is None:
        _check_memory(anode, bursting=bears is not None)
        made = population(anode)
        edges = anode.array.edges if with_walls or peaks or bears is not None else None
        book = Book(kept, edges if with_walls else None, watch=watch)
    else:
        made, edges = sorted_by.population(anode), None
        book = Book(np.arange(made.size), None, _comparison(anode, sorted_by, threads) if with_walls else None)
    _check_capacity(made, protocol)
    with Crew(made.size, threads) as crew:
        by_default = book.edges is not None and kept.size == anode.chambers
        if sorted_by is None and (by_default if peaks is None else peaks):
            assert edges is not None
            book.peaks = PeakBook(edges, anode.chambers, crew)
        ride = Ride(made, Stepper(made, crew, rtol), protocol, asked, book)
        if bears is not None:
            assert edges is not None
            ride.bursting = Bursting(made, crew, edges.astype(np.int32), bears, rtol)
        if checkpoint is not None:
            what = (anode, protocol, rtol, asked, kept, with_walls, sorted_by is None, bears, book.peaks is not None)
            ride.keep_in(checkpoint, identity_of(*what))
        ride.go()
    return finished(ride, anode, kept, sorted_by)


def _classes(anode: Anode, wanted: bool | None, threads: int | None) -> Classes | None:
    from tubewall.chambers.engine_classes import classable, classes_of

    if wanted and not classable(anode):
        raise InputError("run: classes need a hermetic lattice with one conductance, pressure and fill at the start")
    if wanted is False or not (wanted or (classable(anode) and anode.chambers >= _MANY)):
        return None
    return classes_of(anode, threads)


def _check_memory(anode: Anode, *, bursting: bool) -> None:
    """Refuse what will not fit before it is begun."""
    listed = not isinstance(anode.array, Lattice) or anode.permeance.ndim or anode.wall_scatter or anode.pinholes
    needed = _BYTES * anode.chambers + (_BYTES_OF_WALL * anode.walls if listed and not anode.hermetic else 0)
    needed += _BYTES_THAT_BURST * anode.walls if bursting else 0
    free = free_memory()
    if needed > free:
        raise ResourceError(
            f"{anode.chambers} chambers need about {needed / 1e9:.1f} GB, {free / 1e9:.1f} GB are free: take fewer, "
            "or hermetic walls, whose chambers are integrated in classes"
        )


def free_memory() -> float:
    """Memory that is free [bytes]; inf where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return math.inf
    found = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
    return float(found[0]) * 1024.0 if found else math.inf


def _comparison(
    anode: Anode, sorted_by: Classes, threads: int | None
) -> Callable[[Floats], tuple[Floats, NDArray[np.int64]]]:
    from tubewall.chambers.engine_classes import wall_differences

    return lambda pressures: wall_differences(anode, sorted_by, pressures, threads)


def _kept(anode: Anode, keep: str | ArrayLike, looks: int) -> NDArray[np.int64]:
    n = anode.chambers
    if isinstance(keep, str):
        if keep not in ("auto", "all", "none"):
            raise InputError(f"run: keep must be 'auto', 'all', 'none' or indices of chambers, got {keep!r}")
        return np.arange(n if keep == "all" or (keep == "auto" and n * (looks + 1) <= _MOST_KEPT) else 0)
    indices = np.atleast_1d(np.asarray(keep))
    if indices.ndim != 1 or not np.issubdtype(indices.dtype, np.integer):
        raise InputError("run: keep must be whole numbers of chambers")
    if indices.size and not (indices.min() >= 0 and indices.max() < n):
        raise InputError(f"run: keep must lie within 0 to {n - 1}, got {indices.min()} to {indices.max()}")
    return indices.astype(np.int64)


def _check_capacity(made: Population, protocol: Protocol) -> None:
    """Refuse what surely overfills the array: currents that nothing but their time or charge ends."""
    able = made.rate > 0
    held = float((made.weight * made.fill)[able].sum())
    most = float(made.weight[able].sum()) * made.law[3]
    per_area = made.charge / made.area
    for k, step in enumerate(protocol.steps):
        if step.kind == "hold" or step.margin is not None:
            return
        if step.kind == "rest":
            continue
        asked = min(step.duration * abs(step.current_density), step.charge)
        if step.current_density < 0:
            held = max(held - asked / per_area, 0.0)
            continue
        if math.isinf(asked):
            return
        held += asked / per_area
        if held > most:
            raise InputError(
                f"step {k} of the protocol overfills the array: it would hold {held * per_area:.6g} C/m2 of lithium, "
                f"there is room for {most * per_area:.6g} C/m2"
            )
