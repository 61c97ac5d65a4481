"""Make the faults of a source."""

from __future__ import annotations

from standoff.errors import InputError, Problem
from standoff.text import shorten

__all__ = ["make_error", "make_problem"]


def make_problem(code: str, message: str, advice: str, *, file: str, line: int = 0) -> Problem:
    """Make a fault of a source."""
    return Problem(code=code, message=message, help=advice, file=shorten(file, 300), line=line)


def make_error(code: str, message: str, advice: str, *, file: str) -> InputError:
    """Make the error of a source with one fault."""
    return InputError(make_problem(code, message, advice, file=file))
