"""Both passes over a stack of games on a device; see `standoff.solve.passes` for what they do.

Arrays live on the device from the first period solved to the last one forward; what comes back is what a forecast needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standoff.solve import cuda_backward as back
from standoff.solve import cuda_forward as ahead
from standoff.solve.cuda_device import Device
from standoff.solve.cuda_stack import Stack
from standoff.solve.result import Sweep

__all__ = ["COUNTED", "Solved", "solve_stack"]

Floats = NDArray[np.float64]

COUNTED = ("nodes", "unique", "evaluations", "lost")
"""What kernels count, in the order of the rows of `counts`."""


@dataclass(frozen=True)
class Solved:
    """What was found of every draw of a stack; the draw is the last axis of every array.

    Attributes:
        num_points: Belief points, on both axes together.
        start_values: Shape (plane, draw).
        residual: Largest residual of each draw; shape (draw,). It means nothing where nodes were lost.
        regret: Shape (draw,).
        counts: See `COUNTED`; shape (4, draw).
        absorbed: As the parts of `standoff.solve.result.Sweep`, with the draw behind: shape (period, terminal, measure, draw).
        open_mass: Shape (period + 1, state of layer 0, draw).
        mean_beliefs: Shape (period + 1, axis, draw).
        milestones: Shape (period, milestone, draw).
        payoffs: Shape (plane, draw).
        strategies: By period and layer, shape (action, type, point, draw); nothing where they were not asked for.
        values: Of period 0 by layer, as in `standoff.solve.result.Equilibrium`; nothing where they were not asked for.
    """

    num_points: int
    start_values: Floats
    residual: Floats
    regret: Floats
    counts: NDArray[np.int64]
    absorbed: Floats
    open_mass: Floats
    mean_beliefs: Floats
    milestones: Floats
    payoffs: Floats
    strategies: tuple[tuple[Floats, ...], ...]
    values: tuple[Floats, ...]

    def sweep(self, draw: int) -> Sweep:
        """What the forward pass found of one draw."""
        return Sweep(
            *(
                np.ascontiguousarray(part[..., draw])
                for part in (self.absorbed, self.open_mass, self.mean_beliefs, self.milestones, self.payoffs)
            )
        )


@dataclass(frozen=True)
class _DeviceLayer:
    """A layer on the device; attributes as in `Links` and `LayerNumbers`."""

    is_chance: bool
    num_states: int
    num_actions: int
    links: dict[str, Any]
    comes_up: Any
    payoff: Any
    probability: Any


class _Passes:
    """The arrays of a stack on a device."""

    def __init__(self, stack: Stack, device: Device) -> None:
        self.stack, self.device = stack, device
        game = stack.first
        self.planes, self.row, self.draws = len(game.planes), stack.num_points, stack.num_draws
        self.own, self.other = stack.own_points, stack.other_points
        self.sizes = stack.sizes
        sides = stack.grid.sides
        put = device.put
        self.axis_of, self.plane_of = put(sides.axis_of), put(sides.plane_of)
        self.axis_points, self.matrix, self.samples = put(sides.axis1), put(sides.matrix1), put(sides.samples1)
        self.rationality, self.discounts = put(stack.rationality), put(stack.discounts)
        self.terminal_values = put(stack.terminal_values())
        self.epochs = [self._epoch(e) for e in range(len(game.epochs))]
        self.flow_numbers = [stack.flow(e) for e in range(len(game.epochs))]
        self.flows = [put(flow) for flow in self.flow_numbers]
        self.most_actions = max(layer.num_actions for layer in stack.layers)
        self.most_states = max(game.num_states)
        self.strategies: list[list[Any]] = []

    def _epoch(self, e: int) -> list[_DeviceLayer]:
        stack, put = self.stack, self.device.put
        layers = []
        for s, layer in enumerate(stack.first.epochs[e].layers):
            numbers = stack.numbers(e, s)
            links = {name: put(array) for name, array in vars(stack.links[e][s]).items()}
            layers.append(
                _DeviceLayer(
                    layer.is_chance,
                    layer.num_states,
                    layer.num_actions,
                    links,
                    put(numbers.comes_up),
                    put(numbers.payoff),
                    put(numbers.probability),
                )
            )
        return layers

    def _run(self, kernel: Any, count: int, *arguments: Any) -> None:
        self.device.launch(kernel, self.sizes, count, *arguments)

    def _epoch_index(self, period: int) -> int:
        return max(e for e, epoch in enumerate(self.stack.first.epochs) if epoch.start <= period)

    def backward(self, keep: bool) -> tuple[Floats, Floats, NDArray[np.int64], tuple[Floats, ...]]:
        """Values at the start, the worst residual and regret, the counts, and values of period 0 where they are to be kept."""
        game, device = self.stack.first, self.device
        planes, row, draws = self.planes, self.row, self.draws
        worst, counts = device.zeros((2, draws)), device.zeros((len(COUNTED), draws), np.int64)
        w = device.empty((self.most_actions, planes, row, draws))
        coefficients = device.empty((2, self.most_actions, self.own, self.other, draws))
        proved = device.zeros((self.most_states, self.other, draws), np.bool_)
        shapes = [(0 if layer.is_chance else layer.num_actions, row, draws) for layer in self.epochs[0]]
        warm, trend = [device.zeros(shape) for shape in shapes], [device.zeros(shape) for shape in shapes]
        unresolved = np.repeat(self.stack.unresolved[:, :, None], row, axis=2)
        value = device.put(unresolved)
        ended = device.empty(value.shape)
        rooms = {(n, turn): device.empty((n, planes, row, draws)) for n in set(game.num_states) for turn in (0, 1)}
        kept: list[Floats] = []
        for period in range(game.num_periods - 1, -1, -1):
            e = self._epoch_index(period)
            self._run(back.period_values, ended.size, value, self.flows[e], self.discounts, ended)
            value = ended
            if keep and period == 0:
                kept.insert(0, device.get(value))
            strategies: list[Any] = [None] * game.num_layers
            for s in range(game.num_layers - 1, -1, -1):
                layer = self.epochs[e][s]
                # the value behind it may lie in a room of the same size
                out = rooms[layer.num_states, s % 2]
                if out is value:
                    out = rooms[layer.num_states, 1 - s % 2]
                links = layer.links
                self._run(
                    back.action_values, layer.num_actions * planes * row * draws, layer.payoff, links["branch_start"],
                    layer.probability, links["target"], self.terminal_values, value, w,
                )  # fmt: skip
                if layer.is_chance:
                    self._run(
                        back.chance_values,
                        out.size,
                        layer.comes_up,
                        links["skip"],
                        links["action_start"],
                        w,
                        value,
                        out,
                    )
                else:
                    strategies[s] = device.empty((layer.num_actions, self.stack.num_types, row, draws))
                    self._decide(
                        layer, w, coefficients, proved, value, warm[s], trend[s], strategies[s], out, worst, counts
                    )
                value = out
                if keep and period == 0:
                    kept.insert(0, device.get(value))
            self.strategies.insert(0, strategies)
        start_values = np.einsum("pkd,kd->pd", device.get(value)[game.start], self.stack.start_weights)
        return start_values, device.get(worst), device.get(counts), tuple(kept)

    def _decide(
        self, layer: _DeviceLayer, w: Any, coefficients: Any, proved: Any, value: Any, warm: Any, trend: Any,
        strategies: Any, out: Any, worst: Any, counts: Any,
    ) -> None:  # fmt: skip
        links = layer.links
        if self.own > 1:
            self._run(
                back.own_coefficients, 2 * layer.num_actions * self.row * self.draws, links["state_of"], links["mover"],
                self.axis_of, self.plane_of, self.matrix, w, coefficients,
            )  # fmt: skip
        self._run(
            back.prove_lines, layer.num_states * self.other * self.draws, layer.comes_up, links["mover"],
            links["action_start"], links["allowed"], self.axis_of, self.rationality, self.samples, coefficients, proved, counts,
        )  # fmt: skip
        self._run(
            back.solve_nodes, layer.num_states * self.row * self.draws, layer.comes_up, links["skip"], links["mover"],
            links["action_start"], links["allowed"], self.axis_of, self.plane_of, self.rationality, self.axis_points, w,
            coefficients, proved, value, warm, trend, strategies, out, worst, counts,
        )  # fmt: skip

    def forward(self) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """The parts of a `Sweep`, with the draw as their last axis."""
        stack, game, device = self.stack, self.stack.first, self.device
        row, draws, planes = self.row, self.draws, self.planes
        channels, first_plane = stack.num_channels, stack.first_plane
        num_milestones, num_axes = len(game.milestones), len(game.belief_players)
        terminals = len(game.terminals.outcome)
        measures = np.r_[0, np.arange(first_plane, channels)]
        amount = device.empty((self.most_actions, channels, row, draws))
        sums = device.empty((self.most_actions, channels, draws))
        open_sums = device.empty((game.num_states[0], channels, draws))
        paid = device.empty((self.most_actions, planes, draws))
        at_beliefs = device.empty((max(num_axes, 1), game.num_states[0], draws))
        hits_in = device.empty((self.most_states, max(num_milestones, 1), draws))
        hits = device.zeros((max(num_milestones, 1), draws))
        absorbed = device.zeros((terminals, channels, draws)) if terminals else None
        payoffs, own_payoffs = device.zeros((planes, draws)), np.zeros((planes, draws))
        after = device.put(np.array([m.after for m in game.milestones] or [-1], dtype=np.int64))
        beliefs = device.put(stack.grid.beliefs[: max(num_axes, 1), :row])
        rooms = {(n, turn): device.empty((n, channels, row, draws)) for n in set(game.num_states) for turn in (0, 1)}

        absorbed_by = np.zeros((game.num_periods, terminals, len(measures), draws))
        milestones_by = np.zeros((game.num_periods, num_milestones, draws))
        open_by = np.zeros((game.num_periods + 1, game.num_states[0], draws))
        beliefs_by = np.full((game.num_periods + 1, num_axes, draws), np.nan)

        def note(period: int, mass: Any) -> Floats:
            """Write down what is open; gives the mass of every state and channel."""
            self._run(ahead.row_sums, game.num_states[0] * channels * draws, game.num_states[0], mass, open_sums)
            by_state = device.get(open_sums)
            open_by[period] = by_state[:, 0]
            if num_axes:
                self._run(ahead.belief_sums, at_beliefs.size, beliefs, mass, at_beliefs)
                total = open_by[period].sum(axis=0)
                with np.errstate(invalid="ignore", divide="ignore"):
                    mean = device.get(at_beliefs).sum(axis=1) / total
                beliefs_by[period] = np.where(total > 1e-12, mean, np.nan)
            return by_state

        def meet(links: dict[str, Any], states: int, mass: Any) -> None:
            if num_milestones:
                self._run(ahead.meet_milestones, states * draws, links["holds"], after, mass, hits_in)
                self._run(ahead.add_up, hits.size, states, hits_in, hits)

        start = np.zeros((game.num_states[0], channels, row, draws))
        start[game.start] = stack.start_weights
        for m, milestone in enumerate(game.milestones):
            if milestone.after >= 0:
                start[game.start, 1 + m] = 0.0
        mass = device.put(start)
        note(0, mass)
        meet(self.epochs[0][0].links, game.num_states[0], mass)
        factor = np.ones((planes, draws))
        for period in range(game.num_periods):
            e = self._epoch_index(period)
            factors = device.put(factor)
            for s, layer in enumerate(self.epochs[e]):
                to = (s + 1) % game.num_layers
                size = game.num_states[to]
                next_mass = rooms[size, s % 2]
                if next_mass is mass:
                    next_mass = rooms[size, 1 - s % 2]
                links = layer.links
                strategies = amount if layer.is_chance else self.strategies[period][s]
                self._run(
                    ahead.send, layer.num_actions * channels * self.other * draws, layer.comes_up, links["state_of"],
                    links["mover"], links["allowed"], self.axis_of, self.plane_of, self.axis_points, strategies, first_plane,
                    self.other, mass, amount,
                )  # fmt: skip
                self._run(ahead.row_sums, layer.num_actions * channels * draws, layer.num_actions, amount, sums)
                self._run(
                    ahead.pay, layer.num_actions * planes * draws, layer.payoff, links["branch_start"], layer.probability,
                    links["target"], self.terminal_values, factors, first_plane, amount, sums, paid,
                )  # fmt: skip
                self._run(ahead.add_up, planes * draws, layer.num_actions, paid, payoffs)
                if terminals:
                    self._run(
                        ahead.absorb, terminals * channels * draws, links["end_start"], links["end_branch"],
                        links["action_of"], layer.probability, sums, absorbed,
                    )  # fmt: skip
                self._run(
                    ahead.arrive, next_mass.size, links["into_start"], links["into_branch"], links["skips_start"],
                    links["skips_from"], links["action_of"], layer.comes_up, layer.probability, amount, mass, next_mass,
                )  # fmt: skip
                mass = next_mass
                meet(self.epochs[e][to].links, size, mass)
            by_state = note(period + 1, mass)
            own_payoffs += factor * np.einsum("xpd,xpd->pd", by_state[:, first_plane:], self.flow_numbers[e])
            factor = factor * stack.discounts
            if terminals:
                absorbed_by[period] = device.get(absorbed)[:, measures]
            milestones_by[period] = device.get(hits)[:num_milestones]
        own_payoffs += factor * np.einsum("xpd,xpd->pd", by_state[:, first_plane:], stack.unresolved)
        return absorbed_by, open_by, beliefs_by, milestones_by, device.get(payoffs) + own_payoffs


def solve_stack(stack: Stack, device: Device, *, full: bool = False) -> Solved:
    """Solve every game of a stack.

    Args:
        stack: The games.
        device: Where to solve them.
        full: Whether strategies and values come back, too.
    """
    passes = _Passes(stack, device)
    start_values, worst, counts, values = passes.backward(full)
    parts = passes.forward()
    strategies: tuple[tuple[Floats, ...], ...] = ()
    if full:
        nothing = np.empty((0, stack.num_types, stack.num_points, stack.num_draws))
        strategies = tuple(
            tuple(
                nothing if array is None else device.get(array)[: layer.num_actions]
                for array, layer in zip(period, stack.layers, strict=False)
            )
            for period in passes.strategies
        )
    return Solved(stack.num_points, start_values, worst[0], worst[1], counts, *parts, strategies, values)
