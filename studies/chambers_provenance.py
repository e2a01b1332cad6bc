"""Where a file of results comes from: program, commit, study and seed, in words that name no machine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tubewall.studies.chambers_case import ChambersStudy

_HASH: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def provenance(study: ChambersStudy) -> dict[str, str]:
    """What every file of results of a study says about itself.

    ``title``, ``source``, ``history``, ``version``, ``input_hash``, ``seed``; ``commit`` where the program runs from its
    repository.
    """
    from importlib.metadata import version

    number, a = version("tubewall"), study.array
    commit = commit_of(Path(__file__).resolve().parents[1])
    return {
        "title": f"Chamber pressures of a tubular lithium anode: {study.protocol.name} on {a.rows} x {a.columns} {a.shape}s",
        "source": f"tubewall {number}, chambers of scattered conductance under one overpotential",
        "history": f"computed by tubewall chambers {number}",
        "version": number,
        "input_hash": study.input_hash,
        "seed": str(study.run.seed),
        **({} if commit is None else {"commit": commit}),
    }


def commit_of(root: Path) -> str | None:
    """The commit that a folder stands at, read from its repository; None where there is none.

    Changes that are not committed are not told.
    """
    try:
        folder = root / ".git"
        if folder.is_file():
            # a second work tree: its folder, whose branches stand in the first one
            folder = (root / folder.read_text(encoding="utf-8").removeprefix("gitdir:").strip()).resolve()
        common = folder / "commondir"
        shared = (folder / common.read_text(encoding="utf-8").strip()).resolve() if common.is_file() else folder
        head = (folder / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref:"):
            return _checked(head)
        name = head.removeprefix("ref:").strip()
        if (shared / name).is_file():
            return _checked((shared / name).read_text(encoding="utf-8").strip())
        packed = (shared / "packed-refs").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    return next((_checked(line.split()[0]) for line in packed if line.endswith(f" {name}")), None)


def _checked(text: str) -> str | None:
    return text if _HASH.fullmatch(text) else None
