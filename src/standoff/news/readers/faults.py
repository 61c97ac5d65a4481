"""The faults of a source, in the one form of standoff's errors."""

from __future__ import annotations

import unicodedata

from standoff.errors import InputError, Problem

__all__ = ["fault", "problem", "shown"]


def shown(value: object, num_characters: int = 80) -> str:
    """A value from a source as it may stand in a message: short, on one line, with nothing that commands a terminal."""
    text = "".join(
        character if unicodedata.category(character)[0] not in "CZ" or character == " " else " "
        for character in str(value)[: num_characters + 1]
    )
    return text if len(text) <= num_characters else text[:num_characters] + "..."


def problem(code: str, message: str, advice: str, *, file: str, line: int = 0) -> Problem:
    """One fault of a source."""
    return Problem(code=code, message=message, help=advice, file=shown(file, 300), line=line)


def fault(code: str, message: str, advice: str, *, file: str) -> InputError:
    """The error of a source that has one fault."""
    return InputError(problem(code, message, advice, file=file))
