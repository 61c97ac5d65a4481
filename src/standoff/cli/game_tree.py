"""A scenario as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from standoff.game.compile import compile_game
from standoff.game.model import Game
from standoff.scenario import Action, Expression, Scenario

__all__ = ["draw_scenario"]


def draw_scenario(console: Console, scenario: Scenario) -> None:
    """Print players and what they know, tracks, agenda, stages in order, nature, ends."""
    game = compile_game(scenario)
    layers = game.epochs[0].layers  # a fault that shows only in the game is told before anything is printed
    console.print(Text(f"{scenario.title} ({scenario.id})", style="bold"))
    if scenario.summary:
        console.print(Text(scenario.summary))
    unit = scenario.period.unit
    beyond = ", and so on for ever" if scenario.period.continues else ""
    console.print(
        f"As of {scenario.as_of:%-d %B %Y}; {scenario.num_periods} periods of {scenario.period.length:g} {unit}{beyond}."
    )
    console.print(Text(f"Payoffs: {scenario.payoff_unit}"))
    for tree in (
        _players(scenario, game),
        _state(scenario),
        _agenda(scenario, game),
        _stages(scenario),
        _nature(scenario),
        _ends(scenario),
    ):
        if tree.children:
            console.print()
            console.print(tree)
    sizes = ", ".join(f"{layer.name} {layer.num_states}" for layer in layers)
    console.print(Text(f"\nReachable states: {sizes}", style="dim"))


def _tree(title: str) -> Tree:
    return Tree(Text(title, style="bold"), guide_style="dim")


def _players(scenario: Scenario, game: Game) -> Tree:
    tree = _tree("Players, and who knows what")
    for player in game.players:
        branch = tree.add(
            Text(f"{player.label}: rationality {player.rationality:g}, discount {player.discount:.4g} a period")
        )
        if len(player.player_types) == 1:
            branch.add(Text("no secret: everyone knows what it wants"))
            continue
        labels = scenario.players[player.name].type_labels
        for player_type, prior in zip(player.player_types, player.prior, strict=True):
            branch.add(Text(f"{labels.get(player_type, player_type)}: {100 * prior:.0f} % in the eyes of the others"))
        branch.add(Text("it alone knows which; the others learn from its moves"))
    return tree


def _state(scenario: Scenario) -> Tree:
    tree = _tree("What everyone sees")
    for track in scenario.state.values():
        levels = " < ".join(
            f"[{track.level_labels.get(level, level)}]"
            if level == track.start
            else track.level_labels.get(level, level)
            for level in track.levels
        )
        tree.add(Text(f"{track.label}: {levels}"))
    for deadline in scenario.deadlines.values():
        tree.add(Text(f"{deadline.label}: {deadline.date:%-d %B %Y}"))
    return tree


def _agenda(scenario: Scenario, game: Game) -> Tree:
    tree = _tree("What a deal is about")
    if scenario.agenda is None:
        return tree
    for issue in scenario.agenda.issues.values():
        branch = tree.add(Text(f"{issue.label}: {', '.join(issue.levels)}"))
        for player, lines in issue.red_lines.items():
            if isinstance(lines, Mapping):
                for player_type, levels in lines.items():
                    branch.add(Text(f"red line of {player} if {player_type}: {', '.join(levels)}"))
            else:
                branch.add(Text(f"red line of {player}: {', '.join(lines)}"))
    packages = tree.add(Text(f"packages that can be offered ({len(game.packages)})"))
    for name in game.packages:
        packages.add(Text(game.label(name)))
    return tree


def _often(rate: Expression | None, unit: str) -> str:
    return "every period" if rate is None else f"rate {rate} per {unit}"


def _stages(scenario: Scenario) -> Tree:
    unit = scenario.period.unit
    tree = _tree("Who moves, in this order in every period")
    for stage in scenario.stages:
        condition = f", when {stage.when}" if stage.when is not None else ""
        head = f"{stage.label or stage.name}: {_often(stage.rate, unit)}{condition}"
        if stage.bargaining is not None:
            table = stage.bargaining
            branch = tree.add(Text(f"{head}; proposer: {table.proposer}, between {' and '.join(table.between)}"))
            slip = ", rejects or lets it slip" if table.slip is not None else " or rejects"
            branch.add(Text(f"one side offers a package or nothing; the other accepts{slip}"))
            for player in table.accept.ratify:
                branch.add(Text(f"{player} must ratify at home"))
            continue
        movers = stage.movers or (stage.mover or "",)
        labels = " and ".join(scenario.players[mover].label for mover in movers)
        how = "chooses" if len(movers) == 1 else "choose at the same time, neither seeing the other's move"
        branch = tree.add(Text(f"{head}; {labels} {how}"))
        for mover in movers:
            own_branch = branch if len(movers) == 1 else branch.add(Text(scenario.players[mover].label))
            for own in stage.actions_of(mover):
                own_branch.add(Text(_action(own.name, own.action)))
        for entry in stage.together:
            names = {own.mover: own.action.label for own in stage.own_actions() if entry.pair[own.mover] == own.name}
            branch.add(Text(f"together: {' with '.join(names[mover] for mover in movers)}"))
    return tree


def _action(name: str, action: Action) -> str:
    limits = [f"when {action.when}"] if action.when is not None else []
    limits += [f"only {' or '.join(action.types)}"] if action.types is not None else []
    return f"{action.label or name}" + (f" ({'; '.join(limits)})" if limits else "")


def _nature(scenario: Scenario) -> Tree:
    tree = _tree("What happens by itself")
    for hazard in scenario.nature.values():
        condition = f", when {hazard.when}" if hazard.when is not None else ""
        tree.add(Text(f"{hazard.label}: rate {hazard.hazard} per {scenario.period.unit}{condition}"))
    return tree


def _ends(scenario: Scenario) -> Tree:
    tree = _tree("How it can end, and milestones on the way")
    for outcome in scenario.outcomes.values():
        tree.add(Text(f"{outcome.label}"))
    for milestone in scenario.milestones.values():
        tree.add(Text(f"milestone: {milestone.label}, when {milestone.when}"))
    return tree
