"""`standoff run`: from a scenario to a certified forecast."""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

if TYPE_CHECKING:
    from types import FrameType

    from standoff.workbench import Solution

__all__ = ["BeliefPoints", "BeliefTolerance", "Overrides", "ScenarioName", "progress_bar", "register"]

SHOW_PROGRESS_AFTER_SECONDS = 1.0

ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario of the catalogue, or a file.")]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Change a parameter or any value of the file, e.g. fleet_cost=0.01 or state.shield.start=ready.",
    ),
]


BeliefPoints = Annotated[
    int | None,
    typer.Option(
        "--belief-points",
        min=3,
        max=129,
        help="Points on each belief axis, instead of as many as the error asks for.",
    ),
]
BeliefTolerance = Annotated[
    float, typer.Option("--belief-tolerance", min=1e-9, max=0.1, help="Largest error of any odds from the beliefs.")
]


class _Progress(Protocol):
    def __call__(self, share: float) -> None: ...


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("run")(run)


def run(
    scenario: ScenarioName,
    overrides: Overrides = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    report: Annotated[Path | None, typer.Option("--report", metavar="FILE", help="Also write an HTML brief.")] = None,
    horizon: Annotated[
        float | None,
        typer.Option(
            "--horizon",
            metavar="N",
            help="End the game so many time units ahead, not as the file says (a shorter game is another game).",
        ),
    ] = None,
    belief_points: BeliefPoints = None,
    belief_tolerance: BeliefTolerance = 2e-3,
) -> None:
    """Forecast how a crisis ends and when, with a certificate."""
    from standoff import workbench

    changes = list(overrides or [])
    if horizon is not None:
        changes.append(f"period.horizon={horizon:.15g}")
    crisis = workbench.load(scenario, overrides=changes)
    if report is not None:
        from standoff.storing import check_writable

        check_writable(report)  # rather than after the work
    from standoff.solve.equilibrium import Settings  # slow to load, so what is wrong with the input is told first

    with progress_bar() as progress:
        solution = crisis.solve(Settings(belief_points=belief_points, belief_tolerance=belief_tolerance), progress)
        solution.forecast()
    if report is not None:
        from standoff.report import write_brief

        write_brief(solution, report)
    if as_json:
        sys.stdout.write(json.dumps(solution.document(), indent=1, allow_nan=False) + "\n")
    else:
        _draw(solution)
        if report is not None:
            typer.echo(f"\nbrief written to {report}")


_LOADING_KERNELS = "Loading the kernels (the first run on a machine compiles them, which takes about half a minute)"


@contextmanager
def progress_bar(first: str = _LOADING_KERNELS, doing: str = "Solving") -> Iterator[_Progress]:
    """A bar on standard error once the work has gone on for a second; nothing if that is no terminal.

    Args:
        first: What is done until the first share of the work is known to be done.
        doing: What is done from then on.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    task = bar.add_task(first, total=1.0)
    started = time.monotonic()
    if console.is_terminal:
        bar.start()

    def progress(share: float) -> None:
        check_interrupt()
        if time.monotonic() - started > SHOW_PROGRESS_AFTER_SECONDS:
            bar.update(task, description=doing, completed=share)

    try:
        with _interrupts() as check_interrupt:
            yield progress
    finally:
        if console.is_terminal:
            bar.stop()


@contextmanager
def _interrupts() -> Iterator[Callable[[], None]]:
    """Let no Ctrl-C be lost: Python drops the exception where it strikes in a callback of the garbage collector.

    Yields:
        Raises KeyboardInterrupt, in the main thread, if one was asked for and has not come through. So does the end.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield lambda: None  # somebody else looks after it
        return
    asked = False

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        asked = True
        signal.default_int_handler(number, frame)

    def check() -> None:
        if asked and threading.current_thread() is threading.main_thread():
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, ask)
    try:
        yield check
        check()
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _draw(solution: Solution) -> None:
    from rich.console import Console

    from standoff.cli.drawing import draw_solution

    console = Console(highlight=False, soft_wrap=False)
    draw_solution(console, solution)
