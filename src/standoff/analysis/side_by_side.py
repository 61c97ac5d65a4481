"""Two solved scenarios side by side: probabilities by date, first moves and values, and which differences exceed the error.

The probabilities of two solutions are each known up to the error that its certificate estimates, so their difference
is known up to the sum of both,

    |(p_after - p_before) - (true difference)|  <=  error_before + error_after,

and a difference that is no larger does not exceed the error. The certificate estimates no error of values or of the
strategy at the start, so none is reported for these.

Probabilities are compared only on dates on which a period of both ends: nothing is interpolated.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.forecast import FirstMove, Forecast, Series
from standoff.analysis.plain import origin_to_plain, to_plain
from standoff.errors import InputError, Problem
from standoff.scenario import Scenario
from standoff.solve.result import Certificate, Settings
from standoff.solve.target import UNRESOLVED

__all__ = ["Alignment", "MoveChange", "ProbabilityChange", "Side", "SideBySide", "ValueChange", "put_side_by_side"]

Floats = NDArray[np.float64]
Alignment = Literal["date", "ahead"]
"""Whether probabilities are matched by calendar day, or by the time ahead of the `as_of` of each scenario."""


@dataclass(frozen=True)
class Side:
    """One solved scenario of a comparison.

    Attributes:
        name: Name in the comparison.
        scenario: The scenario.
        forecast: Probabilities, first moves and values.
        certificate: Accuracy of the solution.
        settings: Settings of the solver.
    """

    name: str
    scenario: Scenario
    forecast: Forecast
    certificate: Certificate
    settings: Settings

    def to_json(self) -> dict[str, Any]:
        """Name and origin of the side as plain data."""
        return {"name": self.name, **origin_to_plain(self.scenario, self.certificate, self.settings)}


@dataclass(frozen=True)
class ProbabilityChange:
    """Probability of an outcome or a milestone on both sides.

    Attributes:
        kind: "outcome" (including `unresolved`) or "milestone".
        name: Name in the scenarios.
        label: Label for people.
        before: Probability by each date on the first side; shape (date,), nan where only the second side has it.
        after: Probability by each date on the second side; shape (date,), nan where only the first side has it.
    """

    kind: str
    name: str
    label: str
    before: Floats
    after: Floats

    @property
    def change(self) -> Floats:
        """Probability on the second side minus that on the first; shape (date,)."""
        return self.after - self.before


@dataclass(frozen=True)
class MoveChange:
    """Strategy of one player type at a first decision, on both sides.

    Attributes:
        stage: Name of the stage.
        player: Name of the player.
        player_type: Type of the player.
        labels: Label for people of every action of either side.
        before: Probability of each action on the first side; empty where the side does not have the decision.
        after: Probability of each action on the second side; empty likewise.
    """

    stage: str
    player: str
    player_type: str
    labels: Mapping[str, str]
    before: Mapping[str, float]
    after: Mapping[str, float]


@dataclass(frozen=True)
class ValueChange:
    """Expected discounted payoff of one player type at the start, on both sides; None on a side without that type."""

    player: str
    player_type: str
    before: float | None
    after: float | None


@dataclass(frozen=True)
class SideBySide:
    """Two solutions compared.

    Attributes:
        alignment: How the dates are matched.
        days_ahead: Days from the `as_of` of the first side (of each side, where matched by "ahead"); shape (date,).
        dates: Days of the first side by which probabilities are compared.
        dates_after: Days of the second side.
        periods: Index of the period that ends on each date, on both sides; shape (date, 2).
        probabilities: Outcomes, `unresolved` and milestones.
        moves: First moves.
        values: Values at the start.
        probability_error: Estimated error of a difference of probabilities: the sum of both errors.
    """

    alignment: Alignment
    days_ahead: Floats
    dates: tuple[dt.date, ...]
    dates_after: tuple[dt.date, ...]
    periods: NDArray[np.int64]
    probabilities: tuple[ProbabilityChange, ...]
    moves: tuple[MoveChange, ...]
    values: tuple[ValueChange, ...]
    probability_error: float

    def __getitem__(self, name: str) -> ProbabilityChange:
        """The probabilities of an outcome or milestone.

        Raises:
            KeyError: There is no outcome or milestone of that name.
        """
        for row in self.probabilities:
            if row.name == name:
                return row
        raise KeyError(name)

    def is_beyond_error(self, change: float) -> bool:
        """Whether a difference of probabilities exceeds the errors of both sides."""
        return bool(abs(change) > self.probability_error)

    def to_json(self) -> dict[str, Any]:
        """The differences as plain data."""
        return {
            "alignment": self.alignment,
            "dates": to_plain(self.dates),
            "dates_after": to_plain(self.dates_after),
            "probability_error": to_plain(self.probability_error),
            "probabilities": [to_plain(row) | {"change": to_plain(row.change)} for row in self.probabilities],
            "first_moves": [to_plain(move, without=["labels"]) for move in self.moves],
            "start_values": to_plain(self.values),
        }


def put_side_by_side(before: Side, after: Side, alignment: Alignment = "date") -> SideBySide:
    """Compare two solutions.

    Args:
        before: The first side.
        after: The second side.
        alignment: How dates are matched.

    Raises:
        InputError: No period of both ends on the same day.
    """
    periods, days = _match_periods(before.scenario, after.scenario, alignment)
    return SideBySide(
        alignment=alignment,
        days_ahead=days,
        dates=tuple(before.scenario.find_date(int(k) + 1) for k in periods[:, 0]),
        dates_after=tuple(after.scenario.find_date(int(k) + 1) for k in periods[:, 1]),
        periods=periods,
        probabilities=tuple(_compare_probabilities(before.forecast, after.forecast, periods)),
        moves=tuple(_compare_moves(before.forecast.first_moves, after.forecast.first_moves)),
        values=tuple(_compare_values(before.forecast.start_values, after.forecast.start_values)),
        probability_error=before.certificate.belief_error + after.certificate.belief_error,
    )


def _match_periods(before: Scenario, after: Scenario, alignment: Alignment) -> tuple[NDArray[np.int64], Floats]:
    """Periods of both sides that end on the same date, and the days from the start of the first side until then."""
    shift = (after.as_of - before.as_of).days if alignment == "date" else 0
    ends = {round((k + 1) * before.period_days, 6): k for k in range(before.num_periods)}
    pairs = []
    for k in range(after.num_periods):
        days = round(shift + (k + 1) * after.period_days, 6)
        if days in ends:
            pairs.append((ends[days], k, days))
    if not pairs:
        message = (
            f"no period of `{before.id}` as of {before.as_of} ends on the same day as one of `{after.id}` as of {after.as_of}"
            if alignment == "date"
            else f"no period of `{before.id}` is as far ahead as one of `{after.id}`"
        )
        advice = (
            "compare by the time ahead of each (`--align ahead`)" if alignment == "date" else "set the same `period`"
        )
        raise InputError(Problem("no-common-date", message, help=advice))
    return np.array([pair[:2] for pair in pairs], dtype=np.int64), np.array([pair[2] for pair in pairs])


def _compare_probabilities(before: Forecast, after: Forecast, periods: NDArray[np.int64]) -> list[ProbabilityChange]:
    """Probabilities of everything that either side has."""

    def list_all(found: Forecast) -> dict[tuple[str, str], Series]:
        still_open = Series(UNRESOLVED, found.unresolved_label, found.unresolved)
        rows = {("outcome", series.name): series for series in (*found.outcomes.values(), still_open)}
        return rows | {("milestone", series.name): series for series in found.milestones.values()}

    nothing = np.full(len(periods), np.nan)
    first, second = list_all(before), list_all(after)
    keys = sorted(dict.fromkeys([*first, *second]), key=lambda key: (key[0] == "milestone", key[1] == UNRESOLVED))
    rows = []
    for key in keys:
        one, two = first.get(key), second.get(key)
        label = (one or second[key]).label
        mine = nothing if one is None else one.cumulative[periods[:, 0]]
        other = nothing if two is None else two.cumulative[periods[:, 1]]
        rows.append(ProbabilityChange(key[0], key[1], label, mine, other))
    return rows


def _compare_moves(before: tuple[FirstMove, ...], after: tuple[FirstMove, ...]) -> list[MoveChange]:
    """Strategies at every first decision of either side."""
    first = {(move.stage, move.player, move.player_type): move for move in before}
    second = {(move.stage, move.player, move.player_type): move for move in after}
    rows = []
    for key in dict.fromkeys([*first, *second]):
        one, two = first.get(key), second.get(key)
        labels = (dict(two.labels) if two else {}) | (dict(one.labels) if one else {})
        in_order = dict.fromkeys([*(one.strategy if one else ()), *(two.strategy if two else ())])
        rows.append(
            MoveChange(
                *key,
                labels={action: labels[action] for action in in_order},
                before=one.strategy if one else {},
                after=two.strategy if two else {},
            )
        )
    return rows


def _compare_values(
    before: Mapping[tuple[str, str], float], after: Mapping[tuple[str, str], float]
) -> list[ValueChange]:
    """Values of every type of either side."""
    keys = dict.fromkeys([*before, *after])
    return [ValueChange(*key, before=before.get(key), after=after.get(key)) for key in keys]
