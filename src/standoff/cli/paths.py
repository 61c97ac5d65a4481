"""`standoff paths`: how each outcome might come about, period by period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.common import (
    AsJson,
    BeliefPoints,
    BeliefTolerance,
    Overrides,
    ScenarioName,
    load_scenario,
    make_settings,
    open_console,
    print_indented,
    print_json,
    print_note,
    print_title,
)
from standoff.cli.progress import progress_bar
from standoff.text import format_day, format_precise_percent, pluralise

if TYPE_CHECKING:
    from rich.console import Console

    from standoff.analysis.paths import PathsToOutcome, TypicalPath, TypicalPaths
    from standoff.analysis.solution import Solution

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("paths", short_help="Show how each outcome might come about.")(paths)


def paths(
    scenario: ScenarioName,
    outcome: Annotated[
        list[str] | None,
        typer.Option(
            "--outcome",
            metavar="NAME",
            help="Outcome, package, milestone or `unresolved`. Repeatable (default: every outcome).",
        ),
    ] = None,
    samples: Annotated[
        int, typer.Option("--samples", metavar="N", min=1, max=1_000_000, help="Number of plays to sample.")
    ] = 5000,
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help="Random seed.")] = 1,
    overrides: Overrides = None,
    belief_points: BeliefPoints = None,
    belief_tolerance: BeliefTolerance = 2e-3,
    as_json: AsJson = False,
) -> None:
    """Show how each outcome might come about: a typical path, and the usual order of milestones and events."""
    loaded = load_scenario(scenario, overrides)
    from standoff.analysis.paths import check_names
    from standoff.analysis.paths import paths as find_paths
    from standoff.analysis.solution import solve
    from standoff.game.compile import compile_game

    names = check_names(compile_game(loaded), outcome)
    with progress_bar() as progress:
        solution = solve(loaded, make_settings(belief_points, belief_tolerance), progress)
        found = find_paths(solution, names, num_samples=samples, seed=seed)
    if as_json:
        print_json(solution.header_to_json() | found.to_json())
    else:
        _draw(open_console(), solution, found)


def _draw(console: Console, solution: Solution, found: TypicalPaths) -> None:
    from standoff.cli.tables import print_certificate

    print_title(console, solution.scenario)
    for one in found.outcomes:
        console.print()
        _draw_outcome(console, found, one)
    console.print()
    print_note(
        console,
        f"{pluralise(found.num_samples, 'play')} sampled with seed {found.seed}. Probabilities of paths are exact; shares are "
        "of the sampled plays that reach the outcome, with their standard errors. [then ...]: probability of the outcome after "
        "these events.",
    )
    print_certificate(console, solution)


def _draw_outcome(console: Console, found: TypicalPaths, one: PathsToOutcome) -> None:
    from rich.text import Text

    probability = format_precise_percent(one.probability)
    console.print(Text(f"{one.label}: {probability} by {format_day(found.horizon)}", style="bold"))
    if one.typical is None:
        sampled = pluralise(found.num_samples, "sampled play")
        console.print(f"None of {sampled} reaches this outcome; use a larger --samples for a typical path.")
        return
    path = one.typical
    heading = f"A typical path (of {pluralise(one.num_plays, 'play')}; its own probability is {path.probability:.1e})"
    console.print(Text(heading, style="italic"))
    _draw_path(console, path)
    for heading, sequences in (("Order of milestones", one.routes), ("Repeated orders of events", one.sequences)):
        if sequences:
            console.print(Text(f"{heading}, whatever their dates", style="italic"))
        for sequence in sequences:
            order = " → ".join(sequence.events) or "none"
            error = 100 * sequence.standard_error
            print_indented(console, f"{100 * sequence.share:.1f} ± {error:.1f} %: {order}")


def _draw_path(console: Console, path: TypicalPath) -> None:
    from rich.padding import Padding
    from rich.text import Text

    for chapter in path.chapters:
        text = Text(chapter.text)
        if chapter is not path.chapters[-1]:
            text.append(f" [then {format_precise_percent(chapter.probability)}]", style="dim")
        console.print(Padding(text, (0, 0, 0, 2)))
