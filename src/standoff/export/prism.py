"""A chain in the explicit files of PRISM, and in the DRN file of Storm.

PRISM reads three files: `.tra`, the transitions `from to probability` after a line with both counts; `.lab`, the labels by
number and then the numbers that each state bears; `.sta`, what each state is. Storm reads one `.drn` file that holds the
same. Probabilities are written with 17 significant digits, so that reading them gives the same float64.

A state of the `.sta` file is, in this order: period and layer; state in that layer's list (`standoff.game.model`); index of
the grid belief about each player with two types; bits of the milestones met before (`standoff.export.induced_chain`); and,
where the crisis has ended, the number of the terminal, counted from 1, with 0 in all other places.

A DRN file knows a label only by the states that bear it: what can never happen has no label there.

References:
    PRISM manual, "Explicit model files"; Storm documentation, "The DRN format".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from standoff.errors import InputError, Problem
from standoff.export.chain import Chain

__all__ = ["drn_file", "prism_files"]

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def prism_files(chain: Chain) -> dict[str, str]:
    """The explicit files of PRISM.

    Args:
        chain: The chain.

    Returns:
        The text of each file, by its suffix (`.tra`, `.lab`, `.sta`).

    Raises:
        InputError: A label is no name that PRISM can read (`bad-label`).
    """
    _check_labels(chain)
    return {
        ".tra": "".join(_transitions(chain)),
        ".lab": "".join(_labels(chain)),
        ".sta": "".join(_states(chain)),
    }


def drn_file(chain: Chain) -> str:
    """The chain as a DRN file.

    Args:
        chain: The chain.

    Returns:
        The text of the file.

    Raises:
        InputError: A label is no name that Storm can read (`bad-label`).
    """
    _check_labels(chain)
    return "".join(_drn(chain))


def _check_labels(chain: Chain) -> None:
    bad = [label for label in chain.labels if not _IDENTIFIER.fullmatch(label)]
    if bad:
        raise InputError(
            Problem(
                code="bad-label",
                message=f"`{label}` is no name that a model checker can read",
                help="name outcomes and milestones by letters, digits and underscores",
            )
            for label in bad
        )


def _transitions(chain: Chain) -> Iterator[str]:
    yield f"{chain.num_states} {chain.num_transitions}\n"
    source = np.repeat(np.arange(chain.num_states), np.diff(chain.row_start))
    for start, end, share in zip(source.tolist(), chain.column.tolist(), chain.probability.tolist(), strict=True):
        yield f"{start} {end} {share:.17g}\n"


def _labels(chain: Chain) -> Iterator[str]:
    names = ["init", "deadlock", *chain.labels]
    yield " ".join(f'{k}="{name}"' for k, name in enumerate(names)) + "\n"
    for state, borne in _borne(chain, first=2):
        yield f"{state}: {' '.join(map(str, [0, *borne] if state == 0 else borne))}\n"


def _borne(chain: Chain, first: int) -> Iterator[tuple[int, list[int]]]:
    """Numbers of the labels, counted from `first`, of the initial state and of every state that bears one."""
    borne: dict[int, list[int]] = {0: []}
    for k, states in enumerate(chain.labels.values()):
        for state in states.tolist():
            borne.setdefault(state, []).append(first + k)
    yield from sorted(borne.items())


def _states(chain: Chain) -> Iterator[str]:
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


def _drn(chain: Chain) -> Iterator[str]:
    names = list(chain.labels)
    borne = dict(_borne(chain, first=0))
    yield f"@type: DTMC\n@parameters\n\n@reward_models\n\n@nr_states\n{chain.num_states}\n"
    yield f"@nr_choices\n{chain.num_states}\n@model\n"
    column, probability, start = chain.column.tolist(), chain.probability.tolist(), chain.row_start.tolist()
    for state in range(chain.num_states):
        words = [f"state {state}", *(["init"] if state == 0 else []), *(names[k] for k in borne.get(state, ()))]
        yield " ".join(words) + "\n\taction 0\n"
        for k in range(start[state], start[state + 1]):
            yield f"\t\t{column[k]} : {probability[k]:.17g}\n"
