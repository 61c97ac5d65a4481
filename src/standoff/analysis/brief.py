"""Everything that is asked of a crisis for its brief, gathered in one go.

A part that a crisis has no answer to (no bargaining to speak of, a fold where there are no derivatives) is left out with the
reason, and the brief says so; everything else stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from standoff.errors import InputError, Problem, SolveError, nearest

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

__all__ = ["PARTS", "Brief", "Part", "assemble_brief", "chosen_parts"]

Part = Literal["ensemble", "drivers", "tripwires", "indicators", "bargain", "window", "paths"]
PARTS: tuple[Part, ...] = get_args(Part)
_SHARES: dict[str, float] = {
    "solve": 2.0, "whatif": 3.0, "ensemble": 25.0, "drivers": 40.0, "tripwires": 10.0, "indicators": 3.0, "bargain": 15.0,
    "window": 3.0, "paths": 10.0,
}  # fmt: skip
"""Roughly how long each part takes, against the others."""
STRONGEST = 16
"""Numbers whose ranges are solved at both ends, and looked at for tripwires; the effect of the others is told by derivative."""


@dataclass(frozen=True)
class Brief:
    """A solved crisis and what was asked of it; None where a part was not asked for or has no answer.

    Attributes:
        solution: The crisis as it is.
        targets: The probabilities that the parts are about.
        whatif: Variants beside it.
        ensemble: Bands over the ranges of the numbers.
        drivers: What the targets hinge on.
        tripwires: What flips the answer.
        indicators: Events of the next period that would move the forecast.
        bargain: What could be agreed on today.
        no_deal: Why it is not.
        window: When striking pays.
        paths: How each outcome may come about.
        missing: Parts that were asked for and have no answer, each with the reason.
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


def chosen_parts(without: Sequence[str]) -> tuple[Part, ...]:
    """The parts that are left when some are left out.

    Raises:
        InputError: There is no part of that name.

    Examples:
        >>> chosen_parts(["ensemble", "paths"])
        ('drivers', 'tripwires', 'indicators', 'bargain', 'window')
    """
    unknown = [name for name in without if name not in PARTS]
    if unknown:
        raise InputError(
            [
                Problem("unknown-part", f"a brief has no part `{name}`", help=nearest(name, list(PARTS)))
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
    """Solve a crisis and ask everything of it.

    Args:
        scenario: The scenario.
        settings: How to solve it.
        variants: Variants to put beside it, as `whatif` takes them.
        parts: What to ask.
        num_draws: Draws of the ensemble.
        seed: Of everything that is drawn.
        executor: Where the many solves are done; this process by default.
        progress: Called with the share of the work done, now and then.

    Raises:
        InputError: A variant is wrong; carries every fault.
        SolveError: The crisis itself, or a variant, was not solved to tolerance.
    """
    from standoff.analysis.bargain import bargain
    from standoff.analysis.drivers import drivers
    from standoff.analysis.ensemble import ensemble
    from standoff.analysis.executor import MemoisingExecutor, Threads
    from standoff.analysis.indicators import indicators
    from standoff.analysis.no_deal import why_no_deal
    from standoff.analysis.paths import paths
    from standoff.analysis.solution import solve
    from standoff.analysis.targets import default_targets
    from standoff.analysis.tripwires import tripwires
    from standoff.analysis.whatif import whatif
    from standoff.analysis.window import window
    from standoff.solve.equilibrium import Settings

    wanted = ["solve", *(["whatif"] if variants else []), *parts]
    steps = _Steps({name: _SHARES[name] for name in wanted}, progress)
    settings = settings or Settings()
    if variants:
        steps.begin("whatif")
        compared = whatif(
            scenario, variants, settings, progress=steps
        )  # first: what is wrong with it is told before the work
    steps.begin("solve")
    solution = solve(scenario, settings, steps)
    targets = default_targets(scenario)
    shared = MemoisingExecutor(executor or Threads())  # drivers and tripwires look at the same ends of ranges
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


def _nobody(share: float) -> None:
    """Progress that nobody looks at."""
    del share


class _Steps:
    """Progress over several steps of different length; itself the progress of the one that has begun."""

    def __init__(self, shares: dict[str, float], progress: Callable[[float], None] | None) -> None:
        self._shares, self._progress = shares, progress or _nobody
        self._done, self._now = 0.0, 0.0
        self._whole = sum(shares.values())

    def begin(self, name: str) -> None:
        """The step before is done; this one begins."""
        self._done += self._now
        self._now = self._shares[name]
        self(0.0)

    def end(self) -> None:
        """All is done."""
        self._progress(1.0)

    def __call__(self, share: float) -> None:
        self._progress((self._done + self._now * share) / self._whole)
