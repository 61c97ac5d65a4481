"""Train the offline coder on the training sentences and write its parts: `python -m training.train`, or `make train-news`.

Thresholds, the calibration of confidence and the confusion matrix come from cross-validation with `FOLDS` folds. A second model
of types also uses clause vectors (`clause_vectors`), whose axes are fitted to all training sentences without their types.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from standoff.news.arguments import ARGUMENT_CLASSES
from standoff.news.claims import CLAUSE_KINDS, NUMBER_KINDS, describe_clause
from standoff.news.clause_vectors import ClauseAxes, add_vectors, fit_axes
from standoff.news.confidence import describe_coding
from standoff.news.factuality import is_unreal
from standoff.news.linear import Features, LinearModel
from standoff.news.numbers import describe_number, find_numbers
from standoff.news.trained_parts import CONFUSION_FILE, TrainedParts, load_trained, save_embedded, save_trained
from standoff.news.triggers import describe_trigger, find_triggers, look_up_types
from standoff.news.vocabulary import CONTEXTS, EVENT_TYPES, MODES
from standoff.storing import write_whole
from training.fitting import (
    NO_EVENT,
    Example,
    fit_linear,
    list_argument_rows,
    list_candidates,
    list_coded_events,
    list_target_rows,
    list_trigger_nouns,
    read_examples,
)
from training.training_sentences import TextSpan, load_training_sentences

__all__ = [
    "FOLDS",
    "STRENGTHS",
    "TYPE_CLASSES",
    "LeftOut",
    "code_left_out",
    "fit_parts",
    "train",
    "train_embedded",
]

FOLDS = 5
TYPE_CLASSES = (*EVENT_TYPES, NO_EVENT)
STRENGTHS = {
    "types": 20.0,
    "types_embed": 10.0,
    "arguments": 10.0,
    "targets": 10.0,
    "numbers": 10.0,
    "clauses": 20.0,
    "modes": 20.0,
    "contexts": 10.0,
}
_LEAST_MARK = 0.25  # least probability of a context


@dataclass(frozen=True, eq=False)
class LeftOut:
    """Probabilities of the candidates by cross-validation.

    Attributes:
        tokens: The candidates.
        classes: The true class of each, a type or "NONE".
        probabilities: Probabilities by models trained on the other folds, shape (candidate, class), classes as `TYPE_CLASSES`.
    """

    tokens: list[Any]
    classes: list[str]
    probabilities: NDArray[np.float64]


def train() -> TrainedParts:
    """Train all parts but those with clause vectors, and write them."""
    examples = read_examples(load_training_sentences())
    left_out = code_left_out(examples)
    threshold = _choose_threshold(left_out)
    parts = fit_parts(examples, threshold, _fit_calibration(left_out, threshold))
    save_trained(parts)
    write_whole(CONFUSION_FILE, _count_confusion(left_out, threshold), "the confusion matrix")
    return parts


def train_embedded() -> TrainedParts:
    """Train the model of types with clause vectors, and write the parts that differ from those that come with standoff.

    Raises:
        MissingExtraError: The extra `embed` or its weights are not installed.
        InputError: The installed weights are not the expected release.
    """
    parts = load_trained()
    examples = read_examples(load_training_sentences())
    candidates = list_candidates(examples, parts.nouns)
    axes = fit_axes(candidates.tokens)
    left_out = code_left_out(examples, axes)
    threshold = _choose_threshold(left_out)
    rows = add_vectors(candidates.rows, candidates.tokens, axes)
    types = fit_linear(rows, candidates.classes, TYPE_CLASSES, strength=STRENGTHS["types_embed"])
    parts = replace(
        parts,
        models={**parts.models, "types": types},
        calibration=_fit_calibration(left_out, threshold),
        thresholds={**parts.thresholds, "event": threshold},
        axes=axes,
    )
    save_embedded(parts)
    return parts


def fit_parts(examples: Sequence[Example], threshold: float, calibration: NDArray[np.float64]) -> TrainedParts:
    """Fit every model to examples.

    Args:
        examples: The examples.
        threshold: Least probability that a candidate is an act.
        calibration: The weights of the confidence.
    """
    nouns = list_trigger_nouns(examples)
    models: dict[str, LinearModel] = {}
    candidates = list_candidates(examples, nouns)
    models["types"] = fit_linear(candidates.rows, candidates.classes, TYPE_CLASSES, strength=STRENGTHS["types"])
    rows, classes = list_argument_rows(examples)
    models["arguments"] = fit_linear(rows, classes, ARGUMENT_CLASSES, strength=STRENGTHS["arguments"])
    rows, classes = list_target_rows(examples)
    models["targets"] = fit_linear(rows, classes, ("target", "-"), strength=STRENGTHS["targets"])
    rows, classes = _list_number_rows(examples)
    models["numbers"] = fit_linear(rows, classes, (*NUMBER_KINDS, NO_EVENT), strength=STRENGTHS["numbers"])
    rows, classes = _list_clause_rows(examples, nouns)
    models["clauses"] = fit_linear(rows, classes, (*CLAUSE_KINDS, NO_EVENT), strength=STRENGTHS["clauses"])
    rows, classes = _list_mode_rows(examples)
    order = [f"{name}:{mode}" for name in EVENT_TYPES for mode in ("", *sorted(MODES[name]))]
    models["modes"] = fit_linear(rows, classes, order, strength=STRENGTHS["modes"])
    rows, classes = _list_context_rows(examples)
    models["contexts"] = fit_linear(rows, classes, sorted(CONTEXTS), strength=STRENGTHS["contexts"])
    thresholds = {"event": threshold, "number": 0.5, "clause": 0.4, "context": _LEAST_MARK}
    return TrainedParts(models, nouns, calibration, thresholds)


def code_left_out(examples: Sequence[Example], axes: ClauseAxes | None = None) -> LeftOut:
    """Compute the probabilities of candidates by cross-validation.

    Args:
        examples: The examples.
        axes: The projection of clause vectors; None to use none.
    """
    candidates = list_candidates(examples, list_trigger_nouns(examples))
    rows, classes = candidates.rows, candidates.classes
    strength = STRENGTHS["types" if axes is None else "types_embed"]
    if axes is not None:
        rows = add_vectors(rows, candidates.tokens, axes)
    fold = np.array(candidates.groups) % FOLDS
    table = np.zeros((len(rows), len(TYPE_CLASSES)))
    for number in range(FOLDS):
        inside, outside = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        model = fit_linear([rows[at] for at in inside], [classes[at] for at in inside], TYPE_CLASSES, strength=strength)
        columns = [TYPE_CLASSES.index(name) for name in model.classes]
        table[np.ix_(outside, np.array(columns))] = model.compute_probabilities([rows[at] for at in outside])
    return LeftOut(candidates.tokens, classes, table)


def _list_coded(left_out: LeftOut, threshold: float) -> list[str]:
    """List the class that each candidate is coded as."""
    none = TYPE_CLASSES.index(NO_EVENT)
    coded = []
    for token, values in zip(left_out.tokens, left_out.probabilities, strict=True):
        name = EVENT_TYPES[int(values[:none].argmax())]
        real = 1.0 - values[none] >= threshold and not is_unreal(token, name)
        coded.append(name if real else NO_EVENT)
    return coded


def _choose_threshold(left_out: LeftOut) -> float:
    """Choose the threshold with the best F1 of events by type."""
    true = np.array(left_out.classes)
    best, at = -1.0, 0.5
    for threshold in np.arange(0.30, 0.75, 0.05):
        coded = np.array(_list_coded(left_out, float(threshold)))
        right = ((coded == true) & (true != NO_EVENT)).sum()
        score = 2.0 * right / ((coded != NO_EVENT).sum() + (true != NO_EVENT).sum())
        if score > best:
            best, at = float(score), round(float(threshold), 2)
    return at


def _fit_calibration(left_out: LeftOut, threshold: float) -> NDArray[np.float64]:
    """Fit the weights of the confidence to the candidates that are coded as events."""
    rows, right = [], []
    for token, name, true, values in zip(
        left_out.tokens, _list_coded(left_out, threshold), left_out.classes, left_out.probabilities, strict=True
    ):
        if name != NO_EVENT:
            rows.append(
                describe_coding(dict(zip(TYPE_CLASSES, values.tolist(), strict=True)), name, look_up_types(token))
            )
            right.append(name == true)
    model = LogisticRegression(C=10.0, fit_intercept=False, max_iter=1000)
    model.fit(np.array(rows), np.array(right))
    weights: NDArray[np.float64] = np.asarray(model.coef_[0], dtype=np.float64).round(4)
    return weights


def _count_confusion(left_out: LeftOut, threshold: float) -> bytes:
    """Count the coded types by true type, for the events that were found."""
    counts = np.zeros((len(EVENT_TYPES), len(EVENT_TYPES)), dtype=int)
    for name, true in zip(_list_coded(left_out, threshold), left_out.classes, strict=True):
        if NO_EVENT not in (name, true):
            counts[EVENT_TYPES.index(true), EVENT_TYPES.index(name)] += 1
    rows = ",\n  ".join(json.dumps(row) for row in counts.tolist())
    return f'{{"types": {json.dumps(EVENT_TYPES)},\n "counts": [\n  {rows}]}}\n'.encode()


def _list_number_rows(examples: Sequence[Example]) -> tuple[list[Features], list[str]]:
    rows: list[Features] = []
    classes: list[str] = []
    for example in examples:
        for part in example.passage.parsed.sents:
            for number in find_numbers(part):
                place = number.head.idx
                kinds = [
                    claim.kind
                    for claim in example.sentence.claims
                    if claim.span.start <= place < claim.span.end and claim.kind in NUMBER_KINDS and claim.value
                ]
                rows.append(describe_number(number))
                classes.append(kinds[0] if kinds else NO_EVENT)
    return rows, classes


def _list_clause_rows(examples: Sequence[Example], nouns: frozenset[str]) -> tuple[list[Features], list[str]]:
    rows: list[Features] = []
    classes: list[str] = []
    for example in examples:
        parsed = example.passage.parsed
        for part in parsed.sents:
            candidates = find_triggers(part, nouns)
            kinds = {}
            for claim in example.sentence.claims:
                if claim.kind in CLAUSE_KINDS and not (claim.kind in NUMBER_KINDS and claim.value):
                    token = _find_clause_token(parsed, claim.span, {one.i: one for one in candidates})
                    if token is not None:
                        kinds[token.i] = claim.kind
            for token in candidates:
                rows.append(describe_clause(token, describe_trigger(token, part, example.resolved)))
                classes.append(kinds.get(token.i, NO_EVENT))
    return rows, classes


def _find_clause_token(parsed: Any, span: TextSpan, candidates: dict[int, Any]) -> Any:
    """Find the candidate whose clause a coded clause is."""
    words = parsed.char_span(span.start, span.end, alignment_mode="expand")
    if words.root.i in candidates:
        return words.root
    inside = [candidates[token.i] for token in words if token.i in candidates]
    return inside[0] if inside else None


def _list_mode_rows(examples: Sequence[Example]) -> tuple[list[Features], list[str]]:
    rows: list[Features] = []
    classes: list[str] = []
    for example, token, event in list_coded_events(examples):
        rows.append(describe_trigger(token, token.sent, example.resolved))
        classes.append(f"{event.event_type}:{event.mode}")
    return rows, classes


def _list_context_rows(examples: Sequence[Example]) -> tuple[list[Features], list[str]]:
    rows: list[Features] = []
    classes: list[str] = []
    for example, token, event in list_coded_events(examples):
        row = describe_trigger(token, token.sent, example.resolved)
        rows += [row] * len(event.contexts)
        classes += event.contexts
    return rows, classes


if __name__ == "__main__":
    train()
    train_embedded()
