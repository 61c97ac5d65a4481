"""Iterate over every expression, payoff and effect of a scenario, each with its path and the names that it may use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from standoff.scenario.expression import Expression
from standoff.scenario.names import Use
from standoff.scenario.schema import Scenario
from standoff.scenario.schema_moves import Bargaining, Effect

__all__ = [
    "LocatedAmounts",
    "LocatedEffects",
    "LocatedExpression",
    "iterate_amounts",
    "iterate_effects",
    "iterate_expressions",
]


@dataclass(frozen=True, slots=True)
class LocatedExpression:
    """An expression, its path in the file, and the names that it may use."""

    path: str
    expression: Expression
    use: Use


@dataclass(frozen=True, slots=True)
class LocatedAmounts:
    """Payoffs or costs by player, their path in the file, and the names that they may use."""

    path: str
    by_player: Mapping[str, Expression | dict[str, Expression]]
    use: Use


@dataclass(frozen=True, slots=True)
class LocatedEffects:
    """A list of effects of which one happens, its path in the file, and the names that it may use."""

    path: str
    effects: tuple[Effect, ...]
    use: Use


def iterate_effects(scenario: Scenario) -> Iterator[LocatedEffects]:
    """Yield every list of effects."""
    for index, stage in enumerate(scenario.stages):
        for own in stage.list_actions():
            yield LocatedEffects(f"stages.{index}.{own.path}.leads_to", own.action.leads_to, Use.STATE)
        for position, entry in enumerate(stage.together):
            yield LocatedEffects(f"stages.{index}.together.{position}.leads_to", entry.leads_to or (), Use.STATE)
        if stage.bargaining:
            yield from _iterate_bargaining_effects(f"stages.{index}.bargaining", stage.bargaining)
    for name, hazard in scenario.nature.items():
        yield LocatedEffects(f"nature.{name}.leads_to", hazard.leads_to, Use.STATE)


def _iterate_bargaining_effects(path: str, bargaining: Bargaining) -> Iterator[LocatedEffects]:
    for name in ("no_offer", "reject", "slip"):
        response = getattr(bargaining, name)
        if response:
            yield LocatedEffects(f"{path}.{name}.leads_to", response.leads_to, Use.STATE)
    for player, ratification in bargaining.accept.ratify.items():
        yield LocatedEffects(f"{path}.accept.ratify.{player}.failed", ratification.failed, Use.PACKAGE)


def _find_deal_only_outcomes(scenario: Scenario) -> set[str]:
    """Return the outcomes that only an accepted package leads to, whose payoffs may therefore use issues."""
    accepted = {stage.bargaining.accept.outcome for stage in scenario.stages if stage.bargaining}
    if not accepted <= scenario.outcomes.keys():
        accepted = set(scenario.outcomes)  # an unknown outcome is reported elsewhere: allow issues in all of them
    return accepted - {
        effect.outcome for group in iterate_effects(scenario) for effect in group.effects if effect.outcome
    }


def iterate_amounts(scenario: Scenario) -> Iterator[LocatedAmounts]:
    """Yield every table of payoffs or costs by player."""
    for index, stage in enumerate(scenario.stages):
        path = f"stages.{index}"
        for own in stage.list_actions():
            yield LocatedAmounts(f"{path}.{own.path}.payoffs", own.action.payoffs, Use.STATE)
            yield LocatedAmounts(f"{path}.{own.path}.costs", own.action.costs, Use.STATE)
        for position, entry in enumerate(stage.together):
            yield LocatedAmounts(f"{path}.together.{position}.payoffs", entry.payoffs, Use.STATE)
            yield LocatedAmounts(f"{path}.together.{position}.costs", entry.costs, Use.STATE)
        if stage.bargaining:
            for name in ("no_offer", "offer", "accept", "reject", "slip"):
                part = getattr(stage.bargaining, name)
                use = Use.PACKAGE if name == "accept" else Use.STATE
                if part:
                    yield LocatedAmounts(f"{path}.bargaining.{name}.costs", part.costs, use)
    for group in iterate_effects(scenario):
        for position, effect in enumerate(group.effects):
            yield LocatedAmounts(f"{group.path}.{position}.payoffs", effect.payoffs, group.use)
    yield LocatedAmounts("flows", scenario.flows, Use.STATE)
    deal_only = _find_deal_only_outcomes(scenario)
    for name, outcome in scenario.outcomes.items():
        use = Use.PACKAGE if name in deal_only else Use.STATE
        yield LocatedAmounts(f"outcomes.{name}.payoffs", outcome.payoffs, use)
    yield LocatedAmounts("unresolved.payoffs", scenario.unresolved.payoffs, Use.STATE)


def iterate_expressions(scenario: Scenario) -> Iterator[LocatedExpression]:
    """Yield every expression of a scenario."""
    for name, parameter in scenario.parameters.items():
        yield LocatedExpression(f"parameters.{name}.value", parameter.value, Use.NUMBERS)
    for name, submodel in scenario.submodels.items():
        yield from _iterate_inside(f"submodels.{name}", submodel, Use.NUMBERS)
    for name, quantity in scenario.quantities.items():
        yield LocatedExpression(f"quantities.{name}.value", quantity.value, Use.STATE)
    for name, player in scenario.players.items():
        yield from _iterate_inside(f"players.{name}", player, Use.NUMBERS)
    for name, issue in (scenario.agenda.issues if scenario.agenda else {}).items():
        yield from _iterate_inside(f"agenda.issues.{name}.worth", issue.worth, Use.MODELS)
    for table in iterate_amounts(scenario):
        yield from _iterate_inside(table.path, table.by_player, table.use)
    for group in iterate_effects(scenario):
        for position, effect in enumerate(group.effects):
            yield LocatedExpression(f"{group.path}.{position}.p", effect.p, group.use)
    yield from _iterate_conditions_and_rates(scenario)


def _iterate_conditions_and_rates(scenario: Scenario) -> Iterator[LocatedExpression]:
    """Yield the conditions, rates, hazards and ratification probabilities."""
    for index, stage in enumerate(scenario.stages):
        path = f"stages.{index}"
        if stage.when:
            yield LocatedExpression(f"{path}.when", stage.when, Use.STATE)
        if stage.rate:
            yield LocatedExpression(f"{path}.rate", stage.rate, Use.STATE)
        for own in stage.list_actions():
            if own.action.when:
                yield LocatedExpression(f"{path}.{own.path}.when", own.action.when, Use.STATE)
        ratify = stage.bargaining.accept.ratify if stage.bargaining else {}
        for player, ratification in ratify.items():
            inner = f"{path}.bargaining.accept.ratify.{player}.chance"
            yield LocatedExpression(inner, ratification.chance, Use.PACKAGE)
    for name, hazard in scenario.nature.items():
        if hazard.when:
            yield LocatedExpression(f"nature.{name}.when", hazard.when, Use.STATE)
        yield LocatedExpression(f"nature.{name}.hazard", hazard.hazard, Use.STATE)
    for name, milestone in scenario.milestones.items():
        yield LocatedExpression(f"milestones.{name}.when", milestone.when, Use.STATE)


def _iterate_inside(path: str, part: Any, use: Use) -> Iterator[LocatedExpression]:
    """Yield every expression anywhere inside a part whose expressions may all use the same names."""
    if isinstance(part, Expression):
        yield LocatedExpression(path, part, use)
    elif isinstance(part, Mapping):
        for key, inner in part.items():
            yield from _iterate_inside(f"{path}.{key}", inner, use)
    elif isinstance(part, tuple):
        for index, inner in enumerate(part):
            yield from _iterate_inside(f"{path}.{index}", inner, use)
    elif hasattr(part, "model_fields_set"):
        for name in type(part).model_fields:
            yield from _iterate_inside(f"{path}.{name}", getattr(part, name), use)
