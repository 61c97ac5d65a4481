"""A faulty file mended just enough to look at the rest of it.

Faults of form must not hide faults of meaning.
What pydantic refuses is dropped, or replaced where a neutral value is known, until the rest validates.
Names that are lost on the way are remembered, so that nothing is said about their uses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from standoff.errors import Problem
from standoff.scenario.check import check
from standoff.scenario.pydantic_errors import own_faults, written_keys
from standoff.scenario.schema import Scenario
from standoff.scenario.source_map import SourceMap

__all__ = ["meaning_problems"]

_ROUNDS = 40
_NEUTRAL: Mapping[str, Any] = {
    "id": "x", "title": "x", "payoff_unit": "x", "label": "x", "publisher": "x", "place": "x", "says": "x",
    "date": "2000-01-01", "as_of": "2000-01-01", "period": {"unit": "week", "horizon": 1}, "unit": "week", "horizon": 1,
    "unresolved": {"label": "x"}, "worth": {}, "reject": {}, "leads_to": [],
    "value": 0, "rationality": 0, "discount": 0, "hazard": 0, "chance": 0,
}  # fmt: skip
"""Field -> what stands in for it where it is missing or broken."""
_NAMES = ("unknown-name", "unknown-function", "wrong-arguments", "level-outside-comparison", "unknown-level")
_HIDES: Mapping[str, tuple[str, ...]] = {
    "parameters": _NAMES,
    "quantities": _NAMES,
    "submodels": _NAMES,
    "state": (*_NAMES, "unknown-track"),
    "agenda": (*_NAMES, "no-agenda"),
    "agenda.issues": (*_NAMES, "no-agenda"),
    "deadlines": ("unknown-deadline",),
    "documents": ("unknown-document",),
    "outcomes": ("unknown-outcome", "unknown-name"),
    "milestones": ("unknown-milestone",),
}
"""Section -> the faults that only follow where none of it could be read."""
_ABOUT_TIME = {"document-after-as-of", "deadline-passed", "horizon", "unit"}
_TIME_FIELDS = ("as_of", "period", "documents", "deadlines")


def meaning_problems(plain: Mapping[str, Any], source_map: SourceMap, unbounded: frozenset[str]) -> list[Problem]:
    """Find the faults of meaning of a file that has faults of form.

    Args:
        plain: The file as plain data.
        source_map: Where its parts stand.
        unbounded: Parameters that may leave their range.

    Returns:
        The problems, or none where too little of the file is left to look at.
    """
    mended = _Mended(plain)
    scenario = mended.scenario()
    if scenario is None:
        return []
    lines = {new: source_map.line(old) for new, old in mended.origin.items()}
    scenario._source_map = SourceMap(source_map.file, lines)
    replaced = {new for new, old in mended.origin.items() if old in mended.replaced}
    found = check(scenario, lost=mended.lost, replaced=replaced, unbounded=unbounded)
    touched = [*mended.dropped, *mended.replaced]
    if any(path.startswith(_TIME_FIELDS) for path in touched):
        found = [problem for problem in found if problem.code not in _ABOUT_TIME]
    hidden = {code for path in mended.dropped for code in _HIDES.get(path, ())}
    found = [problem for problem in found if problem.code not in hidden]
    placed = [(mended.old_path(problem.path), problem) for problem in found]
    return [
        source_map.problem(problem.code, problem.message, path, problem.help)
        for path, problem in placed
        if not any(dropped.startswith(f"{path}.") for dropped in mended.dropped)
    ]


class _Mended:
    """A file with what is broken left out."""

    def __init__(self, plain: Mapping[str, Any]) -> None:
        self.plain = plain
        self.dropped: set[str] = set()
        self.replaced: dict[str, Any] = {}
        self.lost: set[str] = set()
        self.origin: dict[str, str] = {}

    def scenario(self) -> Scenario | None:
        """Drop what is refused until the rest validates."""
        for _ in range(_ROUNDS):
            self.origin = {}
            rest = self._copy(self.plain, "", "")
            try:
                return Scenario.model_validate(rest)
            except ValidationError as error:
                mended = [self._mend(fault, rest) for fault in own_faults(error.errors(include_url=False))]
                if not all(mended):
                    return None
        return None

    def old_path(self, path: str) -> str:
        """Return the path in the file of a path in what is left of it."""
        keys = path.split(".")
        tail: list[str] = []
        while keys:
            old = self.origin.get(".".join(keys))
            if old is not None:
                return ".".join([old, *reversed(tail)])
            tail.append(keys.pop())
        return path

    def _copy(self, part: Any, old: str, new: str) -> Any:
        """Copy what is not dropped, noting where each part was."""
        self.origin[new] = old
        if old in self.replaced:
            return self.replaced[old]
        if isinstance(part, Mapping):
            inside = {key: inner for key, inner in part.items() if _join(old, key) not in self.dropped}
            copied = {key: self._copy(inner, _join(old, key), _join(new, key)) for key, inner in inside.items()}
            for path in self.replaced:
                parent, _, key = path.rpartition(".")
                if parent == old and key not in part:
                    copied[key] = self.replaced[path]
                    self.origin[_join(new, key)] = path
            return copied
        if isinstance(part, list):
            kept = [index for index in range(len(part)) if _join(old, str(index)) not in self.dropped]
            return [
                self._copy(part[index], _join(old, str(index)), _join(new, str(at))) for at, index in enumerate(kept)
            ]
        return part

    def _mend(self, fault: Any, rest: Any) -> bool:
        """Replace or drop what one error is about; false where that cannot be done."""
        if fault["type"] == "version":
            return False
        keys = written_keys(fault, rest)
        path = self.old_path(".".join(keys))
        name = keys[-1] if keys else ""
        if fault["type"] in {"expression", "expression_type"} and path not in self.replaced:
            self.replaced[path] = 0
            return True
        if name in _NEUTRAL and path not in self.replaced and "[key]" not in fault["loc"]:
            self.lost.update(_names_in(_at(self.plain, path)))
            self.replaced[path] = _NEUTRAL[name]
            return True
        if fault["type"] in {"missing", "union_tag_not_found"} and isinstance(fault["loc"][-1], str):
            path = path.rpartition(".")[0]
        if not path or path in self.dropped:
            return False
        self.replaced = {inner: value for inner, value in self.replaced.items() if not inner.startswith(path + ".")}
        self.dropped.add(path)
        self.lost.add(path.rpartition(".")[2])
        self.lost.update(_names_in(_at(self.plain, path)))
        return True


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _at(plain: Any, path: str) -> Any:
    """Return what a path leads to, or None."""
    for key in path.split("."):
        if isinstance(plain, Mapping):
            plain = plain.get(key)
        elif isinstance(plain, list) and key.isdigit() and int(key) < len(plain):
            plain = plain[int(key)]
        else:
            return None
    return plain


def _names_in(part: Any) -> Iterator[str]:
    """Yield every key and text inside a part."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, Mapping):
        for key, inner in part.items():
            yield key
            yield from _names_in(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _names_in(inner)
