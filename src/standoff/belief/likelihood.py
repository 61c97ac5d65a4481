"""The likelihood of reports, given what happened.

In every period each reportable event e that happens is reported with probability r_e, the **reporting rate** of its class. Its
true type k is drawn from `observed_as` with equal probabilities. The coder codes type k as j with probability C[k, j] (the
**confusion matrix**), and it codes the actor as A and the target as B:

    P(report (j, A, B) | e) = r_e  mean_k C[k, j]  P(A | actors of e)  P(B | targets of e),
    P(A | K) = a / |K| for A in K, (1 - a) / (N - |K|) for any other of the N codes (one of them stands for all others).

Where e has no codes, that factor is 1/N. Where the report names nobody, it is 1 for e and for the background.

Reports of no event of the model are the **background**, a Poisson process of a stated rate over all types and codes: for example
a protest to which no player responds, or an error of the coder. The day within the period carries no information: it is uniform
under both.

A report whose coder gives a calibrated confidence c in its type has, by Bayes' rule under a uniform base rate of types,

    P(j, c | k) proportional to P(k | j, c),   P(j | j, c) = c,   P(k | j, c) = (1 - c) C[k, j] / sum_{l != j} C[l, j],

scaled so that it equals C[k, j] where c is the confidence that the matrix implies. A type that an analyst confirmed has c = 1.

References:
    Bar-Shalom, Y. and Fortmann, T. E. (1988), Tracking and Data Association: reports, clutter, and joint association.
    Halterman, A. et al. (2023), PLOVER and POLECAT.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standoff.belief.observation import Observation
from standoff.belief.reportable import ReportableEvent, ReportableEvents
from standoff.errors import InputError, Problem, suggest_nearest
from standoff.scenario.schema_moves import EVENT_CODES

__all__ = [
    "REPORTING_RATES",
    "ConfusionMatrix",
    "ReportLikelihood",
    "ReportingModel",
    "classify_event_type",
    "load_confusion_matrix",
    "weigh",
]

Floats = NDArray[np.float64]

REPORTING_RATES: Mapping[str, float] = {
    "verbal cooperation": 0.6,
    "material cooperation": 0.6,
    "verbal conflict": 0.7,
    "material conflict": 0.9,
}
"""Probability that an event is reported, by PLOVER's class. A judgement: acts are visible, talks often are not."""

_CLASSES = {
    "verbal cooperation": ("AGREE", "CONSULT", "SUPPORT"),
    "material cooperation": ("COOPERATE", "AID", "CONCEDE", "RETREAT"),
    "verbal conflict": ("REQUEST", "ACCUSE", "REJECT", "THREATEN"),
    "material conflict": ("PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT"),
}
_CLASS_OF = {code: name for name, codes in _CLASSES.items() for code in codes}
PSEUDO_COUNT = 0.5
"""Added to every count of a confusion matrix (Jeffreys prior), so that an error absent from the sample is not impossible."""


def classify_event_type(event_type: str) -> str:
    """Return PLOVER's class of an event type: verbal or material, cooperation or conflict.

    Examples:
        >>> classify_event_type("RETREAT")
        'material cooperation'
    """
    return _CLASS_OF[event_type]


