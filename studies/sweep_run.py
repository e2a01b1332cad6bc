"""Sweeps: one question asked of many studies, on processes, resumable after a kill, answered as one table."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final, Literal

from tubewall.errors import (
    DamagedFileError,
    InputError,
    MissingDependencyError,
    ResourceError,
    TubewallError,
    unknown_name,
)
from tubewall.studies.files import check_writable, write_json
from tubewall.studies.flatten import flatten
from tubewall.studies.keys import KEYS
from tubewall.studies.study import Study
from tubewall.studies.sweep_plan import Case, Mode, Plan, make_plan
from tubewall.studies.sweep_plots import is_wall, plot_axis
from tubewall.studies.sweep_store import Result, Store, evaluation_name, name_of, pack
from tubewall.studies.tables import Cell, Column, Table
from tubewall.studies.workers import Died, cores, run_tasks
from tubewall.whole_files import write_whole

Evaluate = Callable[[Study], Mapping[str, object]]
Progress = Callable[[float, str], None]

# what every answer repeats about its input, and what differs from run to run
_NOT_COLUMNS: Final = ("inputs", "version", "input_hash", "seconds")


def thickness(study: Study) -> Mapping[str, object]:
    """The whole answer of ``tubewall thickness`` as plain nested data."""
    from tubewall.studies.thickness import minimum_wall

    return minimum_wall(study).to_json()


EVALUATIONS: Final[Mapping[str, Evaluate]] = {"thickness": thickness}


def sweep(
    base: Study,
    axes: Mapping[str, object],
    *,
    mode: Mode = "grid",
    sampler: Literal["latin", "sobol"] = "latin",
    samples: int = 64,
    seed: int = 0,
    jobs: int = 0,
    out: str | Path | None = None,
    evaluate: str | Evaluate = "thickness",
    progress: Progress | None = None,
) -> Table:
    """Vary some keys of a study and answer every case.

    Parameters
    ----------
    base : Study
        What stays the same.
    axes : mapping
        Key of the study to a list of values (SI numbers, or texts with units), or a `Range` for samples.
    mode : str, optional
        ``grid`` all combinations, ``zip`` side by side, ``sampled`` random ones.
    sampler, samples, seed : optional
        How samples are drawn: Latin hypercube or scrambled Sobol points, their number and their seed.
    jobs : int, optional
        Worker processes; 0 takes one per core.
    out : path, optional
        Folder for results, table, plots; called again with it, cases that are there are not computed again.
    evaluate : str or callable, optional
        "thickness", or a function of a `Study` that returns nested plain data, numbers as ``{"value", "unit"}``.
    progress : callable, optional
        Is told the share that is done (0 .. 1) and a few words.

    Returns
    -------
    Table
        A row per case: its number, the axes, the outcome (answered, refused, failed or crashed), the columns of the
        answer with the thinnest walls first, a message, and the seconds that it took.

    Raises
    ------
    InputError
        For a wrong axis or an unwritable folder; a case that fails is a row, not an error.

    Examples
    --------
    >>> from tubewall.studies import Study, sweep
    >>> table = sweep(Study(), {"bore": ["80 nm", "100 nm"], "fill": [0.85, 0.9]}, out="runs/bores")  # doctest: +SKIP
    """
    plan = make_plan(base, axes, mode=mode, sampler=sampler, samples=samples, seed=seed, jobs=jobs)
    return run_plan(plan, out=out, evaluate=evaluate, progress=progress)


def run_plan(
    plan: Plan,
    *,
    out: str | Path | None = None,
    evaluate: str | Evaluate = "thickness",
    progress: Progress | None = None,
) -> Table:
    """Run the cases of a plan; see `sweep`."""
    started = time.perf_counter()
    if isinstance(evaluate, str):
        if evaluate not in EVALUATIONS:
            raise unknown_name("evaluation", evaluate, EVALUATIONS)
        evaluate = EVALUATIONS[evaluate]
    jobs = plan.jobs or cores()
    cases = plan.cases()
    if out is None:
        run = _Run(evaluate=evaluate, cases=cases, store=None, progress=progress)
        return _table(plan, cases, run.results(jobs), ())
    outputs = _outputs(plan, Path(out))
    store = Store(out)
    for path in outputs.values():
        check_writable(path)
    with store.alone():
        run = _Run(evaluate=evaluate, cases=cases, store=store, progress=progress)
        results = run.results(jobs)
        table = _table(plan, cases, results, tuple(run.damaged))
        _write(plan, table, outputs, time.perf_counter() - started)
    return table


@dataclass(frozen=True, kw_only=True)
class _Task:
    evaluate: Evaluate
    study: Study
    name: str
    path: Path | None


def run_task(task: _Task) -> Result:
    """Answer one case in a worker process, and keep the answer there and then."""
    started = time.perf_counter()
    keep = True
    try:
        columns = flatten(task.evaluate(task.study), skip=_NOT_COLUMNS)
        result = Result(outcome="answered", columns=columns, seconds=time.perf_counter() - started)
    except Exception as error:  # noqa: BLE001 - one case must not end the sweep; its row says what happened
        # what the machine lacks or the code does wrong may be mended before the next run; what the case is stays
        keep = isinstance(error, TubewallError) and not isinstance(error, (ResourceError, MissingDependencyError))
        result = _failure(error, time.perf_counter() - started)
    if keep and task.path is not None:
        write_whole(task.path, pack(task.name, result))
    return result


def _failure(error: BaseException, seconds: float = 0.0) -> Result:
    told = " ".join(str(error).split())
    if isinstance(error, InputError):
        return Result(outcome="refused", columns={}, message=told, seconds=seconds)
    if isinstance(error, Died):
        return Result(outcome="crashed", columns={}, message=told, seconds=seconds)
    message = told if isinstance(error, TubewallError) else f"{type(error).__name__}: {told}"
    return Result(outcome="failed", columns={}, message=message, seconds=seconds)


class _Run:
    """One pass over the cases: what is kept is read, the rest is computed, damage is noted."""

    def __init__(
        self, *, evaluate: Evaluate, cases: list[Case], store: Store | None, progress: Progress | None
    ) -> None:
        self.store = store
        self.progress = progress
        self.damaged: list[str] = []
        self._evaluate = evaluate
        self._refused = {case.index: case.reason for case in cases if case.study is None}
        evaluation = evaluation_name(evaluate)
        self._names = {case.index: name_of(case.study, evaluation) for case in cases if case.study is not None}
        # cases that are equal are computed once
        self._studies = {self._names[case.index]: case.study for case in cases if case.study is not None}

    def results(self, jobs: int) -> dict[int, Result]:
        """The result of every case by its index."""
        found = self._kept()
        names = [name for name in self._studies if name not in found]
        tasks = [
            _Task(
                evaluate=self._evaluate,
                study=self._studies[name],
                name=name,
                path=None if self.store is None else self.store.path(name),
            )
            for name in names
        ]
        self._tell(len(found))
        for index, result in run_tasks(run_task, tasks, jobs):
            if isinstance(result, Exception) and not isinstance(result, Died):
                # not of the case but of the sweep: a full disk, an evaluation that cannot be sent to a process
                raise result
            found[names[index]] = _failure(result) if isinstance(result, Died) else result
            self._tell(len(found))
        if self.store is not None:
            self.store.write_complete(set(found))
        refused = {i: Result(outcome="refused", columns={}, message=why) for i, why in self._refused.items()}
        return refused | {index: found[name] for index, name in self._names.items()}

    def _kept(self) -> dict[str, Result]:
        kept: dict[str, Result] = {}
        if self.store is None:
            return kept
        for name in self._studies:
            try:
                result = self.store.read(name)
            except DamagedFileError as error:
                self.damaged.append(f"damaged result computed again: {error}")
                self.store.discard(name)
                continue
            if result is not None:
                kept[name] = result
        return kept

    def _tell(self, done: int) -> None:
        if self.progress is not None:
            total = max(len(self._studies), 1)
            self.progress(done / total, f"{done} of {total} cases")


def _table(plan: Plan, cases: list[Case], results: Mapping[int, Result], notes: tuple[str, ...]) -> Table:
    answers: dict[str, str] = {}
    for case in cases:
        for name, (_, unit) in results[case.index].columns.items():
            # a number that one case lacks has no unit there
            answers[name] = answers.get(name) or unit
    # what was asked for stands first
    answers = dict(sorted(answers.items(), key=lambda item: not is_wall(item[0])))
    axes = [Column(name=name, unit=KEYS[name].unit if KEYS[name].kind == "quantity" else "") for name in plan.axes]
    taken = {"case", "outcome", "message", "seconds", *plan.axes}
    columns = (
        Column(name="case"),
        *axes,
        Column(name="outcome"),
        *(Column(name=f"answer.{name}" if name in taken else name, unit=unit) for name, unit in answers.items()),
        Column(name="message"),
        Column(name="seconds", unit="s"),
    )
    return Table(
        columns=columns, rows=tuple(_row(case, results[case.index], list(answers)) for case in cases), notes=notes
    )


def _row(case: Case, result: Result, answers: list[str]) -> tuple[Cell, ...]:
    axes = ("; ".join(value) if isinstance(value, tuple) else value for value in case.changes.values())
    cells = (result.columns.get(name, (None, ""))[0] for name in answers)
    return (case.index, *axes, result.outcome, *cells, result.message, result.seconds)


def _outputs(plan: Plan, out: Path) -> dict[str, Path]:
    plots = {name: out / f"{name}.png" for name in plan.axes}
    return {"csv": out / "table.csv", "parquet": out / "table.parquet", "json": out / "sweep.json", **plots}


def _write(plan: Plan, table: Table, outputs: Mapping[str, Path], seconds: float) -> None:
    about = {"version": version("tubewall"), "input_hash": plan.input_hash, "seed": plan.seed}
    table.to_csv(outputs["csv"])
    table.to_parquet(outputs["parquet"], about={name: str(value) for name, value in about.items()})
    outcomes = table.column("outcome")
    counts = {outcome: outcomes.count(outcome) for outcome in dict.fromkeys(outcomes)}
    write_json(
        outputs["json"],
        {
            **about,
            "mode": plan.mode,
            "axes": list(plan.axes),
            "inputs": plan.base.to_json(),
            "outcomes": counts,
            "seconds": {"value": seconds, "unit": "s"},
            "warnings": list(table.notes),
        },
    )
    for name in plan.axes:
        plot_axis(table, name, outputs[name])
