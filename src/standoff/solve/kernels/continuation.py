"""The value of an action: its own payoff and the values of what follows: W(a; .) = r(x, a) + sum p V_next(y; .)."""

from __future__ import annotations

from typing import Any, NamedTuple

from standoff.solve.kernels.vectors import WIDTH, kernel, load, pointer, store

__all__ = ["Continuation", "point_to_continuation", "write_continuation"]


class Continuation(NamedTuple):
    """What follows an action: the arrays that make up W, as pointers.

    Attributes:
        num_planes: Planes.
        padded: Length of the point axis.
        payoff: r of each action and plane.
        branch_start: First branch of each action.
        probability: p of each branch.
        target: y of each branch, -(terminal + 1) for a terminal.
        terminal_values: Payoff of each terminal.
        values: V of the next layer.
    """

    num_planes: int
    padded: int
    payoff: Any
    branch_start: Any
    probability: Any
    target: Any
    terminal_values: Any
    values: Any


@kernel
def point_to_continuation(layer, terminal_values, values):
    """Take the pointers of what follows an action."""
    return Continuation(
        values.shape[1],
        values.shape[2],
        pointer(layer.action_payoff),
        pointer(layer.branch_start),
        pointer(layer.probability),
        pointer(layer.target),
        pointer(terminal_values),
        pointer(values),
    )


@kernel
def write_continuation(following, action, out, start):
    """Write W(a; .) of one action, by plane and point, from `start` on."""
    planes, padded = following.num_planes, following.padded
    payoff, target, probability = following.payoff, following.target, following.probability
    size = planes * padded
    first = following.branch_start[action]
    last = following.branch_start[action + 1]
    if padded == 1:
        for p in range(planes):
            out[start + p] = payoff[action * planes + p]
            for branch in range(first, last):
                y = target[branch]
                if y < 0:
                    out[start + p] += probability[branch] * following.terminal_values[(-y - 1) * planes + p]
                else:
                    out[start + p] += probability[branch] * following.values[y * planes + p]
        return
    for branch in range(first, last):
        y = target[branch]
        source = following.terminal_values if y < 0 else following.values
        at = (-y - 1 if y < 0 else y) * size
        if branch == first:
            for p in range(planes):
                paid = payoff[action * planes + p]
                for k in range(p * padded, (p + 1) * padded, WIDTH):
                    store(out, start + k, paid + probability[branch] * load(source, at + k))
        else:
            for k in range(0, size, WIDTH):
                store(out, start + k, load(out, start + k) + probability[branch] * load(source, at + k))
