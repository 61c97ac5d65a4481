"""The branches of a layer sorted by where they lead, as the forward pass under complete information takes them.

A layer lists for every action where it leads. The forward pass asks the opposite: what arrives in a state. Sorted by target,
every number is added up in one place, so threads can share the states, and nothing is written twice.

An **entry** is one way to arrive at a target: a branch of an action, or a move that does not come up. Its source is the mass
that took the action or, where nobody chose anything, the mass of the state that it left. Targets are the states of the next
layer, then the terminals.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from standoff.game.model import Layer

__all__ = ["Arrivals", "sort_by_target"]

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


class Arrivals(NamedTuple):
    """The entries of a layer, by target, and the actions that pay.

    Attributes:
        start: First entry of each target; shape (state of the next layer + terminal + 1,).
        source: Action whose mass arrives, or -1 for the mass of the state `origin`; shape (entry,).
        origin: State that it left; shape (entry,).
        weight: Fraction of the source that arrives; shape (entry,).
        paying: Actions with a payoff; shape (paying action,).
        paying_source: As `source`; shape (paying action,).
        paying_origin: As `origin`; shape (paying action,).
        paying_weight: Fraction of the source that is paid; shape (paying action,).
    """

    start: Ints
    source: Ints
    origin: Ints
    weight: Floats
    paying: Ints
    paying_source: Ints
    paying_origin: Ints
    paying_weight: Floats


def sort_by_target(layer: Layer, *, num_targets: int, num_terminals: int) -> Arrivals:
    """Sort the branches of a layer by target.

    Args:
        layer: The layer.
        num_targets: States of the next layer.
        num_terminals: Terminals of the game.
    """
    comes_up = layer.arrival if layer.is_chance else np.where(layer.mover >= 0, layer.arrival, 0.0)
    state_of = np.repeat(np.arange(layer.num_states, dtype=np.int32), np.diff(layer.action_start))
    action_of = np.repeat(np.arange(layer.num_actions, dtype=np.int32), np.diff(layer.branch_start))
    used = np.flatnonzero(comes_up[state_of[action_of]] > 0.0)
    skipping = np.flatnonzero(comes_up < 1.0).astype(np.int32)
    action = action_of[used]
    target = layer.branch_target[used]
    target = np.where(target < 0, num_targets - 1 - target, target)
    weight = layer.branch_probability[used]
    source = action
    if layer.is_chance:
        # nature chooses nothing: its one action has the mass of the state, times the probability that it comes up
        weight = weight * comes_up[state_of[action]]
        source = np.full_like(action, -1)
    target = np.concatenate([layer.skip[skipping], target])
    order = np.argsort(target, kind="stable")
    paying = np.flatnonzero(layer.action_payoff.any(axis=1) & (comes_up[state_of] > 0.0)).astype(np.int32)
    return Arrivals(
        start=np.searchsorted(target[order], np.arange(num_targets + num_terminals + 1)).astype(np.int32),
        source=np.concatenate([np.full_like(skipping, -1), source])[order].astype(np.int32),
        origin=np.concatenate([skipping, state_of[action]])[order].astype(np.int32),
        weight=np.concatenate([1.0 - comes_up[skipping], weight])[order],
        paying=paying,
        paying_source=np.full_like(paying, -1) if layer.is_chance else paying,
        paying_origin=state_of[paying],
        paying_weight=comes_up[state_of[paying]] if layer.is_chance else np.ones(len(paying)),
    )
