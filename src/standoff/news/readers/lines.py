"""Read the lines of a file, each a separate text, within the limits of every source."""

from __future__ import annotations

from standoff.errors import InputError
from standoff.news.readers.decoding import decode
from standoff.news.readers.faults import make_problem
from standoff.news.readers.limits import Limits, ReadingDeadline
from standoff.news.readers.local_file import read_file, read_standard_input
from standoff.news.readers.normal_form import normalise

__all__ = ["read_lines"]

_DEFAULT = Limits()


def read_lines(source: str, *, limits: Limits = _DEFAULT, encoding: str = "") -> tuple[str, ...]:
    """Read lines.

    Args:
        source: Path of a file, or "-" for standard input.
        limits: The most that is read; `num_documents` does not apply to lines.
        encoding: The encoding; "" to detect it.

    Returns:
        Every line of the file in normal form; "" for a line without visible characters.

    Raises:
        InputError: The file cannot be read (as for `read_documents`), or lines are too long (`text-too-long`).
    """
    deadline = ReadingDeadline(source, limits.seconds)
    found = read_standard_input(limits, deadline) if source == "-" else read_file(source, limits, deadline)
    text = decode(found.content, address=source, named=encoding)
    lines = text.removesuffix("\n").split("\n")
    problems = [
        make_problem("text-too-long", f"the line has `{len(line)}` characters", "split it", file=source, line=number)
        for number, line in enumerate(lines, start=1)
        if len(line) > limits.num_characters
    ]
    if problems:
        raise InputError(problems)
    return tuple(" ".join(normalise(line).split("\n")) for line in lines)
