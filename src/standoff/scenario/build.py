"""Plain data to a checked `Scenario`, with every problem reported at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from standoff.errors import Problem, ScenarioError
from standoff.scenario.changes import Change, change_content, read_overrides, write_changes
from standoff.scenario.check import check
from standoff.scenario.pydantic_errors import find_problems_of_form
from standoff.scenario.repair import find_problems_of_meaning
from standoff.scenario.schema import Scenario
from standoff.scenario.source_map import SourceMap

__all__ = ["COMMITMENT_PATH", "build_changed", "build_scenario"]

COMMITMENT_PATH = "agenda.commitment"


def build_scenario(
    content: Mapping[str, Any],
    source_map: SourceMap,
    problems: Iterable[Problem] = (),
    unbounded: Iterable[str] = (),
) -> Scenario:
    """Build a scenario from plain data.

    Args:
        content: The data, as a file would hold it.
        source_map: Where its parts are in the file.
        problems: Problems that were found in reading the file.
        unbounded: Parameters that may leave their range.

    Raises:
        ScenarioError: There are problems; carries all of them, with those already found.
    """
    free = frozenset(unbounded)
    found = list(problems)
    try:
        scenario = Scenario.model_validate(content)
    except ValidationError as error:
        found += find_problems_of_form(error.errors(include_url=False), content, source_map)
        if not any(problem.code == "version" for problem in found):
            found += find_problems_of_meaning(content, source_map, free)
        raise ScenarioError(_sort(found)) from None
    scenario.attach_file(content, source_map)
    found += check(scenario, unbounded=free)
    if not found:
        found += _find_commitment_problems(scenario)
    if found:
        raise ScenarioError(_sort(found))
    return scenario


def build_changed(scenario: Scenario, changes: Sequence[Change], problems: Sequence[Problem] = ()) -> Scenario:
    """Build a scenario again after changes, and check all of it.

    Args:
        scenario: The scenario.
        changes: The changes.
        problems: Problems found in reading the changes.

    Raises:
        ScenarioError: A change cannot be made, or the scenario that results has problems. A problem that a change
            causes names the change in place of the file.
    """
    if not changes and not problems:
        return scenario
    changed = change_content(scenario.content, scenario.source_map, changes, problems)
    try:
        return build_scenario(changed.content, changed.source_map, unbounded=changed.unbounded)
    except ScenarioError as error:
        raise ScenarioError([changed.explain(problem) for problem in error.problems]) from None


def _find_commitment_problems(scenario: Scenario) -> list[Problem]:
    """Return the problems that the changes of `agenda.commitment` have or cause, each at its change in the file."""
    if scenario.agenda is None or scenario.agenda.commitment is None:
        return []
    overrides = scenario.agenda.commitment.set
    position = {f"--set {override}": index for index, override in enumerate(overrides)}
    try:
        build_changed(build_changed(scenario, write_changes({COMMITMENT_PATH: None})), *read_overrides(overrides))
    except ScenarioError as error:
        found = []
        for problem in error.problems:
            index = position.get(problem.file)
            path = f"{COMMITMENT_PATH}.set" if index is None else f"{COMMITMENT_PATH}.set.{index}"
            message = problem.message if index is not None or not problem.path else f"{problem.path}: {problem.message}"
            found.append(scenario.source_map.make_problem(problem.code, message, path, problem.help))
        return found
    return []


def _sort(problems: Iterable[Problem]) -> list[Problem]:
    """Sort by line, without duplicates."""
    return sorted(
        dict.fromkeys(problems), key=lambda problem: (problem.line, problem.path, problem.code, problem.message)
    )
