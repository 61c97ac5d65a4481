"""Open an executor by name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from standoff.analysis.executor import Executor, Threads
from standoff.errors import InputError, Problem, suggest_nearest

__all__ = ["EXECUTORS", "open_executor"]

EXECUTORS = ("local", "ray")
"""Names of executors; `local` runs threads of this process (measured against processes in docs/explanation/ensembles.md)."""


@contextmanager
def open_executor(name: str, *, workers: int | None = None, ray_address: str | None = None) -> Iterator[Executor]:
    """Open an executor, and close it at the end.

    Args:
        name: One of `EXECUTORS`.
        workers: Number of draws solved at the same time; None for the number of processors.
        ray_address: Address of a Ray cluster, for the executor `ray`; None to start one on this machine.

    Raises:
        InputError: The executor is unknown or cannot be reached.
        MissingExtraError: Ray is not installed.
    """
    problems = []
    if name not in EXECUTORS:
        problems.append(
            Problem("unknown-executor", f"there is no executor `{name}`", help=suggest_nearest(name, list(EXECUTORS)))
        )
    elif ray_address is not None and name != "ray":
        message = f"the executor `{name}` does not use the Ray address `{ray_address}`"
        problems.append(Problem("ray-address", message, help="add `--executor ray`, or omit the address"))
    if workers is not None and workers < 1:
        problems.append(Problem("workers", f"`{workers}` is not a valid number of workers", help="write 1 or more"))
    if problems:
        raise InputError(problems)
    if name == "ray":
        from standoff.execution.ray import open_ray_cluster

        with open_ray_cluster(ray_address, workers) as cluster:
            yield cluster
    else:
        yield Threads(workers)
