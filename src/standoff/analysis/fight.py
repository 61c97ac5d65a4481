"""The most warlike action now: the action of the first period that is most likely to meet a milestone.

A period passes through several stages. A decision of a later stage is available now if it comes up although nothing public
changes before it: an earlier decision or hazard does not come up or, where it always does, a move is made that changes no track.
Of several such moves it is the most likely one, with the beliefs that it leaves behind.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from standoff.game.states import ON_THE_TABLE
from standoff.solve.action_values import find_action_values
from standoff.solve.equilibrium import Equilibrium
from standoff.solve.public_steps import list_public_steps

__all__ = ["LIKELY", "Fight", "find_fight"]

LIKELY = 0.5
"""An action fights where it meets the milestone with at least this probability."""


@dataclass(frozen=True)
class Fight:
    """The most warlike action now.

    Attributes:
        milestone: The milestone that it meets.
        stage: Stage in which it can be taken.
        player: Player who can take it.
        action: Name of the action.
        label: Label for people.
        chance: Probability that its own consequences meet the milestone.
        values: Its value to each (player, type), with the beliefs after it.
    """

    milestone: str
    stage: str
    player: str
    action: str
    label: str
    chance: float
    values: dict[tuple[str, str], float]


def find_fight(equilibrium: Equilibrium, milestone: str | None, tracks: Collection[str]) -> Fight | None:
    """Find the action available now that is most likely to meet a milestone, if its probability is at least one half.

    Of several equally likely actions it is the first in the order of stages and actions. Where the milestone holds already, no
    action fights.

    Args:
        equilibrium: The solved game.
        milestone: Name of the milestone; None: no action fights.
        tracks: Names of the tracks of the public state.
    """
    game = equilibrium.game
    if milestone is None:
        return None
    m = [one.name for one in game.milestones].index(milestone)
    best: Fight | None = None
    state: int | None = game.start
    beliefs: tuple[float, ...] = game.prior_belief
    for s, layer in enumerate(game.epochs[0].layers):
        if state is None:
            break
        if layer.mover[state] >= 0 and layer.arrival[state] > 0.0 and not layer.milestone_holds[state, m]:
            second = int(layer.second.mover[state]) if layer.second is not None else -1
            for mover in [int(layer.mover[state])] + ([second] if second >= 0 else []):
                found = find_action_values(equilibrium, 0, s, state, beliefs, mover)
                for a, name in enumerate(found.names):
                    chance = float(found.milestones[a, m])
                    if found.allowed[:, a].any() and chance >= max(LIKELY, (best.chance if best else 0.0) + 1e-12):
                        whose = f"{game.players[mover].name}." if second >= 0 else ""
                        values = {
                            (game.players[plane.player].name, game.players[plane.player].player_types[plane.player_type]):
                            float(found.values[a, p]) for p, plane in enumerate(game.planes)
                        }  # fmt: skip
                        label = game.get_label(f"{layer.name}.{whose}{name}")
                        best = Fight(milestone, layer.stage, game.players[mover].name, name, label, chance, values)
        state, beliefs = _find_quiet_step(equilibrium, s, state, beliefs, tracks)
    return best


def _find_quiet_step(
    equilibrium: Equilibrium, layer_index: int, state: int, beliefs: tuple[float, ...], tracks: Collection[str]
) -> tuple[int | None, tuple[float, ...]]:
    """Return the state of the next layer, and the beliefs there, if nothing public changes; None if something must."""
    game = equilibrium.game
    layers = game.epochs[0].layers
    layer, following = layers[layer_index], layers[(layer_index + 1) % game.num_layers]
    if layer.arrival[state] < 1.0:
        return int(layer.skip[state]), beliefs
    # whose turn it is to propose is not part of what is at stake
    kept = [column for column, name in enumerate(layer.fields) if name in {*tracks, *ON_THE_TABLE}]
    start = layers[0].levels[game.start, kept]
    quiet = [
        step
        for step in list_public_steps(equilibrium, 0, layer_index, state=state, beliefs=beliefs)
        if step.target >= 0 and (following.levels[step.target, kept] == start).all()
    ]
    if not quiet:
        return None, beliefs
    likely = max(quiet, key=lambda step: step.probability)  # of equally likely ones the first
    return likely.target, likely.beliefs
