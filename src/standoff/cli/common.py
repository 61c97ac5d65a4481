"""What the commands share: the options that recur, loading, solving and printing.

Options are defined once here, so that one word means one thing in every command. Nothing slow is imported at the top, so
that `standoff --help` stays quick.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from standoff.scenario import Scenario
    from standoff.solve.result import Settings

__all__ = [
    "CHECKPOINTS",
    "AsJson",
    "BeliefPoints",
    "BeliefTolerance",
    "BranchName",
    "Horizon",
    "Overrides",
    "ScenarioName",
    "Seed",
    "Target",
    "Targets",
    "load_scenario",
    "make_settings",
    "open_console",
    "print_indented",
    "print_json",
    "print_note",
    "print_title",
]

CHECKPOINTS = (1, 2, 4, 8, 13, 26)
"""Time units ahead for which tables show a column, where they lie within the horizon."""

ScenarioName = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="Name of a scenario of the catalogue, or path of a scenario file.")
]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Override a parameter or any other value of the file, e.g. fleet_cost=0.01, state.shield.start=ready or "
        "nature.mediation=off. Repeatable.",
    ),
]
Horizon = Annotated[
    float | None,
    typer.Option(
        "--horizon",
        metavar="N",
        help="Horizon in the file's time unit, overriding the file. Shortening it changes the game.",
    ),
]
BeliefPoints = Annotated[
    int | None,
    typer.Option(
        "--belief-points",
        metavar="N",
        min=3,
        max=129,
        help="Fixed number of belief points per axis (default: chosen to meet --belief-tolerance).",
    ),
]
BeliefTolerance = Annotated[
    float,
    typer.Option(
        "--belief-tolerance",
        metavar="X",
        min=1e-9,
        max=0.1,
        help="Largest estimated discretisation error allowed in any probability.",
    ),
]
BranchName = Annotated[
    Literal["principal", "node-wise"],
    typer.Option(
        "--branch",
        metavar="NAME",
        help="Which equilibrium, where there may be several: `node-wise`, the branch of each decision given later play, or "
        "`principal`, along which the rationality of all players grows together.",
    ),
]
Seed = Annotated[int, typer.Option("--seed", metavar="N", min=0, help="Random seed.")]
_TARGET = "strike, strike@12 (time units ahead) or strike@2026-04-03 (a date)"
Target = Annotated[
    str | None,
    typer.Option(
        "--target", metavar="NAME[@WHEN]", help=f"Outcome or milestone, with an optional deadline: {_TARGET}."
    ),
]
Targets = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        metavar="NAME[@WHEN]",
        help=f"Outcome or milestone, with an optional deadline: {_TARGET}. Repeatable (default: the first milestone and "
        "the first outcome of the file, eight weeks ahead).",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the full result as JSON.")]


def load_scenario(name: str, overrides: Sequence[str] | None = None, *, horizon: float | None = None) -> Scenario:
    """Load the scenario that a command names, with its overrides.

    Raises:
        InputError: The name, the file or an override is wrong; carries every fault.
    """
    from standoff.catalog.opening import load

    changes = list(overrides or [])
    if horizon is not None:
        changes.append(f"period.horizon={horizon:.15g}")
    return load(name, overrides=changes)


def make_settings(
    belief_points: int | None, belief_tolerance: float, branch: Literal["principal", "node-wise"] = "node-wise"
) -> Settings:
    """Return the settings that the options of a command give."""
    from standoff.solve.result import Settings

    return Settings(belief_points=belief_points, belief_tolerance=belief_tolerance, branch=branch)


def print_json(document: Mapping[str, Any] | Sequence[Any]) -> None:
    """Print a document as JSON on standard output."""
    sys.stdout.write(json.dumps(document, indent=1, allow_nan=False) + "\n")


def open_console() -> Console:
    """Return a console on standard output that neither colours numbers nor wraps words of its own accord."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=False)


def print_title(console: Console, scenario: Scenario, subtitle: str = "") -> None:
    """Print the title of a scenario, what the page is about, and the overrides."""
    from rich.text import Text

    console.print(Text(scenario.title, style="bold"))
    if subtitle:
        console.print(Text(subtitle))
    if scenario.overrides:
        console.print(Text("overrides: " + "; ".join(scenario.overrides), style="yellow"))


def print_indented(console: Console, text: str) -> None:
    """Print a text two columns in, also where it wraps."""
    from rich.padding import Padding
    from rich.text import Text

    console.print(Padding(Text(text), (0, 0, 0, 2)))


def print_note(console: Console, note: str) -> None:
    """Print an explanation under a table."""
    from rich.text import Text

    text: Text = Text(note, style="dim")
    console.print(text)
