"""The trained parts: fitting, and the shipped files."""

import json

from standoff.belief.likelihood import load_confusion_matrix
from standoff.news.trained_parts import CONFUSION_FILE, load_trained
from standoff.news.vocabulary import EVENT_TYPES
from training.fitting import fit_linear


def test_the_filter_reads_the_shipped_confusion_matrix_which_is_mostly_right():
    confusion = load_confusion_matrix(CONFUSION_FILE)
    assert confusion.measured == EVENT_TYPES
    counts = json.loads(CONFUSION_FILE.read_text())["counts"]
    assert sum(counts[at][at] for at in range(15)) > 0.6 * sum(map(sum, counts))


def test_fitting_separates_classes_and_is_reproducible():
    rows = [{"gun": 1.0}, {"gun": 1.0, "red": 1.0}, {"dove": 1.0}, {"dove": 1.0, "red": 1.0}] * 3
    classes = ["war", "war", "peace", "peace"] * 3
    one, other = (fit_linear(rows, classes, ("war", "peace"), strength=10.0) for _ in range(2))
    assert one.compute_probabilities([{"gun": 1.0}])[0, 0] > 0.8
    assert (one.names, one.weights.tobytes()) == (other.names, other.weights.tobytes())


def test_the_shipped_parts_have_every_model():
    parts = load_trained()
    assert sorted(parts.models) == ["arguments", "clauses", "contexts", "modes", "numbers", "targets", "types"]
    assert parts.models["types"].classes == (*EVENT_TYPES, "NONE")
