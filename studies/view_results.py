"""What ``tubewall view`` can show: a case, a saved body, the array of a study, the body behind a tubule's answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from tubewall.errors import DamagedFileError, InputError
from tubewall.studies.keys import TABLES
from tubewall.studies.study_key import shown
from tubewall.studies.toml_text import parsed_toml, read_text
from tubewall.studies.tubule_keys import TUBULE_TABLES

if TYPE_CHECKING:
    from tubewall.fem.model import Model
    from tubewall.fem.periodic_basis import ArrayBasis
    from tubewall.studies.study import Study
    from tubewall.studies.tubule_study import TubuleStudy
    from tubewall.view import ArrayState
    from tubewall.view.scene_look import Look
    from tubewall.view.scene_open import Result

Progress = Callable[[float, str], None]
_Study = TypeVar("_Study", "Study", "TubuleStudy")
Kind = Literal["case", "saved body", "array", "tubule", "anode"]

#: How the name of a result may end.
ENDINGS: Final = (".toml", ".vtu", ".json")
_MOST_KEYS: Final = 10_000
_LARGEST_JSON: Final = 64_000_000
_QUESTION: Final = "root"
# tables that only a study of an anode has
_ANODE: Final = {"array", "walls", "protocol", "scatter", "run"}
# moments of a filling
_FRAMES: Final = 16


@dataclass(frozen=True, kw_only=True, eq=False)
class Shown:
    """A result, and what its pages and films need besides.

    Attributes
    ----------
    result : anything that the view shows
    title : str
        What it is, where the user gives no title.
    quantity : str
        The stress that it was made for.
    model : Model, optional
        Of a case: what the sliders of its page move.
    array : (Study, ArrayBasis), optional
        Of a study: what the sliders of its page and the film of its filling are made from.
    """

    result: Result
    title: str = ""
    quantity: str = "max principal"
    model: Model | None = None
    array: tuple[Study, ArrayBasis] | None = None

    @property
    def rings(self) -> int:
        """Of bores about the middle one: as many as the supercell has without repeating, at most two."""
        return 0 if self.array is None else _rings(self.array[0])

    def state(self, share: float = 1.0) -> ArrayState:
        """What is in the chambers when a share of the filling is done."""
        from tubewall.studies.pictures import array_state

        study, basis = self._array
        return array_state(study, basis, share)

    def filling(self) -> tuple[list[Result], list[str]]:
        """The array at moments of its filling, dense where the gas is compressed fastest, and a title for each."""
        import numpy as np

        from tubewall.view import array_source

        study, basis = self._array
        shares = (1.0 - np.geomspace(1.0, 1.0 - study.gas.fill, _FRAMES)) / study.gas.fill
        results: list[Result] = [array_source(basis, self.state(one), rings=self.rings) for one in shares.tolist()]
        times = (shares * study.gas.charge_time).tolist()
        return results, [f"filling, after {time / 60:.3g} min" for time in times]

    @property
    def _array(self) -> tuple[Study, ArrayBasis]:
        if self.array is None:
            raise InputError("only a study's array has chambers that fill")
        return self.array


def kind_of(path: str, question: str | None = None) -> Kind:
    """What a file holds, by its ending and its tables or keys.

    Raises
    ------
    InputError
        When it is no result, or a question is asked of anything but a tubule file.
    """
    ending = Path(path).suffix.lower()
    if ending not in ENDINGS:
        raise InputError(
            f"{shown(path)}: a result is a case, study, tubule or chambers file (.toml), what --json of thickness, compare or "
            "tubule wrote, or a .vtu of `tubewall solve`"
        )
    kind: Kind = (
        "saved body" if ending == ".vtu" else _json_kind(path) if ending == ".json" else _toml_kind(path, question)
    )
    if question is not None and (kind != "tubule" or ending == ".json"):
        raise InputError("--question is asked of a tubule file: leave it out")
    return kind


def opened(path: str, kind: Kind, look: Look, tell: Progress, question: str | None = None) -> Shown:
    """The result in a file, solved where the file only says what to solve.

    Raises
    ------
    InputError
        For a file that is wrong in itself or does not fit the look.
    DamagedFileError
        For one that was written by tubewall and is no longer whole.
    """
    if kind == "saved body":
        from tubewall.view.scene_open import source_of

        tell(0.1, "reading")
        return Shown(result=source_of(path))
    if kind == "case":
        return _case(path, look, tell)
    if look.plane is not None and kind == "array":
        raise InputError("--cut: the array of a study is a plane section already; leave it out")
    saved = _saved(path) if path.lower().endswith(".json") else None
    if kind == "array":
        return _array(_study(path, saved), tell)
    return _tubule(*_asked(path, saved, question), tell)


def _case(path: str, look: Look, tell: Progress) -> Shown:
    from tubewall.fem.model_solver import solve_model
    from tubewall.studies.case import Case
    from tubewall.view.body_surface import check_look

    model = Case.read(path).model
    check_look(model.mesh, look)
    tell(0.1, "solving")
    return Shown(result=solve_model(model), model=model)


def _array(study: Study, tell: Progress) -> Shown:
    from tubewall.studies.corners import refusal
    from tubewall.studies.pictures import TITLE, array_state
    from tubewall.studies.thickness import stress_model
    from tubewall.view import array_source

    tell(0.1, "solving the cell of the array")
    model = stress_model(study)
    basis = model.basis(study.wall.wall)
    state = array_state(study, basis, 1.0)
    result = array_source(basis, state, rings=_rings(study), warning=refusal(study.drawing))
    return Shown(result=result, title=TITLE, quantity=model.strength.criterion, array=(study, basis))


def _rings(study: Study) -> int:
    return min(2, (study.numerics.supercell - 1) // 2)


def _tubule(study: TubuleStudy, question: str, tell: Progress) -> Shown:
    from tubewall.studies.tubule_command import answer

    tell(0.1, "solving the tubule")
    picture = answer(question, study).picture
    return Shown(result=picture.solution, title=picture.title, quantity=picture.quantity)


def _toml_kind(path: str, question: str | None) -> Kind:
    text = read_text(path, kind="case")
    found = set(parsed_toml(text, shown(path), kind="file", most_keys=_MOST_KEYS, shape=f"at most {_MOST_KEYS} keys"))
    if found & {"mesh", "analysis"}:
        return "case"
    if found & _ANODE and not found - _ANODE - {"gas", "lithium"}:
        return "anode"
    study, tubule = set(TABLES), set(TUBULE_TABLES)
    if found and found <= tubule and (question is not None or not found <= study):
        return "tubule"
    if found and found <= study | {"sweep"}:
        return "array"
    return "tubule" if found & (tubule - study) - {"materials"} else "array" if found & (study - tubule) else "case"


def _json_kind(path: str) -> Kind:
    saved = _saved(path)
    if isinstance(saved.get("question"), str):
        return "tubule"
    if "packing" in saved["inputs"]:
        return "array"
    if "walls_of_electrode" in saved:
        raise InputError(f"{shown(path)}: holds no single chambers: pass the file that `tubewall chambers` answered")
    raise InputError(
        f"{shown(path)}: holds no study: pass what --json of `tubewall thickness`, `compare` or `tubule` wrote, "
        "and of `tubewall solve` the case file or its .vtu"
    )


def _saved(path: str) -> dict[str, Any]:
    """The answer in a JSON file of tubewall."""
    name = shown(path)
    try:
        size = Path(path).stat().st_size
        text = Path(path).read_text(encoding="utf-8") if size <= _LARGEST_JSON else ""
    except OSError as error:
        raise InputError(f"{name}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise DamagedFileError(f"{name}: is no text: write it again with --json") from None
    if not text:
        raise InputError(f"{name}: is empty or larger than an answer of tubewall: pass what --json wrote")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise DamagedFileError(f"{name}: is incomplete or altered: write it again with --json") from None
    if not isinstance(data, dict) or not {"version", "input_hash"} <= data.keys():
        raise InputError(f"{name}: is no answer of tubewall: pass what --json wrote")
    return {"inputs": {}, **data} if isinstance(data.get("inputs", {}), dict) else {**data, "inputs": {}}


def _values(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """SI values of the inputs of a saved answer."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return value.get("value")
        return tuple(value) if isinstance(value, list) else value

    return {name: plain(value) for name, value in inputs.items()}


