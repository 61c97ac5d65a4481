"""Causes of a milestone: the stage that brings it about, a decision of one side, of a third party, or nature.

A milestone is first met when play enters a state in which its condition holds. The layer before moved play there, so the
probability of the milestone is the sum of the contributions of the layers.
"""

from __future__ import annotations

from dataclasses import dataclass

from standoff.solve.occupancy import trace_occupancy
from standoff.solve.result import Equilibrium

__all__ = ["Cause", "find_causes"]


@dataclass(frozen=True)
class Cause:
    """Contribution of one stage or hazard to the probability of a milestone.

    Attributes:
        stage: The stage or hazard; `start` where the milestone is met from the start.
        label: Label for people.
        probability: Probability that the milestone is first met in this stage.
    """

    stage: str
    label: str
    probability: float


def find_causes(equilibrium: Equilibrium, milestone: str, periods: int | None = None) -> tuple[Cause, ...]:
    """Split the probability of a milestone by the stage that brings it about.

    Args:
        equilibrium: The solved game.
        milestone: Name of a milestone that depends on no other.
        periods: Number of periods by whose end the milestone is met; None: the horizon.

    Returns:
        The stages and hazards that contribute, the largest first; they sum to the probability of the milestone.
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
    return tuple(Cause(stage, game.get_label(stage), probability) for stage, probability in ranked)
