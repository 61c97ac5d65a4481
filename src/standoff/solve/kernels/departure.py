"""The mass that takes one action, on its way from the beliefs before it to the posteriors after it."""

from __future__ import annotations

from typing import Any, NamedTuple

from standoff.solve.kernels.node_block import interpolate
from standoff.solve.kernels.vectors import WIDTH, kernel, load, maximum, splat, store, where_below

__all__ = ["Departure", "spread_mass", "take_mass", "write_posteriors"]


class Departure(NamedTuple):
    """The mass that takes an action, on its way to the posteriors; pointers, in mover order.

    Attributes:
        present: Mass of the state, its live channels side by side.
        leaving: Mass that takes the action, at the points where it was.
        arriving: Mass at the points around its posteriors.
        posteriors: Posterior at every point.
        mixed: q sbar(a) at every point.
        weights: Workspace for interpolation weights.
        column: Workspace for the weights of one column.
    """

    present: Any
    leaving: Any
    arriving: Any
    posteriors: Any
    mixed: Any
    weights: Any
    column: Any


@kernel
def write_posteriors(q, beliefs, belief, strategies, strategy, has1, has2, padded, departure):
    """Write the posteriors after an action, and the probability q sbar(a) of taking it."""
    zero = splat(0.0)
    for k in range(0, padded, WIDTH):
        b = load(beliefs, belief + k)
        s1 = load(strategies, strategy + k)
        s2 = load(strategies, strategy + padded + k)
        mixed = s1 + b * (s2 - s1)
        posterior = where_below(mixed, zero, b, b * s2 / maximum(mixed, splat(1e-300)))
        if not has1:
            posterior = splat(1.0)
        elif not has2:
            posterior = zero
        store(departure.posteriors, k, posterior)
        store(departure.mixed, k, q * mixed)


@kernel
def take_mass(which, count, own, q, strategies, strategy, padded, departure):
    """Write the mass that takes an action, at the points where it was."""
    present, leaving = departure.present, departure.leaving
    for c in range(count):
        base = c * padded
        if which[c] == own or which[c] == own + 1:
            types = strategy + (which[c] - own) * padded
            for k in range(0, padded, WIDTH):
                store(leaving, base + k, q * load(strategies, types + k) * load(present, base + k))
        else:
            for k in range(0, padded, WIDTH):
                store(leaving, base + k, load(departure.mixed, k) * load(present, base + k))


@kernel
def spread_mass(count, nm, nj, points, padded, departure):
    """Carry mass from every point along the mover's axis to the points around its posterior; all in mover order."""
    posteriors, weights, column, sent, arrived = (
        departure.posteriors, departure.weights, departure.column, departure.leaving, departure.arriving
    )  # fmt: skip
    j0 = 0
    # fewer than eight columns go together, too, where what is written beyond them stays within the channel: the next line
    # of points overwrites it, and behind the last line it is cleared
    is_narrow = 1 < nj < WIDTH and (nm - 1) * nj + WIDTH <= padded
    while j0 + WIDTH <= nj or (is_narrow and j0 == 0):
        for i in range(nm):
            interpolate(nm, points, load(posteriors, i * nj + j0), weights, WIDTH * i, WIDTH * nm)
        c = 0
        while c < count:
            # four channels side by side; the last four overlap with those before where they must
            if count >= 4:
                c = min(c, count - 4)
                base = c * padded + j0
                for k in range(nm):
                    one = splat(0.0)
                    two = splat(0.0)
                    three = splat(0.0)
                    four = splat(0.0)
                    for i in range(nm):
                        weight = load(weights, WIDTH * (k * nm + i))
                        at = base + i * nj
                        one = one + weight * load(sent, at)
                        two = two + weight * load(sent, at + padded)
                        three = three + weight * load(sent, at + 2 * padded)
                        four = four + weight * load(sent, at + 3 * padded)
                    here = base + k * nj
                    store(arrived, here, one)
                    store(arrived, here + padded, two)
                    store(arrived, here + 2 * padded, three)
                    store(arrived, here + 3 * padded, four)
                c += 4
            else:
                base = c * padded + j0
                for k in range(nm):
                    total = splat(0.0)
                    for i in range(nm):
                        total = total + load(weights, WIDTH * (k * nm + i)) * load(sent, base + i * nj)
                    store(arrived, base + k * nj, total)
                c += 1
        if is_narrow:
            for c in range(count):
                for k in range(nm * nj, padded):
                    arrived[c * padded + k] = 0.0
        j0 += WIDTH
    # columns left over, one at a time: the points to which mass goes lie side by side
    wide = WIDTH * ((nm + WIDTH - 1) // WIDTH)
    while j0 < nj:
        for i0 in range(0, nm, WIDTH):
            for lane in range(WIDTH):
                weights[lane] = posteriors[min(i0 + lane, nm - 1) * nj + j0]
            interpolate(nm, points, load(weights, 0), weights, WIDTH, WIDTH)
            for lane in range(min(WIDTH, nm - i0)):
                for k in range(nm):
                    column[(i0 + lane) * wide + k] = weights[WIDTH * (k + 1) + lane]
        for c in range(count):
            base = c * padded + j0
            for k0 in range(0, nm, WIDTH):
                total = splat(0.0)
                for i in range(nm):
                    total = total + sent[base + i * nj] * load(column, i * wide + k0)
                store(weights, 0, total)
                for lane in range(min(WIDTH, nm - k0)):
                    arrived[base + (k0 + lane) * nj] = weights[lane]
        j0 += 1
