"""The line of every part of a scenario in its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from standoff.errors import Problem

__all__ = ["SourceMap"]


@dataclass(frozen=True, slots=True)
class SourceMap:
    """The lines of a file by path.

    A path is keys joined by dots, with list indices from 0: `stages.0.actions.strike.leads_to.1.p`.

    Attributes:
        file: The file as the user named it.
        lines: Path -> line from 1.
        overrides: Path -> the override as the user wrote it, such as `--set escort_cost=0.02`.
    """

    file: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)
    overrides: Mapping[str, str] = field(default_factory=dict)

    def find_written_path(self, path: str) -> str:
        """Return the path as it is written in the file.

        A file may write a single entry without the brackets of a list; then the index 0 is omitted.
        """
        written: list[str] = []
        keys = path.split(".") if path else []
        for position, key in enumerate(keys):
            longer = [*written, key]
            is_bare = key == "0" and ".".join(longer) not in self.lines and ".".join(written) in self.lines
            if not (is_bare and ".".join([*written, *keys[position + 1 : position + 2]]) in self.lines):
                written = longer
        return ".".join(written)

    def find_line(self, path: str) -> int:
        """Return the line of the deepest known part of a path, or 0."""
        keys = self.find_written_path(path).split(".")
        while keys:
            found = self.lines.get(".".join(keys))
            if found:
                return found
            keys.pop()
        return self.lines.get("", 0)

    def find_override(self, path: str) -> str:
        """Return the override that set a path or a part around it, as the user wrote it, or ""."""
        keys = self.find_written_path(path).split(".")
        while keys:
            found = self.overrides.get(".".join(keys))
            if found:
                return found
            keys.pop()
        return ""

    def make_problem(self, code: str, message: str, path: str = "", help: str = "") -> Problem:  # noqa: A002  as in Problem
        """Return a problem with the file and line of a path, or with the override that set it."""
        override = self.find_override(path)
        written = self.find_written_path(path)
        if override:
            return Problem(code=code, message=message, path=written, help=help, file=override)
        return Problem(code=code, message=message, path=written, help=help, file=self.file, line=self.find_line(path))
