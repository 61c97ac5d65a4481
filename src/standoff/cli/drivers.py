"""`standoff drivers`: what the answer hinges on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.run import BeliefPoints, BeliefTolerance, Overrides, ScenarioName
from standoff.cli.solving_options import ExecutorName, KeepIn, RayAddress, Workers, many_solves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from rich.console import Console

    from standoff.analysis.drivers import Driver, Drivers

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("drivers")(drivers)


def drivers(
    scenario: ScenarioName,
    overrides: Overrides = None,
    targets: Annotated[
        list[str] | None,
        typer.Option(
            "--target",
            metavar="TARGET",
            help="What is to be explained, e.g. strike, deal@12 or deal@2026-06-01; the first milestone and outcome if not said.",
        ),
    ] = None,
    top: Annotated[
        int, typer.Option("--top", min=1, help="How many drivers to print and look at for their source.")
    ] = 10,
    num_tornado: Annotated[
        int | None,
        typer.Option(
            "--tornado",
            metavar="N",
            min=0,
            help="Solve both ends of the range only of the N numbers that are the strongest by derivative; all if not said.",
        ),
    ] = None,
    draws: Annotated[
        int,
        typer.Option(
            "--draws",
            metavar="N",
            min=0,
            max=65536,
            help="Also global indices from N draws, at least 64; 0 for none.",
        ),
    ] = 0,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the draws.")] = 0,
    executor: ExecutorName = "local",
    ray_address: RayAddress = None,
    workers: Workers = None,
    keep: KeepIn = None,
    belief_points: BeliefPoints = None,
    belief_tolerance: BeliefTolerance = 2e-3,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Rank what the answer hinges on, and say which of it is judgement."""
    from standoff.catalog.opening import load

    loaded = load(scenario, overrides=list(overrides or []))
    from standoff.analysis.drivers import drivers as rank_drivers
    from standoff.analysis.solution import solve
    from standoff.analysis.targets import parse_targets
    from standoff.solve.equilibrium import Settings

    parse_targets(loaded, targets)  # rather than after the solve
    settings = Settings(belief_points=belief_points, belief_tolerance=belief_tolerance)
    solves = many_solves(loaded, executor, workers=workers, ray_address=ray_address, keep=keep)
    with solves as (solver, progress):
        solution = solve(loaded, settings)
        found = rank_drivers(
            solution,
            targets,
            num_tornado=num_tornado,
            num_draws=draws,
            seed=seed,
            top=top,
            executor=solver,
            progress=progress,
        )
    if as_json:
        from standoff.cli.tables import print_json

        print_json(found)
    else:
        _draw(found)


def _draw(found: Drivers) -> None:
    from rich.console import Console
    from rich.text import Text

    from standoff.cli.solution_tables import percent
    from standoff.cli.tables import draw_source_of_numbers, new_table, quantity, source_mark

    console = Console(highlight=False, soft_wrap=False)
    scenario = found.scenario
    console.print(Text(scenario.title, style="bold"))
    if scenario.overrides:
        console.print(Text("changed: " + "; ".join(scenario.overrides), style="yellow"))
    for target, (label, probabilities) in enumerate(zip(found.target_labels, found.probabilities, strict=True), 1):
        console.print(Text(f"target {target}  {label}: {percent(float(probabilities))}"))
    console.print()
    shown = found.rows[: found.top]
    headings = [f"target {k + 1}\nlow, high" for k in range(len(found.targets))]
    table = new_table("", "driver", "value, range", "source", *headings, left=4)
    for rank, row in enumerate(shown, 1):
        span = "no range" if row.range is None else f"{quantity(row.range[0])} to {quantity(row.range[1])}"
        effects = [_effects(row, target) for target in range(len(found.targets))]
        table.add_row(str(rank), Text(row.name), f"{quantity(row.value)}, {span}", source_mark(row.source), *effects)
    console.print(table)
    how = "by solving both ends, in brackets by the derivative" if found.num_solves else "by the derivative"
    console.print(
        Text(
            f"Low, high: change of the probabilities in points at the ends of the range, {how}; ~ not as the derivative says.\n",
            style="dim",
        )
    )
    details = new_table("", "driver", "elasticity", left=2)
    if found.indices is not None:
        details.add_column("PAWN", justify="right", no_wrap=True)
        details.add_column("Sobol", justify="right", no_wrap=True)
    for rank, row in enumerate(shown, 1):
        details.add_row(str(rank), Text(row.name), _by_target(row.elasticity, "+.2g"), *_of_draws(found, row.name))
    console.print(details)
    console.print(
        Text("Elasticity: per cent of the probabilities for one per cent of the number, by target.", style="dim")
    )
    if found.indices is not None:
        noise = ", ".join(f"{number:.2f}" for number in found.indices.pawn_noise)
        first = ", ".join(f"{number:.2f}" for number in found.indices.first_order_noise)
        failed = f", {found.num_failed_draws} more without a solution" if found.num_failed_draws else ""
        console.print(
            Text(
                f"PAWN and first-order Sobol index from {found.indices.num_draws} draws{failed}; "
                f"what is not above {noise} (PAWN) and {first} (Sobol) cannot be told from chance.",
                style="dim",
            )
        )
    console.print()
    _draw_gaps(console, found)
    if found.hinges_on:
        count = f"{len(found.hinges_on)} of the top {found.top} rest on no document"
        console.print(Text(f"The answer hinges on these: {count}.", style="bold"))
        for name in found.hinges_on:
            row = found[name]
            reason = scenario.parameters[name].judgement or "no source at all"
            console.print(Text(f"  {name} ({row.label})" if row.label else f"  {name}"))
            console.print(Text(f"    {' '.join(reason.split())}", style="dim"))
    else:
        console.print(f"Each of the top {found.top} rests on a document.")
    console.print()
    if found.num_solves:
        console.print(
            f"{found.num_solves} solves at ends of ranges, probability error at most {found.tornado_error:.1e}"
        )
    draw_source_of_numbers(console, scenario, found.certificate)


def _effects(row: Driver, target: int) -> str:
    """Effect at both ends of the range; by the derivative, in brackets, where no end was solved."""
    from standoff.cli.tables import points

    if row.range is None:
        return "no range"
    if any(row.failures):
        return "no solution at an end"
    solved, linear = row.tornado[target], row.linear[target]
    if not math.isnan(solved[0]):
        return f"{points(solved[0])}, {points(solved[1])}" + (" ~" if row.is_nonlinear[target] else "  ")
    return "no derivative" if math.isnan(linear[0]) else f"({points(linear[0])}, {points(linear[1])})"


def _of_draws(found: Drivers, name: str) -> list[str]:
    if found.indices is None:
        return []
    if name not in found.indices.names:
        return ["", ""]
    place = found.indices.names.index(name)
    tables = (found.indices.pawn[place], found.indices.first_order[place])
    return [_by_target(row, ".2f") for row in tables]


def _by_target(numbers: NDArray[np.float64], form: str) -> str:
    return ", ".join("-" if math.isnan(number) else format(float(number), form) for number in numbers)


def _draw_gaps(console: Console, found: Drivers) -> None:
    """Print of which numbers less is known than of the others."""
    from rich.text import Text

    for row in found.rows:
        for end, reason in zip(("low", "high"), row.failures, strict=True):
            if reason:
                console.print(Text(f"{row.name}: no solution at the {end} end: {reason}", style="yellow"))
    for row in found.rows[: found.top]:
        if row.undefined:
            console.print(Text(f"{row.name} has no derivative: {row.undefined}", style="dim"))
