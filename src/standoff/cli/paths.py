"""`standoff stories`: how each end might come about, told period by period."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.progress import progress_bar
from standoff.cli.run import BeliefPoints, BeliefTolerance, Overrides, ScenarioName

if TYPE_CHECKING:
    from rich.console import Console

    from standoff.analysis.solution import Solution
    from standoff.analysis.stories import OutcomeStories, Stories, Story

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("stories")(stories)


def stories(
    scenario: ScenarioName,
    outcome: Annotated[
        list[str] | None,
        typer.Option(
            "--outcome",
            metavar="NAME",
            help="An outcome, a package, a milestone or `unresolved`; several are possible. By default every outcome.",
        ),
    ] = None,
    samples: Annotated[
        int, typer.Option("--samples", metavar="N", min=1, max=1_000_000, help="Plays to sample for what is typical.")
    ] = 5000,
    seed: Annotated[int, typer.Option("--seed", metavar="S", min=0, help="Seed of the sampling.")] = 1,
    overrides: Overrides = None,
    belief_points: BeliefPoints = None,
    belief_tolerance: BeliefTolerance = 2e-3,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Tell how each end might come about: the most probable path, a typical one, and the usual order of events."""
    from standoff.catalog.opening import load

    loaded = load(scenario, overrides=list(overrides or []))
    from standoff.analysis.solution import solve
    from standoff.analysis.stories import check_names
    from standoff.analysis.stories import stories as find_stories
    from standoff.game.compile import compile_game
    from standoff.solve.equilibrium import Settings

    names = check_names(compile_game(loaded), outcome)
    with progress_bar() as progress:
        settings = Settings(belief_points=belief_points, belief_tolerance=belief_tolerance)
        solution = solve(loaded, settings, progress)
        found = find_stories(solution, names, num_samples=samples, seed=seed)
    if as_json:
        sys.stdout.write(json.dumps(solution.header_to_json() | found.document(), indent=1, allow_nan=False) + "\n")
        return
    _draw(solution, found)


def _draw(solution: Solution, found: Stories) -> None:
    from rich.console import Console
    from rich.text import Text

    from standoff.cli.solution_tables import draw_certificate

    console = Console(highlight=False, soft_wrap=False)
    console.print(Text(solution.scenario.title, style="bold"))
    if solution.scenario.overrides:
        console.print(Text("changed: " + "; ".join(solution.scenario.overrides), style="yellow"))
    for one in found.outcomes:
        console.print()
        _draw_outcome(console, found, one)
    console.print()
    console.print(
        Text(
            f"{_plays(found.num_samples)} sampled with seed {found.seed}. Probabilities of paths are exact; shares are of the "
            "sampled plays that came to this end, with their standard errors.",
            style="dim",
        )
    )
    draw_certificate(console, solution)


def _draw_outcome(console: Console, found: Stories, one: OutcomeStories) -> None:
    from rich.text import Text

    from standoff.analysis.watch import share

    by = f"{found.horizon:%-d %B %Y}"
    console.print(Text(f"{one.label}: {share(one.probability)} by {by}", style="bold"))
    if one.likeliest is not None:
        proof = "proved" if one.is_proven else f"no other path is more probable than {one.bound:.1e}"
        console.print(Text(f"The most probable path ({_probabilities(one.likeliest)}; {proof})", style="italic"))
        _tell(console, one.likeliest)
    elif one.name != "unresolved":
        console.print("No path leads there by the horizon.")
    if one.typical is None:
        console.print(f"None of {_plays(found.num_samples)} sampled came to this end; sample more for a typical path.")
        return
    console.print(Text(f"A typical path ({_probabilities(one.typical)}; of {_plays(one.num_plays)})", style="italic"))
    _tell(console, one.typical)
    for heading, sequences in (("Milestones on the way", one.routes), ("The same events in order", one.sequences)):
        if sequences:
            console.print(Text(f"{heading}, whenever they came", style="italic"))
        for sequence in sequences:
            told = " → ".join(sequence.events) or "none"
            error = 100 * sequence.standard_error
            console.print(Text(f"  {100 * sequence.share:.1f} ± {error:.1f} %: {told}"))


def _plays(count: int) -> str:
    return "1 play" if count == 1 else f"{count:,} plays"


def _probabilities(story: Story) -> str:
    return f"probability {story.probability:.1e}, {story.share:.1e} of this end"


def _tell(console: Console, story: Story) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from standoff.analysis.watch import share

    for chapter in story.chapters:
        told = Text(chapter.text)
        if chapter is not story.chapters[-1]:
            told.append(f" [then {share(chapter.probabilities)}]", style="dim")
        console.print(Padding(told, (0, 0, 0, 2)))
