"""A crisis on the workbench: opened, changed, solved, compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from standoff.errors import InputError, Problem
from standoff.scenario import Coverage, Scenario, apply_overrides, load_scenario, measure_coverage
from standoff.workbench.dossier import PARTS, Dossier, Part, assemble_dossier
from standoff.workbench.finding import find_scenario
from standoff.workbench.provenance import JSON_VERSION, versions
from standoff.workbench.solution import Solution

if TYPE_CHECKING:
    from standoff.analysis.compare import Comparison
    from standoff.analysis.drivers import Drivers
    from standoff.analysis.ensemble import Ensemble
    from standoff.analysis.executor import Executor
    from standoff.analysis.forecast import Forecast
    from standoff.analysis.regime_map import RegimeMap
    from standoff.analysis.side_by_side import Alignment
    from standoff.analysis.tripwires import Tripwires
    from standoff.analysis.whatif import WhatIf
    from standoff.belief.likelihood import ReportingModel
    from standoff.belief.observation import Observation
    from standoff.belief.updating import KnownFacts
    from standoff.desk.updated import Updated
    from standoff.game.model import Game
    from standoff.solve.branches import Branches
    from standoff.solve.equilibrium import Settings
    from standoff.solve.target import Target
    from standoff.store.records import StoredRun
    from standoff.store.repository import Store

__all__ = ["Crisis", "answer_document", "compare", "load", "rerun", "settings_of_run"]


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
    """Solve two crises and compare them: probabilities by date, first moves, values, numbers and structure.

    Args:
        before: The first.
        after: The second.
        settings: How to solve each.
        alignment: Whether probabilities are matched by calendar "date" or by the time "ahead" of each one's `as_of`.
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


def rerun(store: Store, run_id: int) -> Solution:
    """Do a recorded run again: the scenario as it was, solved as it was.

    With the versions of `StoredRun.versions` the document of the solution is the recorded one, number for number.

    Args:
        store: The store that has it.
        run_id: Its number.

    Raises:
        InputError: There is no such run, or this version of standoff solves under other settings (`unknown-settings`).
        ScenarioError: This version of standoff refuses what the scenario says.
        SolveError: The equilibrium did not meet the tolerances.
        StoreError: The store cannot be read.
    """
    settings = settings_of_run(store.run(run_id))
    return Crisis(store.scenario_of(run_id)).solve(settings)


def settings_of_run(recorded: StoredRun) -> Settings:
    """The settings under which a recorded run was solved.

    Raises:
        InputError: This version of standoff solves under other settings (`unknown-settings`).
    """
    from standoff.solve.equilibrium import Settings

    try:
        return Settings(**_tuples(recorded.settings))
    except (TypeError, ValueError) as error:
        message = f"run `{recorded.run_id}` was solved under settings that this version does not have: {error}"
        advice = f"install standoff {recorded.versions['standoff']} to do it again"
        raise InputError(Problem("unknown-settings", message, help=advice)) from None


