"""Update a forecast on coded events, record the update in a store, and repeat a recorded update."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from standoff.analysis.plain import to_plain
from standoff.belief.likelihood import ConfusionMatrix, ReportingModel
from standoff.belief.observation import Observation
from standoff.belief.updating import KnownFacts, Update, update
from standoff.desk.event_set import EventSet
from standoff.desk.runs import restore_settings, settings_to_plain
from standoff.desk.usable_reports import UsableReports, choose_confusion_matrix, select_usable_reports
from standoff.errors import InputError, Problem
from standoff.scenario import Scenario
from standoff.solve.target import Target
from standoff.store.records import Run

if TYPE_CHECKING:
    from standoff.solve.equilibrium import Settings
    from standoff.store.repository import Store

__all__ = ["NewsUpdate", "record_update", "rerun_update", "update_on_news"]


@dataclass(frozen=True)
class NewsUpdate:
    """A forecast updated on coded events.

    Attributes:
        update: The update; its `excluded` includes the events that are not usable.
        reports: The usable reports.
    """

    update: Update
    reports: UsableReports

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain data, as `standoff update --json` prints it."""
        return self.update.to_json() | {"inputs": self._inputs_to_json()}

    def make_run(self, note: str = "") -> Run:
        """Make the record of the update for a store; its probabilities by date are the updated ones."""
        solution = self.update.solution
        document = solution.to_json() | self.to_json()
        known_by = self.reports.known_by or None
        return Run(
            solution.scenario, settings_to_plain(solution), document, kind="update", known_by=known_by, note=note
        )

    def _inputs_to_json(self) -> dict[str, Any]:
        return {
            "as_of": self.update.as_of.isoformat(),
            "known_by": self.reports.known_by,
            "observations": [to_plain(one) for one in self.reports.observations],
            "dated_by_report": list(self.reports.dated_by_report),
            "targets": [to_plain(target) for target in self.update.targets],
        }


def update_on_news(
    scenario: Scenario,
    events: EventSet,
    *,
    as_of: dt.date | None = None,
    model: ReportingModel | None = None,
    targets: Sequence[Target] | None = None,
    dates_undated: bool = False,
    settings: Settings | None = None,
    progress: Callable[[float], None] | None = None,
) -> NewsUpdate:
    """Update the forecast of a scenario on coded events.

    Args:
        scenario: The scenario.
        events: The events; those of other crises are excluded.
        as_of: Last day whose reports are used; None for the last day on which a document about the scenario was published, or
            the day of the scenario if there is none.
        model: Model of how events become reports; None for the default model with the confusion matrix of the coder
            (`choose_confusion_matrix`).
        targets: Probabilities for which the effect of each report is computed, by dates after `as_of`.
        dates_undated: Whether undated events are dated by their report (`select_usable_reports`).
        settings: Settings of the solver.
        progress: Called now and then with the share of the work of solving done.

    Raises:
        InputError: A day, target or observation is invalid, or the reports are impossible.
        SolveError: The equilibrium or the updated probabilities did not meet the tolerances.
    """
    reports = select_usable_reports(events, scenario, dates_undated=dates_undated)
    used = {one.name for one in reports.observations}
    methods = {one.method for one in events.events if events.names[one.event_id] in used}
    found = update(
        scenario,
        reports.observations,
        as_of=as_of or max(reports.last_day or scenario.as_of, scenario.as_of),
        model=model or ReportingModel(confusion=choose_confusion_matrix(methods)),
        targets=targets,
        settings=settings,
        progress=progress,
    )
    return NewsUpdate(replace(found, excluded=(*found.excluded, *reports.excluded)), reports)


def record_update(store: Store, found: NewsUpdate, *, note: str = "") -> int:
    """Record an update in the store whose news it used, with all that is needed to repeat it (`rerun_update`).

    Returns:
        Number of the run.

    Raises:
        StoreError: The store failed; the run was not written.
    """
    return store.add_run(found.make_run(note))


def rerun_update(store: Store, run_id: int) -> Update:
    """Repeat a recorded update with its observations.

    With the versions of `StoredRun.versions` its probabilities are exactly the recorded ones.

    Args:
        store: The store.
        run_id: Number of the run.

    Raises:
        InputError: There is no such run, it is not an update (`no-update`), or this version of standoff lacks its settings.
        ScenarioError: This version of standoff refuses the recorded scenario.
        SolveError: The equilibrium or the updated probabilities did not meet the tolerances.
        StoreError: The store cannot be read.
    """
    recorded = store.read_run(run_id)
    if recorded.kind != "update" or "inputs" not in recorded.document:
        message = f"run `{run_id}` is not an update on news"
        raise InputError(Problem("no-update", message, help="repeat it with `standoff.desk.runs.rerun`"))
    inputs, stored = recorded.document["inputs"], recorded.document["update"]
    facts = stored["facts"]
    return update(
        store.restore_scenario(run_id),
        [_parse_observation(one) for one in inputs["observations"]],
        as_of=dt.date.fromisoformat(inputs["as_of"]),
        model=_parse_model(stored["reporting"]),
        targets=[Target(**one) for one in inputs["targets"]],
        facts=KnownFacts(facts["levels"] or None, facts["is_open"]),
        settings=restore_settings(recorded),
    )


def _parse_observation(stored: Mapping[str, Any]) -> Observation:
    lists = {name: tuple(stored[name]) for name in ("actors", "targets", "sources")}
    return Observation(**{**stored, **lists, "date": dt.date.fromisoformat(stored["date"])})


def _parse_model(stored: Mapping[str, Any]) -> ReportingModel:
    matrix = stored["confusion"]
    confusion = ConfusionMatrix(np.array(matrix["matrix"]), tuple(matrix["measured"]), matrix["origin"])
    return ReportingModel(**{**stored, "confusion": confusion})
