"""Games that textbooks write as tables: simultaneous moves once, or repeatedly over a few states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from standoff.game.builder import Action, GameBuilder
from standoff.game.model import Game

__all__ = ["markov_game", "matrix_game"]


def matrix_game(
    row_payoffs: ArrayLike,
    column_payoffs: ArrayLike,
    rationality: float | tuple[float, float],
    *,
    actions: tuple[Sequence[str], Sequence[str]] | None = None,
    players: tuple[str, str] = ("row", "column"),
) -> Game:
    """Make the game in which two players move once, at the same time.

    Args:
        row_payoffs: Payoffs of the row player; shape (row action, column action).
        column_payoffs: Payoffs of the column player, of the same shape.
        rationality: Rationality of both players, or of each.
        actions: Names of the row actions and of the column actions; by default `r0`, `r1`, ... and `c0`, `c1`, ...
        players: Names of the players.

    Returns:
        A game of one period with an outcome for each cell of the table, row by row, named like `r0, c1`.

    Raises:
        ValueError: The tables do not fit each other, or a payoff is not a finite number.

    Examples:
        >>> game = matrix_game([[3, 0], [5, 1]], [[3, 5], [0, 1]], rationality=2)
        >>> game.outcomes
        ('r0, c0', 'r0, c1', 'r1, c0', 'r1, c1')
    """
    row, column = np.asarray(row_payoffs, dtype=np.float64), np.asarray(column_payoffs, dtype=np.float64)
    if row.ndim != 2 or row.shape != column.shape or not row.size:
        raise ValueError(
            f"the payoff tables have the shapes {row.shape} and {column.shape}; both must be (row, column)"
        )
    rows, columns = _name_actions(actions, row.shape)
    builder = GameBuilder()
    _add_players(builder, players, rationality, 1.0)
    cells: dict[tuple[str, str], str] = {}
    for i, own in enumerate(rows):
        for j, other in enumerate(columns):
            cells[own, other] = f"{own}, {other}"
            builder.outcome(f"{own}, {other}", {players[0]: row[i, j], players[1]: column[i, j]})
    builder.stage("moves").simultaneous("table", players, cells)
    return builder.build()


def markov_game(
    states: Sequence[str],
    payoffs: ArrayLike,
    transitions: ArrayLike,
    rationality: float | tuple[float, float],
    discount: float | tuple[float, float],
    *,
    num_periods: int,
    continues: bool = True,
    outcomes: Mapping[str, tuple[float, float]] | None = None,
    actions: tuple[Sequence[str], Sequence[str]] | None = None,
    players: tuple[str, str] = ("row", "column"),
    start: str | None = None,
) -> Game:
    """Make the game in which two players move at the same time in every period, and their moves change the state.

    Args:
        states: Names of the states.
        payoffs: What each player gets in the period of a move; shape (player, state, row action, column action).
        transitions: Probability of each next state, then of each outcome; shape (state, row action, column action,
            state + outcome), of which the last axis sums to one.
        rationality: Rationality of both players, or of each.
        discount: Discount of both players, or of each.
        num_periods: Horizon in periods; where the game continues without end, the horizon of the forecast.
        continues: Whether it continues without end: the stationary game.
        outcomes: Outcomes and what each is worth to each player when it is reached. An absorbing state that pays u in
            every period from the next on is an outcome worth discount u / (1 - discount).
        actions: Names of the row actions and of the column actions, the same in every state; by default `r0` and so on.
        players: Names of the players.
        start: State in which play starts; by default the first.

    Returns:
        The game. If it does not continue without end, a game that is unresolved at the horizon pays nothing.

    Raises:
        ValueError: The tables do not fit each other, or hold an invalid payoff or probability.

    Examples:
        >>> stay, leave = [1, 0], [0, 1]
        >>> game = markov_game(
        ...     ["talks"],
        ...     payoffs=[[[[0, 0]]], [[[0, 0]]]],
        ...     transitions=[[[stay, leave]]],
        ...     rationality=1,
        ...     discount=0.9,
        ...     num_periods=10,
        ...     outcomes={"deal": (1, 1)},
        ... )
        >>> game.continues, game.num_states
        (True, (1,))
    """
    worths = dict(outcomes or {})
    paid, moves = np.asarray(payoffs, dtype=np.float64), np.asarray(transitions, dtype=np.float64)
    shape = (len(states), *moves.shape[1:3])
    if moves.shape != (*shape, len(states) + len(worths)) or moves.ndim != 4:
        raise ValueError(
            f"the transitions have the shape {moves.shape}; "
            f"expected ({len(states)} states, row actions, column actions, {len(states)} states + {len(worths)} outcomes)"
        )
    if paid.shape != (2, *shape):
        raise ValueError(f"the payoffs have the shape {paid.shape}, not {(2, *shape)}")
    rows, columns = _name_actions(actions, moves.shape[1:3])
    builder = GameBuilder(num_periods, start=start or states[0], continues=continues)
    _add_players(builder, players, rationality, discount)
    for name, worth in worths.items():
        builder.outcome(name, dict(zip(players, worth, strict=True)))
    targets = [*states, *worths]
    stage = builder.stage("moves")
    for x, state in enumerate(states):
        cells = {
            (own, other): Action(
                [(p, name) for p, name in zip(moves[x, i, j], targets, strict=True) if p != 0],
                {player: paid[k, x, i, j] for k, player in enumerate(players)},
            )
            for i, own in enumerate(rows)
            for j, other in enumerate(columns)
        }
        stage.simultaneous(state, players, cells)
    return builder.build()


def _name_actions(
    actions: tuple[Sequence[str], Sequence[str]] | None, shape: tuple[int, ...]
) -> tuple[Sequence[str], Sequence[str]]:
    names = actions or ([f"r{i}" for i in range(shape[0])], [f"c{j}" for j in range(shape[1])])
    if tuple(map(len, names)) != tuple(shape) or any(len(set(own)) < len(own) for own in names):
        raise ValueError(
            f"the actions {names[0]!r} and {names[1]!r} do not name {shape[0]} rows and {shape[1]} columns"
        )
    return names


def _add_players(
    builder: GameBuilder,
    players: tuple[str, str],
    rationality: float | tuple[float, float],
    discount: float | tuple[float, float],
) -> None:
    lambdas = rationality if isinstance(rationality, tuple) else (rationality, rationality)
    discounts = discount if isinstance(discount, tuple) else (discount, discount)
    for name, lam, delta in zip(players, lambdas, discounts, strict=True):
        builder.player(name, rationality=lam, discount=delta)
