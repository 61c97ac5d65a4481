"""The tables of the brief as plain data: probabilities by date, terms of a deal, private types, first moves and beliefs."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from standoff.analysis.forecast import FirstMove, Forecast, Series
from standoff.game.model import Game, Player
from standoff.report.timeline import Timeline
from standoff.report.typesetting import show_percent

__all__ = [
    "Cell",
    "MoveTable",
    "Row",
    "Table",
    "TypeGroup",
    "list_types",
    "name_belief",
    "replace_underscores",
    "tabulate_beliefs",
    "tabulate_moves",
    "tabulate_packages",
    "tabulate_probabilities",
    "tabulate_types",
]

_MOST_PACKAGES = 12


@dataclass(frozen=True)
class Cell:
    """A probability.

    Attributes:
        text: The probability in per cent.
        bar: Length of the bar behind the text, in whole per cent.
        is_top: Whether it is the largest of its column.
    """

    text: str
    bar: int
    is_top: bool = False


@dataclass(frozen=True)
class Row:
    """A row of a table: its head and its cells."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """A table; the head of each column has a title and a second line, which may be empty."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    more_rows: tuple[Row, ...] = ()


@dataclass(frozen=True)
class TypeGroup:
    """A player with two private types.

    Attributes:
        player: Label of the player.
        player_types: Name, description and prior probability of each type.
    """

    player: str
    player_types: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class MoveTable:
    """A decision that may come up now.

    Attributes:
        stage: Label of the decision.
        player: Label of the player who decides.
        table: Moves by type; for a player with two types the last column holds the belief of the others after each move.
        revealing: Name of the type that this belief is about and its prior, or ("", "").
        summary: Type, most likely move and its probability; the type is "" for a player with one type.
    """

    stage: str
    player: str
    table: Table
    revealing: tuple[str, str]
    summary: tuple[tuple[str, str, str], ...]


def tabulate_probabilities(forecast: Forecast, timeline: Timeline) -> Table:
    """Tabulate the probability of every outcome and milestone by date; the milestones are in `more_rows`."""
    marks = timeline.place_table_marks()

    def make_row(label: str, probabilities: Iterable[float]) -> Row:
        by_period = list(probabilities)
        return Row(label, tuple(_make_cell(by_period[mark.period - 1]) for mark in marks))

    return Table(
        columns=tuple((mark.length, mark.short_date) for mark in marks),
        rows=(
            *(make_row(series.label, series.cumulative) for series in forecast.outcomes.values()),
            make_row(forecast.unresolved_label, forecast.unresolved),
        ),
        more_rows=tuple(make_row(series.label, series.cumulative) for series in forecast.milestones.values()),
    )


def tabulate_packages(series: Series, timeline: Timeline) -> Table:
    """Tabulate the probability of each package by the horizon, and its share of all deals."""
    total = float(series.cumulative[-1])
    parts = sorted(series.parts, key=lambda part: -float(part.cumulative[-1]))
    kept, rest = parts[:_MOST_PACKAGES], parts[_MOST_PACKAGES:]
    probabilities = [(part.label, float(part.cumulative[-1])) for part in kept]
    if rest:
        probabilities.append((f"{len(rest)} other packages", sum(float(part.cumulative[-1]) for part in rest)))
    rows = tuple(
        Row(label, (_make_cell(p), _make_cell(p / total if total > 0 else math.nan))) for label, p in probabilities
    )
    return Table((("Probability", f"by {timeline.horizon.date}"), ("Share", "of all deals")), rows)


def tabulate_types(forecast: Forecast, game: Game) -> Table:
    """Tabulate the probability of every outcome by the horizon: overall, and given each private type."""
    pairs = [
        (player.name, name) for player in game.players if len(player.player_types) == 2 for name in player.player_types
    ]
    labels = {player.name: player.label for player in game.players}
    by_outcome = []
    for series in forecast.outcomes.values():
        known = {(player, name): float(probabilities[-1]) for player, name, probabilities in series.by_type}
        by_outcome.append((series.label, float(series.cumulative[-1]), [known.get(pair, math.nan) for pair in pairs]))
    rows = [Row(label, tuple(map(_make_cell, [public, *known]))) for label, public, known in by_outcome]
    still_open = [1.0 - sum(known[k] for _, _, known in by_outcome) for k in range(len(pairs))]
    still_open = [min(max(p, 0.0), 1.0) if not math.isnan(p) else p for p in still_open]
    rows.append(Row(forecast.unresolved_label, tuple(map(_make_cell, [float(forecast.unresolved[-1]), *still_open]))))
    columns = (("Overall", ""), *((labels[player], replace_underscores(name)) for player, name in pairs))
    return Table(columns, tuple(rows))


