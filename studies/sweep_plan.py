"""What a sweep runs: a study, the values that some of its keys take, and the cases they make."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from tubewall.errors import InputError, unknown_name
from tubewall.studies.keys import KEYS
from tubewall.studies.study import Study
from tubewall.studies.study_key import Key, Value

MOST_CASES: Final = 100_000
Mode = Literal["grid", "zip", "sampled"]


@dataclass(frozen=True, kw_only=True)
class Range:
    """All numbers from ``low`` to ``high`` (SI, or texts with units), for samples, spread evenly or by powers."""

    low: float | str
    high: float | str
    scale: Literal["linear", "log"] = "linear"

    def at(self, fraction: float, key: Key) -> float:
        """The number at ``fraction`` (0 .. 1) of the range."""
        low, high = float(self.low), float(self.high)
        if self.scale == "log":
            number = low * math.exp(fraction * math.log(high / low))
        else:
            number = low + (high - low) * fraction
        if key.kind == "integer":
            return (
                min(math.floor(low + (high - low + 1) * fraction), int(high))
                if self.scale == "linear"
                else round(number)
            )
        return min(max(number, low), high)


Axis = tuple[Value, ...] | Range


@dataclass(frozen=True, kw_only=True)
class Case:
    """One case: its place in the table, what it changes, and the study, or the reason why there is none."""

    index: int
    changes: Mapping[str, Value]
    study: Study | None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A study, the axes that vary it, and how: ``grid`` all combinations (the last axis fastest), ``zip`` the first
    values together, then the second, ``sampled`` random ones from ranges and lists.

    Raises
    ------
    InputError
        When an axis is empty, a value is not allowed, lengths differ (zip), a range is not sampled, or there are too
        many cases.
    """

    base: Study
    axes: Mapping[str, Axis]
    mode: Mode = "grid"
    sampler: Literal["latin", "sobol"] = "latin"
    samples: int = 64
    seed: int = 0
    jobs: int = 0

    def __post_init__(self) -> None:
        if not self.axes:
            raise InputError("nothing varies: give at least one key a list of values")
        if self.mode not in ("grid", "zip", "sampled"):
            raise unknown_name("mode", str(self.mode), ("grid", "zip", "sampled"))
        ranges = [name for name, axis in self.axes.items() if isinstance(axis, Range)]
        if ranges and self.mode != "sampled":
            raise InputError(f"{ranges[0]}: a range has no single values: take mode 'sampled', or give a list")
        lengths = {name: len(axis) for name, axis in self.axes.items() if not isinstance(axis, Range)}
        if self.mode == "zip" and len(set(lengths.values())) > 1:
            told = ", ".join(f"{name} {length}" for name, length in lengths.items())
            raise InputError(f"mode 'zip' needs lists of one length, got {told}")
        if self.mode == "sampled" and self.sampler == "sobol" and self.samples & (self.samples - 1):
            near = 2 ** round(math.log2(self.samples))
            raise InputError(
                f"samples: sobol needs a power of two, got {self.samples}; take {near}, or the sampler latin"
            )
        if self.size > MOST_CASES:
            raise InputError(f"the sweep has {self.size} cases; at most {MOST_CASES} are run")

    @property
    def size(self) -> int:
        """The number of cases."""
        if self.mode == "sampled":
            return self.samples
        lengths = [len(axis) for axis in self.axes.values() if not isinstance(axis, Range)]
        return lengths[0] if self.mode == "zip" else math.prod(lengths)

    @property
    def input_hash(self) -> str:
        """SHA-256 (hex) of the study, the axes and how they are combined."""
        axes = {
            name: [axis.low, axis.high, axis.scale] if isinstance(axis, Range) else list(axis)
            for name, axis in self.axes.items()
        }
        parts = [self.base.input_hash, list(axes.items()), self.mode, self.sampler, self.samples, self.seed]
        return hashlib.sha256(json.dumps(parts, allow_nan=False).encode()).hexdigest()

    def cases(self) -> list[Case]:
        """All cases in the order of the table; the same plan always gives the same."""
        return [self._case(index, values) for index, values in enumerate(self._values())]

    def _case(self, index: int, values: Sequence[Value]) -> Case:
        changes = dict(zip(self.axes, values, strict=True))
        try:
            return Case(index=index, changes=changes, study=self.base.replace(**changes))
        except InputError as error:
            return Case(index=index, changes=changes, study=None, reason=str(error))

    def _values(self) -> list[tuple[Value, ...]]:
        lists = [axis for axis in self.axes.values() if not isinstance(axis, Range)]
        if self.mode == "grid":
            return list(itertools.product(*lists))
        if self.mode == "zip":
            return list(zip(*lists, strict=True))
        names = list(self.axes)
        return [
            tuple(self._sample(name, fraction) for name, fraction in zip(names, point, strict=True))
            for point in self._points()
        ]

    def _sample(self, name: str, fraction: float) -> Value:
        axis, key = self.axes[name], KEYS[name]
        if isinstance(axis, Range):
            return key.read(axis.at(fraction, key), bare=True)
        return axis[min(int(fraction * len(axis)), len(axis) - 1)]

    def _points(self) -> list[list[float]]:
        from scipy.stats import qmc

        kind = qmc.Sobol if self.sampler == "sobol" else qmc.LatinHypercube
        points: list[list[float]] = kind(d=len(self.axes), seed=self.seed).random(self.samples).tolist()
        return points


