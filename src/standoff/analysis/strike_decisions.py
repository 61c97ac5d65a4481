"""Decisions at which a player can meet a milestone by its own move, and the advantage of that move over the others.

In the logit equilibrium s_h(a) is proportional to exp(L Q_h(a)), so differences between action values are read off the
strategies:

    Q_h(a) - Q_h(c) = log(s_h(a) / s_h(c)) / L.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from standoff.errors import InputError, Problem
from standoff.game.model import Epoch, Layer
from standoff.solve.action_values import find_milestone_probabilities
from standoff.solve.equilibrium import Equilibrium

__all__ = ["StrikeDecision", "find_decisions"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SMALLEST = 1e-300
"""Below this probability the exponential of the kernels is inaccurate, so that no value can be read off."""


@dataclass(frozen=True)
class _Rows:
    """The actions of a player in the states of a layer; rows are padded with -1.

    Attributes:
        states: States in which the player decides; shape (decision,).
        actions: Index of the strategy of each action; shape (decision, action).
        is_strike: Whether the action strikes; shape (decision, action).
        allowed: Whether each type has the action; shape (decision, action, 2).
    """

    states: Ints
    actions: Ints
    is_strike: Bools
    allowed: Bools


@dataclass(frozen=True)
class StrikeDecision:
    """A decision of a player, in one layer of every period, that can meet the milestone.

    Attributes:
        equilibrium: The solved game.
        layer_index: Index of the layer.
        player: Index of the player.
        is_second: Whether the player is the second of two simultaneous movers.
        milestone: Index of the milestone.
        least: Smallest probability of meeting the milestone with which an action strikes.
    """

    equilibrium: Equilibrium
    layer_index: int
    player: int
    is_second: bool
    milestone: int
    least: float

    @property
    def layer(self) -> Layer:
        """The layer in the first epoch."""
        return self.equilibrium.game.epochs[0].layers[self.layer_index]

    @property
    def actions(self) -> tuple[str, ...]:
        """Names of the actions that meet the milestone in some state."""
        found: dict[str, None] = {}
        for epoch in self.equilibrium.game.epochs:
            rows = self._collect_rows(epoch)
            layer = epoch.layers[self.layer_index]
            labels = layer.second.action_label if self.is_second and layer.second is not None else layer.action_label
            for action in rows.actions[rows.is_strike]:
                found[layer.action_names[labels[action]]] = None
        return tuple(found)

    def compute_advantage(self, period: int, player_type: int) -> tuple[Floats, Floats]:
        """Compute the advantage of striking over not striking, and over the best other action.

        Args:
            period: Period.
            player_type: Type of the player.

        Returns:
            Two arrays of shape (state, belief point), nan where the type cannot both strike and not strike.

        Raises:
            InputError: The values cannot be read off the strategies, because the rationality is 0 or too high.
        """
        game, grid = self.equilibrium.game, self.equilibrium.grid
        player = game.players[self.player]
        rows = self._collect_rows(game.find_epoch(period))
        which = self.equilibrium.second_strategies if self.is_second else self.equilibrium.strategies
        strategies = which[period][self.layer_index]
        own = min(player_type, strategies.shape[1] - 1)
        share = strategies[rows.actions.clip(min=0), own][..., : grid.num_points]
        if self.layer.second is None and grid.arrays.axis_of[self.player] == 1:
            # mover order: the own belief, that of the second axis, is outermost
            n1, n2 = grid.shape
            share = share.reshape(*share.shape[:-1], n2, n1).swapaxes(-1, -2).reshape(share.shape)
        has = rows.allowed[:, :, player_type] & (rows.actions >= 0)
        strike, other = (has & rows.is_strike)[..., None], (has & ~rows.is_strike)[..., None]
        if player.rationality == 0.0 or (share[has] < SMALLEST).any():
            how = "is 0" if player.rationality == 0.0 else f"is {player.rationality:g}"
            message = (
                f"the rationality of `{player.name}` {how}: the values of its actions cannot be read off its strategy"
            )
            raise InputError(Problem("rationality", message, help="set a positive rationality that is not so high"))
        logs = np.log(np.where(strike | other, share, 1.0))
        best_strike = np.where(strike, logs, -np.inf).max(axis=1)
        best_other = np.where(other, logs, -np.inf).max(axis=1)
        weight = np.where(other, share, 0.0)
        total = weight.sum(axis=1)
        possible = (has & rows.is_strike).any(axis=1) & (has & ~rows.is_strike).any(axis=1)
        mean = np.divide((weight * logs).sum(axis=1), total, out=np.zeros_like(total), where=total > 0.0)
        found = []
        for against in (mean, best_other):
            table = np.full((self.layer.num_states, grid.padded), np.nan)
            table[rows.states[possible], : grid.num_points] = (best_strike - against)[possible] / player.rationality
            found.append(table)
        return found[0], found[1]

    def _collect_rows(self, epoch: Epoch) -> _Rows:
        """Actions of the player in an epoch, computed once."""
        if epoch.start not in self._known:
            self._known[epoch.start] = self._find_rows(epoch)
        return self._known[epoch.start]

    @cached_property
    def _known(self) -> dict[int, _Rows]:
        return {}

    def _find_rows(self, epoch: Epoch) -> _Rows:
        """Find the states in which the player decides, its actions there, and which of them strike."""
        layer = epoch.layers[self.layer_index]
        probabilities = find_milestone_probabilities(self.equilibrium, epoch.start, self.layer_index)[:, self.milestone]
        found = []
        for x in range(layer.num_states):
            mover = layer.second.mover[x] if self.is_second and layer.second is not None else layer.mover[x]
            # where the milestone holds already, no move can meet it
            if mover != self.player or layer.arrival[x] <= 0.0 or layer.milestone_holds[x, self.milestone]:
                continue
            count = int(layer.second.num_actions[x]) if layer.second is not None and layer.second.mover[x] >= 0 else 1
            table = np.arange(layer.action_start[x], layer.action_start[x + 1]).reshape(-1, count)
            table = table.T if self.is_second else table
            # whatever the simultaneous mover does
            found.append((x, table[:, 0], probabilities[table].min(axis=1) >= self.least))
        widest = max((len(actions) for _, actions, _ in found), default=0)
        actions = np.full((len(found), widest), -1, dtype=np.int64)
        is_strike = np.zeros((len(found), widest), dtype=np.bool_)
        for k, (_, own, strikes) in enumerate(found):
            actions[k, : len(own)] = own
            is_strike[k, : len(own)] = strikes
        allowed = layer.second.action_allowed if self.is_second and layer.second is not None else layer.action_allowed
        num_types = len(self.equilibrium.game.players[self.player].player_types)
        has = allowed[actions.clip(min=0)] if num_types == 2 else np.ones((*actions.shape, 2), dtype=np.bool_)
        return _Rows(np.array([x for x, _, _ in found], dtype=np.int64), actions, is_strike, has)


def find_decisions(equilibrium: Equilibrium, milestone: str, least: float) -> tuple[StrikeDecision, ...]:
    """Find every decision with an action whose own consequences are likely to meet a milestone.

    Args:
        equilibrium: The solved game.
        milestone: Name of the milestone.
        least: Smallest probability of meeting the milestone with which an action strikes, whatever a simultaneous mover does.

    Returns:
        The decisions in the order of the stages.
    """
    game = equilibrium.game
    index = [one.name for one in game.milestones].index(milestone)
    found = []
    for s, layer in enumerate(game.epochs[0].layers):
        if layer.is_chance:
            continue
        movers = {(int(m), False) for m in layer.mover if m >= 0}
        if layer.second is not None:
            movers |= {(int(m), True) for m in layer.second.mover if m >= 0}
        for player, is_second in sorted(movers):
            decision = StrikeDecision(equilibrium, s, player, is_second, index, least)
            if decision.actions:
                found.append(decision)
    return tuple(found)
