"""Options of the commands that solve a crisis many times: where to solve, and where to keep finished solves."""

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

__all__ = ["CheckedTolerance", "ExecutorName", "KeepFolder", "RayAddress", "Workers", "announce_folder", "open_solvers"]

ExecutorName = Annotated[
    str,
    typer.Option(
        "--executor",
        metavar="NAME",
        help="Where to solve the games: `local` (threads of this process) or `ray` (a Ray cluster).",
    ),
]
RayAddress = Annotated[
    str | None,
    typer.Option(
        "--ray-address",
        metavar="HOST:PORT",
        help="Head node of a Ray cluster, or `auto` for the cluster on this machine (default: start one).",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers", metavar="N", help="Number of games solved at the same time (default: one per processor)."
    ),
]
KeepFolder = Annotated[
    Path | None,
    typer.Option(
        "--keep",
        metavar="DIR",
        help="Folder in which finished solves are kept, so that the same command can resume after an interruption.",
    ),
]
CheckedTolerance = Annotated[
    float,
    typer.Option(
        "--belief-tolerance",
        metavar="X",
        min=1e-9,
        max=0.1,
        help="Largest estimated discretisation error allowed in any probability of the checked draws.",
    ),
]


@contextmanager
def announce_folder(folder: Path | None, what: str) -> Iterator[None]:
    """Say where finished work is kept if it is interrupted.

    Args:
        folder: The folder, or None where nothing is kept.
        what: What is kept in it, as a plural noun.
    """
    try:
        yield
    except KeyboardInterrupt:
        if folder is not None and folder.is_dir():
            sys.stderr.write(f"finished {what} are kept in {folder}; run the same command again to resume\n")
        raise


@contextmanager
def open_solvers(
    scenario: Scenario, executor: str, *, workers: int | None, ray_address: str | None, keep: Path | None
) -> Iterator[tuple[Executor, Callable[[float], None]]]:
    """Open the executor that the options name, and a progress bar; both are closed at the end.

    Args:
        scenario: The scenario whose games are solved.
        executor: Name of the executor.
        workers: Number of games solved at the same time.
        ray_address: Address of a Ray cluster.
        keep: Folder for finished solves.

    Raises:
        InputError: The executor does not exist or cannot be reached, or the folder belongs to something else.
        MissingExtraError: Ray or pyarrow is not installed.
        StoreError: The folder is damaged.
    """
    from standoff.execution.caching import cache_solves
    from standoff.execution.opening import open_executor

    with (
        announce_folder(keep, "solves"),
        open_executor(executor, workers=workers, ray_address=ray_address) as opened,
        cache_solves(opened, keep, scenario) as solver,
        progress_bar() as progress,
    ):
        yield solver, progress
