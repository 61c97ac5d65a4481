"""Many solves on a GPU: the same answers as `standoff.solve.batch` gives, from one device instead of many threads.

Games of one structure are stacked (`standoff.solve.cuda_stack`) as many at a time as fit into the free memory of the device, and
solved together, belief points rising until the error estimate of each meets the tolerance, as `standoff.solve.equilibrium` does.

A GPU walks no branch around a fold. A draw in which some node is neither proved unique nor reached by a plain walk up from
rationality 0 is **handed back**: the processor solves it from the start, as if it had never been on the GPU. How many there were
is in the `Tally`, so nobody takes them for what they are not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from standoff.errors import InputError, Problem, StandoffError
from standoff.game.model import Game
from standoff.solve.arrays import padded
from standoff.solve.batch import solve_batch
from standoff.solve.cuda_device import CudaDevice, Device
from standoff.solve.cuda_passes import COUNTED, Solved, solve_stack
from standoff.solve.cuda_stack import Stack, bytes_per_draw, check_supported, structure_key
from standoff.solve.equilibrium import BELIEF_LADDER, estimated_error, probabilities_of_all, unresolved_beliefs
from standoff.solve.result import Certificate, Equilibrium, Settings, Sweep

__all__ = ["BATCH", "LeftOnDevice", "Tally", "draws_at_a_time", "solve_batch_on_gpu"]

Floats = NDArray[np.float64]
Layered = tuple[tuple[Floats, ...], ...]
Kept = TypeVar("Kept")

BATCH = 512
"""Games that are taken from their source at a time."""
SHARE_OF_MEMORY = 0.8
"""Of the free memory of the device, what a stack may take; allocations leave gaps."""


@dataclass
class Tally:
    """Where the draws of a batch were solved.

    Attributes:
        on_gpu: Draws solved on the GPU.
        handed_back: Draws that the processor solved, or refused, because the GPU could not.
    """

    on_gpu: int = 0
    handed_back: int = 0


class LeftOnDevice(tuple[Any, ...]):
    """Stands where an equilibrium has strategies or values that were not fetched from the device; refuses to be read."""

    def _refuse(self, *_: Any) -> Any:
        raise InputError(
            Problem(
                code="left-on-gpu",
                message="the strategies of a draw solved with `full=False` were left on the GPU",
                help="solve it with `full=True`, or on the processor with the executor `Threads`",
            )
        )

    __getitem__ = __iter__ = __len__ = __contains__ = _refuse


def solve_batch_on_gpu(
    games: Iterable[Game | StandoffError],
    settings: Settings | None = None,
    *,
    keep: Callable[[Equilibrium], Kept],
    full: bool = False,
    threads: int | None = None,
    device: Device | None = None,
    tally: Tally | None = None,
) -> Iterator[tuple[int, Kept | StandoffError]]:
    """Solve every game and yield what is kept of each.

    Args:
        games: As in `solve_batch`; an error among them is passed on in its place.
        settings: How to solve each game; `threads` has no meaning here. All games
            and both axes have the same belief points, with one half among them (`anchor`) instead of the prior.
        keep: What to keep of a solution.
        full: Whether a solution has its strategies and the values of period 0. They are nearly all of the memory, and fetching
            them takes longer than finding them; without them, probabilities, certificate, start values and the
            forward sweep are there,
            and reading the others raises `InputError`. A draw that was handed back has them in any case.
        threads: Threads that solve what is handed back; None: as many as this process may use processors.
        device: Where to solve; None: the current GPU.
        tally: Counts where draws were solved; added to.

    Yields:
        The index of a game, and what `keep` made of its solution or the error whose text says why there is none. Every game
        comes once, not always in order.

    Raises:
        MissingExtraError: numba-cuda is not installed.
        InputError: No GPU is found, it has too little memory for one draw, or the games or settings are not covered: moves at
            the same time, crises that go on for ever, traces and other branches.
    """
    device = device if device is not None else CudaDevice()
    return _Batch(settings or Settings(), keep, full, threads, device, tally if tally is not None else Tally()).solve(
        games
    )


class _Batch:
    """What is the same for all games of a batch."""

    def __init__(
        self,
        settings: Settings,
        keep: Callable[[Equilibrium], Any],
        full: bool,
        threads: int | None,
        device: Device,
        tally: Tally,
    ) -> None:
        self.settings, self.keep, self.full = settings, keep, full
        self.threads, self.device, self.tally = threads, device, tally

    def solve(self, games: Iterable[Game | StandoffError]) -> Iterator[tuple[int, Any]]:
        """As `solve_batch_on_gpu`."""
        waiting = enumerate(games)
        while batch := list(islice(waiting, BATCH)):
            alike: dict[str, list[tuple[int, Game]]] = {}
            for index, game in batch:
                if isinstance(game, StandoffError):
                    yield index, game
                else:
                    check_supported(game, self.settings)
                    alike.setdefault(structure_key(game), []).append((index, game))
            handed_back: list[tuple[int, Game]] = []
            for group in alike.values():
                yield from self._solve_alike(group, handed_back)
            self.tally.handed_back += len(handed_back)
            again = solve_batch([game for _, game in handed_back], self.settings, keep=self.keep, threads=self.threads)
            yield from zip([index for index, _ in handed_back], again, strict=True)

    def _solve_alike(
        self, group: list[tuple[int, Game]], handed_back: list[tuple[int, Game]]
    ) -> Iterator[tuple[int, Any]]:
        """Solve games of one structure; those that the device cannot solve are added to `handed_back`."""
        first = group[0][1]
        if not first.belief_players:
            rungs: tuple[int, ...] = (1,)
            coarse: dict[int, Floats] | None = None
        else:
            fixed = self.settings.belief_points
            rungs = BELIEF_LADDER[1:] if fixed is None else (fixed,)
            coarse = {}
            start = BELIEF_LADDER[0] if fixed is None else (fixed + 1) // 2
            group = self._sort_out(group, start, coarse, handed_back)
        for num_points in rungs:
            left: list[tuple[int, Game]] = []
            finer: dict[int, Floats] = {}
            for part, solved in self._stacks(group, num_points, self.full):
                for d, (index, game) in enumerate(part):
                    if not self._is_solved(solved, d):
                        handed_back.append((index, game))
                        continue
                    sweep = solved.sweep(d)
                    probabilities = probabilities_of_all(game, sweep)
                    error = estimated_error(game, sweep, probabilities if coarse is None else coarse[index])
                    if self.settings.belief_points is None and error > self.settings.belief_tolerance:
                        finer[index] = probabilities
                        left.append((index, game))
                        if num_points == rungs[-1]:
                            self.tally.on_gpu += 1
                            yield index, unresolved_beliefs(error, self.settings)
                        continue
                    self.tally.on_gpu += 1
                    yield index, self.keep(self._equilibrium(game, solved, d, sweep, num_points, error))
            group, coarse = left, finer if coarse is not None else None

    def _sort_out(
        self, group: list[tuple[int, Game]], num_points: int, probabilities: dict[int, Floats], handed_back:
        list[tuple[int, Game]]
    ) -> list[tuple[int, Game]]:  # fmt: skip
        """Find the probabilities at few points, against which errors are estimated; gives the games for which there are some."""
        found = []
        for part, solved in self._stacks(group, num_points, full=False):
            for d, (index, game) in enumerate(part):
                if self._is_solved(solved, d):
                    probabilities[index] = probabilities_of_all(game, solved.sweep(d))
                    found.append((index, game))
                else:
                    handed_back.append((index, game))
        return found

    def _stacks(
        self, group: Sequence[tuple[int, Game]], num_points: int, full: bool
    ) -> Iterator[tuple[Sequence[tuple[int, Game]], Solved]]:
        """Solve as many at a time as the device has memory for."""
        at = 0
        while at < len(group):
            count = draws_at_a_time(group[0][1], num_points, self.device)
            part = group[at : at + count]
            stack = Stack([game for _, game in part], num_points, _anchor(group[0][1]))
            yield part, solve_stack(stack, self.device, full=full)
            at += len(part)

    def _is_solved(self, solved: Solved, draw: int) -> bool:
        """Whether every node of a draw was solved to tolerance, on the principal branch."""
        lost = int(solved.counts[COUNTED.index("lost"), draw])
        return lost == 0 and float(solved.residual[draw]) <= self.settings.tolerance

    def _equilibrium(
        self, game: Game, solved: Solved, draw: int, sweep: Sweep, num_points: int, error: float
    ) -> Equilibrium:
        counts = dict(zip(COUNTED, (int(count) for count in solved.counts[:, draw]), strict=True))
        start_values = solved.start_values[:, draw].copy()
        certificate = Certificate(
            residual=float(solved.residual[draw]),
            regret=float(solved.regret[draw]),
            belief_points=tuple(num_points for _ in game.belief_players),
            belief_error=error,
            consistency_gap=float(np.max(np.abs(start_values - sweep.payoffs), initial=0.0)),
            branch="principal",
            nodes=counts["nodes"],
            evaluations=counts["evaluations"],
            unique=counts["unique"],
            traced=counts["nodes"] - counts["unique"],
            folds=0,
        )
        row = padded(solved.num_points)
        horizon = np.repeat(game.unresolved_payoff[:, :, None], row, axis=2)
        second = ((np.empty((0, 2 if game.belief_players else 1, row)),) * game.num_layers,) * game.num_periods
        settings = replace(self.settings, anchor=_anchor(game))
        return Equilibrium(
            game, settings, certificate, start_values, *self._large_parts(solved, draw), second, sweep, horizon
        )

    def _large_parts(self, solved: Solved, draw: int) -> tuple[Layered, Layered]:
        """Values and strategies of a draw, in rows that are filled up."""
        if not self.full:
            return LeftOnDevice(), LeftOnDevice()
        values = tuple(_filled(layer[..., draw]) for layer in solved.values)
        strategies = tuple(tuple(_filled(layer[..., draw]) for layer in period) for period in solved.strategies)
        return (values,), strategies


def _anchor(game: Game) -> tuple[float, ...]:
    """The belief that is a point on every axis: the kernels hold one axis for both, and all draws share it."""
    return (0.5,) * len(game.belief_players)


def _filled(rows: Floats) -> Floats:
    num_points = rows.shape[-1]
    filled = np.zeros((*rows.shape[:-1], padded(num_points)))
    filled[..., :num_points] = rows
    return filled


def draws_at_a_time(game: Game, num_points: int, device: Device) -> int:
    """How many draws of a game fit into the free memory of a device, at least one.

    Raises:
        InputError: Not even one does.
    """
    free, needed = device.free_bytes(), bytes_per_draw(game, num_points)
    count = SHARE_OF_MEMORY * free / needed
    if count < 1.0:
        raise InputError(
            Problem(
                code="gpu-memory",
                message=f"a draw at `{num_points}` belief points takes {needed / 2**30:.2f} GiB, "
                f"and {SHARE_OF_MEMORY:.0%} of the free memory of the GPU are {SHARE_OF_MEMORY * free / 2**30:.2f} GiB",
                help="end what else uses the GPU, set fewer belief points, or use the executor `Threads`",
            )
        )
    return int(min(count, BATCH))
