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

    from standoff.analysis.bargain import Bargain
    from standoff.analysis.compare import Comparison
    from standoff.analysis.drivers import Drivers
    from standoff.analysis.executor import Executor
    from standoff.analysis.forecast import Forecast
    from standoff.analysis.gradients import Gradients
    from standoff.analysis.no_deal import NoDeal
    from standoff.analysis.side_by_side import Alignment
    from standoff.analysis.stories import Stories
    from standoff.analysis.tripwires import Tripwires
    from standoff.analysis.watch import WatchList
    from standoff.analysis.whatif import WhatIf
    from standoff.analysis.window import Window
    from standoff.game.model import Game
    from standoff.solve.adjoint import Target
    from standoff.solve.branches import Branches
    from standoff.solve.equilibrium import Equilibrium, Settings

__all__ = [
    "JSON_VERSION",
    "Crisis",
    "Solution",
    "answer_document",
    "compare",
    "find_scenario",
    "load",
    "versions",
    "write_starter",
]

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

    def drivers(
        self,
        targets: Sequence[str] | None = None,
        *,
        tornado: bool = True,
        num_draws: int = 0,
        seed: int = 0,
        top: int = 10,
        executor: Executor | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Drivers:
        """What the odds hinge on: gradients, the effect of every range, global indices.

        Args:
            targets: As people write them, such as `strike@8`; by default the first milestone and the first outcome.
            tornado: Whether both ends of every range are solved.
            num_draws: Draws for global indices, a power of two, or 0 for none.
            seed: Of the draws.
            top: How many of the strongest are looked at for what rests on no document.
            executor: Where to solve; by default the threads of this process.
            progress: Called with the share of the work done.

        Raises:
            InputError: A target does not exist, or the draws cannot be made.
            NotDifferentiableError: The equilibrium lies at a fold, where the odds have no derivative.
        """
        from standoff.analysis.drivers import drivers
        from standoff.analysis.targets import parse_targets

        return drivers(
            self.scenario,
            self.equilibrium,
            parse_targets(self.scenario, targets),
            tornado=tornado,
            num_draws=num_draws,
            seed=seed,
            top=top,
            executor=executor,
            progress=progress,
        )

    def tripwires(
        self,
        answer: str | None = None,
        *,
        parameters: Sequence[str] | None = None,
        executor: Executor | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Tripwires:
        """The smallest change in each parameter that flips the answer.

        Args:
            answer: `strike>deal` for which of two is the likelier, `@12` for the likeliest outcome by then; None: by the
                usual date.
            parameters: Names of the parameters looked at; all that have a range by default.
            executor: Where to solve; by default the threads of this process.
            progress: Called with the share of the work done.

        Raises:
            InputError: The answer or a parameter does not exist.
            SolveError: The lead of the answer does not exceed the error of the odds.
            NotDifferentiableError: The equilibrium lies at a fold, where the odds have no derivative.
        """
        from standoff.analysis.tripwires import parse_answer, tripwires

        return tripwires(
            self.scenario,
            self.equilibrium,
            parse_answer(self.scenario, answer),
            parameters=parameters,
            executor=executor,
            progress=progress,
        )

    def watch(self, targets: Sequence[Target] | None = None) -> WatchList:
        """Which events of the next period would move the forecast, how far, and how much they would tell.

        Args:
            targets: The probabilities in question; by default the first milestone and the first outcome by the usual date.

        Raises:
            InputError: A target does not exist.
        """
        from standoff.analysis.watch import watch

        return watch(self.scenario, self.equilibrium, targets)

    def stories(self, names: Sequence[str] | None = None, *, num_samples: int = 5000, seed: int = 1) -> Stories:
        """How each end might come about, told period by period.

        Args:
            names: Outcomes, packages, milestones or `unresolved`; by default every outcome.
            num_samples: Plays to sample for what is typical, at least 1.
            seed: Seed of the sampling; the same seed gives the same stories.

        Raises:
            InputError: A name does not exist.
            ValueError: `num_samples` is below 1.
        """
        from standoff.analysis.stories import stories

        return stories(self.scenario, self.equilibrium, names, num_samples=num_samples, seed=seed)

    def document_of(self, found: WatchList | Stories) -> dict[str, Any]:
        """An analysis as plain data, together with what it was made of."""
        whole = self.document()
        made_of = ("json_version", "scenario", "scenario_hash", "overrides", "as_of", "period", "horizon")
        return {
            **{key: whole[key] for key in made_of},
            **found.document(),
            **{key: whole[key] for key in ("certificate", "settings", "versions")},
        }

    def bargain(self, milestone: str | None = None) -> Bargain:
        """Every package against waiting and fighting: range, frontier, solution points, blocking issues.

        Args:
            milestone: The milestone that fighting meets; by default the first of the file.

        Raises:
            InputError: Nothing is bargained about, or there is no such milestone.

        Examples:
            >>> from standoff.solve.equilibrium import Settings
            >>> crisis = load("cuba-1962", overrides=["period.horizon=5"])
            >>> found = crisis.solve(Settings(belief_points=5)).bargain()
            >>> found.fight.action, [len(pair.waiting.packages) for pair in found.pairs]
            ('strike', [3, 1, 3, 1])
        """
        from standoff.analysis.bargain import bargain

        return bargain(self.scenario, self.equilibrium, milestone)

    def why_no_deal(
        self,
        targets: Sequence[Target],
        *,
        payments: Sequence[float] | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> NoDeal:
        """Odds with types revealed, with binding deals, with side payments, and with all three, by solving again.

        Args:
            targets: The probabilities to compare.
            payments: Sizes of side payments in payoff units; by default `standoff.analysis.no_deal.PAYMENTS`.
            progress: Called with the share of the work done, now and then.

        Raises:
            InputError: Nothing is bargained about, or a payment is not positive.
            SolveError: A changed crisis could not be solved to the tolerances.
        """
        from standoff.analysis.no_deal import PAYMENTS, why_no_deal

        sizes = PAYMENTS if payments is None else payments
        return why_no_deal(self.scenario, self.equilibrium, targets, payments=sizes, progress=progress)

    def window(self, milestone: str | None = None) -> Window:
        """When striking pays, for each type by week, and what opens and closes the window.

        Args:
            milestone: The milestone that a strike meets; by default the first of the file.

        Raises:
            InputError: There is no such milestone, or no decision is likely to meet it.

        Examples:
            >>> from standoff.solve.equilibrium import Settings
            >>> crisis = load("cuba-1962", overrides=["period.horizon=5"])
            >>> found = crisis.solve(Settings(belief_points=5)).window()
            >>> [(one.player_type, one.spells) for one in found.types]
            [('cautious', ()), ('bold', ((0, 1), (4, None)))]
        """
        from standoff.analysis.window import window

        return window(self.scenario, self.equilibrium, milestone)

    def header(self) -> dict[str, Any]:
        """What every document says of where its numbers come from: scenario, changes, settings, certificate, versions."""
        keys = ("json_version", "scenario", "scenario_hash", "overrides", "as_of", "period", "horizon")
        document = self.document()
        return {key: document[key] for key in (*keys, "certificate", "settings", "versions")}

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
