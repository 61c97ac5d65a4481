"""Every fault of a scenario that can be found without solving it, apart from faults of form (`pydantic_errors`).

Each module holds the rules of one part of the language. A rule is a function that takes a `Subject` and yields problems:

| module | what its rules check |
|---|---|
| `expressions` | names, levels, functions and arguments in formulas |
| `structure` | the scenario as a whole: the clock, dates, colliding names, levels and types, unused parts |
| `stages` | who moves, what they can do, and the joint effects of simultaneous moves |
| `references` | names by which one part of the file refers to another |
| `agenda` | issues, their worth, red lines and packages |
| `correlations` | rank correlations of parameters |
| `values` | numbers that need no state: parameters, ranges, priors, rates and probabilities |
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from standoff.errors import Problem
from standoff.scenario.check.agenda import check_agenda
from standoff.scenario.check.correlations import check_correlations
from standoff.scenario.check.expressions import check_expressions
from standoff.scenario.check.references import check_references
from standoff.scenario.check.stages import check_stages
from standoff.scenario.check.structure import check_structure
from standoff.scenario.check.subject import Subject
from standoff.scenario.check.values import check_values
from standoff.scenario.names import DeclaredNames
from standoff.scenario.schema import Scenario

__all__ = ["check"]

_RULES = (check_structure, check_stages, check_references, check_agenda, check_correlations, check_values)
_UNUSED = frozenset({"unused-parameter", "unused-quantity", "unreached-outcome"})
_MAY_HIDE_A_USE = frozenset({"unknown-name", "unknown-outcome", "name-collision", "parameter-cycle", "quantity-cycle"})


def check(
    scenario: Scenario,
    *,
    lost: Iterable[str] | None = None,
    replaced: Iterable[str] = (),
    unbounded: Iterable[str] = (),
) -> list[Problem]:
    """Find the faults of a scenario whose form is right.

    Args:
        scenario: The scenario.
        lost: Names that were dropped because their form is wrong, or None if nothing was dropped. No problem is
            reported where they are used, and unused parts are not reported either.
        replaced: Paths of expressions that stand in for faulty ones; their values are not checked.
        unbounded: Parameters that may leave their range.

    Returns:
        The problems, in no particular order.
    """
    subject = Subject(
        scenario, DeclaredNames.collect(scenario, lost or ()), is_complete=lost is None, unbounded=frozenset(unbounded)
    )
    found = list(check_expressions(subject))
    subject = replace(subject, faulty=frozenset(problem.path for problem in found).union(replaced))
    found += [problem for rule in _RULES for problem in rule(subject)]
    return [problem for problem in found if not _follows(problem, found)]


def _follows(problem: Problem, found: Iterable[Problem]) -> bool:
    """Whether a part is unused only because another problem hides its use."""
    if problem.code not in _UNUSED:
        return False
    shown = f"`{problem.path.rpartition('.')[2]}`"
    return any(shown in other.help + other.message for other in found if other.code in _MAY_HIDE_A_USE)
