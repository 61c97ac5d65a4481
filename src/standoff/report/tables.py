"""The tables of the brief as plain data: probabilities by date, packages, probabilities by true type, first moves, beliefs."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from standoff.analysis.forecast import FirstMove, Forecast, Series
from standoff.game.model import Game, Player
from standoff.report.timeline import Timeline
from standoff.report.wording import percent

__all__ = [
    "Cell",
    "MoveTable",
    "Row",
    "Table",
    "TypeGroup",
    "belief_table",
    "move_tables",
    "package_table",
    "probability_table",
    "type_groups",
    "type_table",
]

_MOST_PACKAGES = 12


@dataclass(frozen=True)
class Cell:
    """A probability.

    Attributes:
        text: In words.
        bar: In whole per cent, for a bar behind the text.
        is_top: Whether it is the largest of its column.
    """

    text: str
    bar: int
    is_top: bool = False


@dataclass(frozen=True)
class Row:
    """A row of a table: what it is about, and its cells."""

    label: str
    cells: tuple[Cell, ...]
    note: str = ""


@dataclass(frozen=True)
class Table:
    """Rows under columns; each column has a title and a second line, which may be empty."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    more_rows: tuple[Row, ...] = ()


@dataclass(frozen=True)
class TypeGroup:
    """A player with two private types.

    Attributes:
        player: Name for people.
        player_types: Name, description and prior probability of each type.
    """

    player: str
    player_types: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class MoveTable:
    """One decision that may come up now.

    Attributes:
        stage: Name of the decision for people.
        player: Who decides.
        table: Moves by type; the last column of a player with two types is what the move tells the others.
        telling: Name of the type that the posteriors are about and the probabilities of it now, or ("", "").
        summary: The likeliest move of each type, as (type, move, probabilities); the type is "" for a player with one.
    """

    stage: str
    player: str
    table: Table
    telling: tuple[str, str]
    summary: tuple[tuple[str, str, str], ...]


def probability_table(forecast: Forecast, timeline: Timeline) -> Table:
    """Probability of every outcome and milestone at the usual dates; the milestones are in `more_rows`."""
    marks = timeline.table_marks()

    def row(label: str, probabilities: Iterable[float]) -> Row:
        by_period = list(probabilities)
        return Row(label, tuple(_cell(by_period[mark.period - 1]) for mark in marks))

    return Table(
        columns=tuple((mark.length, mark.short_date) for mark in marks),
        rows=(
            *(row(series.label, series.cumulative) for series in forecast.outcomes.values()),
            row(forecast.unresolved_label, forecast.unresolved),
        ),
        more_rows=tuple(row(series.label, series.cumulative) for series in forecast.milestones.values()),
    )


def package_table(series: Series, timeline: Timeline) -> Table:
    """What an agreement is made of: probability of each package by the horizon, and its share of all agreements by then."""
    total = float(series.cumulative[-1])
    parts = sorted(series.parts, key=lambda part: -float(part.cumulative[-1]))
    kept, rest = parts[:_MOST_PACKAGES], parts[_MOST_PACKAGES:]
    probabilities = [(part.label, float(part.cumulative[-1])) for part in kept]
    if rest:
        probabilities.append((f"{len(rest)} other packages", sum(float(part.cumulative[-1]) for part in rest)))
    rows = tuple(Row(label, (_cell(p), _cell(p / total if total > 0 else math.nan))) for label, p in probabilities)
    return Table((("Probabilities", f"by {timeline.horizon.date}"), ("Share", "of all such ends")), rows)


def type_table(forecast: Forecast, game: Game) -> Table:
    """Probability of every outcome by the horizon: as known now, and if a player's true type were known."""
    pairs = [
        (player.name, name) for player in game.players if len(player.player_types) == 2 for name in player.player_types
    ]
    labels = {player.name: player.label for player in game.players}
    by_outcome = []
    for series in forecast.outcomes.values():
        known = {(player, name): float(probabilities[-1]) for player, name, probabilities in series.by_type}
        by_outcome.append((series.label, float(series.cumulative[-1]), [known.get(pair, math.nan) for pair in pairs]))
    rows = [Row(label, tuple(map(_cell, [public, *known]))) for label, public, known in by_outcome]
    still_open = [1.0 - sum(known[k] for _, _, known in by_outcome) for k in range(len(pairs))]
    still_open = [min(max(p, 0.0), 1.0) if not math.isnan(p) else p for p in still_open]
    rows.append(Row(forecast.unresolved_label, tuple(map(_cell, [float(forecast.unresolved[-1]), *still_open]))))
    columns = (("As known now", ""), *((labels[player], words(name)) for player, name in pairs))
    return Table(columns, tuple(rows))


