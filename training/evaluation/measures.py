"""Accuracy, F1 and calibration, from lists of true and coded classes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["count_confusion", "measure_accuracy", "measure_brier", "measure_macro_f1", "tabulate_calibration"]


def measure_accuracy(true: Sequence[str], coded: Sequence[str]) -> float:
    """Measure the share of right codings.

    Examples:
        >>> measure_accuracy(["a", "b"], ["a", "a"])
        0.5
    """
    return float(np.mean([one == other for one, other in zip(true, coded, strict=True)]))


def measure_macro_f1(true: Sequence[str], coded: Sequence[str]) -> float:
    """Measure F1 averaged over the classes that occur as true or coded.

    Examples:
        >>> round(measure_macro_f1(["a", "b"], ["a", "a"]), 4)
        0.3333
    """
    scores = []
    for name in sorted({*true, *coded}):
        right = sum(one == other == name for one, other in zip(true, coded, strict=True))
        scores.append(2.0 * right / (sum(one == name for one in true) + sum(one == name for one in coded)))
    return float(np.mean(scores))


def count_confusion(true: Sequence[str], coded: Sequence[str], names: Sequence[str]) -> NDArray[np.int64]:
    """Count how often each true class (row) was coded as each class (column)."""
    table = np.zeros((len(names), len(names)), dtype=np.int64)
    for one, other in zip(true, coded, strict=True):
        table[names.index(one), names.index(other)] += 1
    return table


def tabulate_calibration(
    pairs: Sequence[tuple[float, bool]], edges: Sequence[float]
) -> list[tuple[float, float, int, float, float]]:
    """Tabulate confidence against the share of right codings.

    Args:
        pairs: The confidence of each coding, and whether it was right.
        edges: Bounds of the bins, ascending.

    Returns:
        For each bin that is not empty: its bounds, the number of codings, the mean confidence and the share of right codings.
    """
    rows = []
    for low, high in itertools.pairwise(edges):
        inside = [(value, right) for value, right in pairs if low <= value < high or (value == high == edges[-1])]
        if inside:
            rows.append(
                (
                    low,
                    high,
                    len(inside),
                    float(np.mean([one for one, _ in inside])),
                    float(np.mean([one for _, one in inside])),
                )
            )
    return rows


def measure_brier(pairs: Sequence[tuple[float, bool]]) -> float:
    """Measure the Brier score, the mean squared difference of confidence and outcome; lower is better.

    Examples:
        >>> measure_brier([(1.0, True), (0.5, False)])
        0.125
    """
    return float(np.mean([(value - right) ** 2 for value, right in pairs]))
