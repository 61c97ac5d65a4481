"""Every exception that standoff raises on purpose, and the form in which a problem is reported.

    StandoffError
    ├── InputError            the input is wrong: a file, a name, a value (exit 2)
    │   ├── CoderError        the coder of documents cannot work: no server, no answer
    │   ├── ScenarioError     a scenario file has problems; carries all of them
    │   └── MissingExtraError an optional part of standoff is not installed
    ├── SolveError            the equations were not solved to tolerance; nothing is printed (exit 3)
    └── StoreError            the store cannot be reached or is damaged (exit 4)

Anything else that escapes is a bug in standoff (exit 1).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from standoff.text import make_safe

__all__ = [
    "CoderError",
    "InputError",
    "MissingExtraError",
    "Problem",
    "ScenarioError",
    "SolveError",
    "StandoffError",
    "StoreError",
    "suggest_nearest",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of an input, described so that its author can fix it.

    Attributes:
        code: A stable slug such as `unknown-name`.
        message: What is wrong, with the offending value in backticks.
        path: Position in the file, as keys joined by dots (`stages.0.actions.strike.when`), or "".
        help: One thing to do about it.
        file: The file as the user named it.
        line: Line number from 1, or 0 if the problem has no line.
    """

    code: str
    message: str
    path: str = ""
    help: str = ""
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        location = f"{self.file}:{self.line}" if self.line else self.file
        head = f"{location}: " if location else ""
        lines = [f"{head}{self.code}: {self.message}"]
        if self.path:
            lines.append(f"  at: {self.path}")
        if self.help:
            lines.append(f"  help: {self.help}")
        return "\n".join(map(make_safe, lines))  # what was typed or read must not command the terminal that shows it


class StandoffError(Exception):
    """Base of every error that standoff raises on purpose."""

    exit_code = 1


class InputError(StandoffError):
    """The input is wrong.

    Attributes:
        problems: Every problem found, in the order of the file.
    """

    exit_code = 2

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        assert self.problems, "an InputError needs at least one problem"
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the problems, because the text alone cannot restore the error."""
        return _restore, (type(self), self.problems)


class CoderError(InputError):
    """The coder of documents cannot work, so no other document could be coded either."""


class ScenarioError(InputError):
    """A scenario file has problems."""


class MissingExtraError(InputError):
    """An optional part of standoff is not installed.

    Args:
        extra: The extra of standoff that installs it.
        needed_for: What needs the extra, as the beginning of a sentence.
        then: A second command, if the extra alone does not install everything.
    """

    def __init__(self, extra: str, needed_for: str, *, then: str = "") -> None:
        super().__init__(
            Problem(
                code="missing-extra",
                message=f"{needed_for} needs the extra `{extra}`, which is not installed",
                help=f"python -m pip install 'standoff[{extra}]'" + (f" && {then}" if then else ""),
            )
        )


def _restore(kind: type[InputError], problems: tuple[Problem, ...]) -> InputError:
    """Return an error of a class whose constructor may take other arguments than problems."""
    error = kind.__new__(kind)
    InputError.__init__(error, problems)
    return error


class SolveError(StandoffError):
    """The equations were not solved to tolerance, so there is no answer to print."""

    exit_code = 3


class StoreError(StandoffError):
    """The store cannot be reached, cannot be written to, or is damaged.

    Attributes:
        problem: What went wrong, and what was and was not written.
    """

    exit_code = 4

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def suggest_nearest(name: str, valid: Sequence[str]) -> str:
    """Return the advice for a wrong name, as the text of a `help:`.

    Args:
        name: The name that was not found.
        valid: The valid names.

    Returns:
        "did you mean `x`?" or, if no valid name is similar, the list of valid names.
    """
    close = get_close_matches(name, valid, n=1, cutoff=0.6)
    if close:
        return f"did you mean `{close[0]}`?"
    if not valid:
        return "there is nothing to choose from"
    shown = ", ".join(f"`{item}`" for item in sorted(valid)[:12])
    return f"use one of {shown}" + (", ..." if len(valid) > 12 else "")
