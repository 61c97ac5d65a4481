"""`standoff bargain`: the table today, and why there is no deal."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from standoff.cli.progress import progress_bar
from standoff.cli.run import BeliefPoints, BeliefTolerance, Overrides, ScenarioName

__all__ = ["register"]

BASE_SHARE = 0.1
"""Share of the work that is the solve of the crisis as it is."""


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("bargain")(bargain)


def bargain(
    scenario: ScenarioName,
    overrides: Overrides = None,
    targets: Annotated[
        list[str] | None,
        typer.Option(
            "--target",
            metavar="NAME[@WHEN]",
            help="Whose probabilities to explain: an outcome or milestone, by so many time units or a date, e.g. strike@8.",
        ),
    ] = None,
    payments: Annotated[
        list[float] | None,
        typer.Option("--payment", metavar="SIZE", help="Size of a side payment, in payoff units."),
    ] = None,
    belief_points: BeliefPoints = None,
    belief_tolerance: BeliefTolerance = 2e-3,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Weigh every package against waiting and fighting, and say why there is no deal."""
    from standoff.catalog.opening import load

    loaded = load(scenario, overrides=list(overrides or []))
    from standoff.analysis.bargain import bargain as weigh_packages
    from standoff.analysis.bargain_document import bargain_document, no_deal_document
    from standoff.analysis.no_deal import PAYMENTS, why_no_deal
    from standoff.analysis.solution import solve
    from standoff.analysis.targets import parse_targets
    from standoff.game.agenda import tabulate_packages
    from standoff.solve.equilibrium import Settings

    wanted = parse_targets(loaded, targets)
    milestone = next((target.name for target in wanted if target.kind == "milestone"), None)
    tabulate_packages(loaded)  # what is wrong with the table is told before the solve
    with progress_bar() as progress:
        settings = Settings(belief_points=belief_points, belief_tolerance=belief_tolerance)
        solution = solve(loaded, settings, lambda share: progress(BASE_SHARE * share))
        table = weigh_packages(solution, milestone)
        reasons = why_no_deal(
            solution,
            wanted,
            payments=payments or PAYMENTS,
            progress=lambda share: progress(BASE_SHARE + (1.0 - BASE_SHARE) * share),
        )
    if as_json:
        document = solution.header_to_json() | {
            "bargain": bargain_document(table),
            "no_deal": no_deal_document(reasons),
        }
        sys.stdout.write(json.dumps(document, indent=1, allow_nan=False) + "\n")
        return
    from rich.console import Console

    from standoff.cli.bargain_drawing import draw_bargain

    draw_bargain(Console(highlight=False, soft_wrap=False), solution, table, reasons)
