"""`standoff check`: every fault of a scenario file, or where its numbers come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from standoff.cli.common import AsJson, Overrides, ScenarioName, load_scenario, open_console, print_json

if TYPE_CHECKING:
    from rich.console import Console

    from standoff.game.model import Game
    from standoff.scenario import Coverage, Scenario

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("check", short_help="Check a scenario, and show where its numbers come from.")(check)


def check(scenario: ScenarioName, overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Check a scenario: list every fault with its line, or show where its numbers come from."""
    loaded = load_scenario(scenario, overrides)
    from standoff.game.compile import compile_game
    from standoff.scenario import measure_coverage

    game = compile_game(loaded)
    coverage = measure_coverage(loaded)
    if as_json:
        layers = (layer.name for layer in game.epochs[0].layers)
        document = {
            "scenario": loaded.id,
            "scenario_hash": loaded.scenario_hash,
            "states": dict(zip(layers, game.num_states, strict=True)),
            "sources": dict(coverage.sources),
            "unsourced": list(coverage.unsourced),
        }
        print_json(document)
    else:
        _draw(open_console(), loaded, game, coverage)


def _draw(console: Console, scenario: Scenario, game: Game, coverage: Coverage) -> None:
    from rich.text import Text

    from standoff.cli.tables import describe_coverage, format_source, make_table
    from standoff.text import pluralise

    console.print(Text(f"{scenario.id}: no faults", style="bold"))
    endless = ", continued without end" if scenario.period.continues else ""
    console.print(
        f"{pluralise(len(game.epochs[0].layers), 'layer')} per period, at most "
        f"{pluralise(max(game.num_states), 'state')} in a layer, {pluralise(scenario.num_periods, 'period')}{endless}, "
        f"{pluralise(len(game.packages), 'package')}"
    )
    table = make_table("parameter", "value", "range", "unit", "source", left=5)
    table.columns[0].no_wrap = True
    for name, parameter in scenario.parameters.items():
        span = f"{parameter.range[0]:g} to {parameter.range[1]:g}" if parameter.range is not None else ""
        documents = ", ".join(dict.fromkeys(item.document for item in parameter.evidence))
        source = documents or format_source(coverage.sources[name])
        table.add_row(Text(name), Text(str(parameter.value)), span, Text(parameter.unit or ""), Text(source))
    console.print(table)
    console.print(describe_coverage(coverage))
