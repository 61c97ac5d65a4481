"""The contents of a brief: the solution and the answers to every question about it.

A part for which a scenario has no answer (no bargaining, or a fold where there are no derivatives) is left out, and
the brief reports the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from standoff.errors import InputError, Problem, SolveError, suggest_nearest

if TYPE_CHECKING:
    from standoff.analysis.bargain import Bargain
    from standoff.analysis.drivers import Drivers
    from standoff.analysis.ensemble_result import Ensemble
    from standoff.analysis.executor import Executor
    from standoff.analysis.indicators import Indicators
    from standoff.analysis.no_deal import NoDeal
    from standoff.analysis.paths import TypicalPaths
    from standoff.analysis.solution import Solution
    from standoff.analysis.tripwires import Tripwires
    from standoff.analysis.whatif import WhatIf
    from standoff.analysis.window import Window
    from standoff.scenario import Scenario
    from standoff.solve.equilibrium import Settings
    from standoff.solve.target import Target

__all__ = ["PARTS", "Brief", "Part", "assemble_brief", "choose_parts"]

Part = Literal["ensemble", "drivers", "tripwires", "indicators", "bargain", "window", "paths"]
PARTS: tuple[Part, ...] = get_args(Part)
_SHARES: dict[str, float] = {
    "solve": 2.0, "whatif": 3.0, "ensemble": 25.0, "drivers": 40.0, "tripwires": 10.0, "indicators": 3.0, "bargain": 15.0,
    "window": 3.0, "paths": 10.0,
}  # fmt: skip
"""Approximate relative time of each part, for the progress bar."""
STRONGEST = 16
"""Number of drivers whose ranges are solved at both ends and searched for tripwires; the others are measured by derivative."""


@dataclass(frozen=True)
class Brief:
    """The contents of a brief; a part is None where it was not asked for or has no answer.

    Attributes:
        solution: The solution of the scenario.
        targets: The targets of the parts.
        whatif: Variants of the scenario.
        ensemble: Bands over the ranges of the parameters.
        drivers: Numbers on which the targets depend.
        tripwires: Smallest changes that change the answer.
        indicators: Events of the next period that would move the forecast.
        bargain: Deals that both sides prefer to no deal.
        no_deal: Why there is no deal.
        window: When striking pays, by type.
        paths: How each outcome may come about.
        missing: Parts that were asked for and have no answer: (part, reason).
    """

    solution: Solution
    targets: tuple[Target, ...]
    whatif: WhatIf | None = None
    ensemble: Ensemble | None = None
    drivers: Drivers | None = None
    tripwires: Tripwires | None = None
    indicators: Indicators | None = None
    bargain: Bargain | None = None
    no_deal: NoDeal | None = None
    window: Window | None = None
    paths: TypicalPaths | None = None
    missing: tuple[tuple[str, str], ...] = ()


def choose_parts(without: Sequence[str]) -> tuple[Part, ...]:
    """Choose the parts of a brief without some of them.

    Raises:
        InputError: A part does not exist.

    Examples:
        >>> choose_parts(["ensemble", "paths"])
        ('drivers', 'tripwires', 'indicators', 'bargain', 'window')
    """
    unknown = [name for name in without if name not in PARTS]
    if unknown:
        raise InputError(
            [
                Problem("unknown-part", f"a brief has no part `{name}`", help=suggest_nearest(name, list(PARTS)))
                for name in unknown
            ]
        )
    return tuple(part for part in PARTS if part not in without)


def assemble_brief(
    scenario: Scenario,
    settings: Settings | None = None,
    *,
    variants: Sequence[str] = (),
    parts: Sequence[Part] = PARTS,
    num_draws: int = 64,
    seed: int = 0,
    executor: Executor | None = None,
    progress: Callable[[float], None] | None = None,
) -> Brief:
    """Solve a scenario and answer every question about it.

    Args:
        scenario: The scenario.
        settings: Settings of the solver.
        variants: Variants of the scenario, as for `whatif`.
        parts: The parts of the brief.
        num_draws: Number of draws of the ensemble.
        seed: Random seed of everything that is drawn.
        executor: Solves the draws; None: the threads of this process.
        progress: Called now and then with the share of the work done.

    Raises:
        InputError: A variant is wrong; carries every fault.
        SolveError: The scenario or a variant was not solved to the tolerance.
    """
    from standoff.analysis.bargain import bargain
    from standoff.analysis.drivers import drivers
    from standoff.analysis.ensemble import ensemble
    from standoff.analysis.executor import MemoisingExecutor, Threads
    from standoff.analysis.indicators import indicators
    from standoff.analysis.no_deal import why_no_deal
    from standoff.analysis.paths import paths
    from standoff.analysis.solution import solve
    from standoff.analysis.targets import choose_default_targets
    from standoff.analysis.tripwires import tripwires
    from standoff.analysis.whatif import whatif
    from standoff.analysis.window import window
    from standoff.solve.equilibrium import Settings

    wanted = ["solve", *(["whatif"] if variants else []), *parts]
    steps = _Steps({name: _SHARES[name] for name in wanted}, progress)
    settings = settings or Settings()
    if variants:
        steps.begin("whatif")
        # first, so that faults of the variants are reported before the work
        compared = whatif(scenario, variants, settings, progress=steps)
    steps.begin("solve")
    solution = solve(scenario, settings, steps)
    targets = choose_default_targets(scenario)
    shared = MemoisingExecutor(executor or Threads())  # drivers and tripwires solve the same ends of ranges
    questions: dict[Part, Callable[[], dict[str, Any]]] = {
        "ensemble": lambda: {
            "ensemble": ensemble(scenario, num_draws, seed=seed, executor=executor, progress=steps),
        },
        "drivers": lambda: {
            "drivers": drivers(solution, targets, num_tornado=STRONGEST, executor=shared, progress=steps)
        },
        "tripwires": lambda: {
            "tripwires": tripwires(solution, num_strongest=STRONGEST, executor=shared, progress=steps)
        },
        "indicators": lambda: {"indicators": indicators(solution, targets)},
        "bargain": lambda: {
            "bargain": bargain(solution),
            "no_deal": why_no_deal(solution, targets, progress=steps),
        },
        "window": lambda: {"window": window(solution)},
        "paths": lambda: {"paths": paths(solution, seed=seed)},
    }
    found: dict[str, Any] = {"whatif": compared} if variants else {}
    missing: list[tuple[str, str]] = []
    for part in parts:
        steps.begin(part)
        try:
            found |= questions[part]()
        except InputError as error:
            missing.append((part, "; ".join(problem.message for problem in error.problems)))
        except SolveError as error:
            missing.append((part, str(error)))
    steps.end()
    return Brief(solution=solution, targets=targets, missing=tuple(missing), **found)


def _ignore(share: float) -> None:
    """Progress that is not reported."""
    del share


class _Steps:
    """Progress over several steps of different length; calling it reports the progress of the current step."""

    def __init__(self, shares: dict[str, float], progress: Callable[[float], None] | None) -> None:
        self._shares, self._progress = shares, progress or _ignore
        self._done, self._now = 0.0, 0.0
        self._whole = sum(shares.values())

    def begin(self, name: str) -> None:
        """Finish the step before and begin this one."""
        self._done += self._now
        self._now = self._shares[name]
        self(0.0)

    def end(self) -> None:
        """Finish the last step."""
        self._progress(1.0)

    def __call__(self, share: float) -> None:
        self._progress((self._done + self._now * share) / self._whole)
