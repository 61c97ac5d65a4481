"""The use cases. The command line, notebooks and the brief call these, so that one number comes from one function."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
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

    from standoff.analysis.forecast import Forecast
    from standoff.analysis.gradients import Gradients
    from standoff.game.model import Game
    from standoff.solve.adjoint import Target
    from standoff.solve.branches import Branches
    from standoff.solve.equilibrium import Equilibrium, Settings
    from standoff.store.repository import Store

__all__ = ["JSON_VERSION", "Crisis", "Solution", "find_scenario", "load", "rerun", "versions", "write_starter"]

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
    from standoff.solve.equilibrium import Settings

    recorded = store.run(run_id)
    try:
        settings = Settings(**recorded.settings)
    except (TypeError, ValueError) as error:
        message = f"run `{run_id}` was solved under settings that this version does not have: {error}"
        advice = f"install standoff {recorded.versions['standoff']} to do it again"
        raise InputError(Problem("unknown-settings", message, help=advice)) from None
    return Crisis(store.scenario_of(run_id)).solve(settings)


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

    def record(self, store: Store, *, kind: str = "run", known_by: int | None = None, note: str = "") -> int:
        """Keep the run in a store, with all that is needed to do it again (`rerun`).

        Args:
            store: The store.
            kind: What the run is for.
            known_by: The last write of the store whose news it knew; None where it used no news.
            note: A remark.

        Returns:
            Number of the run.

        Raises:
            StoreError: The store failed; the run was not written.
        """
        from standoff.store import Run

        settings = asdict(self.equilibrium.settings)
        del settings["threads"]  # the answer does not depend on it
        run = Run(self.scenario, settings, self.document(), kind=kind, known_by=known_by, note=note)
        return store.add_run(run)

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
