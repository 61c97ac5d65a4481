"""What to watch for: which event of the next period would move the forecast, how far, and how much it would tell.

For an event E of the next period and a target T (both happen or do not), with p = P(E), the forecast T|E after it and T|not E
at the end of a period without it,

    p P(T|E) + (1-p) P(T|not E) = P(T),
    I(E; T) = H(T) - p H(T|E) - (1-p) H(T|not E)    (bits, H the entropy of Shannon),

the mutual information: how much less uncertain T is, on average, to somebody who learns whether E happened. The same for the
way in which the crisis ends by a date, H then being the entropy of all outcomes and of none. The events are those of the whole
first period with exact beliefs (`standoff.analysis.first_period`), so these laws hold to rounding error.

What nobody would notice, such as a decision to go on as before, counts as an event of the model but not of the watch list;
everything of that kind together is a **quiet** period.

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

from standoff.analysis.first_period import EventMass, FirstPeriod, walk_first_period
from standoff.analysis.happenings import Happening, Move, Words, named
from standoff.analysis.plain import plain
from standoff.analysis.solution import Solution
from standoff.analysis.targets import describe_target, parse_targets, target_probabilities
from standoff.game.model import Layer
from standoff.solve.continuation_probabilities import ContinuationProbabilities
from standoff.solve.target import UNRESOLVED, Target

__all__ = ["SMALLEST_MASS", "Probabilities", "WatchEvent", "WatchList", "entropy", "share", "watch"]

Floats = NDArray[np.float64]

SMALLEST_MASS = 1e-8
"""Histories of the first period less likely than this are not walked to its end."""
NEVER = 1e-12
"""Probability below which an event, or its absence, counts as impossible."""


@dataclass(frozen=True)
class Probabilities:
    """What is expected at one point.

    Attributes:
        targets: Probability of each target; shape (target,).
        ends: Probability of each outcome by the date, last that none has come; they sum to one; shape (outcome + 1,).
        beliefs: Public belief in the second type of each player with two types; shape (player with two types,).
    """

    targets: Floats
    ends: Floats
    beliefs: Floats


@dataclass(frozen=True)
class WatchEvent:
    """One event of the next period.

    Attributes:
        name: Slug, for example `pressure.usa.strike`, `unrest`, `milestone.strike` or `quiet`.
        kind: "move", "hazard", "round" (a round of talks comes up), "consequence" (one of several things that came of a move
            or a hazard), "milestone" or "quiet".
        label: What happens, for people.
        player: Who moves, as a slug; "" where nobody does.
        changes: What it changes in the public state, in words; "" for an event that may have several consequences.
        observed_as: PLOVER event types under which news would report it.
        is_visible: Whether news would report it or the public state shows it.
        is_aftermath: Whether it happens only where a milestone that is asked for has been met already, so that it is no sign
            of that milestone.
        probability: That it happens within the period.
        just_before: What was expected in the moment before, wherever it happens.
        after: What is expected once it has happened.
        without: What is expected at the end of a period in which it has not happened; None where it is sure to happen.
        gains: Information about each target, in bits; shape (target,).
        end_gain: Information about the end of the crisis by the date, in bits.
        expected_moves: Expected absolute change of each target's probability; shape (target,).
        sentences: For each target, what seeing the event does to it.
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
        """Mean information about the targets, in bits: the order of the list."""
        return float(self.gains.mean())