def make_plan(
    base: Study,
    axes: Mapping[str, object],
    *,
    mode: Mode = "grid",
    sampler: Literal["latin", "sobol"] = "latin",
    samples: int = 64,
    seed: int = 0,
    jobs: int = 0,
    bare: bool = True,
) -> Plan:
    """A plan whose axes are lists (SI numbers or texts with units) or ranges, every value checked.

    Parameters
    ----------
    base : Study
        What stays the same.
    axes : mapping
        Key of the study to a list of its values, or a `Range`.
    bare : bool, optional
        Whether bare numbers are SI (a script) or lack their unit (a file).

    Raises
    ------
    InputError
        With the key and the value.
    """
    checked: dict[str, Axis] = {}
    for name, values in axes.items():
        if name not in KEYS:
            raise unknown_name("key", name, KEYS)
        try:
            checked[name] = _axis(KEYS[name], values, bare=bare)
        except InputError as error:
            raise InputError(f"[{KEYS[name].table}] {name}: {error}") from None
    return Plan(base=base, axes=checked, mode=mode, sampler=sampler, samples=samples, seed=seed, jobs=jobs)


def _axis(key: Key, values: object, *, bare: bool) -> Axis:
    if isinstance(values, Range):
        return _range(key, values, bare=bare)
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        raise InputError(f"expected a list of values, got {values!r:.60}")
    axis = tuple(key.read(value, bare=bare) for value in values)
    if not axis:
        raise InputError(f"an empty list of values (allowed: {key.range_text})")
    return axis


def _range(key: Key, values: Range, *, bare: bool) -> Range:
    if key.kind not in ("quantity", "integer"):
        raise InputError(f"has no range from low to high; give a list of values ({key.range_text})")
    if values.scale not in ("linear", "log"):
        raise unknown_name("scale", str(values.scale), ("linear", "log"))
    low, high = key.read(values.low, bare=bare), key.read(values.high, bare=bare)
    if not isinstance(low, (int, float)) or not isinstance(high, (int, float)):
        raise InputError("a range needs low and high")
    if not low < high:
        raise InputError(f"a range goes from low to high, got {key.write_quantity(low)} .. {key.write_quantity(high)}")
    if values.scale == "log" and low <= 0:
        raise InputError(f"a logarithmic range starts above 0, got {key.write_quantity(low)}")
    return Range(low=low, high=high, scale=values.scale)
