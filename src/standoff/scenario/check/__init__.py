"""Every fault of a scenario that can be found without solving it, besides those of its form."""

from __future__ import annotations

from collections.abc import Iterable

from standoff.errors import Problem
from standoff.scenario.check.agenda import AgendaCheck
from standoff.scenario.check.correlations import CorrelationCheck
from standoff.scenario.check.expressions import expression_problems
from standoff.scenario.check.references import ReferenceCheck
from standoff.scenario.check.structure import StructureCheck
from standoff.scenario.check.values import ValueCheck
from standoff.scenario.names import Declared
from standoff.scenario.schema import Scenario

__all__ = ["check"]

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
    found = [
        *in_expressions,
        *StructureCheck(scenario, is_whole=lost is None).problems(),
        *ReferenceCheck(scenario, declared).problems(),
        *AgendaCheck(scenario, declared).problems(),
        *CorrelationCheck(scenario, declared).problems(),
        *ValueCheck(scenario, declared, faulty, frozenset(unbounded)).problems(),
    ]
    return [problem for problem in found if not _follows(problem, found)]


def _follows(problem: Problem, found: Iterable[Problem]) -> bool:
    """Say whether something is unused only because its use has a fault that names it."""
    if problem.code not in _UNUSED:
        return False
    shown = f"`{problem.path.rpartition('.')[2]}`"
    return any(shown in other.help + other.message for other in found if other.code in _MAY_HIDE_A_USE)
