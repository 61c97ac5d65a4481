"""Forecast of a solved game: probability of every outcome and milestone by date, first moves, beliefs.

Every number is read off the exact forward pass of the equilibrium; nothing is sampled.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.calendar import Calendar
from standoff.analysis.plain import to_plain
from standoff.errors import InputError, Problem
from standoff.game.model import Game
from standoff.scenario import Scenario
from standoff.solve.equilibrium import Equilibrium
from standoff.solve.open_crises import find_too_few
from standoff.solve.sample import find_strategy
from standoff.solve.target import UNRESOLVED
from standoff.text import format_day, format_percent

if TYPE_CHECKING:
    from standoff.analysis.frames import Frame
    from standoff.analysis.plots import Axes

__all__ = ["FirstMove", "Forecast", "Series", "add_dates", "forecast"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Series:
    """Probability of an outcome or a milestone by date.

    Attributes:
        name: Name in the scenario.
        label: Label for people.
        cumulative: Probability that it has happened by the end of each period; shape (period,).
        parts: For an outcome reached by packages: the series of every package.
        by_type: Cumulative probability given the true type of a player, by (player, type).
        calendar: The days of the periods; None for a game that was built without dates.
    """

    name: str
    label: str
    cumulative: Floats
    parts: tuple[Series, ...] = ()
    by_type: tuple[tuple[str, str, Floats], ...] = ()
    calendar: Calendar | None = field(default=None, compare=False)

    def by(self, when: str | dt.date | int) -> float:
        """Probability that it has happened by the end of a period.

        Args:
            when: A day of the period (a date, or its text such as "2026-03-30") or the number of the period, from 1.

        Raises:
            InputError: The day or the number lies outside the forecast, or a day is given and the game has no dates.

        Examples:
            >>> from standoff import load, solve
            >>> strike = solve(load("cuba-1962", overrides=["period.horizon=3"])).forecast.milestones["strike"]
            >>> strike.by("1962-10-24") == strike.by(2) == float(strike.cumulative[1])
            True
        """
        return float(self.cumulative[self._find_number(when) - 1])

    def _find_number(self, when: str | dt.date | int) -> int:
        num_periods = len(self.cumulative)
        if isinstance(when, int):
            if not 1 <= when <= num_periods:
                message = f"`{when}` is not a period of this forecast"
                raise InputError(Problem("target-date", message, help=f"give a number from 1 to {num_periods}"))
            return when
        if self.calendar is None:
            message = f"a game without dates has no day `{when}`"
            raise InputError(Problem("target-date", message, help=f"give a number from 1 to {num_periods}"))
        return self.calendar.find_period(when)

    def __repr__(self) -> str:
        return f"<Series {self.name}: {format_percent(float(self.cumulative[-1]))} {_name_horizon(self)}>"


@dataclass(frozen=True)
class FirstMove:
    """Strategy of one player type now, if the decision came up before anything else happened.

    Attributes:
        stage: Name of the stage.
        player: Name of the player.
        player_type: Type of the player.
        strategy: Probability of each action.
        labels: Label of each action for people.
        posteriors: Public belief in the player's second type after each action; empty for a player with one type.
    """

    stage: str
    player: str
    player_type: str
    strategy: dict[str, float]
    labels: dict[str, str]
    posteriors: dict[str, float]


@dataclass(frozen=True, repr=False)
class Forecast:
    """Probabilities and timing of a solved game.

    Attributes:
        outcomes: Series of the exclusive outcomes by name, in the order of the file; with `unresolved` they sum to one in
            every period.
        unresolved: Probability that the crisis is still open at the end of each period; shape (period,).
        unresolved_label: Label of `unresolved` for people.
        milestones: Series of the milestones (first passages) by name; they are neither exclusive nor exhaustive.
        first_moves: Strategy of each type at each decision that may be the first.
        beliefs: Mean public belief in the second type of each player with two types while the crisis is open, by player;
            shape (period + 1,), nan where too few crises are still open for a mean.
        levels: Probability of each level of each track while the crisis is open, by (track, level); shape (period + 1,), nan
            likewise.
        mean_duration: Mean length in periods, where a crisis that is open at the horizon counts as ending there.
        median_duration: First period by whose end the crisis is over with probability one half, or None.
        start_values: Expected discounted payoff at the start, by (player, type).
        scenario_id: Id of the scenario; empty for a game that was built without one.
        calendar: The days of the periods; None for a game that was built without dates.

    Examples:
        >>> from standoff import load, solve
        >>> found = solve(load("cuba-1962", overrides=["period.horizon=3"])).forecast
        >>> list(found.outcomes)
        ['settlement', 'soviet_withdrawal', 'us_backs_down', 'general_war']
        >>> 0.0 < found.outcomes["settlement"].by("1962-10-23") < found.outcomes["settlement"].by("1962-10-25")
        True
    """

    outcomes: Mapping[str, Series]
    unresolved: Floats
    unresolved_label: str
    milestones: Mapping[str, Series]
    first_moves: tuple[FirstMove, ...]
    beliefs: dict[str, Floats]
    levels: dict[tuple[str, str], Floats]
    mean_duration: float
    median_duration: int | None
    start_values: dict[tuple[str, str], float]
    scenario_id: str = ""
    calendar: Calendar | None = None

    def to_frame(self) -> Frame:
        """Probabilities as a pandas table: a row for each period, a column for each outcome and milestone.

        The rows are named by the day on which the period ends (a `DatetimeIndex`), the columns by kind and name.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        from standoff.analysis.frames import make_frame_by_date

        columns = {("outcome", name): series.cumulative for name, series in self.outcomes.items()}
        columns["outcome", UNRESOLVED] = self.unresolved
        columns |= {("milestone", name): series.cumulative for name, series in self.milestones.items()}
        frame = make_frame_by_date(columns, self.calendar)
        frame.columns.names = ["kind", "name"]
        return frame

    def plot(self, ax: Axes | None = None) -> Axes:
        """Plot the probabilities of the outcomes by date as stacked bands.

        Args:
            ax: The matplotlib axes to draw on; None: new axes.
        """
        from standoff.analysis.plots import plot_bands

        outcomes = [(series.label, series.cumulative) for series in self.outcomes.values()]
        return plot_bands(outcomes, (self.unresolved_label, self.unresolved), self.calendar, ax)

    def to_json(self) -> dict[str, Any]:
        """The forecast as plain data: the part of `standoff run --json` that holds the probabilities."""
        return {
            "outcomes": [
                {
                    "name": series.name,
                    "label": series.label,
                    "cumulative": series.cumulative.tolist(),
                    "packages": [
                        {"name": part.name, "label": part.label, "cumulative": part.cumulative.tolist()}
                        for part in series.parts
                    ],
                    "by_type": [
                        {"player": player, "player_type": player_type, "cumulative": probabilities.tolist()}
                        for player, player_type, probabilities in series.by_type
                    ],
                }
                for series in self.outcomes.values()
            ],
            "unresolved": self.unresolved.tolist(),
            "milestones": [
                {"name": series.name, "label": series.label, "cumulative": series.cumulative.tolist()}
                for series in self.milestones.values()
            ],
            "first_moves": [
                {
                    "stage": move.stage,
                    "player": move.player,
                    "player_type": move.player_type,
                    "strategy": move.strategy,
                    "posteriors": move.posteriors,
                }
                for move in self.first_moves
            ],
            "beliefs": to_plain(self.beliefs),
            "mean_duration": self.mean_duration,
            "median_duration": self.median_duration,
            "start_values": [
                {"player": player, "player_type": player_type, "value": value}
                for (player, player_type), value in self.start_values.items()
            ],
        }

    def __repr__(self) -> str:
        ends = [f"{series.name} {format_percent(float(series.cumulative[-1]))}" for series in self.outcomes.values()]
        ends.append(f"{UNRESOLVED} {format_percent(float(self.unresolved[-1]))}")
        name = self.scenario_id or "of a game"
        return f"<Forecast {name}: {', '.join(ends)}, {_name_horizon(self)}>"


