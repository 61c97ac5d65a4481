"""What the writers of parts share: the list of them, tables, solved scenarios, what a command prints."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from standoff import solve

DOCS = Path(__file__).resolve().parents[1]
ROOT = DOCS.parent
WIDTH = 120
"""Width of the terminal in which the documents show commands."""

writers: dict[str, Callable[..., str]] = {}
"""What writes each part; a name in a document may be followed by arguments."""
solved_parts: set[str] = set()
"""The parts that need a solve."""


def part(name: str, *, is_solved: bool = False) -> Callable[[Callable[..., str]], Callable[..., str]]:
    """Register what writes a part."""

    def register(write: Callable[..., str]) -> Callable[..., str]:
        writers[name] = write
        if is_solved:
            solved_parts.add(name)
        return write

    return register


def table(header: tuple[str, ...], rows: list[tuple[str, ...]], right: int = 0) -> str:
    """A Markdown table whose last `right` columns are set to the right."""
    rule = [*["---"] * (len(header) - right), *["---:"] * right]
    lines = [header, tuple(rule), *(tuple(cell.replace("|", "\\|") for cell in row) for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


@cache
def solved(name: str, *overrides: str) -> Any:
    """A solved scenario, each once."""
    import standoff

    return solve(standoff.load(name, overrides=overrides))


def probabilities(solution: Any, name: str, units: float) -> float:
    """Probability of an outcome or milestone, or of no end (`unresolved`), after so many units of time."""
    forecast = solution.forecast
    period = round(units / solution.scenario.period.length) - 1
    if name == "unresolved":
        return float(forecast.unresolved[period])
    series = next(
        series for series in (*forecast.outcomes.values(), *forecast.milestones.values()) if series.name == name
    )
    return float(series.cumulative[period])


def percent(probability: float) -> str:
    """A probability as standoff writes it everywhere."""
    from standoff.text import format_percent

    return format_percent(probability)


def run_command(command: str) -> str:
    """What a `standoff` command prints, on lines of a fixed width."""
    code = "import sys; from standoff.cli.app import main; sys.argv[0] = 'standoff'; main()"
    done = subprocess.run(  # noqa: S603  a command of this project
        [sys.executable, "-c", code, *command.split()[1:]],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": str(WIDTH), "NO_COLOR": "1"},
    )
    return done.stdout


def excerpt(command: str, *wanted: tuple[str, str]) -> str:
    """A console block with some stretches of what a command prints.

    Args:
        command: The command.
        wanted: The first and last line of each stretch, told by how they begin.
    """
    lines = [line.rstrip() for line in run_command(command).splitlines()]
    shown = [f"$ {command}"]
    place = 0
    for first, last in wanted:
        start = next(k for k in range(place, len(lines)) if lines[k].strip().startswith(first))
        end = next(k for k in range(start, len(lines)) if lines[k].strip().startswith(last))
        shown += [*(["..."] if start > place else []), *lines[start : end + 1]]
        place = end + 1
    if place < len(lines):
        shown.append("...")
    return "```console\n" + "\n".join(shown) + "\n```"
