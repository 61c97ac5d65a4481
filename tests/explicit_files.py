"""An own reader of PRISM's explicit files, written from the manual and not from the writer, and a backward check on it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

LABEL = re.compile(r'(\d+)="([A-Za-z_]\w*)"', re.ASCII)


@dataclass(frozen=True)
class Explicit:
    """What the files say: transitions as parallel arrays, states by label, and the variables of every state."""

    num_states: int
    source: np.ndarray
    target: np.ndarray
    probability: np.ndarray
    labels: dict[str, np.ndarray]
    variables: tuple[str, ...]
    values: np.ndarray


def read_explicit(files):
    """Read `.tra`, `.lab` and `.sta` texts, and insist on everything that the manual asks of a Markov chain."""
    head, *rows = files[".tra"].splitlines()
    num_states, num_transitions = map(int, head.split())
    assert len(rows) == num_transitions
    parts = [row.split() for row in rows]
    assert {len(part) for part in parts} == {3}
    source, target = (np.array([int(part[k]) for part in parts]) for k in (0, 1))
    probability = np.array([float(part[2]) for part in parts])
    assert source.tolist() == sorted(source.tolist())
    assert len({*zip(source.tolist(), target.tolist(), strict=True)}) == num_transitions
    assert source.min() >= 0
    assert max(source.max(), target.max()) < num_states
    assert target.min() >= 0
    assert np.all((probability > 0.0) & (probability <= 1.0 + 1e-12))
    assert np.allclose(np.bincount(source, weights=probability, minlength=num_states), 1.0, rtol=0.0, atol=1e-12)

    head, *rows = files[".lab"].splitlines()
    names = {int(number): name for number, name in LABEL.findall(head)}
    assert " ".join(f'{number}="{name}"' for number, name in names.items()) == head
    bearers = {name: [] for name in names.values()}
    for row in rows:
        state, numbers = row.split(":")
        for number in numbers.split():
            bearers[names[int(number)]].append(int(state))
    assert bearers.pop("deadlock") == []
    labels = {name: np.array(states, dtype=int) for name, states in bearers.items()}
    assert all(states.size == 0 or states.max() < num_states for states in labels.values())

    head, *rows = files[".sta"].splitlines()
    assert re.fullmatch(r"\(\w+(,\w+)*\)", head)
    assert [int(row.split(":")[0]) for row in rows] == [*range(num_states)]
    values = np.array([[int(value) for value in row.split(":")[1][1:-1].split(",")] for row in rows])
    assert len({*map(tuple, values.tolist())}) == num_states
    return Explicit(num_states, source, target, probability, labels, tuple(head[1:-1].split(",")), values)


def reach_within(model, label, steps):
    """P=? [F<=k "label"] from the initial state for every k in `steps`, by the backward recursion of model checking."""
    (start,) = model.labels["init"]
    bears = np.zeros(model.num_states, dtype=bool)
    bears[model.labels[label]] = True
    value = bears.astype(float)
    found = {0: value[start]}
    for step in range(1, max(steps) + 1):
        onward = np.bincount(model.source, weights=model.probability * value[model.target], minlength=model.num_states)
        value = np.where(bears, 1.0, onward)
        found[step] = value[start]
    return np.array([found[step] for step in steps])
