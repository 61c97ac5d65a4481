"""Options of the commands that solve a crisis many times: where, and what is kept of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.progress import progress_bar

if TYPE_CHECKING:
    from standoff.analysis.executor import Executor
    from standoff.scenario import Scenario

__all__ = ["ExecutorName", "KeepIn", "RayAddress", "WideTolerance", "Workers", "many_solves", "told_where_kept"]

ExecutorName = Annotated[
    str,
    typer.Option(
        "--executor",
        metavar="NAME",
        help="Where draws are solved: local (threads of this process) or ray.",
    ),
]
RayAddress = Annotated[
    str | None,
    typer.Option(
        "--ray-address",
        metavar="HOST:PORT",
        help="Head node of a Ray cluster, or auto for the one on this machine; by default one is started here.",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", metavar="N", help="Draws solved at a time, instead of one for each processor."),
]
KeepIn = Annotated[
    Path | None,
    typer.Option(
        "--keep",
        metavar="DIR",
        help="A folder for the finished solves: the same command goes on from there when it was stopped.",
    ),
]

WideTolerance = Annotated[
    float,
    typer.Option(
        "--belief-tolerance", min=1e-9, max=0.1, help="Largest probability error of checked draws from the beliefs."
    ),
]


@contextmanager
def told_where_kept(folder: Path | None, what: str) -> Iterator[None]:
    """Say, where somebody stops the work, where the finished part of it is kept."""
    try:
        yield
    except KeyboardInterrupt:
        if folder is not None and folder.is_dir():
            sys.stderr.write(f"finished {what} are kept in {folder}; the same command goes on from there\n")
        raise


@contextmanager
def many_solves(
    scenario: Scenario, executor: str, *, workers: int | None, ray_address: str | None, keep: Path | None
) -> Iterator[tuple[Executor, Callable[[float], None]]]:
    """What solves, and what tells the progress, of a command that is stopped or done at the end.

    Args:
        scenario: The scenario.
        executor: Its name.
        workers: Draws solved at a time.
        ray_address: Of a Ray cluster.
        keep: A folder for the finished solves.

    Raises:
        InputError: There is no such executor, it cannot be reached, or the folder is of something else.
        MissingExtraError: Ray or pyarrow is not installed.
        StoreError: The folder is damaged.
    """
    from standoff.execution.caching import cache_solves
    from standoff.execution.opening import open_executor

    with (
        told_where_kept(keep, "solves"),
        open_executor(executor, workers=workers, ray_address=ray_address) as opened,
        cache_solves(opened, keep, scenario) as solver,
        progress_bar() as progress,
    ):
        yield solver, progress