def list_types(game: Game, descriptions: dict[str, dict[str, str]]) -> tuple[TypeGroup, ...]:
    """List the private types of every player that has two, with their priors.

    Args:
        game: The game.
        descriptions: Player -> type -> description of the type in the scenario.
    """
    return tuple(
        TypeGroup(
            player.label,
            tuple(
                (
                    replace_underscores(name),
                    _remove_name(replace_underscores(name), descriptions.get(player.name, {}).get(name, "")),
                    show_percent(prior),
                )
                for name, prior in zip(player.player_types, player.prior, strict=True)
            ),
        )
        for player in game.players
        if len(player.player_types) == 2
    )


def _remove_name(name: str, description: str) -> str:
    """Remove the name of a type from the beginning of its description."""
    begins = description.lower().startswith(name.lower())
    return description[len(name) :].lstrip(" ,:;.") if begins else description


def tabulate_moves(forecast: Forecast, game: Game) -> tuple[MoveTable, ...]:
    """Make a table for each decision that may come up now."""
    players = {player.name: player for player in game.players}
    groups: list[list[FirstMove]] = []
    for move in forecast.first_moves:
        last = groups[-1] if groups else []
        same = last and (last[0].stage, last[0].player) == (move.stage, move.player)
        if same and move.player_type not in {other.player_type for other in last}:
            last.append(move)
        else:
            groups.append([move])
    return tuple(_tabulate_move(group, players[group[0].player], game) for group in groups)


def _tabulate_move(group: list[FirstMove], player: Player, game: Game) -> MoveTable:
    moves = list(group[0].strategy)
    labels = {name: _name_move(name, group[0], game) for name in moves}
    top = [max(move.strategy, key=lambda name, probabilities=move.strategy: probabilities[name]) for move in group]  # type: ignore[misc]
    two_types = len(player.player_types) == 2
    posteriors = group[0].posteriors if two_types else {}
    rows = []
    for name in moves:
        cells = [_make_cell(move.strategy[name], is_top=name == best) for move, best in zip(group, top, strict=True)]
        if posteriors:
            cells.append(Cell(show_percent(posteriors.get(name, math.nan)), 0))
        rows.append(Row(labels[name], tuple(cells)))
    columns = [
        (
            replace_underscores(move.player_type) if two_types else "Probability",
            "probability of the move" if two_types else "",
        )
        for move in group
    ]
    revealing = ("", "")
    if posteriors:
        revealing = (replace_underscores(player.player_types[1]), show_percent(player.prior[1]))
        columns.append(("Belief", f"in {revealing[0]} after the move; now {revealing[1]}"))
    summary = tuple(
        (replace_underscores(move.player_type) if two_types else "", labels[best], show_percent(move.strategy[best]))
        for move, best in zip(group, top, strict=True)
    )
    stage = game.get_label(group[0].stage)
    return MoveTable(
        stage[:1].upper() + stage[1:], player.label, Table(tuple(columns), tuple(rows)), revealing, summary
    )


def tabulate_beliefs(forecast: Forecast, game: Game, timeline: Timeline) -> Table:
    """Tabulate the mean belief in the second type of each player while the crisis is unresolved, by date."""
    marks = (timeline.make_mark(0), *timeline.place_table_marks())
    rows = tuple(
        Row(name_belief(player), tuple(_make_cell(float(forecast.beliefs[player.name][mark.period])) for mark in marks))
        for player in game.players
        if player.name in forecast.beliefs
    )
    return Table((("Now", marks[0].short_date), *((mark.length, mark.short_date) for mark in marks[1:])), rows)


def name_belief(player: Player) -> str:
    """Name the belief about a player: the player and its second type."""
    return f"{player.label}: {replace_underscores(player.player_types[1])}"


def replace_underscores(slug: str) -> str:
    """Replace the underscores of a slug by spaces."""
    return slug.replace("_", " ")


def _name_move(name: str, move: FirstMove, game: Game) -> str:
    if name in game.packages:
        return f"offer {game.get_label(name)}"
    return move.labels.get(name, replace_underscores(name))


def _make_cell(probability: float, *, is_top: bool = False) -> Cell:
    bar = 0 if math.isnan(probability) else round(100 * min(max(probability, 0.0), 1.0))
    return Cell(show_percent(probability), bar, is_top)
