"""The scenario after an update, as a file from which to continue.

Its tracks start at the most likely state, its priors are the beliefs given that state, `as_of` is the date of the state, and the
horizon ends on the same day as before. A scenario file has one state. If several are likely, the file gives the probability of
its state, and the update has the whole distribution. Notes list what a file cannot express: who proposes next, milestones that
were met before, and dependence between the beliefs about two players.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from standoff.belief.posterior import StateProbability
from standoff.belief.updating import Update
from standoff.errors import InputError, Problem
from standoff.scenario import Scenario
from standoff.scenario.load import parse_scenario
from standoff.scenario.writing import write_yaml

__all__ = ["SPREAD", "ContinuedScenario", "continue_scenario"]

SPREAD = 0.95
"""Probability of the most likely state below which the file notes that several states are likely."""


@dataclass(frozen=True)
class ContinuedScenario:
    """A scenario that continues from an update.

    Attributes:
        scenario: The checked scenario.
        text: Text of its file, with the notes as a comment at the top.
        state: The state in which it starts, with its probability and beliefs.
        is_spread: Whether the probability of the state is below `SPREAD`.
        notes: Sentences on what the file does not express.
    """

    scenario: Scenario
    text: str
    state: StateProbability
    is_spread: bool
    notes: tuple[str, ...]


def continue_scenario(update: Update) -> ContinuedScenario:
    """Make the scenario that continues from an update.

    Args:
        update: The update.

    Raises:
        InputError: The crisis has surely ended (`crisis-over`).
    """
    if not update.states:
        message = "the crisis has ended, so no scenario can continue from it"
        raise InputError(Problem("crisis-over", message, help="start a new scenario"))
    scenario, state = update.solution.scenario, update.states[0]
    is_spread = state.probability < SPREAD
    notes = tuple(_write_notes(scenario, update, state))
    plain = copy.deepcopy(dict(scenario.content))
    plain["updated_from"] = scenario.scenario_hash
    plain["as_of"] = update.state_date.isoformat()
    horizon = scenario.period.horizon - update.state_period * scenario.period.length
    plain["period"]["horizon"] = int(horizon) if horizon == int(horizon) else horizon
    for track, level in state.levels.items():
        plain["state"][track]["start"] = level
    for name in _list_outside(scenario):  # an override moved it; in a file a value outside its range is a fault
        plain["parameters"][name] = {
            key: held for key, held in plain["parameters"][name].items() if key not in {"range", "distribution"}
        }
    for player, belief in state.beliefs.items():
        _set_prior(plain, scenario, player=player, belief=belief, update=update)
    for name, deadline in scenario.deadlines.items():
        if deadline.date <= update.state_date:
            plain["deadlines"].pop(name)
            plain = _replace_text(plain, re.compile(rf"\bpassed\(\s*{name}\s*\)"), "1")
    if not plain.get("deadlines", True):
        plain.pop("deadlines")
    heading = (
        f"{scenario.id} as of {update.state_date}, from an update of the scenario with the hash",
        f"{scenario.scenario_hash} on {len(update.effects)} observations up to {update.as_of}.",
        *notes,
    )
    text = write_yaml(plain, heading=heading)
    return ContinuedScenario(
        parse_scenario(text, f"{scenario.id} as of {update.state_date}"), text, state, is_spread, notes
    )


def _write_notes(scenario: Scenario, update: Update, state: StateProbability) -> Iterator[str]:
    """Say what the file does not express."""
    ended = sum(one.probability for one in update.outcomes)
    if state.probability < SPREAD:
        yield (
            f"The state is uncertain: the state in this file has probability {state.probability:.3f}, "
            f"{len(update.states)} states are possible, and the probability that the crisis has ended is {ended:.3f}."
        )
    if len(state.beliefs) > 1:
        yield "The priors of the types are independent here, although the reports may make the beliefs dependent."
    met = [one for one in update.probabilities if one.kind == "milestone" and one.after[0] > 1.0 - SPREAD]
    for one in met:
        yield (
            f"The milestone `{one.name}` has been reached with probability {one.after[0]:.3f}; a forecast from this file "
            "counts it afresh."
        )
    for name in _list_outside(scenario):
        yield f"The range of `{name}` is left out, because its value was set outside the range."
    if any(stage.bargaining and stage.bargaining.proposer == "alternate" for stage in scenario.stages):
        yield "This file does not record who proposes next: the first side in `between` begins."
    if update.state_date != update.as_of:
        yield f"Reports are used up to {update.as_of}; the state is that of the next start of a period, {update.state_date}."


def _list_outside(scenario: Scenario) -> list[str]:
    """List the parameters that an override has moved out of their range."""
    found = []
    for name, value in scenario.compute_parameter_values().items():
        bounds = scenario.parameters[name].range
        if bounds is not None and not bounds[0] <= value / scenario.compute_unit_factor(name) <= bounds[1]:
            found.append(name)
    return found


def _set_prior(plain: dict[str, Any], scenario: Scenario, *, player: str, belief: float, update: Update) -> None:
    """Set the prior of a player's second type, in its parameter if no other value uses that parameter."""
    first, second = scenario.players[player].type_names
    types = plain["players"][player]["types"]
    name = types[second] if isinstance(types[second], str) else ""
    is_own = name in scenario.parameters and re.sub(r"\s", "", str(types[first])) == f"1-{name}"
    if is_own and _count_uses(plain, name) == 2:  # the two types
        old = plain["parameters"][name]
        before = scenario.compute_parameter_values()[name]
        kept = {key: old[key] for key in ("label", "unit") if key in old}
        judgement = f"Belief after the update of {update.as_of} on {len(update.effects)} observations; it was {before:g} before."
        plain["parameters"][name] = {**kept, "value": belief, "judgement": judgement}
        return
    types[first], types[second] = 1.0 - belief, belief
    for unused in [one for one in scenario.parameters if _count_uses(plain, one) == 0]:
        plain["parameters"].pop(unused)


def _count_uses(plain: Mapping[str, Any], name: str) -> int:
    """Count the texts of the file that contain a name, also sentences; the key of its entry does not count."""
    found = re.compile(rf"(?<![\w.]){name}(?![\w.])")
    return sum(1 for text in _list_texts(plain) if found.search(text))


def _list_texts(here: Any) -> Iterator[str]:
    if isinstance(here, str):
        yield here
    elif isinstance(here, Mapping):
        for inner in here.values():
            yield from _list_texts(inner)
    elif isinstance(here, list):
        for inner in here:
            yield from _list_texts(inner)


def _replace_text(here: Any, old: re.Pattern[str], new: str) -> Any:
    """Replace a text everywhere in the data."""
    if isinstance(here, str):
        return old.sub(new, here)
    if isinstance(here, Mapping):
        return {key: _replace_text(inner, old, new) for key, inner in here.items()}
    if isinstance(here, list):
        return [_replace_text(inner, old, new) for inner in here]
    return here