@dataclass(frozen=True)
class WatchList:
    """What to watch for in the next period.

    Attributes:
        targets: What is asked for.
        target_labels: The targets in words, with their dates.
        starts: First day of the period.
        ends_on: First day after it.
        end_date: The date of the probabilities of how the crisis ends.
        end_names: Outcomes, as slugs, last `unresolved`.
        end_labels: The same for people.
        belief_labels: What the beliefs are of, in words.
        before: What is expected now.
        events: Every event, those that tell most first.
        cut_mass: Probability of histories of the period that were not walked to its end.
        num_nodes: Places walked.
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
    events: tuple[WatchEvent, ...]
    cut_mass: float
    num_nodes: int
    gap: float

    @property
    def signs(self) -> tuple[WatchEvent, ...]:
        """The events to watch for: what somebody outside can see, before it is too late, and each move or hazard once."""
        return tuple(
            event
            for event in self.events
            if event.is_visible and not event.is_aftermath and event.kind != "consequence"
        )

    def document(self) -> dict[str, Any]:
        """Everything as plain data; the keys are the attributes, and `gain` of every event."""
        found: dict[str, Any] = plain(self)
        for event, told in zip(self.events, found["events"], strict=True):
            told["gain"] = event.gain
        return found

    def event(self, name: str) -> WatchEvent:
        """The event of a name.

        Raises:
            KeyError: There is none.
        """
        for event in self.events:
            if event.name == name:
                return event
        raise KeyError(name)


def watch(
    solution: Solution,
    targets: Sequence[str | Target] | None = None,
    *,
    smallest_mass: float = SMALLEST_MASS,
) -> WatchList:
    """Find what to watch for.

    Args:
        solution: The solution; the values of its periods need not have been kept.
        targets: What is asked for; by default the first milestone and the first outcome by the usual date. The
            probabilities of how the crisis ends are those by the date of the first one.
        smallest_mass: Histories of the period less likely than this are not walked to its end, 0 for all.

    Returns:
        The watch list.

    Raises:
        InputError: A target names nothing of the game, or no period of it.
    """
    scenario, equilibrium = solution.scenario, solution.equilibrium
    wanted = parse_targets(scenario, targets)
    game = equilibrium.game
    by = wanted[0].periods or game.num_periods
    ends = [Target("outcome", name, by) for name in (*game.outcomes, UNRESOLVED)]
    probabilities = ContinuationProbabilities(equilibrium, (*wanted, *ends))
    words = Words(scenario, game)
    found = walk_first_period(probabilities, words, smallest_mass=smallest_mass)
    labels = tuple(describe_target(scenario, target) for target in wanted)
    maker = _Maker(words, labels, found, wanted, len(ends))
    events = sorted(maker.events(), key=lambda event: (-event.gain, event.name))
    gap = float(
        np.max(
            np.abs(
                found.before[: len(probabilities.targets)] - target_probabilities(equilibrium, probabilities.targets)
            )
        )
    )
    players = [game.players[i] for i in game.belief_players]
    return WatchList(
        targets=wanted,
        target_labels=labels,
        starts=scenario.as_of,
        ends_on=scenario.date_of_period(1),
        end_date=scenario.date_of_period(by),
        end_names=(*game.outcomes, UNRESOLVED),
        end_labels=tuple(words.end(name) for name in (*game.outcomes, UNRESOLVED)),
        belief_labels=tuple(
            f"{named(player.label)} is {player.player_types[1].replace('_', ' ')}" for player in players
        ),
        before=maker.before,
        events=tuple(events),
        cut_mass=found.cut_mass,
        num_nodes=found.num_nodes,
        gap=gap,
    )


def entropy(probabilities: Floats) -> float:
    """Entropy of a distribution in bits.

    Args:
        probabilities: Probabilities that sum to one.

    Examples:
        >>> entropy(np.array([0.5, 0.25, 0.25])), entropy(np.array([1.0, 0.0]))
        (1.5, 0.0)
    """
    positive = probabilities[probabilities > 0.0]
    return abs(float(np.sum(positive * np.log2(positive))))


class _Maker:
    """Makes the events of a watch list of what was found in the first period."""

    def __init__(
        self, words: Words, labels: tuple[str, ...], found: FirstPeriod, targets: Sequence[Target], num_ends: int
    ):
        self.words, self.labels, self.found = words, labels, found
        self.num_targets, self.num_ends = len(targets), num_ends
        self.is_milestone = np.array([target.kind == "milestone" for target in targets])
        self.before = self._probabilities(found.before)

    def _probabilities(self, worth: Floats) -> Probabilities:
        last = self.num_targets + self.num_ends
        ends = np.clip(worth[self.num_targets : last], 0.0, None)
        return Probabilities(np.clip(worth[: self.num_targets], 0.0, 1.0), ends / ends.sum(), worth[last:])

    def events(self) -> list[WatchEvent]:
        """All of them."""
        made = []
        for key, event in self.found.events.items():
            if event.probability > NEVER and self._is_wanted(key):
                made.append(self._event(key, event))
        return made

    def _is_wanted(self, key: Hashable) -> bool:
        """Whether an event is told: a consequence only if it is one of several, or two moved."""
        assert isinstance(key, tuple)
        if key[0] != "consequence" or len(key[2]) > 1:
            return True
        alike = [
            other
            for other in self.found.events
            if isinstance(other, tuple) and other[0] == "consequence" and other[1:3] == key[1:3]
        ]
        return len(alike) > 1

    def _event(self, key: Hashable, event: EventMass) -> WatchEvent:
        assert isinstance(key, tuple)
        p = min(event.probability, 1.0)
        after = self._probabilities(event.after / event.probability)
        just_before = self._probabilities(event.just_before / event.probability)
        without = None
        if p < 1.0 - NEVER:
            without = self._probabilities((self.found.before - event.after) / (1.0 - event.probability))
        name, label, condition = self._words(key, event.example)
        gains = [
            _gain(p, _yes_no(self.before, k), _yes_no(after, k), _yes_no(without, k) if without else None)
            for k in range(self.num_targets)
        ]
        moved = np.abs(after.targets - self.before.targets) * p
        if without is not None:
            moved = moved + np.abs(without.targets - self.before.targets) * (1.0 - p)
        happening = event.example
        return WatchEvent(
            name=name,
            kind=key[0],
            label=label,
            player=key[2] if key[0] == "move" else "",
            changes=happening.result if happening is not None and key[0] == "consequence" else "",
            observed_as=self._codes(key, happening),
            is_visible=self._is_visible(key, happening),
            is_aftermath=bool((self.is_milestone & (just_before.targets >= 1.0 - NEVER)).any()),
            probability=p,
            just_before=just_before,
            after=after,
            without=without,
            gains=np.array(gains),
            end_gain=_gain(p, self.before.ends, after.ends, without.ends if without else None),
            expected_moves=moved,
            sentences=tuple(self._sentence(condition, p, k, after) for k in range(self.num_targets)),
        )

    def _codes(self, key: tuple[Hashable, ...], happening: Happening | None) -> tuple[str, ...]:
        if happening is None:
            return ()
        if key[0] == "move":
            return next(move.observed_as for move in happening.moves if move.player == key[2])
        return happening.observed_as

    def _is_visible(self, key: tuple[Hashable, ...], happening: Happening | None) -> bool:
        """Whether news would report an event or, of all that may come of it, something shows."""
        if happening is None or key[0] == "round" or self._codes(key, happening):
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

    def _words(self, key: tuple[Hashable, ...], happening: Happening | None) -> tuple[str, str, str]:
        """Name, label, and the condition "If you see ..." of an event."""
        game = self.words.game
        if key[0] == "quiet":
            period = self.words.scenario.period
            span = period.unit if period.length == 1 else "period"
            return "quiet", "nothing to be seen", f"If the {span} stays quiet"
        if key[0] == "milestone":
            assert isinstance(key[1], int)
            milestone = game.milestones[key[1]]
            return f"milestone.{milestone.name}", milestone.label, f"If it comes to this: {milestone.label}"
        assert happening is not None
        if key[0] == "round":
            label = self.words.stage(self._layer(happening))
            return happening.layer, label, f"If you see this: {label}"
        if key[0] == "move":
            move = next(move for move in happening.moves if move.player == key[2])
            label = f"{move.player_label}: {move.label}"
            return f"{happening.layer}.{move.player}.{move.action}", label, f"If you see {_acting((move,), label)}"
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
            seen = f"{_acting(happening.moves, '; '.join(who))} ({happening.result})"
        return ".".join(parts), label, f"If you see {seen}"

    def _layer(self, happening: Happening) -> Layer:
        return next(layer for layer in self.words.game.epochs[0].layers if layer.name == happening.layer)

    def _sentence(self, condition: str, p: float, k: int, after: Probabilities) -> str:
        before = self.before.targets[k]
        told = f"P({self.labels[k]})"
        return f"{condition} ({share(p)} likely), {told} {_moves(before, float(after.targets[k]))}."


def _acting(moves: Sequence[Move], label: str) -> str:
    """What is seen, as it follows "If you see"."""
    if any(move.label[:1].isupper() for move in moves):
        return f"this: {label}"
    return " and ".join(f"{move.player_label} {move.label}" for move in moves)


def _moves(before: float, after: float) -> str:
    if share(before) == share(after):
        return f"stays at {share(after)}"
    return f"moves from {share(before)} to {share(after)}"


def share(probability: float) -> str:
    """Whole per cent, with a decimal where it is small; never 0 or 100 for what is only nearly so.

    Examples:
        >>> share(0.0001), share(0.0364), share(0.24), share(0.999), share(1.0)
        ('<0.1 %', '3.6 %', '24 %', '>99 %', '100 %')
    """
    if probability >= 1.0 - NEVER:
        return "100 %"
    if NEVER < probability < 0.0005:
        return "<0.1 %"
    if 0.0005 <= probability < 0.0995:
        return f"{100 * probability:.1f} %"
    if 0.995 <= probability < 1.0:
        return ">99 %"
    return f"{100 * probability:.0f} %"


def _yes_no(probabilities: Probabilities, k: int) -> Floats:
    return np.array([probabilities.targets[k], 1.0 - probabilities.targets[k]])


def _gain(p: float, before: Floats, after: Floats, without: Floats | None) -> float:
    """Mutual information between an event of probability p and what has these probabilities; never below 0."""
    left = p * entropy(after) + (0.0 if without is None else (1.0 - p) * entropy(without))
    return max(0.0, entropy(before) - left)