def _name_horizon(found: Series | Forecast) -> str:
    """The horizon in words."""
    num_periods = len(found.cumulative if isinstance(found, Series) else found.unresolved)
    return f"by period {num_periods}" if found.calendar is None else f"by {format_day(found.calendar.days[-1])}"


def forecast(equilibrium: Equilibrium, *, level_names: dict[str, tuple[str, ...]] | None = None) -> Forecast:
    """Read the forecast off a solved game.

    Args:
        equilibrium: The solved game.
        level_names: Names of the levels of each track to report; by default no track is reported.

    Returns:
        The forecast, without dates (`add_dates`).
    """
    game = equilibrium.game
    sweep = equilibrium.sweep
    outcomes = [_make_outcome_series(game, sweep.absorbed, k) for k in range(len(game.outcomes))]
    unresolved = 1.0 - sum((series.cumulative for series in outcomes), np.zeros(game.num_periods))
    milestones = [
        Series(milestone.name, milestone.label, np.clip(sweep.milestones[:, m], 0.0, 1.0))
        for m, milestone in enumerate(game.milestones)
    ]
    open_before = np.concatenate([[1.0], unresolved[:-1]])
    over = np.flatnonzero(unresolved <= 0.5)
    beliefs = {game.players[i].name: sweep.mean_beliefs[:, axis] for axis, i in enumerate(game.belief_players)}
    planes = game.planes
    return Forecast(
        outcomes={series.name: series for series in outcomes},
        unresolved=np.clip(unresolved, 0.0, 1.0),
        unresolved_label=game.get_label("unresolved"),
        milestones={series.name: series for series in milestones},
        first_moves=_list_first_moves(equilibrium),
        beliefs=beliefs,
        levels=_compute_level_probabilities(equilibrium, level_names or {}),
        mean_duration=float(open_before.sum()),
        median_duration=int(over[0]) + 1 if len(over) else None,
        start_values={
            (game.players[plane.player].name, game.players[plane.player].player_types[plane.player_type]): float(value)
            for plane, value in zip(planes, equilibrium.start_values, strict=True)
        },
    )


