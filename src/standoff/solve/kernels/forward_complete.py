"""One layer of the forward pass under complete information: one number a state and channel.

Nobody knows more than the public, so the measure of every player type is the public one. Channel 0 holds it, and one channel
for every milestone holds the mass that has not met it yet. Steps and arrays are those of `forward`, with a single point; no
channel is skipped, because a test costs as much as moving a number.
"""

from __future__ import annotations

from standoff.solve.kernels.vectors import kernel, pointer

__all__ = ["add_payoffs", "gather_mass", "meet_milestones", "split_mass"]


@kernel
def split_mass(first, last, layer, strategies, mass, amounts):
    """Write the mass that takes each action in the states [first, last) of a decision layer.

    Args:
        first: First state.
        last: One past the last.
        layer: The layer.
        strategies: s(a), zero where nobody moves; shape (action, 1, 1).
        mass: Shape (state, channel, 1).
        amounts: Shape (action, channel, 1); written.
    """
    num_channels = mass.shape[1]
    flat, taken, strategy = pointer(mass), pointer(amounts), pointer(strategies)
    arrival, action_start = pointer(layer.arrival), pointer(layer.action_start)
    if num_channels == 1:
        for x in range(first, last):
            here = arrival[x] * flat[x]
            for a in range(action_start[x], action_start[x + 1]):
                taken[a] = strategy[a] * here
        return
    for x in range(first, last):
        for a in range(action_start[x], action_start[x + 1]):
            q = arrival[x] * strategy[a]
            for c in range(num_channels):
                taken[a * num_channels + c] = q * flat[x * num_channels + c]


@kernel
def gather_mass(first, last, arrivals, amounts, mass, next_mass):
    """Write the mass of the states [first, last) of the next layer, from what arrives there."""
    num_channels = next_mass.shape[1]
    start, source, origin = pointer(arrivals.start), pointer(arrivals.source), pointer(arrivals.origin)
    weight, taken, present, to = pointer(arrivals.weight), pointer(amounts), pointer(mass), pointer(next_mass)
    if num_channels == 1:
        for y in range(first, last):
            to[y] = _gather(start[y], start[y + 1], 1, 0, source, origin, weight, taken, present)
        return
    for y in range(first, last):
        here = y * num_channels
        for c in range(num_channels):
            to[here + c] = 0.0
        for entry in range(start[y], start[y + 1]):
            a = source[entry]
            if a >= 0:
                for c in range(num_channels):
                    to[here + c] += weight[entry] * taken[a * num_channels + c]
            else:
                for c in range(num_channels):
                    to[here + c] += weight[entry] * present[origin[entry] * num_channels + c]


@kernel
def _gather(first, last, num_channels, c, source, origin, weight, taken, present):
    """Add up what the entries [first, last) bring in one channel; two sums side by side, so that none waits for the other."""
    even = 0.0
    odd = 0.0
    entry = first
    while entry < last:
        a = source[entry]
        even += weight[entry] * (taken[a * num_channels + c] if a >= 0 else present[origin[entry] * num_channels + c])
        entry += 1
        if entry < last:
            a = source[entry]
            odd += weight[entry] * (
                taken[a * num_channels + c] if a >= 0 else present[origin[entry] * num_channels + c]
            )
            entry += 1
    return even + odd


@kernel
def add_payoffs(arrivals, action_payoff, terminal_values, factor, amounts, mass, absorbed, payoffs):
    """Add up what ends and what is paid in a layer; see `forward.Destination` and `forward.Valuation`."""
    num_channels, planes = mass.shape[1], action_payoff.shape[1]
    num_terminals = terminal_values.shape[0]
    start, source, origin = pointer(arrivals.start), pointer(arrivals.source), pointer(arrivals.origin)
    weight, taken, present = pointer(arrivals.weight), pointer(amounts), pointer(mass)
    for p in range(planes):
        total = 0.0
        for k in range(arrivals.paying.shape[0]):
            a = arrivals.paying_source[k]
            here = taken[a * num_channels] if a >= 0 else present[arrivals.paying_origin[k] * num_channels]
            total += action_payoff[arrivals.paying[k], p] * arrivals.paying_weight[k] * here
        payoffs[p] += factor[p] * total
    base = arrivals.start.shape[0] - 1 - num_terminals
    for terminal in range(num_terminals):
        first, last = start[base + terminal], start[base + terminal + 1]
        for c in range(num_channels):
            total = _gather(first, last, num_channels, c, source, origin, weight, taken, present)
            absorbed[terminal, c] += total
            if c == 0:
                for p in range(planes):
                    payoffs[p] += factor[p] * total * terminal_values[terminal, p, 0]


@kernel
def meet_milestones(holds, after, mass, hits):
    """Remove from each milestone's channel the mass in states where it holds; see `forward.meet_milestones`."""
    num_milestones = holds.shape[1]
    for x in range(holds.shape[0]):
        # later ones first: what meets milestone A here may meet "B after A" only in a later state
        for m in range(num_milestones - 1, -1, -1):
            if holds[x, m]:
                hits[m] += mass[x, 1 + m, 0]
                for later in range(m + 1, num_milestones):
                    if after[later] == m:
                        mass[x, 1 + later, 0] += mass[x, 1 + m, 0]
                mass[x, 1 + m, 0] = 0.0
