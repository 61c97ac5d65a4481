"""Indicators: which events of the next period would move the forecast, how far, and how informative they are.

For an event E of the next period and a target T, with p = P(E), the probability of T after E and at the end of a period without
E satisfy

    p P(T|E) + (1-p) P(T|not E) = P(T),
    I(E; T) = H(T) - p H(T|E) - (1-p) H(T|not E)    (bits, H the Shannon entropy).

I is the mutual information: how much less uncertain T is, on average, once it is known whether E happened. The information about
the outcome by a date is defined likewise, with the entropy of all outcomes and of none. The events are those of the whole first
period with exact beliefs (`standoff.analysis.first_period`), so these laws hold to rounding error.

An event that nobody would notice, such as a decision to continue as before, is an event of the model but no indicator. A period
with only such events is **quiet**.

References:
    Howard, R. A. (1966), Information value theory, IEEE Transactions on Systems Science and Cybernetics 2.
    Cover, T. M. and Thomas, J. A. (2006), Elements of Information Theory, chapter 2.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.first_period import EventMass, FirstPeriod, enumerate_first_period
from standoff.analysis.happenings import Happening, Move, Words, add_article
from standoff.analysis.plain import to_plain
from standoff.analysis.solution import Solution
from standoff.analysis.targets import describe_target, find_target_probabilities, parse_targets
from standoff.game.model import Layer
from standoff.solve.continuation_probabilities import ContinuationProbabilities
from standoff.solve.target import UNRESOLVED, Target
from standoff.text import format_precise_percent

__all__ = ["SMALLEST_MASS", "Indicator", "Indicators", "Probabilities", "compute_entropy", "indicators"]

Floats = NDArray[np.float64]

SMALLEST_MASS = 1e-8
"""Histories of the first period that are less likely than this are not followed to its end."""
NEVER = 1e-12
"""Probability below which an event, or its absence, counts as impossible."""


@dataclass(frozen=True)
class Probabilities:
    """Probabilities and beliefs at one point of the period.

    Attributes:
        targets: Probability of each target; shape (target,).
        ends: Probability of each outcome by the date and, last, of none; they sum to one; shape (outcome + 1,).
        beliefs: Public belief in the second type of each player with two types; shape (player with two types,).
    """

    targets: Floats
    ends: Floats
    beliefs: Floats


@dataclass(frozen=True)
class Indicator:
    """One event of the next period, and what it would do to the forecast.

    Attributes:
        name: Name, for example `pressure.usa.strike`, `unrest`, `milestone.strike` or `quiet`.
        kind: "move", "hazard", "round" (a round of talks takes place), "consequence" (one of several consequences of a move
            or a hazard), "milestone" or "quiet".
        label: Label for people.
        player: Name of the player who moves; "" where nobody does.
        changes: Changes of the public state in words; "" for an event that may have several consequences.
        observed_as: PLOVER event types under which news would report it.
        is_visible: Whether news would report it or the public state would show it.
        is_aftermath: Whether it happens only after a targeted milestone has been met, so that it does not indicate that
            milestone.
        probability: Probability that it happens within the period.
        just_before: Probabilities just before it happens.
        after: Probabilities after it has happened.
        without: Probabilities at the end of a period in which it has not happened; None where it is certain to happen.
        gains: Information about each target, in bits; shape (target,).
        end_gain: Information about the outcome by the date, in bits.
        expected_moves: Expected absolute change of the probability of each target; shape (target,).
        sentences: The effect of the event on each target, in a sentence.
    """

    name: str
    kind: str
    label: str
    player: str
    changes: str
    observed_as: tuple[str, ...]
    is_visible: bool
    is_aftermath: bool
    probability: float
    just_before: Probabilities
    after: Probabilities
    without: Probabilities | None
    gains: Floats
    end_gain: float
    expected_moves: Floats
    sentences: tuple[str, ...]

    @property
    def gain(self) -> float:
        """Mean information about the targets, in bits. Indicators are sorted by it."""
        return float(self.gains.mean())


@dataclass(frozen=True, repr=False)
class Indicators:
    """The events of the next period, the most informative first.

    Attributes:
        targets: The targets.
        target_labels: The targets in words, with their dates.
        starts: First day of the period.
        ends_on: Day after the period.
        end_date: The date by which the probabilities of the outcomes are reported.
        end_names: Names of the outcomes, the last of which is `unresolved`.
        end_labels: Labels of the outcomes for people.
        belief_labels: The beliefs in words.
        before: Probabilities now.
        events: Every event, sorted by information.
        cut_mass: Probability of the histories of the period that were not followed to its end.
        num_nodes: Number of nodes visited.
        gap: Largest difference between `before`, with exact beliefs, and the forecast at the belief points.
    """

    targets: tuple[Target, ...]
    target_labels: tuple[str, ...]
    starts: dt.date
    ends_on: dt.date
    end_date: dt.date
    end_names: tuple[str, ...]
    end_labels: tuple[str, ...]
    belief_labels: tuple[str, ...]
    before: Probabilities
    events: tuple[Indicator, ...]
    cut_mass: float
    num_nodes: int
    gap: float

    @property
    def signs(self) -> tuple[Indicator, ...]:
        """The events to watch for: those that an outsider can see before the milestone, and each move or hazard once."""
        return tuple(
            event
            for event in self.events
            if event.is_visible and not event.is_aftermath and event.kind != "consequence"
        )

    def to_json(self) -> dict[str, Any]:
        """The indicators as plain data; the keys are the attributes, with `gain` for every event."""
        found: dict[str, Any] = to_plain(self)
        for event, row in zip(self.events, found["events"], strict=True):
            row["gain"] = event.gain
        return found

    def __repr__(self) -> str:
        names = ", ".join(event.name for event in self.signs[:3])
        return f"<Indicators of {'; '.join(self.target_labels)}: {len(self.signs)} events, first {names}>"

    def __getitem__(self, name: str) -> Indicator:
        """The event of a name.

        Raises:
            KeyError: There is no event of that name.
        """
        for event in self.events:
            if event.name == name:
                return event
        raise KeyError(name)


def indicators(
    solution: Solution,
    targets: str | Target | Sequence[str | Target] | None = None,
    *,
    smallest_mass: float = SMALLEST_MASS,
) -> Indicators:
    """Find the events of the next period that would move the forecast.

    Args:
        solution: The solution; the values of its periods need not have been kept.
        targets: The probabilities in question; None: the default targets. The probabilities of the outcomes are reported by the
            date of the first target.
        smallest_mass: Histories of the period that are less likely than this are not followed to its end; 0 follows all.

    Raises:
        InputError: A target does not exist, or its date lies outside the forecast.

    Examples:
        >>> from standoff import load, solve
        >>> found = indicators(solve(load("cuba-1962", overrides=["period.horizon=2"])), ["strike"])
        >>> found.target_labels
        ('Air strikes on Cuba by 24 October 1962',)
    """
    scenario, equilibrium = solution.scenario, solution.equilibrium
    wanted = parse_targets(scenario, targets)
    game = equilibrium.game
    by = wanted[0].periods or game.num_periods
    ends = [Target("outcome", name, by) for name in (*game.outcomes, UNRESOLVED)]
    probabilities = ContinuationProbabilities(equilibrium, (*wanted, *ends))
    words = Words(scenario, game)
    found = enumerate_first_period(probabilities, words, smallest_mass=smallest_mass)
    labels = tuple(describe_target(scenario, target) for target in wanted)
    reader = _EventReader(words, labels, found, wanted, len(ends))
    events = sorted(reader.list_events(), key=lambda event: (-event.gain, event.name))
    gap = float(
        np.max(
            np.abs(
                found.before[: len(probabilities.targets)]
                - find_target_probabilities(equilibrium, probabilities.targets)
            )
        )
    )
    players = [game.players[i] for i in game.belief_players]
    return Indicators(
        targets=wanted,
        target_labels=labels,
        starts=scenario.as_of,
        ends_on=scenario.find_date(1),
        end_date=scenario.find_date(by),
        end_names=(*game.outcomes, UNRESOLVED),
        end_labels=tuple(words.name_outcome(name) for name in (*game.outcomes, UNRESOLVED)),
        belief_labels=tuple(
            f"{add_article(player.label)} is {player.player_types[1].replace('_', ' ')}" for player in players
        ),
        before=reader.before,
        events=tuple(events),
        cut_mass=found.cut_mass,
        num_nodes=found.num_nodes,
        gap=gap,
    )


def compute_entropy(probabilities: Floats) -> float:
    """Compute the entropy of a distribution in bits.

    Args:
        probabilities: Probabilities that sum to one.

    Examples:
        >>> compute_entropy(np.array([0.5, 0.25, 0.25])), compute_entropy(np.array([1.0, 0.0]))
        (1.5, 0.0)
    """
    positive = probabilities[probabilities > 0.0]
    return abs(float(np.sum(positive * np.log2(positive))))


class _EventReader:
    """Reads the indicators off the events of the first period."""

    def __init__(
        self, words: Words, labels: tuple[str, ...], found: FirstPeriod, targets: Sequence[Target], num_ends: int
    ):
        self.words, self.labels, self.found = words, labels, found
        self.num_targets, self.num_ends = len(targets), num_ends
        self.is_milestone = np.array([target.kind == "milestone" for target in targets])
        self.before = self._make_probabilities(found.before)

    def _make_probabilities(self, worth: Floats) -> Probabilities:
        last = self.num_targets + self.num_ends
        ends = np.clip(worth[self.num_targets : last], 0.0, None)
        return Probabilities(np.clip(worth[: self.num_targets], 0.0, 1.0), ends / ends.sum(), worth[last:])

    def list_events(self) -> list[Indicator]:
        """All events that are reported."""
        found = []
        for key, event in self.found.events.items():
            if event.probability > NEVER and self._is_wanted(key):
                found.append(self._make_indicator(key, event))
        return found

    def _is_wanted(self, key: Hashable) -> bool:
        """Whether an event is reported: a consequence only if it is one of several, or if two players moved."""
        assert isinstance(key, tuple)
        if key[0] != "consequence" or len(key[2]) > 1:
            return True
        alike = [
            other
            for other in self.found.events
            if isinstance(other, tuple) and other[0] == "consequence" and other[1:3] == key[1:3]
        ]
        return len(alike) > 1

    def _make_indicator(self, key: Hashable, event: EventMass) -> Indicator:
        assert isinstance(key, tuple)
        p = min(event.probability, 1.0)
        after = self._make_probabilities(event.after / event.probability)
        just_before = self._make_probabilities(event.just_before / event.probability)
        without = None
        if p < 1.0 - NEVER:
            without = self._make_probabilities((self.found.before - event.after) / (1.0 - event.probability))
        name, label, condition = self._describe_event(key, event.example)
        gains = [
            _compute_gain(
                p,
                _split_by_event(self.before, k),
                _split_by_event(after, k),
                _split_by_event(without, k) if without else None,
            )
            for k in range(self.num_targets)
        ]
        moved = np.abs(after.targets - self.before.targets) * p
        if without is not None:
            moved = moved + np.abs(without.targets - self.before.targets) * (1.0 - p)
        happening = event.example
        return Indicator(
            name=name,
            kind=key[0],
            label=label,
            player=key[2] if key[0] == "move" else "",
            changes=happening.result if happening is not None and key[0] == "consequence" else "",
            observed_as=self._find_codes(key, happening),
            is_visible=self._is_visible(key, happening),
            is_aftermath=bool((self.is_milestone & (just_before.targets >= 1.0 - NEVER)).any()),
            probability=p,
            just_before=just_before,
            after=after,
            without=without,
            gains=np.array(gains),
            end_gain=_compute_gain(p, self.before.ends, after.ends, without.ends if without else None),
            expected_moves=moved,
            sentences=tuple(self._write_sentence(condition, p, k, after) for k in range(self.num_targets)),
        )

    def _find_codes(self, key: tuple[Hashable, ...], happening: Happening | None) -> tuple[str, ...]:
        if happening is None:
            return ()
        if key[0] == "move":
            return next(move.observed_as for move in happening.moves if move.player == key[2])
        return happening.observed_as

    def _is_visible(self, key: tuple[Hashable, ...], happening: Happening | None) -> bool:
        """Whether news would report an event or the public state would show one of its consequences."""
        if happening is None or key[0] == "round" or self._find_codes(key, happening):
            return True
        if key[0] == "consequence":
            return happening.is_visible
        return any(
            other.example is not None and other.example.is_visible and self._is_case(other.example, key)
            for which, other in self.found.events.items()
            if isinstance(which, tuple) and which[0] == "consequence"
        )

    def _is_case(self, happening: Happening, key: tuple[Hashable, ...]) -> bool:
        if happening.layer != key[1]:
            return False
        return key[0] == "hazard" or any((move.player, move.action) == key[2:] for move in happening.moves)

    def _describe_event(self, key: tuple[Hashable, ...], happening: Happening | None) -> tuple[str, str, str]:
        """Name, label, and the condition "If you see ..." of an event."""
        game = self.words.game
        if key[0] == "quiet":
            period = self.words.scenario.period
            span = period.unit if period.length == 1 else "period"
            return "quiet", "a quiet period", f"If the {span} stays quiet"
        if key[0] == "milestone":
            assert isinstance(key[1], int)
            milestone = game.milestones[key[1]]
            return f"milestone.{milestone.name}", milestone.label, f"If the milestone “{milestone.label}” is reached"
        assert happening is not None
        if key[0] == "round":
            label = self.words.name_stage(self._find_layer(happening))
            return happening.layer, label, f"If you see this: {label}"
        if key[0] == "move":
            move = next(move for move in happening.moves if move.player == key[2])
            label = f"{move.player_label}: {move.label}"
            return (
                f"{happening.layer}.{move.player}.{move.action}",
                label,
                f"If you see {_describe_moves((move,), label)}",
            )
        if key[0] == "hazard":
            return happening.layer, happening.label, f"If you see this: {happening.label}"
        who = [f"{move.player_label}: {move.label}" for move in happening.moves] or [happening.label]
        label = f"{'; '.join(who)} ({happening.result})"
        parts = [happening.layer, *(f"{move.player}.{move.action}" for move in happening.moves)]
        parts += [f"{one.track}.{one.after}" for one in happening.changes]
        parts += [part for part in (happening.outcome, happening.package) if part]
        if not happening.changes and not happening.outcome:
            parts.append("nothing")
        seen = f"this: {label}"
        if happening.moves:
            seen = f"{_describe_moves(happening.moves, '; '.join(who))} ({happening.result})"
        return ".".join(parts), label, f"If you see {seen}"

    def _find_layer(self, happening: Happening) -> Layer:
        return next(layer for layer in self.words.game.epochs[0].layers if layer.name == happening.layer)

    def _write_sentence(self, condition: str, p: float, k: int, after: Probabilities) -> str:
        before = self.before.targets[k]
        target = f"the probability of “{self.labels[k]}”"
        change = _describe_change(before, float(after.targets[k]))
        return f"{condition} (probability {format_precise_percent(p)}), {target} {change}."


def _describe_moves(moves: Sequence[Move], label: str) -> str:
    """The moves in words, as they follow "If you see"."""
    if any(move.label[:1].isupper() for move in moves):
        return f"this: {label}"
    return " and ".join(f"{move.player_label} {move.label}" for move in moves)


def _describe_change(before: float, after: float) -> str:
    """The change of a probability in words."""
    if format_precise_percent(before) == format_precise_percent(after):
        return f"stays at {format_precise_percent(after)}"
    return f"moves from {format_precise_percent(before)} to {format_precise_percent(after)}"


def _split_by_event(probabilities: Probabilities, k: int) -> Floats:
    return np.array([probabilities.targets[k], 1.0 - probabilities.targets[k]])


def _compute_gain(p: float, before: Floats, after: Floats, without: Floats | None) -> float:
    """Mutual information between an event of probability p and a variable with these distributions; never below 0."""
    left = p * compute_entropy(after) + (0.0 if without is None else (1.0 - p) * compute_entropy(without))
    return max(0.0, compute_entropy(before) - left)
