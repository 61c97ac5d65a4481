"""A scenario file to a `Scenario`, with all its faults told at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from standoff.errors import Problem, ScenarioError
from standoff.scenario.check import check
from standoff.scenario.pydantic_errors import form_problems
from standoff.scenario.reader import read_file, read_text
from standoff.scenario.repair import meaning_problems
from standoff.scenario.schema import Scenario
from standoff.scenario.source_map import SourceMap

__all__ = ["build_scenario", "load_scenario", "parse_scenario"]


def load_scenario(path: Path | str) -> Scenario:
    """Read and check a scenario file.

    Args:
        path: The file.

    Raises:
        ScenarioError: The file cannot be read, or has faults; it carries all that were found, in the order of the file.
    """
    return parse_scenario(read_file(path), str(path))


def parse_scenario(text: str, name: str = "<string>") -> Scenario:
    """Read and check the text of a scenario file.

    Args:
        text: The text, in YAML.
        name: What problems call the file.

    Raises:
        ScenarioError: The text has faults; it carries all that were found, in the order of the text.
    """
    written = read_text(text, name)
    if written.plain is None:
        raise ScenarioError(Problem("empty-file", "the file is empty", help="begin with `standoff: 1`", file=name))
    if not isinstance(written.plain, dict):
        message = "the file is not a mapping of names to values"
        raise ScenarioError(Problem("not-a-mapping", message, help="begin with `standoff: 1`", file=name, line=1))
    return build_scenario(written.plain, SourceMap(name, written.lines), written.problems)


def build_scenario(
    plain: Mapping[str, Any],
    source_map: SourceMap,
    problems: Iterable[Problem] = (),
    unbounded: Iterable[str] = (),
) -> Scenario:
    """Make a scenario of plain data.

    Args:
        plain: The data, as a file would hold it.
        source_map: Where its parts stand in the file.
        problems: Faults already found.
        unbounded: Parameters that may leave their range.

    Raises:
        ScenarioError: There are faults, those already found among them.
    """
    free = frozenset(unbounded)
    found = list(problems)
    try:
        scenario = Scenario.model_validate(plain)
    except ValidationError as error:
        found += form_problems(error.errors(include_url=False), plain, source_map)
        if not any(problem.code == "version" for problem in found):
            found += meaning_problems(plain, source_map, free)
        raise ScenarioError(_in_order(found)) from None
    scenario._source_map = source_map
    scenario._written = dict(plain)
    found += check(scenario, unbounded=free)
    if not found and scenario.agenda is not None and scenario.agenda.commitment is not None:
        from standoff.scenario.commitment import commitment_problems  # which builds scenarios itself

        found += commitment_problems(scenario)
    if found:
        raise ScenarioError(_in_order(found))
    return scenario


def _in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Sort by line, leaving out what is told twice."""
    once = dict.fromkeys(problems)
    return sorted(once, key=lambda problem: (problem.line, problem.path, problem.code, problem.message))
