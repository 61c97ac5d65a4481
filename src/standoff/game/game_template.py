"""A game without its numbers, and the games that its numbers make of it (see `standoff.game.layer_template`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standoff.game.layer_arrays import LayerArrays, LayerRule
from standoff.game.layer_template import LayerTemplate
from standoff.game.model import Epoch, Game, Layer, Milestone, Terminals
from standoff.game.states import States, StateSpace
from standoff.game.terminals import TerminalIndex
from standoff.game.validity import find_player_faults
from standoff.scenario import Scenario

__all__ = ["ArraysByEpoch", "GameTemplate", "order_milestones"]

Levels = NDArray[np.int32]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

ArraysByEpoch = tuple[tuple[LayerArrays, ...], ...]
"""The arrays of every layer in each epoch."""


@dataclass(frozen=True)
class GameTemplate:
    """A game without its numbers.

    Attributes:
        rules: How the layers are made.
        reached: The states of each layer, sorted by code; shape (state, column).
        start: Start state in layer 0.
        epochs: The layers of each epoch. An epoch has the layer of the one before where the date does not matter to it.
        outcome: Outcome of each terminal; shape (terminal,).
        package: Package of each terminal, or -1; shape (terminal,).
        num_packages: Number of packages that can be put on the table.
    """

    rules: tuple[LayerRule, ...]
    reached: tuple[Levels, ...]
    start: int
    epochs: tuple[tuple[LayerTemplate, ...], ...]
    outcome: NDArray[np.int32]
    package: NDArray[np.int32]
    num_packages: int

    @staticmethod
    def read(
        space: StateSpace, rules: Sequence[LayerRule], reached: Sequence[Levels]
    ) -> tuple[GameTemplate, ArraysByEpoch]:
        """Read the template off a single draw.

        Args:
            space: The states; faults are added to those of its scenario.
            rules: How the layers are made.
            reached: The states of each layer, sorted by code.

        Returns:
            The template, and the arrays that it was read off.
        """
        codes = [space.encode(levels) for levels in reached]
        terminals = TerminalIndex(space)
        epochs: list[tuple[LayerTemplate, ...]] = []
        arrays: list[tuple[LayerArrays, ...]] = []
        is_dated = [True] * len(rules)
        for epoch_start in space.bound.epoch_starts:
            templates, own = [], []
            for s, rule in enumerate(rules):
                if not is_dated[s]:
                    templates.append(epochs[-1][s])
                    own.append(arrays[-1][s])
                    continue
                states = space.make_states(reached[s], epoch_start)
                own.append(rule.evaluate(states))
                holds = _evaluate_milestones(states)
                next_codes = codes[(s + 1) % len(rules)]
                templates.append(
                    LayerTemplate.read(rule, states, own[s], holds=holds, next_codes=next_codes, terminals=terminals)
                )
                is_dated[s] = bool(states.deadlines_used)
            epochs.append(tuple(templates))
            arrays.append(tuple(own))
        template = GameTemplate(
            rules=tuple(rules),
            reached=tuple(reached),
            start=int(np.searchsorted(codes[0], space.encode(space.start)[0])),
            epochs=tuple(epochs),
            outcome=terminals.outcomes,
            package=terminals.packages,
            num_packages=space.packages.num_packages,
        )
        return template, tuple(arrays)

    def evaluate(self, space: StateSpace) -> tuple[ArraysByEpoch, Bools]:
        """Evaluate the layers in the states of the template.

        Args:
            space: The states in many draws; draws with a fault are marked in its scenario.

        Returns:
            The layers in every draw, and the draws that have this template, shape (draw,).
        """
        fits = np.ones(space.bound.num_draws, dtype=np.bool_)
        arrays: list[tuple[LayerArrays, ...]] = []
        for e, (epoch_start, templates) in enumerate(zip(space.bound.epoch_starts, self.epochs, strict=True)):
            own: list[LayerArrays] = []
            for s, (rule, template) in enumerate(zip(self.rules, templates, strict=True)):
                if self._is_repeated(e, s):
                    own.append(arrays[-1][s])
                    continue
                states = space.make_states(self.reached[s], epoch_start)
                own.append(rule.evaluate(states))
                fits &= template.fits(own[s], _evaluate_milestones(states))
            arrays.append(tuple(own))
        return tuple(arrays), fits

    def fill(self, space: StateSpace, arrays: ArraysByEpoch) -> list[Game]:
        """Return the game of every draw.

        Args:
            space: The states; draws with a fault are marked in its scenario, and their games mean nothing. Nor do those of
                draws that do not have this template.
            arrays: The layers in every draw.
        """
        bound, scenario = space.bound, space.bound.scenario
        num_draws, num_planes = bound.num_draws, len(bound.planes)
        ends = np.zeros((num_draws, len(self.outcome), num_planes, 2, 2))
        by_first = (num_draws, len(self.reached[0]), num_planes)
        layers: list[list[list[Layer]]] = []
        flows: list[Floats] = []
        for e, (epoch_start, templates) in enumerate(zip(bound.epoch_starts, self.epochs, strict=True)):
            own: list[list[Layer]] = []
            for s, template in enumerate(templates):
                if self._is_repeated(e, s):
                    own.append(layers[-1][s])
                    continue
                template.fill_terminals(arrays[e][s], ends)
                own.append(template.fill(space, arrays[e][s]))
            layers.append(own)
            first = space.make_states(self.reached[0], epoch_start)
            first.check_quantities()
            flows.append(
                np.broadcast_to(first.evaluate_payoff(scenario.flows, "flows") * scenario.period.length, by_first)
            )
        # the horizon lies in the last epoch
        unresolved = np.broadcast_to(first.evaluate_payoff(scenario.unresolved.payoffs, "unresolved.payoffs"), by_first)
        faulty = bound.faults.faulty
        faulty |= ~np.isfinite(ends).all(axis=(1, 2, 3, 4))
        for d, players in enumerate(bound.players_by_draw):
            faulty[d] |= bool(find_player_faults(players, continues=scenario.period.continues))
        labels: dict[tuple[str, ...], dict[str, str]] = {}
        milestones = _make_milestones(scenario)
        games = []
        for d in range(num_draws):
            packages = space.packages.list_names(d)
            if packages not in labels:
                labels[packages] = _make_labels(
                    scenario, dict(zip(packages, space.packages.list_labels(d), strict=True))
                )
            epochs = tuple(
                Epoch(epoch_start, tuple(layer[d] for layer in own), np.ascontiguousarray(flow[d]))
                for epoch_start, own, flow in zip(bound.epoch_starts, layers, flows, strict=True)
            )
            games.append(
                Game(
                    players=bound.players_by_draw[d],
                    epochs=epochs,
                    num_periods=scenario.num_periods,
                    start=self.start,
                    terminals=Terminals(self.outcome, self.package, ends[d]),
                    unresolved_payoff=np.ascontiguousarray(unresolved[d]),
                    outcomes=tuple(scenario.outcomes),
                    packages=packages,
                    milestones=milestones,
                    labels=labels[packages],
                    continues=scenario.period.continues,
                )
            )
        return games

    def _is_repeated(self, epoch: int, layer: int) -> bool:
        """Say whether a layer is that of the epoch before."""
        return epoch > 0 and self.epochs[epoch][layer] is self.epochs[epoch - 1][layer]


def order_milestones(scenario: Scenario) -> list[str]:
    """Return the milestones in the order of the file, but each behind the one that it comes after."""
    order: list[str] = []
    waiting = list(scenario.milestones)
    while waiting:
        ready = next(name for name in waiting if scenario.milestones[name].after in (None, *order))
        order.append(ready)
        waiting.remove(ready)
    return order


def _make_milestones(scenario: Scenario) -> tuple[Milestone, ...]:
    order = order_milestones(scenario)
    return tuple(
        Milestone(name, milestone.label or name, order.index(milestone.after) if milestone.after else -1)
        for name, milestone in ((name, scenario.milestones[name]) for name in order)
    )


def _evaluate_milestones(states: States) -> Bools:
    """Say where each milestone's condition holds; shape (draw, state, milestone)."""
    milestones = states.scenario.milestones
    order = order_milestones(states.scenario)
    if not order:
        return np.zeros((1, states.num_states, 0), dtype=np.bool_)
    holds = [states.is_true(milestones[name].when, f"milestones.{name}.when") for name in order]
    return np.stack(np.broadcast_arrays(*holds), axis=-1)


def _make_labels(scenario: Scenario, packages: dict[str, str]) -> dict[str, str]:
    """Return the text for people by name, given that of the packages."""
    labels = {name: hazard.label or name for name, hazard in scenario.nature.items()}
    # an outcome may have the name of the hazard that brings it, and then keeps its own label
    labels |= {name: outcome.label or name for name, outcome in scenario.outcomes.items()}
    labels["unresolved"] = scenario.unresolved.label or "Unresolved"
    for stage in scenario.stages:
        labels[stage.name] = stage.label or stage.name
        for own in stage.list_actions():
            # two who move at the same time may each have an action of this name
            whose = f"{own.mover}." if stage.movers is not None else ""
            labels[f"{stage.name}.{whose}{own.name}"] = own.action.label or own.name
        if stage.bargaining is not None:
            for name in ("accept", "reject", "slip"):
                reply = getattr(stage.bargaining, name)
                if reply is not None:
                    labels[f"{stage.name}_answer.{name}"] = reply.label or name
            labels[f"{stage.name}_offer.no_offer"] = stage.bargaining.no_offer.label or "no offer"
            for package, text in packages.items():
                labels[f"{stage.name}_offer.{package}"] = f"offer {text}"
    return labels | packages
