"""Solve draws on a Ray cluster: an existing one, or one that is started on this machine.

Parts of draws (`standoff.execution.parts`) are Ray tasks. If a worker or machine is lost, Ray gives its task to another; after a
few consecutive losses this module sends the part again. The machines of a cluster must have the same version of standoff, which
is checked first.

References:
    Moritz and others (2018), Ray: a distributed framework for emerging AI applications.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeVar

from standoff.analysis.executor import Draw
from standoff.errors import InputError, Problem, SolveError, StandoffError
from standoff.execution.parts import Job, SolvedPart, distribute_draws, solve_part
from standoff.extras import import_extra
from standoff.game.compiled_scenario import CompiledScenario
from standoff.scenario import Scenario
from standoff.solve.result import Equilibrium, Settings
from standoff.solve.workers import count_processors
from standoff.version import __version__

__all__ = ["RayCluster", "open_ray_cluster"]

Kept = TypeVar("Kept")

CONNECT_SECONDS = 5.0
GREETING_SECONDS = 120.0
"""Longest time of the first task, in which a worker starts and imports standoff."""
_SETTINGS = b"\x04"
"""Kind of the first frame that a server of HTTP/2 sends (RFC 9113, section 3.4); the head node speaks gRPC, which is HTTP/2."""
_GREETING = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00" + _SETTINGS + bytes(5)
RETRIES = 3
"""Number of times that Ray gives a task to another worker."""


@dataclass(frozen=True)
class RayCluster:
    """An executor on a cluster to which this process is connected; opened by `open_ray_cluster`.

    Attributes:
        ray: The module `ray`.
        workers: Number of parts solved at the same time.
    """

    ray: ModuleType
    workers: int

    def solve_draws(
        self,
        scenario: Scenario,
        draws: Iterable[Draw],
        settings: Settings,
        keep: Callable[[Equilibrium], Kept],
    ) -> Iterator[tuple[int, Kept | StandoffError]]:
        """Solve draws as `Executor.solve_draws` does."""
        CompiledScenario.of(scenario)  # report a fault of the scenario here and not on every worker
        ray = self.ray
        job = ray.put(Job(scenario, settings, keep))
        task = ray.remote(num_cpus=1, max_retries=RETRIES)(solve_part)
        under_way: set[Any] = set()

        def submit(part: list[Draw]) -> Any:
            handle = task.remote(job, part)
            under_way.add(handle)
            return handle

        def take(handles: Sequence[Any]) -> tuple[Any, SolvedPart[Any] | None]:
            (first, *_), _ = ray.wait(list(handles), num_returns=1)
            under_way.discard(first)
            try:
                return first, ray.get(first)
            except (ray.exceptions.WorkerCrashedError, ray.exceptions.NodeDiedError, ray.exceptions.OutOfMemoryError):
                return first, None
            except ray.exceptions.RayTaskError as error:
                raise error.cause or error from None

        try:
            yield from distribute_draws(draws, workers=self.workers, submit=submit, take=take)
        finally:
            for handle in under_way:
                ray.cancel(handle, force=True)


@contextmanager
def open_ray_cluster(address: str | None = None, workers: int | None = None) -> Iterator[RayCluster]:
    """Connect to a cluster, and disconnect at the end.

    Args:
        address: `HOST:PORT` of its head node, or `auto` for the cluster of this machine; None to start a cluster here and stop
            it at the end.
        workers: Number of parts solved at the same time; None for the number of processors.

    Raises:
        MissingExtraError: Ray is not installed.
        InputError: There is no cluster at the address, or it has another version of standoff.
    """
    if address is not None:
        _check_address(address)
    # avoid Ray's warnings at every start; a cluster of this process uses a token, which is Ray's default
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    if address is None and "ray" not in sys.modules:  # Ray reads it once, when it is imported
        os.environ.setdefault("RAY_AUTH_MODE", "token")
    ray = import_extra("ray", "cluster", "`--executor ray`")
    options: dict[str, Any] = {"include_dashboard": False, "num_cpus": workers or count_processors()}
    try:
        ray.init(
            **(options | {"address": "local"} if address is None else {"address": address}),
            log_to_driver=False,
            logging_level=logging.CRITICAL,
            configure_logging=False,
        )
    except (ConnectionError, TimeoutError, ValueError, RuntimeError) as error:
        raise _make_unreachable_error(address or "a new one", str(error).partition("\n")[0]) from None
    try:
        # Ray reports lost workers on standard output, which is for the answer
        with redirect_stdout(sys.stderr):
            _check_versions(ray, address)
            yield RayCluster(ray, workers or max(1, int(ray.cluster_resources().get("CPU", 1))))
    finally:
        ray.shutdown()


def _check_address(address: str) -> None:
    """Refuse what is no address, and one at which nobody answers, before Ray tries for minutes."""
    if address == "auto":
        return
    host, sign, port = address.rpartition(":")
    if not (sign and host and port.isdigit() and 0 < int(port) < 65536) or "/" in address:
        message = f"`{address}` is no address of a Ray cluster"
        raise InputError(Problem("ray-address", message, help="write `HOST:PORT` of its head node, or `auto`"))
    try:
        with socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS) as line:
            if os.environ.get("RAY_USE_TLS", "0") != "0":
                return  # who answers is known only after a handshake, which Ray makes
            line.settimeout(CONNECT_SECONDS)
            line.sendall(_GREETING)
            answer = line.recv(4)
    except TimeoutError:
        raise _make_unreachable_error(address, f"no answer within {CONNECT_SECONDS:g} seconds") from None
    except OSError as error:
        raise _make_unreachable_error(address, (error.strerror or str(error)).lower()) from None
    if answer[3:4] != _SETTINGS:
        raise _make_unreachable_error(address, "the server there is not a head node of Ray")


def _make_unreachable_error(address: str, reason: str) -> InputError:
    return InputError(
        Problem(
            "cluster-unreachable",
            f"the Ray cluster `{address}` cannot be reached: {reason}",
            help="start one with `ray start --head` (if it asks for a token, set RAY_AUTH_MODE=token here too), "
            "or omit `--ray-address` to use this machine alone",
        )
    )


def _find_version() -> str:
    return __version__


def _check_versions(ray: ModuleType, address: str | None) -> None:
    """Check the version of standoff on a worker."""
    task = ray.remote(num_cpus=1, max_retries=RETRIES)(_find_version)
    try:
        found = ray.get(task.remote(), timeout=GREETING_SECONDS)
    except ray.exceptions.GetTimeoutError:
        raise SolveError(
            f"the Ray cluster provided no worker within {GREETING_SECONDS:g} seconds: all its processors may be in use"
        ) from None
    except ray.exceptions.RayError as error:
        text = str(error).strip().rpartition("\n")[2]
        message = f"a worker of the Ray cluster `{address or 'here'}` cannot run standoff: {text}"
        raise InputError(
            Problem("cluster-worker", message, help=f"install standoff {__version__} on every machine of the cluster")
        ) from None
    if found != __version__:
        message = f"the Ray cluster has standoff `{found}`, this is {__version__}"
        raise InputError(Problem("cluster-worker", message, help="install the same version everywhere"))