def add_dates(found: Forecast, scenario: Scenario) -> Forecast:
    """Add the id and the calendar of its scenario to a forecast."""
    calendar = Calendar.of(scenario)

    def add_calendar(series: Series) -> Series:
        return replace(series, parts=tuple(add_calendar(part) for part in series.parts), calendar=calendar)

    return replace(
        found,
        outcomes={name: add_calendar(series) for name, series in found.outcomes.items()},
        milestones={name: add_calendar(series) for name, series in found.milestones.items()},
        scenario_id=scenario.id,
        calendar=calendar,
    )


def _make_outcome_series(game: Game, absorbed: Floats, outcome: int) -> Series:
    """Probability of one outcome by date, with its packages and by type."""
    own = game.terminals.outcome == outcome
    name = game.outcomes[outcome]
    total = absorbed[:, own].sum(axis=1)
    packages = sorted({int(k) for k in game.terminals.package[own] if k >= 0})
    parts = tuple(
        Series(
            game.packages[k],
            game.get_label(game.packages[k]),
            absorbed[:, own & (game.terminals.package == k), 0].sum(axis=1).clip(0.0, 1.0),
        )
        for k in packages
    )
    by_type = tuple(
        (player.name, player.player_types[plane.player_type], total[:, 1 + p].clip(0.0, 1.0))
        for p, plane in enumerate(game.planes)
        for player in [game.players[plane.player]]
        if len(player.player_types) == 2
    )
    return Series(name, game.get_label(name), total[:, 0].clip(0.0, 1.0), parts, by_type)


def _list_first_moves(equilibrium: Equilibrium) -> tuple[FirstMove, ...]:
    """Strategies at the start state of every decision layer that the start state reaches without any move."""
    game = equilibrium.game
    moves: list[FirstMove] = []
    state: int | None = game.start
    for s, layer in enumerate(game.epochs[0].layers):
        if state is None:
            break
        if layer.mover[state] >= 0 and layer.arrival[state] > 0.0:
            moves.extend(_list_moves_at(equilibrium, s, state))
        # nothing happens: follow the skip, if there is one
        state = int(layer.skip[state]) if layer.arrival[state] < 1.0 else None
    return tuple(moves)


def _list_moves_at(equilibrium: Equilibrium, s: int, state: int) -> list[FirstMove]:
    """First moves of all who decide in a state of a layer."""
    layer = equilibrium.game.epochs[0].layers[s]
    own = slice(int(layer.action_start[state]), int(layer.action_start[state + 1]))
    if layer.second is None or layer.second.mover[state] < 0:
        return _list_moves_of(equilibrium, s, state, int(layer.mover[state]), layer.action_label[own].tolist(), "")
    count = int(layer.second.num_actions[state])
    movers = (int(layer.mover[state]), int(layer.second.mover[state]))
    labels = (layer.action_label[own][::count].tolist(), layer.second.action_label[own][:count].tolist())
    return [
        move
        for mover, own_labels in zip(movers, labels, strict=True)
        for move in _list_moves_of(equilibrium, s, state, mover, own_labels, f"{equilibrium.game.players[mover].name}.")
    ]


def _list_moves_of(
    equilibrium: Equilibrium, s: int, state: int, mover: int, own_labels: list[int], prefix: str
) -> list[FirstMove]:
    """First moves of one player; `prefix` distinguishes its actions from those of another who moves simultaneously."""
    game = equilibrium.game
    layer = game.epochs[0].layers[s]
    player = game.players[mover]
    strategies, posteriors = find_strategy(equilibrium, 0, s, state, game.prior_belief, mover)
    names = [layer.action_names[label] for label in own_labels]
    labels = {name: game.get_label(f"{layer.name}.{prefix}{name}") for name in names}
    after = {} if len(player.player_types) == 1 else dict(zip(names, map(float, posteriors), strict=True))
    return [
        FirstMove(
            layer.stage,
            player.name,
            player_type,
            dict(zip(names, map(float, strategies[h]), strict=True)),
            labels,
            after,
        )
        for h, player_type in enumerate(player.player_types)
    ]


def _compute_level_probabilities(
    equilibrium: Equilibrium, level_names: dict[str, tuple[str, ...]]
) -> dict[tuple[str, str], Floats]:
    """Probability of each level of each track among the states that are still open, by date."""
    first = equilibrium.game.epochs[0].layers[0]
    open_mass = equilibrium.sweep.open_mass
    total = open_mass.sum(axis=1)
    enough = ~find_too_few(total, equilibrium.sweep.open_error)
    share: dict[tuple[str, str], Floats] = {}
    for track, names in level_names.items():
        column = first.levels[:, first.fields.index(track)]
        for level, name in enumerate(names):
            mass = open_mass[:, column == level].sum(axis=1)
            share[track, name] = np.divide(mass, total, out=np.full_like(mass, np.nan), where=enough).clip(0.0, 1.0)
    return share
