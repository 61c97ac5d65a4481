"""The most warlike action now: the action at the start state that is most likely to meet a milestone."""

from __future__ import annotations

from dataclasses import dataclass

from standoff.solve.action_values import find_action_values
from standoff.solve.equilibrium import Equilibrium

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


def find_fight(equilibrium: Equilibrium, milestone: str | None) -> Fight | None:
    """Find the action at the start state that is most likely to meet a milestone, if its probability is at least one half.

    Of several equally likely actions it is the first in the order of stages and actions. Where the milestone holds already, no
    action fights.

    Args:
        equilibrium: The solved game.
        milestone: Name of the milestone; None: no action fights.
    """
    game = equilibrium.game
    if milestone is None:
        return None
    m = [one.name for one in game.milestones].index(milestone)
    best: Fight | None = None
    state: int | None = game.start
    for s, layer in enumerate(game.epochs[0].layers):
        if state is None:
            break
        if layer.mover[state] >= 0 and layer.arrival[state] > 0.0 and not layer.milestone_holds[state, m]:
            second = int(layer.second.mover[state]) if layer.second is not None else -1
            for mover in [int(layer.mover[state])] + ([second] if second >= 0 else []):
                found = find_action_values(equilibrium, 0, s, state, game.prior_belief, mover)
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
        # nothing happens: follow the skip, if there is one
        state = int(layer.skip[state]) if layer.arrival[state] < 1.0 else None
    return best