@dataclass(frozen=True)
class ConfusionMatrix:
    """The probabilities with which a coder codes each true event type as each type.

    Attributes:
        matrix: Probability that a true type is coded as another, in the order of `EVENT_CODES`; shape (true, coded); rows sum
            to one.
        measured: Types on which the coder was measured; only an analyst codes the others.
        origin: Source of the matrix.
    """

    matrix: Floats
    measured: tuple[str, ...]
    origin: str

    @classmethod
    def uniform_error(cls, accuracy: float = 0.7) -> ConfusionMatrix:
        """Make the matrix assumed for a coder that was not measured: every wrong type has the same probability.

        Args:
            accuracy: Probability that the coded type is correct, 0..1.
        """
        _require_probability("the accuracy of types", accuracy)
        n = len(EVENT_CODES)
        matrix = np.full((n, n), (1.0 - accuracy) / (n - 1))
        np.fill_diagonal(matrix, accuracy)
        return cls(
            matrix, tuple(EVENT_CODES), f"assumed: correct with probability {accuracy:g}, all errors equally likely"
        )

    @classmethod
    def from_counts(cls, types: Sequence[str], counts: Sequence[Sequence[float]], origin: str) -> ConfusionMatrix:
        """Make a matrix from the counts of a test of the coder.

        A type that was not measured is never coded. An event that truly has it is coded as each measured type with the same
        probability.

        Args:
            types: Types in the order of the rows and columns.
            counts: Number of times each true type (row) was coded as each type (column).
            origin: Source of the counts.

        Raises:
            InputError: A type is unknown or occurs twice, or the counts are not a square table of counts.
        """
        problems = [
            Problem(
                "unknown-event-type",
                f"there is no event type `{one}` ({origin})",
                help=suggest_nearest(one, EVENT_CODES),
            )
            for one in types
            if one not in EVENT_CODES
        ]
        table = _parse_table(counts)
        if len(set(types)) != len(types) or table is None or table.shape != (len(types), len(types)) or not types:
            message = f"the confusion matrix of `{origin}` must be a square table of counts with a row for each type"
            problems.append(
                Problem("confusion-matrix", message, help="give `types`, and `counts` by true and coded type")
            )
        if problems:
            raise InputError(problems)
        assert table is not None
        table = table + PSEUDO_COUNT
        index = [EVENT_CODES.index(one) for one in types]
        matrix = np.zeros((len(EVENT_CODES), len(EVENT_CODES)))
        matrix[:, index] = 1.0 / len(types)
        matrix[np.ix_(index, index)] = table / table.sum(axis=1, keepdims=True)
        return cls(matrix, tuple(types), origin)


def _parse_table(counts: Any) -> Floats | None:
    """Return the counts as an array; None if they are not a table of finite numbers of at least 0."""
    try:
        table = np.array(counts, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    return table if table.ndim == 2 and np.isfinite(table).all() and (table >= 0).all() else None


def load_confusion_matrix(path: Path | str) -> ConfusionMatrix:
    """Read a confusion matrix, a JSON file with `types` and `counts` (rows: true type, columns: as coded).

    Raises:
        InputError: The file cannot be read or does not contain a confusion matrix.
    """
    name = str(path)
    try:
        given = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"the confusion matrix `{name}` cannot be read: {error}"
        raise InputError(Problem("confusion-matrix", message, help="give a JSON file", file=name)) from None
    if not isinstance(given, dict) or not isinstance(given.get("types"), list) or "counts" not in given:
        message = f"`{name}` does not contain a confusion matrix"
        raise InputError(Problem("confusion-matrix", message, help="give `types` and `counts`", file=name))
    return ConfusionMatrix.from_counts([str(one) for one in given["types"]], given["counts"], name)


@dataclass(frozen=True)
class ReportingModel:
    """The model of how events become reports.

    Attributes:
        reporting_rates: Probability that an event is reported, by PLOVER's class.
        background_per_week: Expected number of reports a week of no event of the model, after reports of one event are merged.
            The default is a judgement.
        actor_accuracy: Probability that the actor is coded correctly, 0..1.
        target_accuracy: Probability that the target is coded correctly, 0..1.
        confusion: ConfusionMatrix matrix of the coder.
    """

    reporting_rates: Mapping[str, float] = field(default_factory=lambda: dict(REPORTING_RATES))
    background_per_week: float = 2.0
    actor_accuracy: float = 0.9
    target_accuracy: float = 0.8
    confusion: ConfusionMatrix = field(default_factory=ConfusionMatrix.uniform_error)

    def __post_init__(self) -> None:
        problems: list[Problem] = []
        wrong = sorted(set(self.reporting_rates) ^ set(REPORTING_RATES))
        if wrong:
            message = f"a reporting rate is needed for each class and no other: see `{wrong[0]}`"
            problems.append(Problem("reporting-rate", message, help=suggest_nearest(wrong[0], list(REPORTING_RATES))))
        checked = [(f"the reporting rate of {name}", rate) for name, rate in self.reporting_rates.items()]
        checked += [("the accuracy of actors", self.actor_accuracy), ("the accuracy of targets", self.target_accuracy)]
        for what, value in checked:
            problems += _check_probability(what, value)
        if not (math.isfinite(self.background_per_week) and self.background_per_week >= 0.0):
            message = f"`{self.background_per_week}` is not a valid rate of background reports"
            problems.append(Problem("background-rate", message, help="write a number of at least 0"))
        if problems:
            raise InputError(problems)

    @classmethod
    def with_one_rate(cls, rate: float, **others: Any) -> ReportingModel:
        """Make a model with the same reporting rate for all classes."""
        return cls(reporting_rates=dict.fromkeys(REPORTING_RATES, rate), **others)

    def find_rate(self, event: ReportableEvent) -> float:
        """Return the probability that an event is reported: the mean over its types."""
        return float(np.mean([self.reporting_rates[classify_event_type(one)] for one in event.event_types]))

    def to_json(self) -> dict[str, Any]:
        """Return the model as plain data, with the confusion matrix and its origin."""
        own = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "confusion"}
        own["reporting_rates"] = dict(self.reporting_rates)
        confusion = {
            "origin": self.confusion.origin,
            "types": list(EVENT_CODES),
            "matrix": self.confusion.matrix.tolist(),
            "measured": list(self.confusion.measured),
        }
        return own | {"confusion": confusion}


