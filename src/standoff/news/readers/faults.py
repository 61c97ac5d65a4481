"""The faults of a source, in the one form of standoff's errors."""

from __future__ import annotations

from standoff.errors import InputError, Problem
from standoff.text import shorten

__all__ = ["make_error", "make_problem"]


def make_problem(code: str, message: str, advice: str, *, file: str, line: int = 0) -> Problem:
    """One fault of a source."""
    return Problem(code=code, message=message, help=advice, file=shorten(file, 300), line=line)


def make_error(code: str, message: str, advice: str, *, file: str) -> InputError:
    """The error of a source that has one fault."""
    return InputError(make_problem(code, message, advice, file=file))
