"""Solves on a Ray cluster: one that is there already, or one of this machine that is started for the purpose.

Parts of draws (`standoff.execution.parts`) are Ray tasks. A task whose worker or machine is lost is given to another by
Ray; after a few losses
in a row the part is sent anew from here. The machines of a cluster must have the same standoff installed: it is asked first.

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
from standoff.execution.parts import Answer, Job, solve_part, spread
from standoff.extras import import_extra
from standoff.game.compiled_scenario import CompiledScenario
from standoff.scenario import Scenario
from standoff.solve.result import Equilibrium, Settings
from standoff.solve.workers import num_processors
from standoff.version import __version__

__all__ = ["RayCluster", "ray_cluster"]

Kept = TypeVar("Kept")

CONNECT_SECONDS = 5.0
GREETING_SECONDS = 120.0
"""How long the first task may take, in which a worker starts and imports standoff."""
_SETTINGS = b"\x04"
"""Kind of the first frame that a server of HTTP/2 sends (RFC 9113, section 3.4); the head node speaks gRPC, which is HTTP/2."""
_GREETING = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00" + _SETTINGS + bytes(5)
RETRIES = 3
"""Times that Ray gives a task to another worker by itself."""


@dataclass(frozen=True)
class RayCluster:
    """Solves on a cluster that this process is connected to; made by `ray_cluster`.

    Attributes:
        ray: The module.
        workers: Parts that are solved at a time.
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
        """As `Executor.solve_draws`."""
        CompiledScenario.of(scenario)  # a fault of the scenario is told here and not by every worker
        ray = self.ray
        job = ray.put(Job(scenario, settings, keep))
        task = ray.remote(num_cpus=1, max_retries=RETRIES)(solve_part)
        under_way: set[Any] = set()

        def submit(part: list[Draw]) -> Any:
            handle = task.remote(job, part)
            under_way.add(handle)
            return handle

        def take(handles: Sequence[Any]) -> tuple[Any, Answer[Any] | None]:
            (first, *_), _ = ray.wait(list(handles), num_returns=1)
            under_way.discard(first)
            try:
                return first, ray.get(first)
            except (ray.exceptions.WorkerCrashedError, ray.exceptions.NodeDiedError, ray.exceptions.OutOfMemoryError):
                return first, None
            except ray.exceptions.RayTaskError as error:
                raise error.cause or error from None

        try:
            yield from spread(draws, workers=self.workers, submit=submit, take=take)
        finally:
            for handle in under_way:
                ray.cancel(handle, force=True)


@contextmanager
def ray_cluster(address: str | None = None, workers: int | None = None) -> Iterator[RayCluster]:
    """Connect to a cluster, and leave it at the end.

    Args:
        address: `HOST:PORT` of its head node, or `auto` for the one that runs on this machine; None: start one here, and
            stop it at the end.
        workers: Parts to solve at a time; None: as many as there are processors.

    Raises:
        MissingExtraError: Ray is not installed.
        InputError: There is no cluster at the address, or it has another standoff.
    """
    if address is not None:
        _check_address(address)
    # each would else be told on every start; a cluster of one's own asks for a token, as Ray does by default
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    if address is None and "ray" not in sys.modules:  # Ray reads it once, when it is imported
        os.environ.setdefault("RAY_AUTH_MODE", "token")
    ray = import_extra("ray", "cluster", "`--executor ray`")
    options: dict[str, Any] = {"include_dashboard": False, "num_cpus": workers or num_processors()}
    try:
        ray.init(
            **(options | {"address": "local"} if address is None else {"address": address}),
            log_to_driver=False,
            logging_level=logging.CRITICAL,
            configure_logging=False,
        )
    except (ConnectionError, TimeoutError, ValueError, RuntimeError) as error:
        raise _unreachable(address or "a new one", str(error).partition("\n")[0]) from None
    try:
        # Ray tells of lost workers on standard output, where the answer belongs
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
        raise _unreachable(address, f"no answer within {CONNECT_SECONDS:g} seconds") from None
    except OSError as error:
        raise _unreachable(address, (error.strerror or str(error)).lower()) from None
    if answer[3:4] != _SETTINGS:
        raise _unreachable(address, "what answers there is no head node of Ray")


def _unreachable(address: str, reason: str) -> InputError:
    return InputError(
        Problem(
            "cluster-unreachable",
            f"the Ray cluster `{address}` cannot be reached: {reason}",
            help="start one with `ray start --head` (if it asks for a token, set RAY_AUTH_MODE=token here too), "
            "or leave `--ray-address` away to use this machine alone",
        )
    )


def _version() -> str:
    return __version__


def _check_versions(ray: ModuleType, address: str | None) -> None:
    """Ask a worker which standoff it has."""
    task = ray.remote(num_cpus=1, max_retries=RETRIES)(_version)
    try:
        found = ray.get(task.remote(), timeout=GREETING_SECONDS)
    except ray.exceptions.GetTimeoutError:
        raise SolveError(
            f"the Ray cluster gave no worker within {GREETING_SECONDS:g} seconds: its processors may all be taken"
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
