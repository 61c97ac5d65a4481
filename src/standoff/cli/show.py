"""`standoff show`: the game of a scenario, as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import typer

from standoff.cli.common import Overrides, ScenarioName, load_scenario, open_console
from standoff.text import format_day, format_percent, pluralise

if TYPE_CHECKING:
    from rich.console import Console
    from rich.tree import Tree

    from standoff.game.model import Game
    from standoff.scenario import ActionSpec, Expression, Scenario

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("show", short_help="Show the game: players, moves, nature, outcomes.")(show)


def show(scenario: ScenarioName, overrides: Overrides = None) -> None:
    """Show the game: players and their types, public tracks, the agenda, moves in order, nature, outcomes."""
    loaded = load_scenario(scenario, overrides)
    from standoff.game.compile import compile_game

    _draw(open_console(), loaded, compile_game(loaded))


def _draw(console: Console, scenario: Scenario, game: Game) -> None:
    from rich.text import Text

    console.print(Text(f"{scenario.title} ({scenario.id})", style="bold"))
    if scenario.summary:
        console.print(Text(scenario.summary))
    periods = pluralise(scenario.num_periods, "period")
    endless = ", continued without end" if scenario.period.continues else ""
    console.print(
        f"As of {format_day(scenario.as_of)}; {periods} of {pluralise(scenario.period.length, scenario.period.unit)}{endless}."
    )
    console.print(Text(f"Payoffs: {scenario.payoff_unit}"))
    for tree in (
        _draw_players(scenario, game),
        _draw_tracks(scenario),
        _draw_agenda(scenario, game),
        _draw_stages(scenario),
        _draw_nature(scenario),
        _draw_outcomes(scenario),
    ):
        if tree.children:
            console.print()
            console.print(tree)
    sizes = ", ".join(f"{layer.name} {layer.num_states}" for layer in game.epochs[0].layers)
    console.print(Text(f"\nReachable states: {sizes}", style="dim"))


def _make_tree(title: str) -> Tree:
    from rich.text import Text
    from rich.tree import Tree

    return Tree(Text(title, style="bold"), guide_style="dim")


def _draw_players(scenario: Scenario, game: Game) -> Tree:
    tree = _make_tree("Players and their private types")
    for player in game.players:
        branch = _add(
            tree,
            f"{player.label}: rationality {player.rationality:g}, discount factor {player.discount:.4g} per period",
        )
        if len(player.player_types) == 1:
            _add(branch, "single type (no private information)")
            continue
        labels = scenario.players[player.name].type_labels
        for player_type, prior in zip(player.player_types, player.prior, strict=True):
            _add(branch, f"{labels.get(player_type, player_type)}: prior {format_percent(prior)}")
        _add(branch, "known to the player alone; the others learn from its moves")
    return tree


def _add(tree: Tree, text: str) -> Tree:
    from rich.text import Text

    return tree.add(Text(text))


def _draw_tracks(scenario: Scenario) -> Tree:
    tree = _make_tree("Public state (in brackets: today)")
    for track in scenario.state.values():
        levels = " < ".join(
            f"[{track.level_labels.get(level, level)}]"
            if level == track.start
            else track.level_labels.get(level, level)
            for level in track.levels
        )
        _add(tree, f"{track.label}: {levels}")
    for deadline in scenario.deadlines.values():
        _add(tree, f"{deadline.label}: {format_day(deadline.date)}")
    return tree


def _draw_agenda(scenario: Scenario, game: Game) -> Tree:
    tree = _make_tree("Agenda of a deal")
    if scenario.agenda is None:
        return tree
    for issue in scenario.agenda.issues.values():
        branch = _add(
            tree, f"{issue.label}: {', '.join(issue.level_labels.get(level, level) for level in issue.levels)}"
        )
        for player, lines in issue.red_lines.items():
            who = scenario.players[player].label
            by_type = lines.items() if isinstance(lines, Mapping) else [("", lines)]
            for player_type, levels in by_type:
                words = ", ".join(issue.level_labels.get(level, level) for level in levels)
                _add(branch, f"red line of {who}{f' ({player_type})' if player_type else ''}: {words}")
    packages = _add(tree, f"packages that can be proposed ({len(game.packages)})")
    for name in game.packages:
        _add(packages, game.get_label(name))
    return tree


def _format_rate(rate: Expression | None, unit: str) -> str:
    return "every period" if rate is None else f"rate {rate} per {unit}"


def _draw_stages(scenario: Scenario) -> Tree:
    unit = scenario.period.unit
    tree = _make_tree("Moves, in this order in every period")
    for stage in scenario.stages:
        condition = f", when {stage.when}" if stage.when is not None else ""
        head = f"{stage.label or stage.name}: {_format_rate(stage.rate, unit)}{condition}"
        if stage.bargaining is not None:
            table = stage.bargaining
            sides = " and ".join(scenario.players[name].label for name in table.between)
            branch = _add(tree, f"{head}; between {sides}; {_describe_proposer(scenario, table.proposer)}")
            slip = ", rejects it or lets it lapse" if table.slip is not None else " or rejects it"
            _add(branch, f"one side proposes a package or nothing; the other accepts{slip}")
            for player in table.accept.ratify:
                _add(branch, f"{scenario.players[player].label} must ratify the deal")
            continue
        movers = stage.movers or (stage.mover or "",)
        labels = " and ".join(scenario.players[mover].label for mover in movers)
        how = "chooses" if len(movers) == 1 else "choose at the same time, without seeing each other's move"
        branch = _add(tree, f"{head}; {labels} {how}")
        for mover in movers:
            own_branch = branch if len(movers) == 1 else _add(branch, scenario.players[mover].label)
            for own in stage.list_actions_of(mover):
                _add(own_branch, _format_action(own.name, own.action))
        for entry in stage.together:
            names = {own.mover: own.action.label for own in stage.list_actions() if entry.pair[own.mover] == own.name}
            _add(branch, f"together: {' with '.join(names[mover] for mover in movers)}")
    return tree


def _describe_proposer(scenario: Scenario, proposer: str) -> str:
    if proposer in scenario.players:
        return f"{scenario.players[proposer].label} proposes"
    return "the sides take turns to propose" if proposer == "alternate" else "the proposer is drawn at random"


def _format_action(name: str, action: ActionSpec) -> str:
    limits = [f"when {action.when}"] if action.when is not None else []
    limits += [f"only {' or '.join(action.types)}"] if action.types is not None else []
    return f"{action.label or name}" + (f" ({'; '.join(limits)})" if limits else "")


def _draw_nature(scenario: Scenario) -> Tree:
    tree = _make_tree("Nature")
    for hazard in scenario.nature.values():
        condition = f", when {hazard.when}" if hazard.when is not None else ""
        _add(tree, f"{hazard.label}: rate {hazard.hazard} per {scenario.period.unit}{condition}")
    return tree


def _draw_outcomes(scenario: Scenario) -> Tree:
    tree = _make_tree("Outcomes and milestones")
    for outcome in scenario.outcomes.values():
        _add(tree, f"{outcome.label}")
    for milestone in scenario.milestones.values():
        after = "" if milestone.after is None else f", after {scenario.milestones[milestone.after].label}"
        _add(tree, f"milestone: {milestone.label}, when {milestone.when}{after}")
    return tree
