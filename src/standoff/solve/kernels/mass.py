"""Sums over the mass of a state: over belief points, over the parts of a layer, and of what meets a milestone.

Mass has the shape (state, channel, point); see `forward`.
"""

from __future__ import annotations

from standoff.solve.kernels.vectors import WIDTH, kernel, lane_sum, load, pointer, store

__all__ = ["add_mass", "join", "meet_milestones", "put_mass", "sum_mass", "sum_products"]


@kernel
def meet_milestones(holds, after, mass, live, hits):
    """Remove from each milestone's channel the mass in states where it holds.

    Args:
        holds: Shape (state, milestone).
        after: Index of the milestone that must come before, -1 for none and always smaller than the own index.
        mass: Shape (state, channel, point); the milestones' channels are those from 1 on; changed.
        live: Shape (state, channel); changed.
        hits: Mass that met each milestone; shape (milestone,); added to.
    """
    num_milestones = holds.shape[1]
    num_channels, padded = mass.shape[1], mass.shape[2]
    flat = pointer(mass)
    for x in range(holds.shape[0]):
        # later ones first: what meets milestone A here may meet "B after A" only in a later state
        for m in range(num_milestones - 1, -1, -1):
            if not (holds[x, m] and live[x, 1 + m]):
                continue
            here = (x * num_channels + 1 + m) * padded
            hits[m] += sum_mass(flat, here, padded)
            for later in range(m + 1, num_milestones):
                if after[later] == m:
                    live[x, 1 + later] = True
                    add_mass(1.0, flat, here, flat, (x * num_channels + 1 + later) * padded, padded)
            for k in range(here, here + padded):
                flat[k] = 0.0
            live[x, 1 + m] = False


@kernel
def join(first, last, parts, parts_live, live):
    """Add up the parts of the states [first, last) of the next layer in the first of them.

    Args:
        first: First state.
        last: One past the last.
        parts: Shape (part, state, channel, point); the first is written.
        parts_live: Shape (part, state, channel).
        live: Which of the sum is not zero; shape (state, channel); written.
    """
    num_parts, num_states, num_channels, padded = parts.shape
    flat = pointer(parts)
    for y in range(first, last):
        for c in range(num_channels):
            here = (y * num_channels + c) * padded
            is_empty = not parts_live[0, y, c]
            for part in range(1, num_parts):
                if parts_live[part, y, c]:
                    put_mass(is_empty, 1.0, flat, part * num_states * num_channels * padded + here, flat, here, padded)
                    is_empty = False
            if is_empty:
                for k in range(here, here + padded):
                    flat[k] = 0.0
            live[y, c] = not is_empty


@kernel
def put_mass(is_first, fraction, source, start, to, base, padded):
    """Add a fraction of the mass over the points to another, or write it if it is the first."""
    if is_first:
        for k in range(0, padded, WIDTH):
            store(to, base + k, fraction * load(source, start + k))
    else:
        add_mass(fraction, source, start, to, base, padded)


@kernel
def sum_mass(amount, start, padded):
    """Sum mass over the points."""
    total = load(amount, start)
    for k in range(WIDTH, padded, WIDTH):
        total = total + load(amount, start + k)
    return lane_sum(total)


@kernel
def sum_products(amount, start, other, base, padded):
    """Sum the products of two arrays over the points."""
    total = load(amount, start) * load(other, base)
    for k in range(WIDTH, padded, WIDTH):
        total = total + load(amount, start + k) * load(other, base + k)
    return lane_sum(total)


@kernel
def add_mass(fraction, source, start, to, base, padded):
    """Add a fraction of the mass over the points to another."""
    for k in range(0, padded, WIDTH):
        store(to, base + k, load(to, base + k) + fraction * load(source, start + k))
