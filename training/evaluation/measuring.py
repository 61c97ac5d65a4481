"""Measure all scores of the offline coder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from standoff.errors import InputError, Problem
from standoff.news.actors.resolving import resolve_text
from standoff.news.clause_vectors import add_vectors
from standoff.news.coded import QUAD_CLASS
from standoff.news.embedding import is_installed
from standoff.news.linear import Features
from standoff.news.offline import OfflineCoder, code_sentences
from standoff.news.trained_parts import CONFUSION_FILE
from training.evaluation.measures import measure_accuracy, measure_macro_f1
from training.evaluation.pairs import (
    ParsedPair,
    RawScores,
    parse_pairs,
    score_raw_pairs,
    score_records,
    type_pairs,
)
from training.evaluation.plover import GoldRecord, read_gold_records, read_pair_sentences
from training.evaluation.reports import ReportScores, score_reports
from training.evaluation.speed import Speed, measure_speed
from training.fitting import Example, fit_linear, list_candidates, read_examples
from training.hand_coded import load_hand_coded
from training.train import STRENGTHS, TYPE_CLASSES, LeftOut, code_left_out
from training.training_sentences import load_training_sentences

__all__ = ["CoderScores", "Measured", "TypeScores", "measure"]

_FOLDS = 5


@dataclass(frozen=True)
class TypeScores:
    """Scores of types for sentences with an act.

    Attributes:
        sentences: Number of sentences.
        macro_f1: F1 averaged over types.
        accuracy: Share of right types.
        quad_accuracy: Share with the right one of PLOVER's four classes.
    """

    sentences: int
    macro_f1: float
    accuracy: float
    quad_accuracy: float


@dataclass(frozen=True, eq=False)
class CoderScores:
    """Scores of a coder.

    Attributes:
        method: The coder.
        pairs: Types with the pair given, by a model of the training sentences alone.
        pairs_crossed: Types with the pair given, by models that also learned from the other folds of the set.
        own: Types of the triggers of the training sentences, by cross-validation.
        raw_pairs: Raw sentences of the set of pairs.
        raw_records: Raw gold records.
        development: Hand-coded reports that were used in development.
        frozen: Hand-coded reports that were not.
        speed: Speed and memory.
    """

    method: str
    pairs: TypeScores
    pairs_crossed: TypeScores
    own: TypeScores
    raw_pairs: RawScores
    raw_records: RawScores
    development: ReportScores
    frozen: ReportScores
    speed: Speed


@dataclass(frozen=True, eq=False)
class Measured:
    """All scores.

    Attributes:
        plain: Scores of the coder.
        embedded: Scores of the coder with sentence vectors; None where the encoder is not installed.
        actors: Number of sources of the gold records that are resolved rightly without context, and of all.
        confusion: MatchCounts of true (row) and coded types on the training sentences, by cross-validation.
    """

    plain: CoderScores
    embedded: CoderScores | None
    actors: tuple[int, int]
    confusion: NDArray[np.int64]


def measure(data: Path, reports: Path) -> Measured:
    """Measure all scores.

    Args:
        data: The folder that contains `plover`.
        reports: The folder that contains `development` and `frozen`.

    Raises:
        InputError: A folder does not exist (`missing-scoring-data`), or the installed encoder is not the expected release.
        MissingExtraError: A package of the extra `news` is not installed.
    """
    for folder in (data / "plover", reports / "development", reports / "frozen"):
        if not folder.is_dir():
            message = f"the folder `{folder}` with scoring sets does not exist"
            raise InputError(
                Problem("missing-scoring-data", message, help="name its parent with --data or STANDOFF_DATA")
            )
    examples = read_examples(load_training_sentences())
    return Measured(
        plain=_score(OfflineCoder(), examples, data, reports),
        embedded=_score(OfflineCoder(embed=True), examples, data, reports) if is_installed() else None,
        actors=_score_actors(read_gold_records(data / "plover")),
        confusion=np.array(json.loads(CONFUSION_FILE.read_text(encoding="utf-8"))["counts"]),
    )


def _score(coder: OfflineCoder, examples: Sequence[Example], data: Path, reports: Path) -> CoderScores:
    sentences = read_pair_sentences(data / "plover")
    records = read_gold_records(data / "plover")
    pairs = parse_pairs(sentences, coder.trained)
    candidates = list_candidates(examples, coder.trained.nouns)
    axes = coder.trained.axes
    rows = candidates.rows if axes is None else add_vectors(candidates.rows, candidates.tokens, axes)
    strength = STRENGTHS["types" if axes is None else "types_embed"]
    true = [pair.event_type for pair in pairs]
    return CoderScores(
        method=coder.method,
        pairs=_score_types(true, type_pairs(pairs, coder.trained.models["types"])),
        pairs_crossed=_score_types(true, _cross_validate(pairs, rows, candidates.classes, strength)),
        own=_score_own(code_left_out(examples, axes)),
        raw_pairs=score_raw_pairs(sentences, code_sentences([one.text for one in sentences], coder)),
        raw_records=score_records(records, code_sentences([one.text for one in records], coder)),
        development=score_reports(load_hand_coded(reports / "development"), coder.code),
        frozen=score_reports(load_hand_coded(reports / "frozen"), coder.code),
        speed=measure_speed(embed=axes is not None),
    )


def _score_types(true: Sequence[str], coded: Sequence[str]) -> TypeScores:
    quads = [[QUAD_CLASS[name] for name in names] for names in (true, coded)]  # type: ignore[index]
    return TypeScores(len(true), measure_macro_f1(true, coded), measure_accuracy(true, coded), measure_accuracy(*quads))


def _score_own(left_out: LeftOut) -> TypeScores:
    acts = [at for at, name in enumerate(left_out.classes) if name in QUAD_CLASS]
    best = left_out.probabilities[acts][:, : len(QUAD_CLASS)].argmax(axis=1)
    return _score_types([left_out.classes[at] for at in acts], [TYPE_CLASSES[at] for at in best])


def _cross_validate(
    pairs: Sequence[ParsedPair], rows: Sequence[Features], classes: Sequence[str], strength: float
) -> list[str]:
    """Type pairs by models that also learned from the candidate with the largest weight in each pair of the other folds."""
    coded = [""] * len(pairs)
    for fold in range(_FOLDS):
        inside = [pair for at, pair in enumerate(pairs) if at % _FOLDS != fold and pair.rows]
        outside = [at for at in range(len(pairs)) if at % _FOLDS == fold]
        added = [pair.rows[int(pair.weights.argmax())] for pair in inside]
        model = fit_linear(
            [*rows, *added],
            [*classes, *(pair.event_type for pair in inside)],
            TYPE_CLASSES,
            strength=strength,
        )
        for at, name in zip(outside, type_pairs([pairs[at] for at in outside], model), strict=True):
            coded[at] = name
    return coded


def _score_actors(records: Sequence[GoldRecord]) -> tuple[int, int]:
    """Count the sources of gold records that are resolved rightly without context."""
    right = total = 0
    for record in records:
        for words, code in record.source_texts:
            total += 1
            codes = {one.split()[0].split(":")[0] for one in resolve_text(words).split(";") if one}
            right += codes == {code}
    return right, total
