"""How much of an anode the answer to its study keeps, and whether that fits into the memory, before it is begun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tubewall.chambers.engine import free_memory
from tubewall.errors import ResourceError

if TYPE_CHECKING:
    from tubewall.studies.chambers_case import ChambersStudy

# measured on arrays of a hexagonal million
_BYTES: Final = 1100
_BYTES_OF_WALL: Final = 550
_BYTES_OF_LISTED_WALL: Final = 200
_BYTES_THAT_BURST: Final = 130
# fill, pressure and moles, once more while they are brought into one array
_BYTES_OF_LOOK: Final = 96
# chambers times looks whose histories are kept
_MOST_KEPT: Final = 20_000_000


def keeps_all(study: ChambersStudy) -> bool:
    """Whether the histories of all chambers are kept."""
    return study.lattice().chambers * study.looks_at_most <= _MOST_KEPT


def memory_of(study: ChambersStudy, *, histories: bool) -> float:
    """About what the answer takes at its peak [bytes], with all chambers at every look or at one."""
    lattice = study.lattice()
    walls = lattice.chambers * lattice.walls_per_chamber
    of_wall = _BYTES_OF_WALL + (_BYTES_OF_LISTED_WALL if study.scatter.wall else 0)
    of_wall += _BYTES_THAT_BURST if study.run.bursts else 0
    of_looks = _BYTES_OF_LOOK * study.looks_at_most if histories else 0
    return float(lattice.chambers * (_BYTES + of_looks) + walls * of_wall)


def in_classes(study: ChambersStudy) -> bool:
    """Whether the array is too large to follow its walls and is answered by classes of its chambers: spreads alone.

    Raises
    ------
    ResourceError
        When there is less memory than the answer takes and the chambers fit into no classes.
    """
    from tubewall.chambers.engine_classes import classable

    needed, free = memory_of(study, histories=keeps_all(study)), free_memory()
    if needed <= free:
        return False
    if not study.run.bursts and all(classable(study.anode(permeable=permeable)) for permeable in (False, True)):
        return True
    raise ResourceError(
        f"[array] rows, columns: the walls of {study.lattice().chambers} chambers need about {needed / 1e9:.1f} GB, "
        f"{free / 1e9:.1f} GB are free: take fewer, or hermetic ones (permeance 0), which are told by their spreads"
    )