def _study(path: str, saved: Mapping[str, Any] | None) -> Study:
    from tubewall.studies.study import Study

    if saved is None:
        return Study.from_file(path)
    values = _values(saved["inputs"])
    whole = {name: int(value) for name, value in values.items() if isinstance(value, float) and name in _WHOLE}
    return _same(path, saved, lambda: Study().replace(**{**values, **whole}))


def _asked(path: str, saved: Mapping[str, Any] | None, question: str | None) -> tuple[TubuleStudy, str]:
    from tubewall.studies.tubule_study import TubuleStudy

    if saved is None:
        return TubuleStudy.from_file(path), question or _QUESTION
    values = _values(saved["inputs"])
    whole = {name: int(value) for name, value in values.items() if isinstance(value, float) and name in _WHOLE}
    return _same(path, saved, lambda: TubuleStudy().replace(**{**values, **whole})), str(saved["question"])


#: Keys that count, which JSON holds as any other number.
_WHOLE: Final = ("elements_through_wall", "supercell")


def _same(path: str, saved: Mapping[str, Any], made: Callable[[], _Study]) -> _Study:
    """The study made from saved inputs; refused where it is not the one that was answered."""
    name = shown(path)
    try:
        study = made()
    except (InputError, TypeError, ValueError) as error:
        raise DamagedFileError(f"{name}: its inputs are no study ({error}): write it again with --json") from None
    if study.input_hash != saved["input_hash"]:
        raise DamagedFileError(f"{name}: its inputs are not those that were answered: write it again with --json")
    return study
