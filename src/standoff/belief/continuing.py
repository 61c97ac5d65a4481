"""The scenario as it stands after an update: a file to go on from.

Its tracks start at the likeliest state, its priors are the beliefs given that state, `as_of` is the day of the state, and the
horizon ends on the same day as before. A scenario file holds one state; where the crisis may stand in several, the file says
how likely the one it holds is, and the whole distribution is in the update. What a file cannot hold at all is told as a note:
who is next to propose, milestones that were met before, and that the beliefs about two players may hang together.
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

__all__ = ["SPREAD", "Continued", "continue_scenario"]

SPREAD = 0.95
"""Probability of the likeliest state below which the file says that the state is spread."""


@dataclass(frozen=True)
class Continued:
    """A scenario to go on from.

    Attributes:
        scenario: The scenario, checked.
        text: The text of its file, with the notes as a comment at its top.
        state: The state that it starts in, its probability and its beliefs.
        is_spread: Whether the crisis may well stand elsewhere: the state has a probability below `SPREAD`.
        notes: What the file does not hold, in sentences.
    """

    scenario: Scenario
    text: str
    state: StateProbability
    is_spread: bool
    notes: tuple[str, ...]


def continue_scenario(scenario: Scenario, update: Update) -> Continued:
    """Make the scenario that goes on from an update.

    Args:
        scenario: The scenario that was updated.
        update: The update.

    Raises:
        InputError: The crisis is over for all that is known.
    """
    if not update.states:
        message = "the crisis has ended, so there is no scenario to go on from"
        raise InputError(Problem("crisis-over", message, help="start a new scenario"))
    state = update.states[0]
    is_spread = state.probability < SPREAD
    notes = tuple(_notes(scenario, update, state))
    plain = copy.deepcopy(dict(scenario.content))
    plain["updated_from"] = scenario.scenario_hash
    plain["as_of"] = update.state_date.isoformat()
    horizon = scenario.period.horizon - update.state_period * scenario.period.length
    plain["period"]["horizon"] = int(horizon) if horizon == int(horizon) else horizon
    for track, level in state.levels.items():
        plain["state"][track]["start"] = level
    for name in _outside(scenario):  # overridden: in a file it would be a fault
        plain["parameters"][name] = {
            key: held for key, held in plain["parameters"][name].items() if key not in {"range", "distribution"}
        }
    for player, belief in state.beliefs.items():
        _set_prior(plain, scenario, player=player, belief=belief, update=update)
    for name, deadline in scenario.deadlines.items():
        if deadline.date <= update.state_date:
            plain["deadlines"].pop(name)
            plain = _with_text(plain, re.compile(rf"\bpassed\(\s*{name}\s*\)"), "1")
    if not plain.get("deadlines", True):
        plain.pop("deadlines")
    heading = (
        f"{scenario.id} as of {update.state_date}, made by an update of the scenario with the hash",
        f"{scenario.scenario_hash} on {len(update.accounts)} observations until {update.as_of}.",
        *notes,
    )
    text = write_yaml(plain, heading=heading)
    return Continued(parse_scenario(text, f"{scenario.id} as of {update.state_date}"), text, state, is_spread, notes)


def _notes(scenario: Scenario, update: Update, state: StateProbability) -> Iterator[str]:
    """What the file does not hold."""
    ended = sum(one.probability for one in update.ends)
    if state.probability < SPREAD:
        yield (
            f"The state is spread: the one in this file has a probability of {state.probability:.3f} of all, "
            f"{len(update.states)} states are possible, and the probability that it has ended is {ended:.3f}."
        )
    if len(state.beliefs) > 1:
        yield "The priors of the types are taken as independent, though what was reported may tie them together."
    met = [one for one in update.probabilities if one.kind == "milestone" and one.after[0] > 1.0 - SPREAD]
    for one in met:
        yield f"The milestone `{one.name}` has been met with a probability of {one.after[0]:.3f}; here it counts anew."
    for name in _outside(scenario):
        yield f"The range of `{name}` is left out, because its value was set outside it."
    if any(stage.bargaining and stage.bargaining.proposer == "alternate" for stage in scenario.stages):
        yield "Who is next to propose is not known to this file: the first of `between` begins."
    if update.state_date != update.as_of:
        yield f"Reports count until {update.as_of}; the state is that of the next start of a period, {update.state_date}."


def _outside(scenario: Scenario) -> list[str]:
    """Parameters that an override has moved out of their range."""
    found = []
    for name, value in scenario.parameter_values().items():
        bounds = scenario.parameters[name].range
        if bounds is not None and not bounds[0] <= value / scenario.unit_factor(name) <= bounds[1]:
            found.append(name)
    return found


def _set_prior(plain: dict[str, Any], scenario: Scenario, *, player: str, belief: float, update: Update) -> None:
    """Set the prior of a player's second type, in its parameter if it has one of its own."""
    first, second = scenario.players[player].type_names
    types = plain["players"][player]["types"]
    name = types[second] if isinstance(types[second], str) else ""
    is_own = name in scenario.parameters and re.sub(r"\s", "", str(types[first])) == f"1-{name}"
    if is_own and _uses(plain, name) == 2:  # both of these
        old = plain["parameters"][name]
        before = scenario.parameter_values()[name]
        kept = {key: old[key] for key in ("label", "unit") if key in old}
        judgement = f"Belief after the update of {update.as_of} on {len(update.accounts)} observations; it was {before:g} before."
        plain["parameters"][name] = {**kept, "value": belief, "judgement": judgement}
        return
    types[first], types[second] = 1.0 - belief, belief
    for unused in [one for one in scenario.parameters if _uses(plain, one) == 0]:
        plain["parameters"].pop(unused)


def _uses(plain: Mapping[str, Any], name: str) -> int:
    """In how many texts of the file a name stands, its own entry not counted; sentences may count, too."""
    found = re.compile(rf"(?<![\w.]){name}(?![\w.])")
    return sum(1 for text in _texts(plain) if found.search(text))


def _texts(here: Any) -> Iterator[str]:
    if isinstance(here, str):
        yield here
    elif isinstance(here, Mapping):
        for inner in here.values():
            yield from _texts(inner)
    elif isinstance(here, list):
        for inner in here:
            yield from _texts(inner)


def _with_text(here: Any, old: re.Pattern[str], new: str) -> Any:
    """The same data with a text replaced everywhere."""
    if isinstance(here, str):
        return old.sub(new, here)
    if isinstance(here, Mapping):
        return {key: _with_text(inner, old, new) for key, inner in here.items()}
    if isinstance(here, list):
        return [_with_text(inner, old, new) for inner in here]
    return here
