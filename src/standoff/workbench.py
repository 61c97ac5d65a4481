"""The use cases. The command line, notebooks and the brief call these, so that one number comes from one function."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from standoff import catalog
from standoff.catalog import list_scenarios, scenario_path
from standoff.errors import InputError, Problem, nearest
from standoff.extras import import_extra
from standoff.scenario import Coverage, Scenario, apply_overrides, load_scenario, source_coverage
from standoff.version import __version__

if TYPE_CHECKING:
    import pandas as pd

    from standoff.analysis.ensemble import Ensemble
    from standoff.analysis.executor import Executor
    from standoff.analysis.forecast import Forecast
    from standoff.analysis.gradients import Gradients
    from standoff.analysis.regime_map import RegimeMap
    from standoff.game.model import Game
    from standoff.solve.adjoint import Target
    from standoff.solve.branches import Branches
    from standoff.solve.equilibrium import Equilibrium, Settings

__all__ = ["JSON_VERSION", "Crisis", "Solution", "find_scenario", "load", "versions", "write_starter"]

JSON_VERSION = 1
"""Version of the layout of `Solution.document`; it grows when a key changes its meaning or goes."""


def find_scenario(name: str | Path) -> Path:
    """The file of a catalogue scenario, or the path itself.

    Raises:
        InputError: It is neither a scenario of the catalogue nor the path of a file.
    """
    known = scenario_path(str(name))
    if known is not None:
        return known
    path = Path(name)
    looks_like_path = path.suffix in {".yaml", ".yml"} or len(path.parts) > 1 or path.exists()
    if looks_like_path:
        return path
    raise InputError(
        Problem(
            code="unknown-scenario",
            message=f"there is no scenario `{name}` in the catalogue and no file of that name",
            help=nearest(str(name), list_scenarios()),
        )
    )


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


def write_starter(path: Path) -> None:
    """Write the commented starter scenario to a new file.

    Raises:
        InputError: The file exists already, or cannot be written.
    """
    text = (Path(catalog.__file__).parent / "starter.yaml.txt").read_text(encoding="utf-8")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise InputError(
            Problem(code="file-exists", message=f"`{path}` is there already", help="choose another name")
        ) from None
    except OSError as error:
        raise InputError(
            Problem(
                code="cannot-write",
                message=f"`{path}` cannot be written: {error.strerror}",
                help="choose another place",
            )
        ) from None


def versions() -> dict[str, str]:
    """Versions of everything that a number depends on."""
    packages = ("numpy", "numba", "pydantic")
    return {"standoff": __version__, "python": platform.python_version()} | {
        name: metadata.version(name) for name in packages
    }


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
        """Solve many draws of the parameters: bands of the odds over everything that the numbers may be.

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
        from standoff.analysis.ensemble import (
            ENSEMBLE_TOLERANCE,
            check_request,
            describe_ensemble,
            run_ensemble,
            series_names,
        )
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
            target: Whose odds to keep besides, and by when ends are compared, such as `strike@8`; the first outcome by
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


@dataclass(frozen=True)
class Solution:
    """A solved crisis.

    Attributes:
        crisis: What was solved.
        equilibrium: The equilibrium and its certificate.
    """

    crisis: Crisis
    equilibrium: Equilibrium

    @property
    def scenario(self) -> Scenario:
        """The scenario that was solved."""
        return self.crisis.scenario

    @cached_property
    def _forecast(self) -> Forecast:
        from standoff.analysis.forecast import forecast

        names = {name: tuple(track.levels) for name, track in self.scenario.state.items()}
        return forecast(self.equilibrium, level_names=names)

    def forecast(self) -> Forecast:
        """How the crisis ends and when."""
        return self._forecast

    def gradients(self, targets: Sequence[Target], *, parameters: Sequence[str] | None = None) -> Gradients:
        """Exact derivatives of odds by every parameter, and by the priors, discounts and rationality of the players.

        Args:
            targets: The probabilities to differentiate.
            parameters: Names of parameters; all of them by default.

        Raises:
            InputError: A target or a parameter does not exist.
            NotDifferentiableError: The equilibrium lies at a fold, where the odds have no derivative.
        """
        from standoff.analysis.gradients import gradients

        return gradients(self.scenario, self.equilibrium, targets, parameters=parameters)

    def to_frame(self) -> pd.DataFrame:
        """Odds by date as a pandas table: a row for each period, a column for each outcome and milestone.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        pandas = import_extra("pandas", "frames", "a table of odds")
        found = self.forecast()
        columns: dict[tuple[str, str], Any] = {("outcome", series.name): series.cumulative for series in found.outcomes}
        columns["outcome", "unresolved"] = found.unresolved
        columns |= {("milestone", series.name): series.cumulative for series in found.milestones}
        dates = [self.scenario.date_of_period(k + 1) for k in range(self.scenario.num_periods)]
        frame: pd.DataFrame = pandas.DataFrame(columns, index=pandas.Index(dates, name="by"))
        frame.columns.names = ["kind", "name"]
        return frame

    def document(self) -> dict[str, Any]:
        """Everything as plain data, as `standoff run --json` prints it (layout: docs/reference/json.md)."""
        found = self.forecast()
        scenario = self.scenario
        certificate = self.equilibrium.certificate
        return {
            "json_version": JSON_VERSION,
            "scenario": scenario.id,
            "scenario_hash": scenario.scenario_hash,
            "overrides": list(scenario.overrides),
            "as_of": scenario.as_of.isoformat(),
            "period": {"unit": scenario.period.unit, "length": scenario.period.length},
            "horizon": scenario.num_periods,
            "outcomes": [
                {
                    "name": series.name,
                    "label": series.label,
                    "cumulative": series.cumulative.tolist(),
                    "packages": [
                        {"name": part.name, "label": part.label, "cumulative": part.cumulative.tolist()}
                        for part in series.parts
                    ],
                    "by_type": [
                        {"player": player, "player_type": player_type, "cumulative": odds.tolist()}
                        for player, player_type, odds in series.by_type
                    ],
                }
                for series in found.outcomes
            ],
            "unresolved": found.unresolved.tolist(),
            "milestones": [
                {"name": series.name, "label": series.label, "cumulative": series.cumulative.tolist()}
                for series in found.milestones
            ],
            "first_moves": [
                {
                    "stage": move.stage,
                    "player": move.player,
                    "player_type": move.player_type,
                    "strategy": move.strategy,
                    "posteriors": move.posteriors,
                }
                for move in found.first_moves
            ],
            "beliefs": {
                name: [None if value != value else float(value) for value in series]  # nan is not JSON
                for name, series in found.beliefs.items()
            },
            "mean_duration": found.mean_duration,
            "median_duration": found.median_duration,
            "start_values": [
                {"player": player, "player_type": player_type, "value": value}
                for (player, player_type), value in found.start_values.items()
            ],
            "unsourced": list(self.crisis.coverage.unsourced),
            "certificate": {
                "residual": certificate.residual,
                "regret": certificate.regret,
                "belief_points": list(certificate.belief_points),
                "belief_error": certificate.belief_error,
                "consistency_gap": certificate.consistency_gap,
                "branch": certificate.branch,
                "nodes": certificate.nodes,
                "evaluations": certificate.evaluations,
                "unique": certificate.unique,
                "traced": certificate.traced,
                "folds": certificate.folds,
                "is_unique": certificate.is_unique,
                "stationary_change": certificate.stationary_change,
            },
            "settings": {
                "tolerance": self.equilibrium.settings.tolerance,
                "belief_tolerance": self.equilibrium.settings.belief_tolerance,
            },
            "versions": versions(),
        }
