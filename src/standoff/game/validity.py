"""What must hold of an explicit game before a solver trusts its arrays.

Every check looks at whole arrays at once, so that a game with a hundred thousand actions takes a few milliseconds. A fault
says where it is: the first period of the epoch, the layer, the state, the action within the state. Of many faults of one
kind in one layer the first few are listed and the rest are counted.

What the solver never reads is not checked: the moves of a state whose decision never comes up (`arrival` 0), the state
skipped to where it always does, and which actions a player with one type may take.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from standoff.game.model import NATURE, NOBODY, Epoch, Game, Layer, Player, SecondMover

__all__ = ["SUM_TOLERANCE", "check_game", "find_faults", "find_player_faults"]

SUM_TOLERANCE = 1e-9
"""Largest allowed distance from one of a sum of probabilities."""
_SHOWN = 3
Message = str | Callable[[int], str]
"""Text, or a function from an index to the text."""


def check_game(game: Game) -> None:
    """Check a game whose arrays are not yet known to fit each other.

    Args:
        game: The game.

    Raises:
        ValueError: The arrays do not make a game; the message lists every fault and where it is.
    """
    faults = find_faults(game)
    if faults:
        count = "a fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise ValueError("\n  ".join([f"the game has {count}:", *faults]))


def find_faults(game: Game) -> list[str]:
    """Find every fault of a game, in the order players, horizon, layers, terminals.

    Args:
        game: The game.

    Returns:
        One line for each fault, empty for a sound game.
    """
    faults = find_player_faults(game.players, continues=game.continues)
    if faults and any(len(player.player_types) not in {1, 2} for player in game.players):
        return faults  # how many planes there are is not known
    faults.extend(_find_horizon_faults(game))
    shaped = list(_find_epoch_faults(game))
    faults.extend(shaped)
    faults.extend(_find_terminal_faults(game))
    if shaped:
        return faults  # the layers do not fit each other
    num_terminals = len(game.terminals.outcome)
    checked: set[int] = set()
    for epoch in game.epochs:
        for s, layer in enumerate(epoch.layers):
            if id(layer) in checked:
                continue  # epochs share what the date does not change
            checked.add(id(layer))
            num_next = epoch.layers[(s + 1) % len(epoch.layers)].num_states
            checks = _LayerChecks(game, epoch, layer, num_next, num_terminals)
            faults.extend(checks.find_faults())
    return faults


def find_player_faults(players: Sequence[Player], *, continues: bool) -> list[str]:
    """Find the faults of players: types, priors, rationality, discounts.

    Args:
        players: The players.
        continues: Whether the game continues without end, which needs discounts below 1.

    Returns:
        One line for each fault.
    """
    if not len(players):
        return ["there are no players"]
    names = [player.name for player in players]
    faults = [f"two players are named `{name}`" for name in sorted(set(names)) if names.count(name) > 1]
    for player in players:
        faults.extend(f"player `{player.name}`: {fault}" for fault in _find_faults_of(player, continues=continues))
    uncertain = [player.name for player in players if len(player.player_types) == 2]
    if len(uncertain) > 2:
        faults.append(f"{len(uncertain)} players have two types ({', '.join(uncertain)}); at most two may")
    return faults


def _find_faults_of(player: Player, *, continues: bool) -> Iterator[str]:
    if not (math.isfinite(player.rationality) and player.rationality >= 0):
        yield f"the rationality is {player.rationality:g}; it must be finite and at least 0"
    if not 0 < player.discount <= 1:
        yield f"the discount is {player.discount:g}; it must lie above 0 and be at most 1"
    elif continues and player.discount == 1:
        yield "the discount is 1; where the crisis continues without end it must lie below 1"
    if len(player.player_types) not in {1, 2}:
        yield f"there are {len(player.player_types)} types; one or two can be solved"
    elif len(set(player.player_types)) < len(player.player_types):
        yield f"both types are named `{player.player_types[0]}`"
    if len(player.prior) != len(player.player_types):
        yield f"there are {len(player.prior)} priors for {len(player.player_types)} types"
        return
    for player_type, prior in zip(player.player_types, player.prior, strict=True):
        if not 0 <= prior <= 1:
            yield f"the prior of type `{player_type}` is {prior:g}; it must lie between 0 and 1"
    total = sum(player.prior)
    if player.prior and math.isfinite(total) and abs(total - 1) > SUM_TOLERANCE:
        yield f"the priors sum to {total:.12g}, not to 1"


def _find_horizon_faults(game: Game) -> Iterator[str]:
    if game.num_periods < 1:
        yield f"num_periods is {game.num_periods}; there must be at least one period"
    if not game.epochs:
        yield "there are no epochs"
        return
    starts = [epoch.start for epoch in game.epochs]
    if starts[0] != 0:
        yield f"the first epoch starts at period {starts[0]}, not at 0"
    for before, after in pairwise(starts):
        if after <= before:
            yield f"the epoch that starts at period {after} follows one that starts at {before}; starts must increase"
    layers = game.epochs[0].layers
    if layers and not 0 <= game.start < layers[0].num_states:
        yield f"the start is state {game.start}; the first layer has states 0 to {layers[0].num_states - 1}"
    for m, milestone in enumerate(game.milestones):
        if not -1 <= milestone.after < m:
            yield f"milestone `{milestone.name}`, number {m}, is counted after number {milestone.after}, not an earlier one"


def _find_epoch_faults(game: Game) -> Iterator[str]:
    """Find faults of the shapes of layers, and epochs that do not fit each other."""
    for epoch in game.epochs:
        if not epoch.layers:
            yield f"the epoch from period {epoch.start} has no layers"
            continue
        sizes = [layer.num_states for layer in epoch.layers]
        expected = [layer.num_states for layer in game.epochs[0].layers]
        if sizes != expected:
            yield f"the epoch from period {epoch.start} has layers of {sizes} states, the first epoch of {expected}"
        for layer in epoch.layers:
            for fault in _find_shape_faults(game, layer):
                yield f"{_describe_layer(game, epoch, layer)}: {fault}"
        yield from _find_payoff_faults(
            epoch.flow, (sizes[0], len(game.planes)), f"flow of the epoch from period {epoch.start}"
        )


def _find_terminal_faults(game: Game) -> Iterator[str]:
    terminals = game.terminals
    count = len(terminals.outcome)
    if len(terminals.package) != count:
        yield f"the terminals have {count} outcomes and {len(terminals.package)} packages"
    for name, indices, names, lowest in (
        ("outcome", terminals.outcome, game.outcomes, 0),
        ("package", terminals.package, game.packages, -1),
    ):
        bad = np.flatnonzero((indices < lowest) | (indices >= len(names)))
        yield from _list_first(bad, lambda k, n=name, i=indices: f"terminal {k}: there is no {n} number {i[k]}")
    yield from _find_payoff_faults(
        terminals.payoff, (count, len(game.planes), 2, 2), "payoff of the terminals", "terminal"
    )
    if game.epochs and game.epochs[0].layers:
        shape = (game.epochs[0].layers[0].num_states, len(game.planes))
        yield from _find_payoff_faults(game.unresolved_payoff, shape, "unresolved payoff")


def _find_payoff_faults(
    payoff: NDArray[np.float64], shape: tuple[int, ...], what: str, row: str = "state"
) -> Iterator[str]:
    if payoff.shape != shape:
        yield f"the {what} has the shape {payoff.shape}, not {shape}"
        return
    bad = ~np.isfinite(payoff)
    if bad.any():
        yield from _list_first(
            np.argwhere(bad), lambda k: f"the {what} is {payoff[tuple(k)]} for {row} {k[0]}, plane {k[1]}"
        )


def _describe_layer(game: Game, epoch: Epoch, layer: Layer) -> str:
    head = f"epoch from period {epoch.start}, " if len(game.epochs) > 1 else ""
    return f"{head}layer `{layer.name}`"


def _list_first(found: NDArray[np.intp], message: Callable[..., str]) -> Iterator[str]:
    """Yield the first few of some faults of one kind, and how many more there are."""
    for k in found[:_SHOWN]:
        yield message(k)
    if len(found) > _SHOWN:
        yield f"... and {len(found) - _SHOWN} more like the last"


def _format(message: Message, index: int) -> str:
    return message if isinstance(message, str) else message(index)


def _find_shape_faults(game: Game, layer: Layer) -> Iterator[str]:
    """Find the arrays of a layer that do not fit each other."""
    states, actions, branches = layer.num_states, layer.num_actions, len(layer.branch_target)
    expected: dict[str, tuple[NDArray[np.generic], tuple[int, ...]]] = {
        "levels": (layer.levels, (states, len(layer.fields))),
        "arrival": (layer.arrival, (states,)),
        "skip": (layer.skip, (states,)),
        "action_start": (layer.action_start, (states + 1,)),
        "action_allowed": (layer.action_allowed, (actions, 2)),
        "action_payoff": (layer.action_payoff, (actions, len(game.planes))),
        "branch_start": (layer.branch_start, (actions + 1,)),
        "branch_probability": (layer.branch_probability, (branches,)),
        "milestone_holds": (layer.milestone_holds, (states, len(game.milestones))),
    }
    if layer.second is not None:
        expected |= {
            "second.mover": (layer.second.mover, (states,)),
            "second.num_actions": (layer.second.num_actions, (states,)),
            "second.action_label": (layer.second.action_label, (actions,)),
            "second.action_allowed": (layer.second.action_allowed, (actions, 2)),
        }
    wrong = False
    for name, (array, shape) in expected.items():
        if array.shape != shape:
            wrong = True
            yield f"`{name}` has the shape {array.shape}, not {shape}"
    if wrong:
        return
    for name, starts, end in (
        ("action_start", layer.action_start, actions),
        ("branch_start", layer.branch_start, branches),
    ):
        if starts[0] != 0 or starts[-1] != end or np.any(np.diff(starts) < 0):
            yield f"`{name}` must rise from 0 to {end}"


class _LayerChecks:
    """Checks of the contents of one layer, whose arrays fit each other."""

    def __init__(self, game: Game, epoch: Epoch, layer: Layer, num_next: int, num_terminals: int) -> None:
        self.game = game
        self.layer = layer
        self.where = _describe_layer(game, epoch, layer)
        self.num_next = num_next
        self.num_terminals = num_terminals
        self.num_types = np.array([len(player.player_types) for player in game.players])
        self.count = np.diff(layer.action_start)
        self.state_of = np.repeat(np.arange(layer.num_states), self.count)
        self.comes_up = (layer.mover != NOBODY) & ~(layer.arrival <= 0.0)

    def find_faults(self) -> Iterator[str]:
        """Yield every fault."""
        movers = list(self._check_movers())
        yield from movers
        yield from self._check_arrivals()
        yield from self._check_actions()
        if not movers:
            yield from self._check_moves()
            if self.layer.second is not None:
                yield from self._check_joint_moves(self.layer.second)

    def _list_states(self, bad: NDArray[np.bool_], message: Message) -> Iterator[str]:
        if bad.any():
            yield from _list_first(np.flatnonzero(bad), lambda x: f"{self.where}, state {x}: {_format(message, x)}")

    def _list_actions(self, bad: NDArray[np.bool_], message: Message) -> Iterator[str]:
        if bad.any():
            yield from _list_first(
                np.flatnonzero(bad), lambda a: f"{self.where}, {self._describe_action(a)}: {_format(message, a)}"
            )

    def _describe_action(self, action: int) -> str:
        state = int(self.state_of[action])
        return f"state {state}, action {action - int(self.layer.action_start[state])}"

    def _check_movers(self) -> Iterator[str]:
        layer, players = self.layer, len(self.game.players)
        if layer.is_chance:
            yield from self._list_states(
                layer.mover != NATURE, lambda x: f"the mover is {layer.mover[x]}; in a chance layer it is nature, -1"
            )
        else:
            bad = (layer.mover != NOBODY) & ((layer.mover < 0) | (layer.mover >= players))
            yield from self._list_states(
                bad, lambda x: f"the mover is {layer.mover[x]}; the players are 0 to {players - 1}"
            )
        if layer.second is None:
            return
        second = layer.second.mover
        bad = (second != NOBODY) & ((second < 0) | (second >= players))
        yield from self._list_states(
            bad, lambda x: f"the second mover is {second[x]}; the players are 0 to {players - 1}"
        )
        alone = (second >= 0) & (layer.mover < 0)
        yield from self._list_states(alone, "there is a second mover, but no first")
        same = (second >= 0) & (second == layer.mover)
        yield from self._list_states(same, lambda x: f"player {second[x]} is both movers")

    def _check_arrivals(self) -> Iterator[str]:
        """Yield faults of arrival and skip."""
        layer = self.layer
        bad = ~((layer.arrival >= 0.0) & (layer.arrival <= 1.0))
        yield from self._list_states(bad, lambda x: f"the arrival is {layer.arrival[x]:g}; it must lie between 0 and 1")
        used = ~(layer.arrival >= 1.0) | (layer.mover == NOBODY)
        bad = used & ((layer.skip < 0) | (layer.skip >= self.num_next))
        yield from self._list_states(
            bad, lambda x: f"it skips to state {layer.skip[x]}; the next layer has {self.num_next} states"
        )

    def _check_actions(self) -> Iterator[str]:
        """Yield faults of payoffs, branches and labels."""
        layer = self.layer
        payoff = layer.action_payoff
        infinite = np.asarray(~np.isfinite(payoff).all(axis=1), dtype=np.bool_)
        yield from self._list_actions(infinite, lambda a: f"the payoff is {payoff[a][~np.isfinite(payoff[a])][0]}")
        labels = layer.action_label
        bad = np.asarray((labels < 0) | (labels >= len(layer.action_names)), dtype=np.bool_)
        if layer.second is not None:
            second = layer.second.action_label
            bad |= (second < 0) | (second >= len(layer.action_names))
        yield from self._list_actions(bad, f"its label is outside the {len(layer.action_names)} action names")
        probability, target = layer.branch_probability, layer.branch_target
        width = np.diff(layer.branch_start)
        yield from self._list_actions(width == 0, "there are no branches")
        if len(probability):
            total = np.zeros(layer.num_actions)
            filled = width > 0
            total[filled] = np.add.reduceat(probability, layer.branch_start[:-1][filled])
            off = filled & ~(np.abs(total - 1.0) <= SUM_TOLERANCE)
            yield from self._list_actions(off, lambda a: f"the branches sum to {total[a]:.12g}, not to 1")
        yield from self._list_branches(
            probability < 0.0, width, lambda b: f"the probability is {probability[b]:g}; it must be at least 0"
        )
        outside = (target >= self.num_next) | (target < -self.num_terminals)
        yield from self._list_branches(
            outside,
            width,
            lambda b: (
                f"the target is {target[b]}; there are {self.num_next} states next and {self.num_terminals} terminals"
            ),
        )

    def _list_branches(self, bad: NDArray[np.bool_], width: NDArray[np.intp], message: Message) -> Iterator[str]:
        if bad.any():
            action_of = np.repeat(np.arange(self.layer.num_actions), width).tolist()
            first = self.layer.branch_start.tolist()
            yield from _list_first(
                np.flatnonzero(bad),
                lambda b: (
                    f"{self.where}, {self._describe_action(action_of[b])}, "
                    f"branch {b - first[action_of[b]]}: {_format(message, b)}"
                ),
            )

    def _check_moves(self) -> Iterator[str]:
        """Yield decisions that come up without a move for every type that may have to make them."""
        layer = self.layer
        if layer.is_chance:
            bad = self.comes_up & (self.count != 1)
            yield from self._list_states(
                bad, lambda x: f"there are {self.count[x]} actions; nature has one where it comes up"
            )
            return
        empty = self.comes_up & (self.count == 0)
        yield from self._list_states(empty, "there is no action")
        yield from self._check_types(layer.mover, layer.action_allowed, self.comes_up & ~empty)

    def _check_types(
        self, mover: NDArray[np.int32], allowed: NDArray[np.bool_], asked: NDArray[np.bool_]
    ) -> Iterator[str]:
        """Yield the types without an action, of movers with two types."""
        two = asked & (mover >= 0) & (self.num_types[np.maximum(mover, 0)] == 2)
        if not two.any():
            return
        for h in range(2):
            bad = two & (np.bincount(self.state_of[allowed[:, h]], minlength=self.layer.num_states) == 0)
            yield from self._list_states(bad, lambda x, h=h: self._describe_stuck_type(int(mover[x]), h))  # type: ignore[misc]

    def _describe_stuck_type(self, player: int, player_type: int) -> str:
        mover = self.game.players[player]
        return f"type `{mover.player_types[player_type]}` of `{mover.name}` has no action"

    def _check_joint_moves(self, second: SecondMover) -> Iterator[str]:
        """Yield faults of the second mover's part."""
        layer = self.layer
        own = second.num_actions
        bad = np.where(second.mover >= 0, own < 1, own != 1)
        yield from self._list_states(
            bad,
            lambda x: (
                f"the second mover has {own[x]} actions; it must have at least 1, and exactly 1 where nobody moves second"
            ),
        )
        if bad.any():
            return
        ragged = self.comes_up & (self.count % own != 0)
        yield from self._list_states(
            ragged, lambda x: f"{self.count[x]} joint actions are not a multiple of the second mover's {own[x]}"
        )
        if ragged.any() or not layer.num_actions:
            return
        offset = np.arange(layer.num_actions) - layer.action_start[:-1][self.state_of]
        across = own[self.state_of]
        first_of_row = np.arange(layer.num_actions) - offset % across
        first_of_column = layer.action_start[:-1][self.state_of] + offset % across
        mixed = layer.action_label != layer.action_label[first_of_row]
        mixed |= (layer.action_allowed != layer.action_allowed[first_of_row]).any(axis=1)
        yield from self._list_actions(mixed, "the mover's part differs along a row of joint actions")
        mixed = second.action_label != second.action_label[first_of_column]
        mixed |= (second.action_allowed != second.action_allowed[first_of_column]).any(axis=1)
        yield from self._list_actions(mixed, "the second mover's part differs along a column of joint actions")
        yield from self._check_types(second.mover, second.action_allowed, self.comes_up & (self.count > 0))
