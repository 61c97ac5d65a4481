"""`standoff drivers`: what the answer depends on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.common import (
    AsJson,
    BeliefPoints,
    BeliefTolerance,
    Overrides,
    ScenarioName,
    Seed,
    Targets,
    load_scenario,
    make_settings,
    open_console,
    print_json,
    print_note,
    print_title,
)
from standoff.cli.solvers import ExecutorName, KeepFolder, RayAddress, Workers, open_solvers
from standoff.text import UNKNOWN, format_change, format_percent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from rich.console import Console

    from standoff.analysis.drivers import Driver, Drivers

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("drivers", short_help="Rank the parameters on which the answer depends.")(drivers)


def drivers(
    scenario: ScenarioName,
    overrides: Overrides = None,
    targets: Targets = None,
    top: Annotated[
        int,
        typer.Option("--top", metavar="N", min=1, help="Number of drivers that are printed and checked for a source."),
    ] = 10,
    num_tornado: Annotated[
        int | None,
        typer.Option(
            "--tornado",
            metavar="N",
            min=0,
            help="Solve both ends of the range only for the N parameters with the largest derivative (default: all).",
        ),
    ] = None,
    draws: Annotated[
        int,
        typer.Option(
            "--draws",
            metavar="N",
            min=0,
            max=65536,
            help="Also compute global sensitivity indices from N draws, at least 64 (default: 0, none).",
        ),
    ] = 0,
    seed: Seed = 0,
    executor: ExecutorName = "local",
    ray_address: RayAddress = None,
    workers: Workers = None,
    keep: KeepFolder = None,
    belief_points: BeliefPoints = None,
    belief_tolerance: BeliefTolerance = 2e-3,
    as_json: AsJson = False,
) -> None:
    """Rank the parameters on which the answer depends, and show which of them are judgement."""
    loaded = load_scenario(scenario, overrides)
    from standoff.analysis.drivers import drivers as rank_drivers
    from standoff.analysis.solution import solve
    from standoff.analysis.targets import parse_targets

    parse_targets(loaded, targets)  # a wrong name is reported before the solve
    solvers = open_solvers(loaded, executor, workers=workers, ray_address=ray_address, keep=keep)
    with solvers as (solver, progress):
        found = rank_drivers(
            solve(loaded, make_settings(belief_points, belief_tolerance)),
            targets,
            num_tornado=num_tornado,
            num_draws=draws,
            seed=seed,
            top=top,
            executor=solver,
            progress=progress,
        )
    if as_json:
        print_json(found.to_json())
    else:
        _draw(open_console(), found)


def _draw(console: Console, found: Drivers) -> None:
    from rich.text import Text

    from standoff.cli.tables import format_source, format_value, make_table, print_provenance

    print_title(console, found.scenario)
    for k, (label, probability) in enumerate(zip(found.target_labels, found.probabilities, strict=True), 1):
        console.print(Text(f"target {k}  {label}: {format_percent(float(probability))}"))
    console.print()
    shown = found.rows[: found.top]
    headings = [f"target {k + 1}\nlow, high" for k in range(len(found.targets))]
    table = make_table("", "driver", "value, range", "source", *headings, left=4)
    for rank, row in enumerate(shown, 1):
        span = "no range" if row.range is None else f"{format_value(row.range[0])} to {format_value(row.range[1])}"
        effects = [_format_effects(row, target) for target in range(len(found.targets))]
        value = f"{format_value(row.value)}, {span}"
        table.add_row(str(rank), Text(row.name), value, format_source(row.source), *effects)
    console.print(table)
    how = "from solving both ends (in parentheses: from the derivative)" if found.num_solves else "from the derivative"
    print_note(
        console,
        f"Low, high: change of the probability in percentage points at the ends of the range, {how}. "
        "~ far from the linear prediction.\n",
    )
    _draw_indices(console, found, shown)
    console.print()
    _draw_gaps(console, found)
    _draw_unsourced(console, found)
    if found.num_solves:
        console.print(
            f"{found.num_solves} solves at ends of ranges, probability error at most {found.tornado_error:.1e}"
        )
    print_provenance(console, found.scenario, found.certificate)


def _draw_indices(console: Console, found: Drivers, shown: Sequence[Driver]) -> None:
    """Print elasticities, and global sensitivity indices where they were asked for."""
    from rich.text import Text

    from standoff.cli.tables import make_table

    headings = ["elasticity"] if found.indices is None else ["elasticity", "PAWN", "Sobol"]
    table = make_table("", "driver", *headings, left=2)
    for rank, row in enumerate(shown, 1):
        table.add_row(
            str(rank), Text(row.name), _join_targets(row.elasticity, "+.2g"), *_format_indices(found, row.name)
        )
    console.print(table)
    print_note(console, "Elasticity: per cent of the probability for one per cent of the parameter, by target.")
    if found.indices is not None:
        noise = ", ".join(f"{number:.2f}" for number in found.indices.pawn_noise)
        first = ", ".join(f"{number:.2f}" for number in found.indices.first_order_noise)
        failed = f" ({found.num_failed_draws} more without a solution)" if found.num_failed_draws else ""
        print_note(
            console,
            f"PAWN and first-order Sobol indices from {found.indices.num_draws} draws{failed}; values up to {noise} (PAWN) "
            f"and {first} (Sobol) cannot be distinguished from sampling noise.",
        )


def _draw_unsourced(console: Console, found: Drivers) -> None:
    """Print which of the top drivers rest on no document."""
    from rich.text import Text

    num_ranked = min(found.top, sum(row.range is not None for row in found.rows))
    if not found.unsourced_drivers:
        console.print(f"Each of the top {num_ranked} drivers rests on a document.\n")
        return
    count = len(found.unsourced_drivers)
    rest = "rests" if count == 1 else "rest"
    console.print(Text(f"{count} of the top {num_ranked} drivers {rest} on no document:", style="bold"))
    for name in found.unsourced_drivers:
        row = found[name]
        reason = found.scenario.parameters[name].judgement or "no source"
        console.print(Text(f"  {name} ({row.label})" if row.label else f"  {name}"))
        print_note(console, f"    {' '.join(reason.split())}")
    console.print()


def _format_effects(row: Driver, target: int) -> str:
    """Write the effects at both ends of the range; from the derivative, in parentheses, where no end was solved."""
    if row.range is None:
        return "no range"
    if any(row.failures):
        return "no solution at an end"
    solved, linear = row.tornado[target], row.linear[target]
    if not math.isnan(solved[0]):
        return f"{format_change(solved[0])}, {format_change(solved[1])}" + (" ~" if row.is_nonlinear[target] else "  ")
    return "no derivative" if math.isnan(linear[0]) else f"({format_change(linear[0])}, {format_change(linear[1])})"


def _format_indices(found: Drivers, name: str) -> list[str]:
    if found.indices is None:
        return []
    if name not in found.indices.names:
        return ["", ""]
    index = found.indices.names.index(name)
    tables = (found.indices.pawn[index], found.indices.first_order[index])
    return [_join_targets(row, ".2f") for row in tables]


def _join_targets(numbers: NDArray[np.float64], form: str) -> str:
    return ", ".join(UNKNOWN if math.isnan(number) else format(float(number), form) for number in numbers)


def _draw_gaps(console: Console, found: Drivers) -> None:
    """Print for which parameters an end was not solved or a derivative does not exist."""
    from rich.text import Text

    for row in found.rows:
        for end, reason in zip(("low", "high"), row.failures, strict=True):
            if reason:
                console.print(Text(f"{row.name}: no solution at the {end} end: {reason}", style="yellow"))
    for row in found.rows[: found.top]:
        if row.undefined:
            console.print(Text(f"{row.name} has no derivative: {row.undefined}", style="dim"))
