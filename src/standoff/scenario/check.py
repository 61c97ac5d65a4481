"""Every fault of a scenario that can be found without solving it, besides those of its form."""

from __future__ import annotations

from collections.abc import Iterable

from standoff.errors import Problem
from standoff.scenario.check_agenda import AgendaCheck
from standoff.scenario.check_expressions import expression_problems
from standoff.scenario.check_names import ReferenceCheck
from standoff.scenario.check_structure import StructureCheck
from standoff.scenario.check_values import ValueCheck
from standoff.scenario.names import Declared
from standoff.scenario.schema import Scenario

__all__ = ["check"]


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
        lost: Names that were dropped because their form is wrong, or None where nothing was dropped;
            nothing is said about their uses, and what is unused is not told.
        replaced: Paths of expressions that stand in for faulty ones; their values are not looked at.
        unbounded: Parameters that may leave their range.

    Returns:
        The problems, in no particular order.
    """
    declared = Declared.of(scenario, lost or ())
    in_expressions = list(expression_problems(scenario, declared))
    faulty = {problem.path for problem in in_expressions}.union(replaced)
    return [
        *in_expressions,
        *StructureCheck(scenario, is_whole=lost is None).problems(),
        *ReferenceCheck(scenario, declared).problems(),
        *AgendaCheck(scenario, declared).problems(),
        *ValueCheck(scenario, declared, faulty, frozenset(unbounded)).problems(),
    ]
