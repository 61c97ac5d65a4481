"""`standoff ensemble`: bands of a forecast over everything that its numbers may be."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.progress import progress_bar
from standoff.cli.run import BeliefPoints, Overrides, ScenarioName
from standoff.cli.solving_options import ExecutorName, RayAddress, WideTolerance, Workers, told_where_kept

if TYPE_CHECKING:
    from rich.console import Console

    from standoff.analysis.ensemble import Ensemble
    from standoff.solve.target import Target

__all__ = ["register"]

Targets = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        metavar="NAME[@WHEN]",
        help="An outcome or milestone, and by when: strike, strike@12 (time units), strike@2026-04-03.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("ensemble")(ensemble)


def ensemble(
    scenario: ScenarioName,
    overrides: Overrides = None,
    draws: Annotated[
        int, typer.Option("--draws", metavar="N", help="How many draws; powers of two spread most evenly.")
    ] = 256,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Another seed makes other draws.")] = 0,
    targets: Targets = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="DIR",
            help="A folder for the draws and bands as Parquet; a run that was stopped goes on from what is there.",
        ),
    ] = None,
    executor: ExecutorName = "local",
    ray_address: RayAddress = None,
    workers: Workers = None,
    belief_points: BeliefPoints = None,
    belief_tolerance: WideTolerance = 5e-3,
    as_json: Annotated[bool, typer.Option("--json", help="Print all bands by date as JSON.")] = False,
) -> None:
    """Solve many draws of the parameters and show how far the probabilities range."""
    from standoff.catalog.opening import load

    loaded = load(scenario, overrides=list(overrides or []))
    from standoff.analysis.draw_keys import sampling_versions
    from standoff.analysis.ensemble import check_request, series_names
    from standoff.analysis.ensemble import ensemble as run_ensemble
    from standoff.analysis.ensemble_document import ensemble_document
    from standoff.analysis.targets import parse_targets
    from standoff.execution.folder import run_ensemble_in_folder
    from standoff.execution.opening import open_executor
    from standoff.solve.equilibrium import Settings
    from standoff.version import versions

    check_request(loaded, draws, seed)
    every = [Target(name.kind, name.name, loaded.num_periods) for name in series_names(loaded)]
    wanted = parse_targets(loaded, targets) if targets else every
    settings = Settings(belief_points=belief_points, belief_tolerance=belief_tolerance)
    with (
        told_where_kept(output, "draws"),
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
        document = ensemble_document(found, wanted, versions() | sampling_versions())
        sys.stdout.write(json.dumps(document, indent=1, allow_nan=False) + "\n")
        return
    from rich.console import Console

    _draw(Console(highlight=False, soft_wrap=False), found, wanted, by_date=bool(targets))
    if output is not None:
        typer.echo(f"\ndraws and bands are in {output}")


def _draw(console: Console, found: Ensemble, targets: Sequence[Target], *, by_date: bool) -> None:
    from rich.text import Text

    scenario = found.scenario
    console.print(Text(scenario.title, style="bold"))
    console.print(
        Text(f"{found.num_draws} draws of {len(found.parameters)} parameters, as of {scenario.as_of:%-d %B %Y}")
    )
    if scenario.overrides:
        console.print(Text("changed: " + "; ".join(scenario.overrides), style="yellow"))
    if found.fixed:
        console.print(Text("held at the value that was set: " + ", ".join(found.fixed), style="yellow"))
    console.print()
    _draw_targets(console, found, targets)
    if by_date:
        for target in targets:
            console.print()
            _draw_by_date(console, found, target)
    console.print()
    _draw_certificate(console, found)


def _draw_targets(console: Console, found: Ensemble, targets: Sequence[Target]) -> None:
    """The quantiles of each target, and the middle band after fewer draws."""
    from rich.table import Table
    from rich.text import Text

    from standoff.analysis.ensemble import LEVELS
    from standoff.analysis.targets import describe_target
    from standoff.cli.solution_tables import percent

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("of all draws, so many have lower probabilities:")
    for level in LEVELS:
        table.add_column(f"{100 * level:.0f} %", justify="right", no_wrap=True)
    table.add_column("file", justify="right", no_wrap=True)
    for count, _ in found.convergence[:-1]:
        table.add_column(f"at {count}", justify="right", no_wrap=True)
    errors = found.standard_errors
    if errors is not None:
        table.add_column("±", justify="right", no_wrap=True)
    for target in targets:
        period, k = found.place(target)
        bands = found.bands[:, period, k]
        earlier = [
            f"{percent(low)}..{percent(high)}" if low == low else "none"
            for _, old in found.convergence[:-1]
            for low, high in [(old[0, period, k], old[-1, period, k])]
        ]
        row = [*map(percent, bands), percent(found.file_probabilities[period, k]), *earlier]
        if errors is not None:
            row.append(f"{100 * errors[:, period, k].max():.1f}")
        table.add_row(Text(describe_target(found.scenario, target)), *row)
    console.print(table)
    notes = "file: on the file's own values; at N: from 5 % to 95 % after the first N draws"
    if errors is not None:
        notes += "; ±: largest standard error of the five, in percentage points"
    console.print(Text(notes, style="dim"))


def _draw_by_date(console: Console, found: Ensemble, target: Target) -> None:
    """The fan of one target: its quantiles by date."""
    from rich.table import Table
    from rich.text import Text

    from standoff.analysis.ensemble import LEVELS
    from standoff.cli.solution_tables import percent

    _, k = found.place(target)
    num_periods = found.scenario.num_periods
    console.print(Text(f"{found.names[k].label}, by date", style="bold"))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("by")
    for level in LEVELS:
        table.add_column(f"{100 * level:.0f} %", justify="right", no_wrap=True)
    table.add_column("file", justify="right", no_wrap=True)
    for period in sorted({round((num_periods - 1) * step / 7) for step in range(8)}):
        day = found.scenario.date_of_period(period + 1)
        probabilities = (*found.bands[:, period, k], found.file_probabilities[period, k])
        table.add_row(f"{day:%-d %b %Y}", *map(percent, probabilities))
    console.print(table)


def _draw_certificate(console: Console, found: Ensemble) -> None:
    from rich.text import Text

    certificate = found.certificate
    if found.failures:
        console.print(
            Text(f"{len(found.failures)} of {found.num_draws} draws have no answer and count nowhere:", style="yellow")
        )
        for code, count, example in found.failure_reasons:
            console.print(Text(f"  {count} {code}: {example}", style="yellow"))
    points = ", ".join(f"{points} in {draws} draws" for points, draws in certificate.points_used.items())
    console.print(Text(f"Largest residual {certificate.residual:.0e}; belief points on each axis: {points}."))
    if certificate.belief_points > 1:
        console.print(
            Text(
                f"Belief error {certificate.belief_error:.0e}: the largest difference of any probability on "
                f"{certificate.num_checked} checked draws; at 95 % confidence less than "
                f"{100 * certificate.unseen_share:.0f} % of all draws have a larger one."
            )
        )
    console.print(Text(f"Ensemble {found.key[:16]}, scenario {found.scenario.scenario_hash[:16]}, seed {found.seed}."))
