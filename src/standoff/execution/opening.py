"""The executor that somebody asked for by name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from standoff.analysis.executor import Executor, Threads
from standoff.errors import InputError, Problem, nearest

__all__ = ["EXECUTORS", "open_executor"]

EXECUTORS = ("local", "ray")
"""`local` are threads of this process: docs/explanation/ensembles.md has measured them against processes."""


@contextmanager
def open_executor(name: str, *, workers: int | None = None, ray_address: str | None = None) -> Iterator[Executor]:
    """Make an executor ready, and leave nothing of it at the end.

    Args:
        name: One of `EXECUTORS`.
        workers: Draws solved at a time; None: as many as there are processors.
        ray_address: Of a Ray cluster, for the executor `ray`; None: start one on this machine.

    Raises:
        InputError: There is no such executor, or it cannot be reached.
        MissingExtraError: Ray is not installed.
    """
    problems = []
    if name not in EXECUTORS:
        problems.append(
            Problem("unknown-executor", f"there is no executor `{name}`", help=nearest(name, list(EXECUTORS)))
        )
    elif ray_address is not None and name != "ray":
        message = f"the executor `{name}` has no use for the Ray address `{ray_address}`"
        problems.append(Problem("ray-address", message, help="add `--executor ray`, or leave the address away"))
    if workers is not None and workers < 1:
        problems.append(Problem("workers", f"`{workers}` workers solve nothing", help="write 1 or more"))
    if problems:
        raise InputError(problems)
    if name == "ray":
        from standoff.execution.ray import ray_cluster

        with ray_cluster(ray_address, workers) as cluster:
            yield cluster
    else:
        yield Threads(workers)