def _tuples(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as they were before they were plain data."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in plain.items()}


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
        return measure_coverage(self.scenario)

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

    def ensemble(
        self,
        num_draws: int,
        *,
        seed: int = 0,
        settings: Settings | None = None,
        executor: Executor | None = None,
        output: Path | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Ensemble:
        """Solve many draws of the parameters: bands of the probabilities over everything that the numbers may be.

        Args:
            num_draws: Draws; powers of two spread most evenly.
            seed: Of the draws.
            settings: How each is solved; a belief tolerance of half a per cent by default.
            executor: Solves them; in this process by default (`standoff.execution`).
            output: A folder that keeps finished draws as Parquet; one that holds this ensemble already is taken up again.
            progress: Called with the share of the work done, now and then.

        Raises:
            InputError: Nothing is drawn, `num_draws` is below 1, or the folder is of something else.
            SolveError: No draw was solved, or checked draws miss the belief tolerance.

        Examples:
            >>> found = load("iran-us-2026", overrides=["period.horizon=1"]).ensemble(9)
            >>> found.bands.shape, found.failed_share
            ((5, 1, 11), 0.0)
        """
        from standoff.analysis.draw_keys import describe_ensemble
        from standoff.analysis.ensemble import ENSEMBLE_TOLERANCE, check_request, run_ensemble, series_names
        from standoff.solve.equilibrium import Settings

        settings = settings or Settings(belief_tolerance=ENSEMBLE_TOLERANCE)
        if output is None:
            return run_ensemble(
                self.scenario, num_draws=num_draws, seed=seed, settings=settings, executor=executor, progress=progress
            )
        from standoff.execution.folder import RunFolder

        check_request(self.scenario, num_draws, seed)  # before there is a folder
        described = describe_ensemble(self.scenario, seed=seed, settings=settings)
        with RunFolder(output, described, series_names(self.scenario)) as folder:
            found = run_ensemble(
                self.scenario,
                num_draws=num_draws,
                seed=seed,
                settings=settings,
                executor=executor,
                store=folder,
                progress=progress,
            )
            folder.finish(found)
        return found

    def regime_map(
        self,
        x: str,
        y: str,
        *,
        target: str | None = None,
        settings: Settings | None = None,
        executor: Executor | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> RegimeMap:
        """Solve a grid over two parameters: which end is most likely where, and where that flips.

        Args:
            x: First parameter, as `NAME` (its range) or `NAME=LOW:HIGH:COUNT`.
            y: Second parameter.
            target: Whose probabilities to keep besides, and by when ends are compared, such as `strike@8`; the first outcome by
                the horizon by default.
            settings: How each point is solved; a belief tolerance of half a per cent by default.
            executor: Solves them; in this process by default (`standoff.execution`).
            progress: Called with the share of the grid that is done, now and then.

        Raises:
            InputError: A parameter, range or target is wrong; carries every fault.
            SolveError: No point was solved, or checked points miss the belief tolerance.

        Examples:
            >>> crisis = load("iran-us-2026", overrides=["period.horizon=1"])
            >>> found = crisis.regime_map("audience_cost=0.1:0.2:2", "usa_rationality=4:6:2")
            >>> [found.outcomes[k] for k in found.dominant.ravel()]
            ['unresolved', 'unresolved', 'unresolved', 'unresolved']
        """
        from standoff.analysis.regime_map import parse_axis, regime_map
        from standoff.analysis.targets import parse_target

        problems: list[Problem] = []
        axes = []
        for text in (x, y):
            try:
                axes.append(parse_axis(self.scenario, text))
            except InputError as error:
                problems += error.problems
        wanted = None
        if target is not None:
            try:
                wanted = parse_target(self.scenario, target)
            except InputError as error:
                problems += error.problems
        if problems:
            raise InputError(problems)
        return regime_map(
            self.scenario,
            *axes,
            target=wanted,
            settings=settings,
            executor=executor,
            progress=progress,
        )

    def dossier(
        self,
        settings: Settings | None = None,
        *,
        variants: Sequence[str] = (),
        parts: Sequence[Part] = PARTS,
        num_draws: int = 64,
        seed: int = 0,
        executor: Executor | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Dossier:
        """Everything that a brief shows: the solution and the answers to every question asked of it.

        Args:
            settings: How to solve.
            variants: Variants to put beside the crisis, as `whatif` takes them.
            parts: What to ask; everything by default.
            num_draws: Draws for the bands.
            seed: Of everything that is drawn.
            executor: Where the many solves are done; this process by default.
            progress: Called with the share of the work done, now and then.

        Raises:
            InputError: A variant is wrong; carries every fault.
            SolveError: The crisis itself, or a variant, was not solved to tolerance.
        """
        return assemble_dossier(
            self,
            settings,
            variants=variants,
            parts=parts,
            num_draws=num_draws,
            seed=seed,
            executor=executor,
            progress=progress,
        )

    def update(
        self,
        observations: Sequence[Observation],
        *,
        as_of: dt.date,
        model: ReportingModel | None = None,
        targets: Sequence[Target] | None = None,
        facts: KnownFacts | None = None,
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
            SolveError: The equilibrium or the updated probabilities did not meet the tolerances.
        """
        from standoff.desk.updated import update

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
