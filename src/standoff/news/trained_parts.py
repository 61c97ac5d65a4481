"""What the offline coder learned, as one file of arrays: weights of linear models, thresholds, the calibration of confidence.

The file is `trained/coder.npz`, written by `make train-news`. Names are UTF-8 text held as bytes; nothing in it is a
pickled object, and it is read with pickling forbidden.
"""

from __future__ import annotations

import functools
import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from standoff.news.linear import LinearModel
from standoff.storing import write_whole

__all__ = ["CONFUSION_FILE", "TRAINED_FILE", "TrainedParts", "load_trained", "save_trained"]

_FOLDER = Path(__file__).parent / "trained"
TRAINED_FILE = _FOLDER / "coder.npz"
"""The trained parts that come with standoff."""
CONFUSION_FILE = _FOLDER / "confusion.json"
"""How often each true type was coded as each type, on our own sentences left out in turn; `belief.likelihood.load_confusion`."""


@dataclass(frozen=True, eq=False)
class TrainedParts:
    """What was learned.

    Attributes:
        models: By name: "types", "arguments", "targets", "numbers", "clauses", "modes", "contexts".
        nouns: Lemmas of nouns that expressed acts in training.
        calibration: Weights of the confidence: bias, log odds of the type, lead over the second, agreement with the lexicon,
            disagreement with it.
        thresholds: Least probabilities: "event", "number", "clause", "context".
        parameters_hash: First 12 digits of the SHA-256 of the file.
    """

    models: Mapping[str, LinearModel]
    nouns: frozenset[str]
    calibration: NDArray[np.float64]
    thresholds: Mapping[str, float]
    parameters_hash: str = ""


def save_trained(parts: TrainedParts, path: Path = TRAINED_FILE) -> None:
    """Write trained parts, the same parts as the same bytes.

    Args:
        parts: What was learned.
        path: Where to.

    Raises:
        InputError: The file cannot be written (`cannot-write`).
    """
    arrays: dict[str, NDArray[np.generic]] = {
        "nouns": _bytes(sorted(parts.nouns)),
        "calibration": parts.calibration,
        "thresholds/names": _bytes(parts.thresholds),
        "thresholds/values": np.array(list(parts.thresholds.values())),
        "models": _bytes(parts.models),
    }
    for name, model in parts.models.items():
        arrays[f"{name}/classes"] = _bytes(model.classes)
        arrays[f"{name}/names"] = _bytes(model.names)
        arrays[f"{name}/weights"] = model.weights.astype(np.float16)
        arrays[f"{name}/bias"] = model.bias
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, **arrays)
    write_whole(path, content.getvalue(), "the trained coder")


@functools.cache
def load_trained(path: Path = TRAINED_FILE) -> TrainedParts:
    """Read trained parts.

    Args:
        path: A file from `save_trained`.
    """
    content = path.read_bytes()
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        models = {
            name: LinearModel(
                _texts(arrays[f"{name}/classes"]),
                _texts(arrays[f"{name}/names"]),
                arrays[f"{name}/weights"].astype(np.float32),
                arrays[f"{name}/bias"],
            )
            for name in _texts(arrays["models"])
        }
        names = _texts(arrays["thresholds/names"])
        return TrainedParts(
            models,
            frozenset(_texts(arrays["nouns"])),
            arrays["calibration"],
            dict(zip(names, arrays["thresholds/values"].tolist(), strict=True)),
            hashlib.sha256(content).hexdigest()[:12],
        )


def _bytes(texts: Iterable[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(texts).encode(), dtype=np.uint8)


def _texts(array: NDArray[np.uint8]) -> tuple[str, ...]:
    text = array.tobytes().decode()
    return tuple(text.split("\n")) if text else ()
