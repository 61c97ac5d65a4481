"""Which stage of the play brings a milestone about: a decision of one side, of a third party, or nature.

A milestone is met for the first time as the play enters a state in which its condition holds. What moved it there is the
layer before, so the probabilities of the milestone are the sum over the layers of what each of them brings.
"""

from __future__ import annotations

from dataclasses import dataclass

from standoff.solve.occupancy import trace_occupancy
from standoff.solve.result import Equilibrium

__all__ = ["Cause", "causes_of"]


@dataclass(frozen=True)
class Cause:
    """What one stage or hazard contributes to the probability of a milestone.

    Attributes:
        stage: The stage or hazard; `start` where the milestone is met from the start.
        label: Text for people.
        probability: Probability that it is what first meets the milestone.
    """

    stage: str
    label: str
    probability: float


def causes_of(equilibrium: Equilibrium, milestone: str, periods: int | None = None) -> tuple[Cause, ...]:
    """The probability of a milestone by what brings it about.

    Args:
        equilibrium: The solved game.
        milestone: A milestone that waits for no other.
        periods: By the end of how many periods; None: by the horizon.

    Returns:
        The stages and hazards that contribute, the largest first; together they are the probabilities of the milestone.
    """
    game = equilibrium.game
    index = [one.name for one in game.milestones].index(milestone)
    last = (periods or game.num_periods) * game.num_layers
    found: dict[str, float] = {}
    for standing in trace_occupancy(equilibrium, index):
        step = standing.period * game.num_layers + standing.layer_index
        if step > last:
            break
        met = float(standing.met[0])
        if met != 0.0:
            before = game.epochs[0].layers[standing.layer_index - 1] if step else None
            stage = before.stage if before is not None else "start"
            found[stage] = found.get(stage, 0.0) + met
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Cause(stage, game.label(stage), probability) for stage, probability in ranked)
