"""A crisis brought up to date with the events of a docket, kept in a store, and done again from there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from standoff.analysis.plain import plain
from standoff.belief.likelihood import ConfusionMatrix, ReportingModel
from standoff.belief.observation import Observation
from standoff.belief.updating import KnownFacts
from standoff.desk.docket import Docket
from standoff.desk.evidence import Evidence, default_confusion, evidence_of
from standoff.desk.runs import settings_of_run, stored_settings
from standoff.desk.updated import Updated, update
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
    """A crisis brought up to date with news.

    Attributes:
        updated: The update; what is no evidence is among what it sets aside.
        evidence: What it was made of.
    """

    updated: Updated
    evidence: Evidence

    def document(self) -> dict[str, Any]:
        """Everything as plain data, as `standoff update --json` prints it."""
        return self.updated.document() | {"inputs": self._inputs()}

    def run(self, note: str = "") -> Run:
        """The update as a store keeps it: its probabilities by date are those after the update."""
        solution = self.updated.solution
        settings = stored_settings(solution)
        document = solution.to_json() | {"update": self.updated.update.to_json(), "inputs": self._inputs()}
        known_by = self.evidence.known_by or None
        return Run(solution.scenario, settings, document, kind="update", known_by=known_by, note=note)

    def _inputs(self) -> dict[str, Any]:
        update = self.updated.update
        return {
            "as_of": update.as_of.isoformat(),
            "known_by": self.evidence.known_by,
            "observations": [plain(one) for one in self.evidence.observations],
            "dated_by_report": list(self.evidence.dated_by_report),
            "targets": [plain(target) for target in update.targets],
        }


def update_on_news(
    scenario: Scenario,
    docket: Docket,
    *,
    as_of: dt.date | None = None,
    model: ReportingModel | None = None,
    targets: Sequence[Target] | None = None,
    dates_undated: bool = False,
    settings: Settings | None = None,
    progress: Callable[[float], None] | None = None,
) -> NewsUpdate:
    """Bring the forecast of a crisis up to date with coded events.

    Args:
        scenario: The scenario.
        docket: The events; those of other crises are set aside.
        as_of: The day up to which reports are counted; None: the last day on which a document with events of the scenario was
            published, or the day of the scenario where there is none.
        model: How events become reports; None: the defaults, with what is known of the coder (`default_confusion`).
        targets: What every report is held to account for, by dates after `as_of`.
        dates_undated: Whether events on no told day count on the day of their report (`evidence_of`).
        settings: How to solve.
        progress: Called with the share of the work of solving done, now and then.

    Raises:
        InputError: A day, target or observation is wrong, or what was reported is impossible.
        SolveError: The equilibrium or the updated probabilities did not meet the tolerances.
    """
    evidence = evidence_of(docket, scenario, dates_undated=dates_undated)
    counted = {one.name for one in evidence.observations}
    methods = {one.method for one in docket.events if docket.names[one.event_id] in counted}
    model = model or ReportingModel(confusion=default_confusion(methods))
    day = as_of or max(evidence.last_day or scenario.as_of, scenario.as_of)
    found = update(
        scenario, evidence.observations, as_of=day, model=model, targets=targets, settings=settings, progress=progress
    )
    excluded = (*found.update.excluded, *evidence.excluded)
    return NewsUpdate(Updated(found.solution, replace(found.update, excluded=excluded)), evidence)


def record_update(store: Store, found: NewsUpdate, *, note: str = "") -> int:
    """Keep an update in the store whose news it knows, with all that is needed to do it again (`rerun_update`).

    Returns:
        Number of the run.

    Raises:
        StoreError: The store failed; the run was not written.
    """
    return store.add_run(found.run(note))


def rerun_update(store: Store, run_id: int) -> Updated:
    """Do a recorded update again, with the observations that it was made of.

    With the versions of `StoredRun.versions` its probabilities are the recorded ones, number for number.

    Args:
        store: The store that has it.
        run_id: Its number.

    Raises:
        InputError: There is no such run, it is no update (`no-update`), or this version of standoff solves under other settings.
        ScenarioError: This version of standoff refuses what the scenario says.
        SolveError: The equilibrium or the updated probabilities did not meet the tolerances.
        StoreError: The store cannot be read.
    """
    recorded = store.run(run_id)
    if recorded.kind != "update" or "inputs" not in recorded.document:
        message = f"run `{run_id}` is no update on news"
        raise InputError(Problem("no-update", message, help="do it again with `standoff.desk.runs.rerun`"))
    inputs, kept = recorded.document["inputs"], recorded.document["update"]
    facts = kept["facts"]
    return update(
        store.scenario_of(run_id),
        [_observation(one) for one in inputs["observations"]],
        as_of=dt.date.fromisoformat(inputs["as_of"]),
        model=_model(kept["reporting"]),
        targets=[Target(**one) for one in inputs["targets"]],
        facts=KnownFacts(facts["levels"] or None, facts["is_open"]),
        settings=settings_of_run(recorded),
    )


def _observation(kept: Mapping[str, Any]) -> Observation:
    lists = {name: tuple(kept[name]) for name in ("actors", "targets", "sources")}
    return Observation(**{**kept, **lists, "date": dt.date.fromisoformat(kept["date"])})


def _model(kept: Mapping[str, Any]) -> ReportingModel:
    matrix = kept["confusion"]
    confusion = ConfusionMatrix(np.array(matrix["matrix"]), tuple(matrix["measured"]), matrix["origin"])
    return ReportingModel(**{**kept, "confusion": confusion})
