"""`standoff ensemble`: bands of a forecast over the ranges of all parameters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.common import (
    AsJson,
    BeliefPoints,
    Overrides,
    ScenarioName,
    Seed,
    load_scenario,
    make_settings,
    open_console,
    print_json,
    print_note,
    print_title,
)
from standoff.cli.progress import progress_bar
from standoff.cli.solvers import CheckedTolerance, ExecutorName, RayAddress, Workers, announce_folder
from standoff.text import format_day, format_percent, pluralise

if TYPE_CHECKING:
    from rich.console import Console

    from standoff.analysis.ensemble_result import Ensemble
    from standoff.solve.target import Target

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("ensemble", short_help="Show the range of every probability over many draws.")(ensemble)


def ensemble(
    scenario: ScenarioName,
    overrides: Overrides = None,
    draws: Annotated[
        int, typer.Option("--draws", metavar="N", help="Number of draws; powers of two cover the ranges most evenly.")
    ] = 256,
    seed: Seed = 0,
    targets: Annotated[
        list[str] | None,
        typer.Option(
            "--target",
            metavar="NAME[@WHEN]",
            help="Outcome or milestone, with an optional deadline: strike, strike@12 (time units ahead) or strike@2026-04-03 "
            "(a date). Repeatable (default: all, at the horizon).",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="DIR",
            help="Folder for the draws and bands as Parquet; an interrupted run resumes from it.",
        ),
    ] = None,
    executor: ExecutorName = "local",
    ray_address: RayAddress = None,
    workers: Workers = None,
    belief_points: BeliefPoints = None,
    belief_tolerance: CheckedTolerance = 5e-3,
    as_json: AsJson = False,
) -> None:
    """Solve many draws of the parameters and show the range of every probability."""
    loaded = load_scenario(scenario, overrides)
    from standoff.analysis.ensemble import check_request
    from standoff.analysis.ensemble import ensemble as run_ensemble
    from standoff.analysis.targets import parse_targets
    from standoff.execution.folder import run_ensemble_in_folder
    from standoff.execution.opening import open_executor

    check_request(loaded, draws, seed)
    wanted = parse_targets(loaded, targets) if targets else None
    settings = make_settings(belief_points, belief_tolerance)
    with (
        announce_folder(output, "draws"),
        open_executor(executor, workers=workers, ray_address=ray_address) as solver,
        progress_bar() as progress,
    ):
        if output is None:
            found = run_ensemble(loaded, draws, seed=seed, settings=settings, executor=solver, progress=progress)
        else:
            found = run_ensemble_in_folder(
                loaded, draws, output, seed=seed, settings=settings, executor=solver, progress=progress
            )
    if as_json:
        print_json(found.to_json(wanted))
        return
    _draw(open_console(), found, wanted)
    if output is not None:
        typer.echo(f"\ndraws and bands are in {output}")


def _draw(console: Console, found: Ensemble, wanted: Sequence[Target] | None) -> None:
    from rich.text import Text

    from standoff.analysis.ensemble_result import list_series
    from standoff.solve.target import Target

    scenario = found.scenario
    draws, parameters = pluralise(found.num_draws, "draw"), pluralise(len(found.parameters), "parameter")
    print_title(console, scenario, f"{draws} of {parameters}, as of {format_day(scenario.as_of)}")
    if found.fixed:
        console.print(Text("fixed by an override: " + ", ".join(found.fixed), style="yellow"))
    console.print()
    every = [Target(name.kind, name.name, scenario.num_periods) for name in list_series(scenario)]
    _draw_targets(console, found, wanted or every)
    for target in wanted or ():
        console.print()
        _draw_by_date(console, found, target)
    console.print()
    _draw_certificate(console, found)


def _draw_targets(console: Console, found: Ensemble, targets: Sequence[Target]) -> None:
    """Print the quantiles of each target, and the middle band after fewer draws."""
    from rich.text import Text

    from standoff.analysis.ensemble_result import LEVELS
    from standoff.analysis.targets import describe_target
    from standoff.cli.tables import make_table

    errors = found.standard_errors
    headings = [f"{100 * level:.0f} %" for level in LEVELS] + ["file"]
    headings += [f"at {count}" for count, _ in found.convergence[:-1]] + (["±"] if errors is not None else [])
    table = make_table("quantiles over the draws", *headings)
    for target in targets:
        period, k = found.locate(target)
        earlier = [
            f"{format_percent(low)} to {format_percent(high)}" if low == low else "none"
            for _, old in found.convergence[:-1]
            for low, high in [(old[0, period, k], old[-1, period, k])]
        ]
        row = [format_percent(float(p)) for p in (*found.bands[:, period, k], found.file_probabilities[period, k])]
        row += earlier
        if errors is not None:
            row.append(f"{100 * errors[:, period, k].max():.1f}")
        table.add_row(Text(describe_target(found.scenario, target)), *row)
    console.print(table)
    note = "file: at the values of the file; at N: from the 5 % to the 95 % quantile after N draws"
    if errors is not None:
        note += "; ±: largest standard error of the quantiles, in percentage points"
    print_note(console, note)


def _draw_by_date(console: Console, found: Ensemble, target: Target) -> None:
    """Print the quantiles of one target by date."""
    from rich.text import Text

    from standoff.analysis.ensemble_result import LEVELS
    from standoff.cli.tables import make_table

    _, k = found.locate(target)
    num_periods = found.scenario.num_periods
    console.print(Text(f"{found.names[k].label}, by date", style="bold"))
    table = make_table("by", *(f"{100 * level:.0f} %" for level in LEVELS), "file")
    for period in sorted({round((num_periods - 1) * step / 7) for step in range(8)}):
        probabilities = (*found.bands[:, period, k], found.file_probabilities[period, k])
        day = format_day(found.scenario.find_date(period + 1))
        table.add_row(day, *(format_percent(float(p)) for p in probabilities))
    console.print(table)


def _draw_certificate(console: Console, found: Ensemble) -> None:
    from rich.text import Text

    certificate = found.certificate
    if found.failures:
        failed = f"{len(found.failures)} of {found.num_draws} draws were not solved and are excluded from the bands:"
        console.print(Text(failed, style="yellow"))
        for code, count, example in found.failure_reasons:
            console.print(Text(f"  {count} {code}: {example}", style="yellow"))
    points = ", ".join(f"{points} in {pluralise(draws, 'draw')}" for points, draws in certificate.points_used.items())
    console.print(Text(f"Largest residual {certificate.residual:.0e}; belief points per axis: {points}."))
    if certificate.belief_points > 1:
        console.print(
            Text(
                f"Largest probability error on {pluralise(certificate.num_checked, 'checked draw')}: "
                f"{certificate.belief_error:.0e}; with 95 % confidence it is larger in less than "
                f"{100 * certificate.unseen_share:.0f} % of all draws."
            )
        )
    console.print(Text(f"Ensemble {found.key[:16]}, scenario {found.scenario.scenario_hash[:16]}, seed {found.seed}."))