def type_groups(game: Game, descriptions: dict[str, dict[str, str]]) -> tuple[TypeGroup, ...]:
    """Who may be what.

    Args:
        game: The game.
        descriptions: Player -> type -> what the scenario says of the type.
    """
    return tuple(
        TypeGroup(
            player.label,
            tuple(
                (words(name), _beyond(words(name), descriptions.get(player.name, {}).get(name, "")), percent(prior))
                for name, prior in zip(player.player_types, player.prior, strict=True)
            ),
        )
        for player in game.players
        if len(player.player_types) == 2
    )


def _beyond(name: str, description: str) -> str:
    """What a description says beyond the name that it begins with."""
    begins = description.lower().startswith(name.lower())
    return description[len(name) :].lstrip(" ,:;.") if begins else description


def move_tables(forecast: Forecast, game: Game) -> tuple[MoveTable, ...]:
    """One table for each decision that may come up now."""
    players = {player.name: player for player in game.players}
    groups: list[list[FirstMove]] = []
    for move in forecast.first_moves:
        last = groups[-1] if groups else []
        same = last and (last[0].stage, last[0].player) == (move.stage, move.player)
        if same and move.player_type not in {other.player_type for other in last}:
            last.append(move)
        else:
            groups.append([move])
    return tuple(_move_table(group, players[group[0].player], game) for group in groups)


def _move_table(group: list[FirstMove], player: Player, game: Game) -> MoveTable:
    moves = list(group[0].strategy)
    labels = {name: _move_label(name, group[0], game) for name in moves}
    top = [max(move.strategy, key=lambda name, probabilities=move.strategy: probabilities[name]) for move in group]  # type: ignore[misc]
    two_types = len(player.player_types) == 2
    told = group[0].posteriors if two_types else {}
    rows = []
    for name in moves:
        cells = [_cell(move.strategy[name], is_top=name == best) for move, best in zip(group, top, strict=True)]
        if told:
            cells.append(Cell(percent(told.get(name, math.nan)), 0))
        rows.append(Row(labels[name], tuple(cells)))
    columns = [
        (words(move.player_type) if two_types else "Probabilities", "would do this" if two_types else "")
        for move in group
    ]
    telling = ("", "")
    if told:
        telling = (words(player.player_types[1]), percent(player.prior[1]))
        columns.append(("What it tells", f"probabilities of {telling[0]} after it; now {telling[1]}"))
    summary = tuple(
        (words(move.player_type) if two_types else "", labels[best], percent(move.strategy[best]))
        for move, best in zip(group, top, strict=True)
    )
    stage = game.label(group[0].stage)
    return MoveTable(stage[:1].upper() + stage[1:], player.label, Table(tuple(columns), tuple(rows)), telling, summary)


def belief_table(forecast: Forecast, game: Game, timeline: Timeline) -> Table:
    """Mean belief in the second type of each player while the crisis is open, now and at the usual dates."""
    marks = (timeline.mark(0), *timeline.table_marks())
    rows = tuple(
        Row(belief_label(player), tuple(_cell(float(forecast.beliefs[player.name][mark.period])) for mark in marks))
        for player in game.players
        if player.name in forecast.beliefs
    )
    return Table((("Now", marks[0].short_date), *((mark.length, mark.short_date) for mark in marks[1:])), rows)


def belief_label(player: Player) -> str:
    """What a belief is about: the player's second type."""
    return f"{player.label}: {words(player.player_types[1])}"


def words(slug: str) -> str:
    """A slug for people."""
    return slug.replace("_", " ")


def _move_label(name: str, move: FirstMove, game: Game) -> str:
    if name in game.packages:
        return f"offer {game.label(name)}"
    return move.labels.get(name, words(name))


def _cell(probability: float, *, is_top: bool = False) -> Cell:
    bar = 0 if math.isnan(probability) else round(100 * min(max(probability, 0.0), 1.0))
    return Cell(percent(probability), bar, is_top)
