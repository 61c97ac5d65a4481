"""A crisis on the workbench: opened, changed, solved, compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from standoff.scenario import Coverage, Scenario, apply_overrides, load_scenario, source_coverage
from standoff.workbench.finding import find_scenario
from standoff.workbench.provenance import JSON_VERSION, versions
from standoff.workbench.solution import Solution

if TYPE_CHECKING:
    from standoff.analysis.compare import Comparison
    from standoff.analysis.drivers import Drivers
    from standoff.analysis.forecast import Forecast
    from standoff.analysis.side_by_side import Alignment
    from standoff.analysis.tripwires import Tripwires
    from standoff.analysis.whatif import WhatIf
    from standoff.belief.likelihood import ReportingModel
    from standoff.belief.observation import Observation
    from standoff.belief.updating import Facts
    from standoff.game.model import Game
    from standoff.solve.adjoint import Target
    from standoff.solve.branches import Branches
    from standoff.solve.equilibrium import Settings
    from standoff.workbench.updated import Updated

__all__ = ["Crisis", "answer_document", "compare", "load"]


def load(name: str | Path, *, overrides: Sequence[str] = ()) -> Crisis:
    """Open a crisis.

    Args:
        name: A scenario of the catalogue, or the path of a scenario file.
        overrides: Changes as `name=value`, for example `escort_cost=0.02` or `state.shield.start=ready`.

    Returns:
        The crisis, checked but not yet solved.

    Raises:
        InputError: The name, the file or an override is wrong; carries every fault.

    Examples:
        >>> load("iran-us-2026").scenario.id
        'iran-us-2026'
    """
    scenario = load_scenario(find_scenario(name))
    if overrides:
        scenario = apply_overrides(scenario, list(overrides))
    return Crisis(scenario)


def compare(
    before: Crisis,
    after: Crisis,
    settings: Settings | None = None,
    *,
    alignment: Alignment = "date",
    progress: Callable[[float], None] | None = None,
) -> Comparison:
    """Solve two crises and compare them: odds by date, first moves, values, numbers and structure.

    Args:
        before: The first.
        after: The second.
        settings: How to solve each.
        alignment: Whether odds are matched by calendar "date" or by the time "ahead" of each one's `as_of`.
        progress: Called with the share of the solves done.

    Raises:
        InputError: A scenario makes no game, or no period of both ends on the same day.
        SolveError: A solution did not meet the tolerances.
    """
    from standoff.analysis.compare import compare as compare_scenarios

    return compare_scenarios(before.scenario, after.scenario, settings, alignment=alignment, progress=progress)


def answer_document(found: WhatIf | Comparison | Drivers | Tripwires) -> dict[str, Any]:
    """The answer of an analysis as plain data, as its command prints it with `--json` (layout: docs/reference/json.md)."""
    from standoff.analysis.documents import answer_document as plain

    return {"json_version": JSON_VERSION, **plain(found), "versions": versions()}


@dataclass(frozen=True)
class Crisis:
    """A scenario on the workbench.

    Attributes:
        scenario: The scenario, with any overrides.
    """

    scenario: Scenario

    @cached_property
    def game(self) -> Game:
        """The explicit-state game."""
        from standoff.game.compile import compile_game

        return compile_game(self.scenario)

    @cached_property
    def coverage(self) -> Coverage:
        """Where the numbers come from."""
        return source_coverage(self.scenario)

    def solve(self, settings: Settings | None = None, progress: Callable[[float], None] | None = None) -> Solution:
        """Find the equilibrium.

        Args:
            settings: How to solve.
            progress: Called with the share of the work done, now and then.

        Raises:
            ScenarioError: The scenario has faults that show only in its states.
            SolveError: The equilibrium did not meet the tolerances.
        """
        from standoff.solve.equilibrium import solve

        return Solution(self, solve(self.game, settings, progress))

    def forecast(self) -> Forecast:
        """Solve with the usual settings and read the forecast off."""
        return self.solve().forecast()

    def whatif(
        self,
        variants: Sequence[str],
        settings: Settings | None = None,
        *,
        progress: Callable[[float], None] | None = None,
    ) -> WhatIf:
        """Solve the crisis and variants of it, and compare.

        Args:
            variants: Each one or more changes, joined by `;`, with a name before them if wanted: `hawks: a=1; b=off`.
            settings: How to solve each.
            progress: Called with the share of the solves done.

        Raises:
            InputError: A variant or a change is wrong; carries every fault.
            SolveError: A solution did not meet the tolerances; names the variant.

        Examples:
            >>> found = load("cuba-1962", overrides=["period.horizon=2"]).whatif(["war_cost=3"])
            >>> found.variants[0].scenario.overrides
            ('period.horizon=2', 'war_cost=3')
        """
        from standoff.analysis.whatif import parse_variants, whatif

        return whatif(self.scenario, parse_variants(variants), settings, progress=progress)

    def update(
        self,
        observations: Sequence[Observation],
        *,
        as_of: dt.date,
        model: ReportingModel | None = None,
        targets: Sequence[Target] | None = None,
        facts: Facts | None = None,
        settings: Settings | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Updated:
        """Bring the forecast up to date with what was reported.

        Args:
            observations: What was reported, in any order (`standoff.belief.observation`); several reports of one event count
                once.
            as_of: The day up to which reports are counted, that day included.
            model: How events become reports; None: the defaults.
            targets: What every report is held to account for, by dates after `as_of`.
            facts: What is known for sure on `as_of`, which must then be the first day of a period.
            settings: How to solve.
            progress: Called with the share of the work of solving done, now and then.

        Raises:
            InputError: A day, target, fact or observation is wrong, or what was reported is impossible.
            SolveError: The equilibrium or the updated odds did not meet the tolerances.
        """
        from standoff.workbench.updated import update

        return update(
            self, observations, as_of=as_of, model=model, targets=targets, facts=facts, settings=settings,
            progress=progress,
        )  # fmt: skip

    def search_branches(
        self,
        settings: Settings | None = None,
        num_starts: int = 24,
        progress: Callable[[float], None] | None = None,
    ) -> Branches:
        """Look for other equilibria than the one on the principal branch.

        Args:
            settings: How to solve.
            num_starts: Starts of the search.
            progress: Called with the share of the work done, now and then.

        Raises:
            ValueError: `num_starts` is below 1.
            SolveError: The equilibrium on the principal branch did not meet the tolerances.

        Examples:
            >>> found = load("iran-us-2026", overrides=["period.horizon=2"]).search_branches()
            >>> found.principal.certificate.is_unique, len(found.others)
            (True, 0)
        """
        from standoff.solve.branches import search_branches

        return search_branches(self.game, settings, num_starts, progress)
