"""Linear models over named features, and the file that contains them."""

import numpy as np

from standoff.news.clause_vectors import ClauseAxes
from standoff.news.confidence import calibrate, describe_coding
from standoff.news.linear import LinearModel
from standoff.news.trained_parts import (
    EMBED_FILE,
    TRAINED_FILE,
    TrainedParts,
    load_embedded,
    load_trained,
    save_embedded,
    save_trained,
)


def model():
    weights = np.array([[2.0, -2.0], [0.5, 0.25]], dtype=np.float32)
    return LinearModel(("war", "peace"), ("gun", "dove"), weights, np.array([0.0, 1.0]))


def test_probabilities_are_the_softmax_of_the_weighted_sum():
    scores = np.array([2.0 * 0.6 + 0.5 * 0.8, -2.0 * 0.6 + 0.25 * 0.8 + 1.0])
    expected = np.exp(scores) / np.exp(scores).sum()
    np.testing.assert_allclose(model().compute_probabilities([{"gun": 3.0, "dove": 4.0}])[0], expected, rtol=1e-12)


def test_unseen_features_only_shorten_the_others():
    only_bias = np.exp([0.0, 1.0]) / np.exp([0.0, 1.0]).sum()
    np.testing.assert_allclose(model().compute_probabilities([{"tank": 1.0}, {}]), [only_bias, only_bias], rtol=1e-12)


def test_a_file_returns_its_parts_and_equal_parts_give_equal_bytes(tmp_path):
    parts = TrainedParts({"types": model()}, frozenset(["raid", "coup"]), np.arange(5.0), {"event": 0.5})
    for name in ("one.npz", "two.npz"):
        save_trained(parts, tmp_path / name)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    read = load_trained(tmp_path / "one.npz")
    assert (read.nouns, dict(read.thresholds), read.models["types"].names) == (
        parts.nouns,
        {"event": 0.5},
        ("gun", "dove"),
    )
    np.testing.assert_array_equal(read.models["types"].weights, model().weights)
    np.testing.assert_array_equal(read.calibration, np.arange(5.0))


def test_parts_with_clause_vectors_replace_some_of_the_others(tmp_path):
    axes = ClauseAxes(np.full(4, 0.5, dtype=np.float32), np.eye(2, 4, dtype=np.float32))
    parts = TrainedParts({"types": model()}, frozenset(), np.arange(5.0), {"event": 0.25}, axes=axes)
    save_embedded(parts, tmp_path / "embed.npz")
    plain, read = load_trained(), load_embedded(tmp_path / "embed.npz")
    assert read.models["types"].names == ("gun", "dove")
    assert read.models["modes"] is plain.models["modes"]
    assert read.thresholds == {**plain.thresholds, "event": 0.25}
    assert (read.nouns, read.calibration.tolist()) == (plain.nouns, [0.0, 1.0, 2.0, 3.0, 4.0])
    assert read.parameters_hash.startswith(f"{plain.parameters_hash}+embed:")
    np.testing.assert_array_equal(read.axes.axes, axes.axes)
    np.testing.assert_array_equal(read.axes.mean, axes.mean)


def test_nothing_in_the_shipped_file_is_a_pickled_object():
    for file in (TRAINED_FILE, EMBED_FILE):
        with np.load(file, allow_pickle=False) as arrays:
            assert all(arrays[name].dtype != object for name in arrays.files)


def test_confidence_rises_with_the_probabilities_and_when_the_lexicon_agrees():
    weights = load_trained().calibration
    values = [
        calibrate(weights, describe_coding({"AID": p, "NONE": 1 - p}, "AID", votes))
        for p, votes in ((0.5, {"ASSAULT": 1.0}), (0.5, {"AID": 1.0}), (0.9, {"AID": 1.0}))
    ]
    assert values == sorted(values)
    assert 0.0 < values[0] < values[1] < values[2] <= 0.99
