"""A walk over a scenario: every expression and every list of effects, each with its path and what it may use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from standoff.scenario.expression import Expression
from standoff.scenario.names import Use
from standoff.scenario.schema import Scenario
from standoff.scenario.schema_moves import Bargaining, Effect

__all__ = ["Amounts", "Consequences", "Place", "amounts", "consequences", "deal_only_outcomes", "expressions"]


@dataclass(frozen=True, slots=True)
class Place:
    """An expression, where it stands, and what it may use."""

    path: str
    expression: Expression
    use: Use


@dataclass(frozen=True, slots=True)
class Amounts:
    """Payoffs or costs by player, where they stand, and what they may use."""

    path: str
    by_player: Mapping[str, Expression | dict[str, Expression]]
    use: Use


@dataclass(frozen=True, slots=True)
class Consequences:
    """A list of effects of which one happens, where it stands, and what it may use."""

    path: str
    effects: tuple[Effect, ...]
    use: Use


def consequences(scenario: Scenario) -> Iterator[Consequences]:
    """Yield every list of effects."""
    for index, stage in enumerate(scenario.stages):
        for own in stage.own_actions():
            yield Consequences(f"stages.{index}.{own.path}.leads_to", own.action.leads_to, Use.STATE)
        for position, entry in enumerate(stage.together):
            yield Consequences(f"stages.{index}.together.{position}.leads_to", entry.leads_to or (), Use.STATE)
        if stage.bargaining:
            yield from _bargaining_consequences(f"stages.{index}.bargaining", stage.bargaining)
    for name, hazard in scenario.nature.items():
        yield Consequences(f"nature.{name}.leads_to", hazard.leads_to, Use.STATE)


def _bargaining_consequences(path: str, bargaining: Bargaining) -> Iterator[Consequences]:
    for name in ("no_offer", "reject", "slip"):
        response = getattr(bargaining, name)
        if response:
            yield Consequences(f"{path}.{name}.leads_to", response.leads_to, Use.STATE)
    for player, ratification in bargaining.accept.ratify.items():
        yield Consequences(f"{path}.accept.ratify.{player}.failed", ratification.failed, Use.PACKAGE)


def deal_only_outcomes(scenario: Scenario) -> set[str]:
    """Return the outcomes that only an accepted package leads to, whose payoffs may therefore use issues."""
    accepted = {stage.bargaining.accept.outcome for stage in scenario.stages if stage.bargaining}
    if not accepted <= scenario.outcomes.keys():
        accepted = set(scenario.outcomes)  # which one is meant is not known, so nothing is held against any
    return accepted - {effect.outcome for group in consequences(scenario) for effect in group.effects if effect.outcome}


def amounts(scenario: Scenario) -> Iterator[Amounts]:
    """Yield every table of payoffs or costs by player."""
    for index, stage in enumerate(scenario.stages):
        path = f"stages.{index}"
        for own in stage.own_actions():
            yield Amounts(f"{path}.{own.path}.payoffs", own.action.payoffs, Use.STATE)
            yield Amounts(f"{path}.{own.path}.costs", own.action.costs, Use.STATE)
        for position, entry in enumerate(stage.together):
            yield Amounts(f"{path}.together.{position}.payoffs", entry.payoffs, Use.STATE)
            yield Amounts(f"{path}.together.{position}.costs", entry.costs, Use.STATE)
        if stage.bargaining:
            for name in ("no_offer", "offer", "accept", "reject", "slip"):
                part = getattr(stage.bargaining, name)
                use = Use.PACKAGE if name == "accept" else Use.STATE
                if part:
                    yield Amounts(f"{path}.bargaining.{name}.costs", part.costs, use)
    for group in consequences(scenario):
        for position, effect in enumerate(group.effects):
            yield Amounts(f"{group.path}.{position}.payoffs", effect.payoffs, group.use)
    yield Amounts("flows", scenario.flows, Use.STATE)
    with_package = deal_only_outcomes(scenario)
    for name, outcome in scenario.outcomes.items():
        use = Use.PACKAGE if name in with_package else Use.STATE
        yield Amounts(f"outcomes.{name}.payoffs", outcome.payoffs, use)
    yield Amounts("unresolved.payoffs", scenario.unresolved.payoffs, Use.STATE)


def expressions(scenario: Scenario) -> Iterator[Place]:
    """Yield every expression of a scenario."""
    for name, parameter in scenario.parameters.items():
        yield Place(f"parameters.{name}.value", parameter.value, Use.NUMBERS)
    for name, submodel in scenario.submodels.items():
        yield from _inside(f"submodels.{name}", submodel, Use.NUMBERS)
    for name, quantity in scenario.quantities.items():
        yield Place(f"quantities.{name}.value", quantity.value, Use.STATE)
    for name, player in scenario.players.items():
        yield from _inside(f"players.{name}", player, Use.NUMBERS)
    for name, issue in (scenario.agenda.issues if scenario.agenda else {}).items():
        yield from _inside(f"agenda.issues.{name}.worth", issue.worth, Use.MODELS)
    for table in amounts(scenario):
        yield from _inside(table.path, table.by_player, table.use)
    for group in consequences(scenario):
        for position, effect in enumerate(group.effects):
            yield Place(f"{group.path}.{position}.p", effect.p, group.use)
    yield from _conditions_and_rates(scenario)


def _conditions_and_rates(scenario: Scenario) -> Iterator[Place]:
    """Yield when and how often things come up."""
    for index, stage in enumerate(scenario.stages):
        path = f"stages.{index}"
        if stage.when:
            yield Place(f"{path}.when", stage.when, Use.STATE)
        if stage.rate:
            yield Place(f"{path}.rate", stage.rate, Use.STATE)
        for own in stage.own_actions():
            if own.action.when:
                yield Place(f"{path}.{own.path}.when", own.action.when, Use.STATE)
        ratify = stage.bargaining.accept.ratify if stage.bargaining else {}
        for player, ratification in ratify.items():
            yield Place(f"{path}.bargaining.accept.ratify.{player}.chance", ratification.chance, Use.PACKAGE)
    for name, hazard in scenario.nature.items():
        if hazard.when:
            yield Place(f"nature.{name}.when", hazard.when, Use.STATE)
        yield Place(f"nature.{name}.hazard", hazard.hazard, Use.STATE)
    for name, milestone in scenario.milestones.items():
        yield Place(f"milestones.{name}.when", milestone.when, Use.STATE)


def _inside(path: str, part: Any, use: Use) -> Iterator[Place]:
    """Yield every expression anywhere inside a part that may use one kind of names throughout."""
    if isinstance(part, Expression):
        yield Place(path, part, use)
    elif isinstance(part, Mapping):
        for key, inner in part.items():
            yield from _inside(f"{path}.{key}", inner, use)
    elif isinstance(part, tuple):
        for index, inner in enumerate(part):
            yield from _inside(f"{path}.{index}", inner, use)
    elif hasattr(part, "model_fields_set"):
        for name in type(part).model_fields:
            yield from _inside(f"{path}.{name}", getattr(part, name), use)
