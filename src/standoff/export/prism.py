"""Write a chain in the explicit files of PRISM, and in the DRN file of Storm.

PRISM reads three files: `.tra`, the transitions `from to probability` after a line with both counts; `.lab`, the labels by
number and then the numbers of the labels of each state; `.sta`, what each state is. Storm reads one `.drn` file with the
same content. Probabilities are written with 17 significant digits, so that reading them gives the same float64.

A state of the `.sta` file is, in this order: period and layer; state in that layer's list (`standoff.game.model`); index of
the grid belief about each player with two types; bits of the milestones met before (`standoff.export.induced_chain`); and,
where the crisis has ended, the number of the terminal, counted from 1, with 0 in all other columns.

A DRN file lists labels with the states that have them, so an event that cannot happen has no label there.

References:
    PRISM manual, "Explicit model files"; Storm documentation, "The DRN format".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from standoff.errors import InputError, Problem
from standoff.export.chain import Chain

__all__ = ["to_drn", "to_prism"]

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def to_prism(chain: Chain) -> dict[str, str]:
    """Return a chain as the explicit files of PRISM.

    Args:
        chain: The chain.

    Returns:
        The text of each file, by its suffix (`.tra`, `.lab`, `.sta`).

    Raises:
        InputError: PRISM cannot read a label (`bad-label`).
    """
    _check_labels(chain)
    return {
        ".tra": "".join(_write_transitions(chain)),
        ".lab": "".join(_write_labels(chain)),
        ".sta": "".join(_write_states(chain)),
    }


def to_drn(chain: Chain) -> str:
    """Return a chain as a DRN file.

    Args:
        chain: The chain.

    Returns:
        The text of the file.

    Raises:
        InputError: Storm cannot read a label (`bad-label`).
    """
    _check_labels(chain)
    return "".join(_write_drn(chain))


def _check_labels(chain: Chain) -> None:
    bad = [label for label in chain.labels if not _IDENTIFIER.fullmatch(label)]
    if bad:
        raise InputError(
            Problem(
                code="bad-label",
                message=f"a model checker cannot read the name `{label}`",
                help="use only letters, digits and underscores in the names of outcomes and milestones",
            )
            for label in bad
        )


def _write_transitions(chain: Chain) -> Iterator[str]:
    yield f"{chain.num_states} {chain.num_transitions}\n"
    source = np.repeat(np.arange(chain.num_states), np.diff(chain.row_start))
    for start, end, probability in zip(source.tolist(), chain.column.tolist(), chain.probability.tolist(), strict=True):
        yield f"{start} {end} {probability:.17g}\n"


def _write_labels(chain: Chain) -> Iterator[str]:
    names = ["init", "deadlock", *chain.labels]
    yield " ".join(f'{k}="{name}"' for k, name in enumerate(names)) + "\n"
    for state, numbers in _list_labels(chain, first=2):
        yield f"{state}: {' '.join(map(str, [0, *numbers] if state == 0 else numbers))}\n"


def _list_labels(chain: Chain, first: int) -> Iterator[tuple[int, list[int]]]:
    """Yield the numbers of the labels, counted from `first`, of the initial state and of every state that has one."""
    numbers: dict[int, list[int]] = {0: []}
    for k, states in enumerate(chain.labels.values()):
        for state in states.tolist():
            numbers.setdefault(state, []).append(first + k)
    yield from sorted(numbers.items())


def _write_states(chain: Chain) -> Iterator[str]:
    axes = [f"belief_{k + 1}" for k in range(len(chain.belief_axes))]
    yield f"({','.join(['period', 'layer', 'state', *axes, 'met', 'end'])})\n"
    num_open = int(chain.step_start[-1])
    step = np.repeat(np.arange(len(chain.step_start) - 1), np.diff(chain.step_start))
    period, layer = np.zeros((2, chain.num_states), dtype=np.int64)
    period[:num_open], layer[:num_open] = np.divmod(step, chain.steps_per_period)
    state, end = np.maximum(chain.game_state, 0), np.maximum(-chain.game_state, 0)
    columns = [period, layer, state, *chain.beliefs.T, chain.met, end]
    for number, row in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
        yield f"{number}:({','.join(map(str, row))})\n"


def _write_drn(chain: Chain) -> Iterator[str]:
    names = list(chain.labels)
    numbers = dict(_list_labels(chain, first=0))
    yield f"@type: DTMC\n@parameters\n\n@reward_models\n\n@nr_states\n{chain.num_states}\n"
    yield f"@nr_choices\n{chain.num_states}\n@model\n"
    column, probability, start = chain.column.tolist(), chain.probability.tolist(), chain.row_start.tolist()
    for state in range(chain.num_states):
        words = [f"state {state}", *(["init"] if state == 0 else []), *(names[k] for k in numbers.get(state, ()))]
        yield " ".join(words) + "\n\taction 0\n"
        for k in range(start[state], start[state + 1]):
            yield f"\t\t{column[k]} : {probability[k]:.17g}\n"