def _check_probability(what: str, value: float) -> list[Problem]:
    if math.isfinite(value) and 0.0 <= value <= 1.0:
        return []
    return [Problem("probability", f"{what} is `{value}`", help="write a number from 0 to 1")]


def _require_probability(what: str, value: float) -> None:
    problems = _check_probability(what, value)
    if problems:
        raise InputError(problems)


@dataclass(frozen=True)
class ReportLikelihood:
    """The likelihood of one report.

    Attributes:
        by_event: Probability of this report, given that an event happened and was reported; shape (event,).
        background: Probability of this report, given a background report.
    """

    by_event: Floats
    background: float


def weigh(observation: Observation, reportables: ReportableEvents, model: ReportingModel) -> ReportLikelihood:
    """Compute the likelihood of an observation under every event of the model and under the background.

    Raises:
        InputError: The observation stands for an unknown event, or has a type on which the coder was not measured.
    """
    names = [event.name for event in reportables.events]
    if observation.stands_for and observation.stands_for not in names:
        message = (
            f"observation `{observation.name}` stands for `{observation.stands_for}`, which is not a reportable event"
        )
        raise InputError(Problem("unknown-event", message, help=suggest_nearest(observation.stands_for, names)))
    if observation.stands_for:
        return ReportLikelihood(np.array([float(name == observation.stands_for) for name in names]), 0.0)
    by_type = _weigh_types(observation, model.confusion)
    num_codes = len(reportables.codes) + 1
    known = reportables.codes
    found = np.empty(len(reportables.events))
    for k, event in enumerate(reportables.events):
        own = float(np.mean([by_type[EVENT_CODES.index(one)] for one in event.event_types]))
        actors = _weigh_codes(observation.actors, event.actors, known, accuracy=model.actor_accuracy)
        targets = _weigh_codes(observation.targets, event.targets, known, accuracy=model.target_accuracy)
        found[k] = own * actors * targets
    background = float(by_type.mean())
    background *= num_codes ** -float(bool(observation.actors) + bool(observation.targets))
    return ReportLikelihood(found, background)


def _weigh_types(observation: Observation, confusion: ConfusionMatrix) -> Floats:
    """Compute P(type as coded, confidence | true type) for every true type."""
    coded = EVENT_CODES.index(observation.event_type)
    column = confusion.matrix[:, coded]
    confidence = 1.0 if observation.is_confirmed else observation.confidence
    if observation.event_type not in confusion.measured:
        if not observation.is_confirmed:
            message = f"observation `{observation.name}`: the coder was not measured on `{observation.event_type}`"
            advice = "confirm the observation, or give a matrix with this type"
            raise InputError(Problem("unmeasured-type", message, help=advice))
        found = np.zeros(len(EVENT_CODES))
        found[coded] = 1.0
        return found
    if confidence is None:
        return np.asarray(column)
    others = column.sum() - column[coded]
    found = column * ((1.0 - confidence) / others) if others > 0.0 else np.zeros(len(EVENT_CODES))
    found[coded] = confidence
    return np.asarray(found * column.sum())


def _weigh_codes(reported: Sequence[str], own: Sequence[str], known: frozenset[str], *, accuracy: float) -> float:
    """Compute P(code | codes of the event), averaged over the codes that a report names; 1 if it names nobody."""
    if not reported:
        return 1.0
    num_codes = len(known) + 1  # the last one stands for every code that the scenario does not know
    if not own:
        return 1.0 / num_codes
    inside = set(own)
    right, wrong = accuracy / len(inside), (1.0 - accuracy) / (num_codes - len(inside))
    return float(np.mean([right if code in inside else wrong for code in reported]))
