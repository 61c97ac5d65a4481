"""A solved crisis, and the questions that are asked of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from standoff.extras import import_extra
from standoff.scenario import Scenario
from standoff.workbench.provenance import JSON_VERSION, versions

if TYPE_CHECKING:
    import pandas as pd

    from standoff.analysis.bargain import Bargain
    from standoff.analysis.drivers import Drivers
    from standoff.analysis.executor import Executor
    from standoff.analysis.forecast import Forecast
    from standoff.analysis.gradients import Gradients
    from standoff.analysis.no_deal import NoDeal
    from standoff.analysis.stories import Stories
    from standoff.analysis.tripwires import Tripwires
    from standoff.analysis.watch import WatchList
    from standoff.analysis.window import Window
    from standoff.solve.equilibrium import Equilibrium
    from standoff.solve.target import Target
    from standoff.store.repository import Store
    from standoff.workbench.crisis import Crisis

__all__ = ["Solution"]


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
        """Exact derivatives of probabilities by every parameter, and by the priors, discounts and rationality of the players.

        Args:
            targets: The probabilities to differentiate.
            parameters: Names of parameters; all of them by default.

        Raises:
            InputError: A target or a parameter does not exist.
            NotDifferentiableError: The equilibrium lies at a fold, where the probabilities have no derivative.
        """
        from standoff.analysis.gradients import gradients

        return gradients(self.scenario, self.equilibrium, targets, parameters=parameters)

    def drivers(
        self,
        targets: Sequence[str] | None = None,
        *,
        num_tornado: int | None = None,
        num_draws: int = 0,
        seed: int = 0,
        top: int = 10,
        executor: Executor | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Drivers:
        """What the probabilities hinge on: gradients, the effect of every range, global indices.

        Args:
            targets: As people write them, such as `strike@8`; by default the first milestone and the first outcome.
            num_tornado: Ranges solved at both ends, the strongest by derivative; all by default, 0 for none.
            num_draws: Draws for global indices, at least 64, or 0 for none.
            seed: Of the draws.
            top: How many of the strongest are looked at for what rests on no document.
            executor: Where to solve; by default the threads of this process.
            progress: Called with the share of the work done.

        Raises:
            InputError: A target does not exist, or the draws cannot be made.
            NotDifferentiableError: The equilibrium lies at a fold, where the probabilities have no derivative.
        """
        from standoff.analysis.drivers import drivers
        from standoff.analysis.targets import parse_targets

        return drivers(
            self.scenario,
            self.equilibrium,
            parse_targets(self.scenario, targets),
            num_tornado=num_tornado,
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
        num_strongest: int | None = None,
        executor: Executor | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Tripwires:
        """The smallest change in each parameter that flips the answer.

        Args:
            answer: `strike>deal` for which of two is the likelier, `@12` for the likeliest outcome by then; None: by the
                usual date.
            parameters: Names of the parameters looked at; all that have a range by default.
            num_strongest: How many of them, those that move the lead farthest by derivative; all by default.
            executor: Where to solve; by default the threads of this process.
            progress: Called with the share of the work done.

        Raises:
            InputError: The answer or a parameter does not exist.
            SolveError: The lead of the answer does not exceed the probability error.
            NotDifferentiableError: The equilibrium lies at a fold, where the probabilities have no derivative.
        """
        from standoff.analysis.tripwires import parse_answer, tripwires

        return tripwires(
            self.scenario,
            self.equilibrium,
            parse_answer(self.scenario, answer),
            parameters=parameters,
            num_strongest=num_strongest,
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
        return self.header() | found.document()

    def bargain(self, milestone: str | None = None) -> Bargain:
        """Every package against waiting and fighting: range, frontier, solution points, blocking issues.

        Args:
            milestone: The milestone that fighting meets; by default the first of the file.

        Raises:
            InputError: Nothing is bargained about, or there is no such milestone.

        Examples:
            >>> from standoff.solve.equilibrium import Settings
            >>> from standoff.workbench import load
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
        """Probabilities with types revealed, with binding deals, with side payments, and with all three, by solving again.

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
            >>> from standoff.workbench import load
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

    def to_frame(self) -> pd.DataFrame:
        """Probabilities by date as a pandas table: a row for each period, a column for each outcome and milestone.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        pandas = import_extra("pandas", "frames", "a table of probabilities")
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
                        {"player": player, "player_type": player_type, "cumulative": probabilities.tolist()}
                        for player, player_type, probabilities in series.by_type
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
