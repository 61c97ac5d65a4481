"""The trained parts of the offline coder, in one file of arrays: weights of linear models, thresholds, calibration of confidence.

The file is `trained/coder.npz`, written by `make train-news`. Names are stored as UTF-8 bytes; the file holds no
pickled object, and is read with pickling forbidden. With clause vectors, `trained/types_embed.npz` replaces some parts: the
model of types, its threshold and the calibration.
"""

from __future__ import annotations

import functools
import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standoff.news.clause_vectors import ClauseAxes
from standoff.news.linear import LinearModel
from standoff.storing import write_whole

__all__ = [
    "CONFUSION_FILE",
    "EMBED_FILE",
    "TRAINED_FILE",
    "TrainedParts",
    "load_embedded",
    "load_trained",
    "save_embedded",
    "save_trained",
]

_FOLDER = Path(__file__).parent / "trained"
TRAINED_FILE = _FOLDER / "coder.npz"
"""The trained parts that come with standoff."""
EMBED_FILE = _FOLDER / "types_embed.npz"
"""The parts that replace some of them with the extra `embed`."""
CONFUSION_FILE = _FOLDER / "confusion.json"
"""The confusion matrix of types by cross-validation on the training sentences (`belief.likelihood.load_confusion_matrix`)."""


@dataclass(frozen=True, eq=False)
class TrainedParts:
    """The trained parts of the offline coder.

    Attributes:
        models: The linear models by name: "types", "arguments", "targets", "numbers", "clauses", "modes", "contexts".
        nouns: Lemmas of nouns that expressed acts in training.
        calibration: Weights of the confidence, for: a constant, the log-odds of the type, its lead over the second, agreement
            with the lexicon, disagreement with it.
        thresholds: Least probabilities: "event", "number", "clause", "context".
        parameters_hash: First 12 digits of the SHA-256 of the file; with clause vectors also "+embed:" and those
            of the second file.
        axes: The axes of clause vectors; None where the model of types uses none.
    """

    models: Mapping[str, LinearModel]
    nouns: frozenset[str]
    calibration: NDArray[np.float64]
    thresholds: Mapping[str, float]
    parameters_hash: str = ""
    axes: ClauseAxes | None = None


def save_trained(parts: TrainedParts, path: Path = TRAINED_FILE) -> None:
    """Write trained parts; equal parts give equal bytes.

    Args:
        parts: The parts.
        path: The file.

    Raises:
        InputError: The file cannot be written (`cannot-write`).
    """
    arrays: dict[str, NDArray[np.generic]] = {
        "nouns": _encode_names(sorted(parts.nouns)),
        "calibration": parts.calibration,
        "thresholds/names": _encode_names(parts.thresholds),
        "thresholds/values": np.array(list(parts.thresholds.values())),
        "models": _encode_names(parts.models),
    }
    for name, model in parts.models.items():
        arrays |= _list_model_arrays(name, model)
    _save(arrays, path)


def save_embedded(parts: TrainedParts, path: Path = EMBED_FILE) -> None:
    """Write the parts that differ with clause vectors.

    Args:
        parts: The parts, with axes.
        path: The file.

    Raises:
        InputError: The file cannot be written (`cannot-write`).
    """
    assert parts.axes is not None
    arrays: dict[str, NDArray[np.generic]] = {
        "mean": parts.axes.mean.astype(np.float16),
        "axes": parts.axes.axes.astype(np.float16),
        "calibration": parts.calibration,
        "event": np.array(parts.thresholds["event"]),
    }
    _save(arrays | _list_model_arrays("types", parts.models["types"]), path)


@functools.cache
def load_trained(path: Path = TRAINED_FILE) -> TrainedParts:
    """Read trained parts.

    Args:
        path: A file from `save_trained`.
    """
    content = path.read_bytes()
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        models = {name: _read_model(arrays, name) for name in _decode_names(arrays["models"])}
        names = _decode_names(arrays["thresholds/names"])
        return TrainedParts(
            models,
            frozenset(_decode_names(arrays["nouns"])),
            arrays["calibration"],
            dict(zip(names, arrays["thresholds/values"].tolist(), strict=True)),
            _compute_hash(content),
        )


@functools.cache
def load_embedded(path: Path = EMBED_FILE) -> TrainedParts:
    """Read the trained parts that come with standoff, with those that differ with clause vectors.

    Args:
        path: A file from `save_embedded`.
    """
    parts = load_trained()
    content = path.read_bytes()
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return replace(
            parts,
            models={**parts.models, "types": _read_model(arrays, "types")},
            calibration=arrays["calibration"],
            thresholds={**parts.thresholds, "event": float(arrays["event"])},
            parameters_hash=f"{parts.parameters_hash}+embed:{_compute_hash(content)}",
            axes=ClauseAxes(arrays["mean"].astype(np.float32), arrays["axes"].astype(np.float32)),
        )


def _save(arrays: Mapping[str, NDArray[np.generic]], path: Path) -> None:
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, **arrays)
    write_whole(path, content.getvalue(), "the trained coder")


def _list_model_arrays(name: str, model: LinearModel) -> dict[str, NDArray[np.generic]]:
    return {
        f"{name}/classes": _encode_names(model.classes),
        f"{name}/names": _encode_names(model.names),
        f"{name}/weights": model.weights.astype(np.float16),
        f"{name}/bias": model.bias,
    }


def _read_model(arrays: Mapping[str, NDArray[Any]], name: str) -> LinearModel:
    return LinearModel(
        _decode_names(arrays[f"{name}/classes"]),
        _decode_names(arrays[f"{name}/names"]),
        arrays[f"{name}/weights"].astype(np.float32),
        arrays[f"{name}/bias"],
    )


def _compute_hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def _encode_names(texts: Iterable[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(texts).encode(), dtype=np.uint8)


def _decode_names(array: NDArray[np.uint8]) -> tuple[str, ...]:
    text = array.tobytes().decode()
    return tuple(text.split("\n")) if text else ()
