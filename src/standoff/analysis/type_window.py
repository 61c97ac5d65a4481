"""The window of one type of a player: when striking pays, and what changes that.

The definitions stand in `standoff.analysis.window`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.plain import to_plain
from standoff.analysis.shapley import compute_shapley_values
from standoff.analysis.strike_decisions import StrikeDecision
from standoff.errors import InputError, Problem
from standoff.scenario import Scenario

__all__ = ["BELIEFS", "CALENDAR", "LevelAdvantage", "PartOfChange", "TypeWindow", "find_type_window"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BELIEFS, CALENDAR = "beliefs", "calendar"
"""Names of the parts of a change that are not tracks."""
MOST_NUMBERS = 500_000_000
"""Largest number of values at once for the attribution of a change: combinations of tracks, states and belief points."""
NEGLIGIBLE = 1e-9
"""Probability below which the type does not face the decision."""


@dataclass(frozen=True)
class PartOfChange:
    """Contribution of one track, the beliefs or the calendar.

    Attributes:
        name: The track, `beliefs` or `calendar`.
        label: Label for people.
        values: Contribution to the change of the advantage since today; shape (period,), nan where the type could not strike.
    """

    name: str
    label: str
    values: Floats


@dataclass(frozen=True)
class LevelAdvantage:
    """The advantage of striking at one level of a track.

    Attributes:
        track: Name of the track.
        track_label: Label of the track for people.
        level: Name of the level.
        label: Label of the level for people.
        share: Probability of the level where the type could strike; shape (period,).
        observed: Mean advantage where the track is at the level; shape (period,), nan where it never is.
        held: Mean advantage if the track were at the level and everything else as it is; shape (period,), nan where some of
            these states cannot be reached.
    """

    track: str
    track_label: str
    level: str
    label: str
    share: Floats
    observed: Floats
    held: Floats


@dataclass(frozen=True)
class TypeWindow:
    """The window of one type.

    Attributes:
        player: Name of the player.
        player_type: Name of the type.
        label: Label of the type for people.
        stage: Stage in which it can strike.
        actions: The actions that strike.
        today: Advantage in the state from which changes are counted: the most likely state of the type in the first period in
            which it can strike.
        today_state: That state, level by track.
        advantage: Mean advantage of striking over not striking; shape (period,), nan where the type could not strike.
        over_best: Mean advantage of striking over the best other action; shape (period,), nan likewise.
        exposure: Probability that the type faces the decision before the milestone is met; shape (period,).
        share_open: Share of that probability, by states, in which striking gains on average over the beliefs; shape (period,).
        modal_state: The most likely such state in each period, level by track; None where there is none.
        modal_advantage: Mean advantage in that state; shape (period,).
        parts: Contributions to the change since today.
        unattributed: The part of the change that cannot be attributed; shape (period,).
        levels: Advantage by level of each track that changes.
        belief_error: Estimated error of `advantage` and `today` from holding beliefs at points: the part of the advantage that
            half as many Chebyshev coefficients miss, its largest value at any belief in today's state or its mean in any
            period, whichever is larger. It is an estimate, not a bound.
    """

    player: str
    player_type: str
    label: str
    stage: str
    actions: tuple[str, ...]
    today: float
    today_state: dict[str, str]
    advantage: Floats
    over_best: Floats
    exposure: Floats
    share_open: Floats
    modal_state: tuple[dict[str, str] | None, ...]
    modal_advantage: Floats
    parts: tuple[PartOfChange, ...]
    unattributed: Floats
    levels: tuple[LevelAdvantage, ...]
    belief_error: float

    @property
    def spells(self) -> tuple[tuple[int, int | None], ...]:
        """Periods of each opening of the window: the first, and the one in which it has closed, None for never."""
        is_open = np.nan_to_num(self.advantage, nan=-1.0) > 0.0
        edges = np.flatnonzero(np.diff(np.concatenate([[False], is_open]).astype(int)))
        starts = [int(edge) for edge in edges if is_open[edge]]
        ends: list[int | None] = [int(edge) for edge in edges if not is_open[edge]]
        ends += [None] * (len(starts) - len(ends))
        return tuple(zip(starts, ends, strict=True))

    @property
    def peak(self) -> int | None:
        """The period with the largest advantage; None where the type can never strike."""
        return None if np.isnan(self.advantage).all() else int(np.nanargmax(self.advantage))

    def find_leading_part(self, since: int | None, until: int, *, is_rise: bool) -> PartOfChange | None:
        """Find the part that raised or lowered the advantage most between two periods.

        Args:
            since: First period; None: today.
            until: Last period.
            is_rise: Whether to find the part that raised the advantage.

        Returns:
            The part, or None where no part moved the advantage in that direction.
        """
        sign = 1.0 if is_rise else -1.0
        moved = [
            (sign * float(part.values[until] - (0.0 if since is None else part.values[since])), part)
            for part in self.parts
        ]
        amount, part = max(moved, key=lambda pair: -math.inf if math.isnan(pair[0]) else pair[0])
        return part if amount > 0.0 else None

    def to_json(self) -> dict[str, Any]:
        """The window of the type as plain data; None where the type could not strike."""
        return {
            **to_plain(self, without=["track_label", "label"]),
            "spells": [{"opens": start, "closes": end} for start, end in self.spells],
            "peak": self.peak,
            "parts": to_plain(self.parts),
        }


def find_type_window(
    scenario: Scenario, decision: StrikeDecision, player_type: int, masses: dict[tuple[int, int], Floats]
) -> TypeWindow | None:
    """Find the window of one type at one decision; None for a type that can never strike.

    Args:
        scenario: The scenario.
        decision: The decision at which the type can strike.
        player_type: Index of the type.
        masses: Mass of the states of each layer in which somebody can strike, by (period, layer); see
            `standoff.solve.occupancy`.
    """
    return _TypeView(scenario, decision, player_type, masses).find_window()


class _TypeView:
    """The decision of one type over time.

    Attributes:
        mass: Mass of the type, under its own measure, in states in which it could strike; shape (period, state, point).
        gain: Its advantage; shape (period, state, point), 0 where it could not strike.
        could: Whether it could strike; shape (period, state).
    """

    def __init__(
        self, scenario: Scenario, decision: StrikeDecision, player_type: int, masses: dict[tuple[int, int], Floats]
    ) -> None:
        game, grid = decision.equilibrium.game, decision.equilibrium.grid
        self.scenario = scenario
        self.decision = decision
        self.player_type = player_type
        plane = game.first_plane[decision.player] + player_type
        both = [decision.compute_advantage(t, player_type) for t in range(game.num_periods)]
        gain = np.stack([one[0] for one in both])[..., : grid.num_points]
        over = np.stack([one[1] for one in both])[..., : grid.num_points]
        self.could = ~np.isnan(gain[..., 0])
        self.gain, self.over = np.nan_to_num(gain), np.nan_to_num(over)
        self.mass = np.stack(
            [masses[t, decision.layer_index][:, 1 + plane, : grid.num_points] for t in range(game.num_periods)]
        ) * self.could[..., None]  # fmt: skip
        self.by_state: Floats = self.mass.sum(axis=2)
        self.exposure: Floats = self.by_state.sum(axis=1)
        self.levels = decision.layer.levels
        self.fields = decision.layer.fields
        self.place = {tuple(row): x for x, row in enumerate(self.levels.tolist())}
        self.periods = np.flatnonzero(self.exposure > NEGLIGIBLE)

    def find_window(self) -> TypeWindow | None:
        """Find the window; None for a type that can never strike."""
        if not len(self.periods):
            return None
        game = self.decision.equilibrium.game
        player = game.players[self.decision.player]
        self.first = int(self.periods[0])
        self.today = int(self.by_state[self.first].argmax())
        self.at_today = self._compute_weights_today()
        worth = np.einsum("txk,txk->tx", self.mass, self.gain)
        safe = np.where(self.by_state > NEGLIGIBLE, self.by_state, 1.0)
        by_state = np.where(self.by_state > NEGLIGIBLE, worth / safe, np.nan)
        modal = self.by_state.argmax(axis=1)
        parts, unattributed = self._attribute_change()
        names = self.scenario.players[player.name]
        own = player.player_types[self.player_type]
        layer = self.decision.layer
        return TypeWindow(
            player.name,
            own,
            names.type_labels.get(own, names.label if own == player.name else own),
            layer.stage,
            self.decision.actions,
            float(self.gain[self.first, self.today] @ self.at_today),
            self._describe(self.today),
            self._compute_mean(worth.sum(axis=1)),
            self._compute_mean(np.einsum("txk,txk->t", self.mass, self.over)),
            self.exposure,
            # mass of single states may be slightly negative
            self._compute_mean(np.where(by_state > 0.0, self.by_state, 0.0).sum(axis=1)).clip(0.0, 1.0),
            tuple(self._describe(int(x)) if self.exposure[t] > NEGLIGIBLE else None for t, x in enumerate(modal)),
            np.where(self.exposure > NEGLIGIBLE, by_state[np.arange(len(modal)), modal], np.nan),
            parts,
            unattributed,
            self._list_levels(),
            self._estimate_belief_error(),
        )

    def _compute_mean(self, total: Floats) -> Floats:
        """Mean per unit of exposure, nan where the type does not face the decision."""
        out = np.full_like(total, np.nan)
        return np.divide(total, self.exposure, out=out, where=self.exposure > NEGLIGIBLE)

    def _estimate_belief_error(self) -> float:
        """The part of the advantage that half of the coefficients miss, in today's state and on average by period."""
        grid = self.decision.equilibrium.grid
        gain = self.gain.reshape(*self.gain.shape[:2], *grid.shape)
        first, second = (
            _halve_coefficients(grid.arrays.axis1, grid.arrays.matrix1),
            _halve_coefficients(grid.arrays.axis2, grid.arrays.matrix2),
        )
        coarse = np.einsum("ai,txij,bj->txab", first, gain, second, optimize=True)
        apart = (gain - coarse).reshape(self.gain.shape)
        apart = np.abs(apart)  # absolute, as both may agree by chance at one belief
        by_period = np.einsum("txk,txk->t", np.abs(self.mass), apart)[self.periods] / self.exposure[self.periods]
        return float(max(by_period.max(), apart[self.first, self.today].max()))

    def _compute_weights_today(self) -> Floats:
        """Interpolation weights of the mean belief in today's state; shape (point,)."""
        grid = self.decision.equilibrium.grid
        here = self.mass[self.first, self.today]
        return grid.interpolate(grid.beliefs[:, : grid.num_points] @ here / here.sum())

    def _describe(self, state: int) -> dict[str, str]:
        """Level of each track in a state."""
        return {
            name: track.levels[self.levels[state, self.fields.index(name)]]
            for name, track in self.scenario.state.items()
        }

    def _list_moved(self) -> list[int]:
        """Columns in which the states of the type differ."""
        seen = self.levels[(self.by_state > 0.0).any(axis=0)]
        return [column for column in range(len(self.fields)) if len(np.unique(seen[:, column])) > 1]

    def _label_column(self, column: int) -> str:
        """Label of a column of the state."""
        name = self.fields[column]
        track = self.scenario.state.get(name)
        return track.label if track is not None else name

    def _replace_columns(self, states: Ints, columns: list[int], levels: NDArray[np.int32]) -> Ints:
        """States that differ from given states in a few columns; -1 where there is no such state."""
        changed = self.levels[states].copy()
        changed[:, columns] = levels
        return np.array([self.place.get(tuple(row), -1) for row in changed.tolist()], dtype=np.int64)

    def _attribute_change(self) -> tuple[tuple[PartOfChange, ...], Floats]:
        """Attribute the change since today to the tracks, the beliefs and the calendar."""
        columns = self._list_moved()
        states = np.flatnonzero((self.by_state != 0.0).any(axis=0))
        _require_few_coalitions(len(columns), len(states), self.mass.shape[2])
        # a coalition is a set of bits: the tracks in order, then the beliefs, then the calendar
        tables = np.stack(
            [
                self._replace_columns(states, held, self.levels[self.today, held])
                for tracks in range(2 ** len(columns))
                for held in [[column for k, column in enumerate(columns) if not tracks >> k & 1]]
            ]
        )
        parts = np.full((len(columns) + 2, len(self.gain)), np.nan)
        rest = np.full(len(self.gain), np.nan)
        for t in self.periods:
            mass = self.mass[t, states]
            worth, exists = [], []
            for period in (self.first, t):
                gains = self.gain[period, tables]
                by_state = np.stack([(gains @ self.at_today) * mass.sum(axis=1), np.einsum("sxk,xk->sx", gains, mass)])
                worth.append(by_state.reshape(-1, len(states)))
                could = (tables >= 0) & self.could[period, tables]
                exists.append(np.concatenate([could, could]))
            shared = compute_shapley_values(np.concatenate(worth), np.concatenate(exists))
            change = worth[1][-1].sum() - worth[0][0].sum()
            parts[:, t] = shared / self.exposure[t]
            rest[t] = (change - shared.sum()) / self.exposure[t]
        names = [self.fields[column] for column in columns] + [BELIEFS, CALENDAR]
        labels = [self._label_column(column) for column in columns] + ["Beliefs", "Deadlines and the horizon"]
        return tuple(map(PartOfChange, names, labels, parts)), rest

    def _list_levels(self) -> tuple[LevelAdvantage, ...]:
        """Advantage by level of each track that changes."""
        found = []
        states = np.flatnonzero((self.by_state != 0.0).any(axis=0))
        for column in self._list_moved():
            name = self.fields[column]
            track = self.scenario.state.get(name)
            if track is None:
                continue
            for level, level_name in enumerate(track.levels):
                at = self._replace_columns(states, [column], np.array([level], dtype=np.int32))
                share, observed, held = (np.full(len(self.gain), np.nan) for _ in range(3))
                here = states[self.levels[states, column] == level]
                for t in self.periods:
                    total = self.by_state[t, here].sum()
                    share[t] = np.clip(total / self.exposure[t], 0.0, 1.0)
                    if total > NEGLIGIBLE:
                        observed[t] = np.sum(self.mass[t, here] * self.gain[t, here]) / total
                    could = (at >= 0) & self.could[t, at]
                    if could[self.by_state[t, states] != 0.0].all():
                        held[t] = np.sum(self.mass[t, states[could]] * self.gain[t, at[could]]) / self.exposure[t]
                label = track.level_labels.get(level_name, level_name)
                found.append(LevelAdvantage(name, track.label, level_name, label, share, observed, held))
        return tuple(found)


def _require_few_coalitions(num_tracks: int, num_states: int, num_points: int) -> None:
    """Refuse to attribute a change to more tracks than can be combined.

    Raises:
        InputError: There are too many.
    """
    size = 2**num_tracks * num_states * num_points
    if size > MOST_NUMBERS:
        message = (
            f"{num_tracks} tracks change where a type could strike, in {num_states:,} states: the change of the advantage would "
            f"be attributed by {size:.1e} numbers, and at most {MOST_NUMBERS:.1e} are held"
        )
        raise InputError(
            Problem("window-too-large", message, help="merge tracks or levels, or set fewer belief points")
        )


def _halve_coefficients(axis: Floats, matrix: Floats) -> Floats:
    """Matrix from values at the points to values of the polynomial with half as many coefficients; shape (point, point).

    Args:
        axis: Points and scales of the axis; shape (2, point).
        matrix: Coefficient matrix of the axis; shape (point, point).
    """
    kept = (axis.shape[1] + 1) // 2
    if kept == axis.shape[1]:
        return np.ones((1, 1))
    x = 2.0 * axis[0] - 1.0
    return np.asarray(np.polynomial.chebyshev.chebvander(x, kept - 1) @ matrix[:kept])
