"""Find faults of meaning in a file that also has faults of form.

Parts that pydantic refuses are replaced by a neutral value if there is one, and dropped otherwise, until the rest is valid.
The names lost in this way are recorded, so that no problem is reported where they are used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from standoff.errors import Problem
from standoff.scenario.check import check
from standoff.scenario.pydantic_errors import drop_secondary_errors, find_written_keys
from standoff.scenario.schema import Scenario
from standoff.scenario.source_map import SourceMap

__all__ = ["find_problems_of_meaning"]

_ROUNDS = 40
_NEUTRAL: Mapping[str, Any] = {
    "id": "x", "title": "x", "payoff_unit": "x", "label": "x", "publisher": "x", "place": "x", "says": "x",
    "date": "2000-01-01", "as_of": "2000-01-01", "period": {"unit": "week", "horizon": 1}, "unit": "week", "horizon": 1,
    "unresolved": {"label": "x"}, "worth": {}, "reject": {}, "leads_to": [],
    "value": 0, "rationality": 0, "discount": 0, "hazard": 0, "chance": 0,
}  # fmt: skip
"""Field -> the value that replaces it if it is missing or broken."""
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
"""Section -> the faults that only follow from a section that could not be read."""
_ABOUT_TIME = {"document-after-as-of", "deadline-passed", "horizon", "unit"}
_TIME_FIELDS = ("as_of", "period", "documents", "deadlines")


def find_problems_of_meaning(
    content: Mapping[str, Any], source_map: SourceMap, unbounded: frozenset[str]
) -> list[Problem]:
    """Find the faults of meaning in a file that has faults of form.

    Args:
        content: The data of the file.
        source_map: Where its parts are in the file.
        unbounded: Parameters that may leave their range.

    Returns:
        The problems; empty if too little of the file could be read.
    """
    repaired = _RepairedFile(content)
    scenario = repaired.build()
    if scenario is None:
        return []
    lines = {new: source_map.find_line(old) for new, old in repaired.origin.items()}
    scenario.attach_file(content, SourceMap(source_map.file, lines))
    replaced = {new for new, old in repaired.origin.items() if old in repaired.replaced}
    found = check(scenario, lost=repaired.lost, replaced=replaced, unbounded=unbounded)
    touched = [*repaired.dropped, *repaired.replaced]
    if any(path.startswith(_TIME_FIELDS) for path in touched):
        found = [problem for problem in found if problem.code not in _ABOUT_TIME]
    hidden = {code for path in repaired.dropped for code in _HIDES.get(path, ())}
    found = [problem for problem in found if problem.code not in hidden]
    placed = [(repaired.find_original_path(problem.path), problem) for problem in found]
    return [
        source_map.make_problem(problem.code, problem.message, path, problem.help)
        for path, problem in placed
        if not any(dropped.startswith(f"{path}.") for dropped in repaired.dropped)
    ]


class _RepairedFile:
    """The data of a file without its broken parts."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content = content
        self.dropped: set[str] = set()
        self.replaced: dict[str, Any] = {}
        self.lost: set[str] = set()
        self.origin: dict[str, str] = {}

    def build(self) -> Scenario | None:
        """Repair the file until it is valid; None if it cannot be repaired."""
        for _ in range(_ROUNDS):
            self.origin = {}
            rest = self._copy(self.content, "", "")
            try:
                return Scenario.model_validate(rest)
            except ValidationError as error:
                errors = drop_secondary_errors(error.errors(include_url=False))
                are_repaired = [self._repair(fault, rest) for fault in errors]  # all of them in one round
                if not all(are_repaired):
                    return None
        return None

    def find_original_path(self, path: str) -> str:
        """Return the path in the file of a path in the repaired data."""
        keys = path.split(".")
        tail: list[str] = []
        while keys:
            old = self.origin.get(".".join(keys))
            if old is not None:
                return ".".join([old, *reversed(tail)])
            tail.append(keys.pop())
        return path

    def _copy(self, part: Any, old: str, new: str) -> Any:
        """Copy the parts that are not dropped, and record where each of them was."""
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

    def _repair(self, fault: Any, rest: Any) -> bool:
        """Replace or drop the part that one error is about; False if that is impossible."""
        if fault["type"] == "version":
            return False
        keys = find_written_keys(fault, rest)
        path = self.find_original_path(".".join(keys))
        name = keys[-1] if keys else ""
        if fault["type"] in {"expression", "expression_type"} and path not in self.replaced:
            self.replaced[path] = 0
            return True
        if name in _NEUTRAL and path not in self.replaced and "[key]" not in fault["loc"]:
            self.lost.update(_iterate_names(_get(self.content, path)))
            self.replaced[path] = _NEUTRAL[name]
            return True
        if fault["type"] in {"missing", "union_tag_not_found"} and isinstance(fault["loc"][-1], str):
            path = path.rpartition(".")[0]
        if not path or path in self.dropped:
            return False
        self.replaced = {inner: value for inner, value in self.replaced.items() if not inner.startswith(path + ".")}
        self.dropped.add(path)
        self.lost.add(path.rpartition(".")[2])
        self.lost.update(_iterate_names(_get(self.content, path)))
        return True


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _get(content: Any, path: str) -> Any:
    """Return the part at a path, or None."""
    for key in path.split("."):
        if isinstance(content, Mapping):
            content = content.get(key)
        elif isinstance(content, list) and key.isdigit() and int(key) < len(content):
            content = content[int(key)]
        else:
            return None
    return content


def _iterate_names(part: Any) -> Iterator[str]:
    """Yield every key and text inside a part."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, Mapping):
        for key, inner in part.items():
            yield key
            yield from _iterate_names(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _iterate_names(inner)
