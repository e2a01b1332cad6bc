"""The keys of the study as options of the command line."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from tubewall.errors import InputError
from tubewall.studies.keys import KEYS, TABLES
from tubewall.studies.study_key import Key, Value, shown


class OneLineParser(argparse.ArgumentParser):
    """An argument parser whose errors are one line with the nearest option."""

    def __init__(self, prog: str, *, usage: str | None = None, description: str = "") -> None:
        super().__init__(prog=prog, usage=usage, description=description, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        """Raise what argparse would print with its usage."""
        raise InputError(" ".join(message.split()))

    def read(self, words: Sequence[str]) -> argparse.Namespace:
        """The options in ``words``.

        Raises
        ------
        InputError
            For what cannot be read; an unknown option is answered with the nearest.
        """
        options, rest = self.parse_known_args(self._joined(words))
        if rest:
            raise InputError(self._unknown(rest[0]))
        return options

    def _joined(self, words: Sequence[str]) -> list[str]:
        # "--bore -5nm", "--cut -z": argparse would take the value for an option; joined it is read
        joined: list[str] = []
        for word in words:
            previous = joined[-1] if joined else ""
            value = word[:1] == "-" and word[:2] != "--" and len(word) > 1 and word not in self._option_string_actions
            if value and self._takes_value(previous):
                joined[-1] = f"{previous}={word}"
            else:
                joined.append(word)
        return joined

    def _takes_value(self, word: str) -> bool:
        action = self._option_string_actions.get(word)
        return action is not None and action.nargs is None

    def _unknown(self, word: str) -> str:
        name = word.split("=", 1)[0]
        if not name.startswith("-"):
            return f"there is no place for {shown(word)!r}: see `{self.prog} --help`"
        # without their dashes, in which all options are alike
        bare = {option.strip("-"): option for option in self._option_string_actions}
        near = difflib.get_close_matches(name.replace("_", "-").strip("-"), list(bare), n=1, cutoff=0.5)
        hint = f"did you mean {bare[near[0]]}?" if near else f"see `{self.prog} --help`"
        return f"no option {shown(name)}; {hint}"


def add_key_options(
    parser: argparse.ArgumentParser,
    keys: Mapping[str, Key] = KEYS,
    tables: Mapping[str, str] = TABLES,
    *,
    title: str = "{}",
) -> None:
    """Give ``parser`` one option for each key of a study, in groups like the ``tables`` of its file; ``title`` of a group."""
    for table, about in tables.items():
        group = parser.add_argument_group(title.format(table), about)
        for key in keys.values():
            if key.table != table:
                continue
            rest: dict[str, Any] = {"dest": f"key_{key.name}", "default": None, "help": _help(key)}
            if key.kind == "flag":
                group.add_argument(key.option, action=argparse.BooleanOptionalAction, **rest)
            else:
                group.add_argument(key.option, metavar=_metavar(key), **rest)


def _metavar(key: Key) -> str:
    if key.kind == "choice":
        return "{" + ",".join(key.choices) + "}"
    return {"material": "NAME", "materials": "NAME,NAME", "integer": "N"}.get(key.kind, "VALUE")


def _help(key: Key) -> str:
    default = ", ".join(key.default) if isinstance(key.default, tuple) else key.default
    told = ("yes" if default else "no") if key.kind == "flag" else default
    text = key.comment + (f" (default {told})" if told != "" else "")
    return text.replace("%", "%%")


def key_changes(options: argparse.Namespace, keys: Mapping[str, Key] = KEYS) -> dict[str, Value]:
    """The checked values, in SI, of the keys that were given as options.

    Raises
    ------
    InputError
        ``--bore: must be positive, got -5 nm (allowed: 1 nm .. 100 um)``.
    """
    changes: dict[str, Value] = {}
    given: Mapping[str, object] = vars(options)
    for key in keys.values():
        word = given.get(f"key_{key.name}")
        if word is None:
            continue
        try:
            changes[key.name] = key.read_word(word) if isinstance(word, str) else key.read(word, bare=True)
        except InputError as error:
            raise InputError(f"{key.option}: {error}") from None
    return changes
