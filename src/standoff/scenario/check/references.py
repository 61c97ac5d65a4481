"""Rules of references: players, types, tracks, levels, outcomes, documents and milestones that do not exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from standoff.errors import Problem, suggest_nearest
from standoff.scenario.check.subject import Subject
from standoff.scenario.schema_moves import Bargaining, Effect
from standoff.scenario.traversal import iterate_amounts, iterate_effects

__all__ = ["check_references"]


def check_references(subject: Subject) -> Iterator[Problem]:
    """Yield a problem for every name that does not exist."""
    scenario = subject.scenario
    yield from _check_documents(subject)
    for name, player in scenario.players.items():
        for player_type in player.type_labels:
            yield from subject.check_type(name, player_type, f"players.{name}.type_labels.{player_type}")
    yield from _check_actor_codes(subject)
    for name, track in scenario.state.items():
        yield from subject.check_level(name, track.levels, track.start, f"state.{name}.start")
        for level in track.level_labels:
            yield from subject.check_level(name, track.levels, level, f"state.{name}.level_labels.{level}")
    yield from _check_amounts(subject)
    for group in iterate_effects(scenario):
        for position, effect in enumerate(group.effects):
            yield from _check_effect(subject, f"{group.path}.{position}", effect)
    yield from _check_stages(subject)
    for name, milestone in scenario.milestones.items():
        if milestone.after is not None:
            path = f"milestones.{name}.after"
            yield from subject.check_name("milestone", milestone.after, list(scenario.milestones), path)


def _check_documents(subject: Subject) -> Iterator[Problem]:
    scenario = subject.scenario
    citations = {f"parameters.{name}": parameter.evidence for name, parameter in scenario.parameters.items()}
    citations |= {f"correlations.{k}": correlation.evidence for k, correlation in enumerate(scenario.correlations)}
    for path, cited in citations.items():
        for index, citation in enumerate(cited):
            inner = f"{path}.evidence.{index}.document"
            yield from subject.check_name("document", citation.document, list(scenario.documents), inner)


def _check_actor_codes(subject: Subject) -> Iterator[Problem]:
    """Yield a problem for every actor code that is given twice, so that news could mean two players by it."""
    owners: dict[str, str] = {}
    for name, player in subject.scenario.players.items():
        for position, code in enumerate(player.codes):
            if code in owners:
                path = f"players.{name}.codes.{position}"
                message = f"the code `{code}` already stands for `{owners[code]}`"
                yield subject.report("shared-code", message, path, "give each code once")
            owners.setdefault(code, name)


def _check_amounts(subject: Subject) -> Iterator[Problem]:
    for table in iterate_amounts(subject.scenario):
        for player, amount in table.by_player.items():
            yield from subject.check_player(player, f"{table.path}.{player}")
            types = tuple(amount) if isinstance(amount, Mapping) else ()
            if table.path.startswith("outcomes.") and _are_types_of_another(subject, player, types):
                continue
            for player_type in types:
                yield from subject.check_type(player, player_type, f"{table.path}.{player}.{player_type}")


def _are_types_of_another(subject: Subject, player: str, types: Sequence[str]) -> bool:
    """Whether a payoff is given by the types of one other player, on whose true type it depends."""
    others = [known for name, known in subject.names.players.items() if name != player]
    return bool(types) and any(set(types) <= set(known) for known in others)


def _check_effect(subject: Subject, path: str, effect: Effect) -> Iterator[Problem]:
    tracks = subject.names.tracks
    if effect.outcome is not None:
        yield from subject.check_name("outcome", effect.outcome, list(subject.scenario.outcomes), f"{path}.outcome")
    for track, change in effect.changes.items():
        levels = tracks.get(track)
        if levels is None:
            yield from subject.check_name("track", track, [*tracks, *Effect.model_fields], f"{path}.{track}")
        elif isinstance(change, str):
            yield from subject.check_level(track, levels, change, f"{path}.{track}")


def _check_stages(subject: Subject) -> Iterator[Problem]:
    for index, stage in enumerate(subject.scenario.stages):
        path = f"stages.{index}"
        if stage.mover is not None:
            yield from subject.check_player(stage.mover, f"{path}.mover")
        for position, mover in enumerate(stage.movers or ()):
            yield from subject.check_player(mover, f"{path}.movers.{position}")
        for own in stage.list_actions():
            for position, player_type in enumerate(own.action.types or ()):
                yield from subject.check_type(own.mover, player_type, f"{path}.{own.path}.types.{position}")
        if stage.bargaining:
            yield from _check_bargaining(subject, f"{path}.bargaining", stage.bargaining)


def _check_bargaining(subject: Subject, path: str, bargaining: Bargaining) -> Iterator[Problem]:
    for index, player in enumerate(bargaining.between):
        yield from subject.check_player(player, f"{path}.between.{index}")
    if bargaining.between[0] == bargaining.between[1]:
        message = f"`{bargaining.between[0]}` is named twice"
        yield subject.report("bargaining", message, f"{path}.between", "name two players")
    valid = (*bargaining.between, "alternate", "random")
    if bargaining.proposer not in valid:
        message = f"`{bargaining.proposer}` cannot propose"
        yield subject.report("bargaining", message, f"{path}.proposer", suggest_nearest(bargaining.proposer, valid))
    accept = bargaining.accept
    yield from subject.check_name("outcome", accept.outcome, list(subject.scenario.outcomes), f"{path}.accept.outcome")
    for player in accept.ratify:
        yield from subject.check_player(player, f"{path}.accept.ratify.{player}")
