"""The finished run as a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tubewall.chambers.anode_run import AnodeRun, Balances, ClassRun, Trace
from tubewall.chambers.check import read_only

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.anode import Anode
    from tubewall.chambers.engine_classes import Classes
    from tubewall.chambers.engine_ride import Ride


def finished(ride: Ride, anode: Anode, kept: NDArray[np.int64], classes: Classes | None) -> AnodeRun:
    """What became of the anode, from what was written down on the way."""
    from tubewall.chambers.engine_classes import factors_at

    book = ride.book
    looks, histories, trace = np.array(book.looks).T, np.array(book.histories), np.array(book.trace).T
    of_classes = None
    if classes is not None:
        of_classes = ClassRun(
            factors=read_only(classes.factors),
            counts=read_only(classes.counts),
            fills=read_only(histories[:, 0].copy()),
            pressures=read_only(histories[:, 1].copy()),
        )
        factors = factors_at(anode, kept)
        histories = np.array([[classes.between(values, factors) for values in look] for look in histories])
    fills, pressures, moles = (read_only(histories[:, k].copy()) for k in range(3))
    times, overpotential, current, charge, leaked = (read_only(row.copy()) for row in looks)
    rows = [read_only(row.copy()) for row in trace]
    return AnodeRun(
        anode=anode,
        protocol=ride.protocol,
        times=times,
        overpotential=overpotential,
        current_density=current,
        charge=charge,
        leaked=leaked,
        fill=book.fill.made(),
        pressure=book.pressure.made(),
        difference=book.difference.made() if book.difference.rows else None,
        kept=read_only(kept),
        classes=of_classes,
        fills=fills,
        pressures=pressures,
        moles=moles,
        ends=tuple(ride.ends),
        trace=Trace(times=rows[0], overpotential=rows[1], current_density=rows[2], charge=rows[3]),
        balances=Balances(
            moles=ride.sums["moles"],
            mended=ride.sums["mended"],
            lithium=ride.sums["lithium"],
            constraint=ride.sums["constraint"],
            energy=ride.sums["energy"],
            error=ride.sums["error"],
        ),
        work=ride.work(),
        rejected=int(ride.sums["rejected"]),
        bursts=None if ride.bursting is None else ride.bursting.made(),
        peaks=None if book.peaks is None else book.peaks.made(),
    )
