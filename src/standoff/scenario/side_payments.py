"""The agenda with side payments: every package can also be combined with a payment from one side to the other.

Fearon's third reason why a deal may fail is that the stake cannot be divided; money or a linked issue can make up for
that. A payment of t costs the payer t and is worth t to the other. This is an idealisation: the payoffs of the two sides
are on separate scales, and an exchange rate of 1 between them is assumed.

References:
    Fearon, J. D. (1995), Rationalist explanations for war, International Organization 49(3), 389-390.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from standoff.errors import InputError, Problem
from standoff.scenario.override import replace
from standoff.scenario.schema import Scenario

__all__ = ["PAYMENT_ISSUE", "add_side_payments"]

PAYMENT_ISSUE = "side_payment"
"""Name of the issue of side payments; underscores are added if the file already uses the name."""


def add_side_payments(
    scenario: Scenario, packages: Sequence[Mapping[str, str]], sizes: Sequence[float], *, are_paid: bool = True
) -> Scenario:
    """Return the scenario in which packages can be combined with a payment of one of some sizes to either side.

    Args:
        scenario: A scenario with a bargaining stage.
        packages: The packages, as issue -> level.
        sizes: Payments in payoff units, positive and distinct.
        are_paid: If False, the packages have the same names, but no payment is worth anything. This is the crisis to
            compare with, because the number of ways to make an offer alone changes how often logit players make it.

    Raises:
        InputError: A size is not positive or is repeated, or there are no sizes.
        ScenarioError: There are more packages than a scenario may have.
    """
    wrong = [f"{size:g}" for size in sizes if not size > 0 or size == float("inf")]
    if wrong or not sizes or len(set(sizes)) < len(sizes):
        shown = ", ".join(wrong or [f"{size:g}" for size in sizes]) or "nothing"
        message = f"side payments of `{shown}` are not a list of distinct positive numbers"
        raise InputError(Problem("payment", message, help="give sizes in payoff units, such as 0.1 and 0.3"))
    bargaining = next(stage.bargaining for stage in scenario.stages if stage.bargaining is not None)
    first, second = bargaining.between
    name = PAYMENT_ISSUE
    while name in scenario.levels or name in scenario.parameters or name in scenario.quantities:
        name += "_"
    worth: dict[str, dict[str, float]] = {first: {}, second: {}}
    labels = {"nothing": "none"}
    for payer, payee in ((first, second), (second, first)):
        for k, size in enumerate(sizes):
            level = f"{payer}_pays_{k + 1}"
            worth[payer][level] = -size if are_paid else 0.0
            worth[payee][level] = size if are_paid else 0.0
            labels[level] = f"{scenario.players[payer].label} pays {size:g}"
    issue = {"label": "Side payment", "levels": list(labels), "worth": worth, "level_labels": labels}
    issues: dict[str, Any] = {**scenario.content["agenda"]["issues"], name: issue}
    offers = [{**package, name: level} for level in labels for package in packages]
    return replace(scenario, {"agenda.issues": issues, "agenda.packages": offers})
