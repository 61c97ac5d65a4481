"""Window: when striking pays, for whom, and what opens and closes the window.

In a state x at public belief b, type h of a player who has an action that meets the milestone gains by taking it

    A_h(x, b) = Q_h(strike) - sum_{a not strike} s_h(a) Q_h(a) / (1 - s_h(strike)),

the value of striking now less that of not striking now, in payoff units. The **window** of a type is open in a
period in which the
mean of A is positive. The mean is over the states and beliefs in which the type would face the decision, given that it is of this
type, that the crisis is open and that the milestone has not been met. The advantage over the best other action is
reported as well; it is never larger.

**What opens it.** The change of the mean since the first period is divided among the tracks, the beliefs and the
calendar (the effect
of deadlines and of the nearing horizon) by the Shapley value. For a state x in which the type may decide in period
t, a coalition S is worth the advantage with its members as they are then and all others as today:

    v_x(S) = A(x with the tracks outside S as today, b or today's belief, period t or the first)

and the parts are averaged over the states. Where an intermediate state cannot be reached (forces that arrive only together with
interceptors, for example), only the orders of joining that pass through states of the game count (Faigle and Kern
1992); states to which no order leads are reported as `unattributed`. The parts and that remainder sum to the change.

**Levels.** For each level of a track: the probability that the type decides there, its advantage there, and its advantage if the
track stood there and everything else as it does.

Differences between action values are read off the strategies, which are their logits: Q_h(a) - Q_h(c) = log(s_h(a) / s_h(c)) / L.
This is exact to the tolerance of the solver and needs no values of later periods, which would not fit into memory for some games.

References:
    Powell, R. (2006), War as a commitment problem, International Organization 60(1), 169-203.
    Shapley, L. S. (1953), A value for n-person games, Contributions to the Theory of Games II, 307-317.
    Faigle, U. and Kern, W. (1992), The Shapley value for cooperative games under precedence constraints, International
        Journal of Game Theory 21(3), 249-266.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.fight import LIKELY
from standoff.analysis.plain import to_plain
from standoff.analysis.solution import Solution
from standoff.analysis.strike_decisions import find_decisions
from standoff.analysis.targets import choose_milestone
from standoff.analysis.type_window import TypeWindow, find_type_window
from standoff.errors import InputError, Problem
from standoff.solve.occupancy import trace_occupancy

__all__ = ["Window", "window"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Window:
    """When striking pays, by type.

    Attributes:
        milestone: The milestone that a strike meets.
        milestone_label: Label of the milestone for people.
        dates: First day of each period; shape (period,).
        types: The window of each type of each player that has a decision at which it can strike.
    """

    milestone: str
    milestone_label: str
    dates: tuple[dt.date, ...]
    types: tuple[TypeWindow, ...]

    def to_json(self) -> dict[str, Any]:
        """Advantage of striking by type and period as plain data."""
        return {
            "milestone": self.milestone,
            "dates": to_plain(self.dates),
            "types": [one.to_json() for one in self.types],
        }


def window(solution: Solution, milestone: str | None = None) -> Window:
    """Find when striking pays for each type, and what opens and closes the window.

    Args:
        solution: The solution.
        milestone: The milestone that a strike meets; None: the first of the file that depends on no other.

    Raises:
        InputError: There is no such milestone, it depends on another, no decision can meet it, or the values of actions cannot
            be read off the strategies.

    Examples:
        >>> from standoff import Settings, load, solve
        >>> found = window(solve(load("cuba-1962", overrides=["period.horizon=5"]), Settings(belief_points=5)))
        >>> [(one.player_type, one.spells) for one in found.types]
        [('cautious', ()), ('bold', ((0, 1), (4, None)))]
    """
    scenario, equilibrium = solution.scenario, solution.equilibrium
    name = choose_milestone(scenario, milestone)
    if name is None or scenario.milestones[name].after is not None:
        message = "there is no milestone to ask about" if name is None else f"milestone `{name}` depends on another"
        raise InputError(Problem("no-window", message, help="name a milestone without `after`"))
    decisions = find_decisions(equilibrium, name, LIKELY)
    if not decisions:
        message = f"no decision is likely to meet milestone `{name}` by its own consequences"
        raise InputError(Problem("no-window", message, help="name a milestone that a player can bring about"))
    game = equilibrium.game
    stops = sorted({decision.layer_index for decision in decisions})
    index = decisions[0].milestone
    masses = {
        (standing.period, standing.layer_index): standing.mass.copy()
        for standing in trace_occupancy(equilibrium, index)
        if standing.layer_index in stops and standing.period < game.num_periods
    }
    types = [
        find_type_window(scenario, decision, h, masses)
        for decision in decisions
        for h in range(len(game.players[decision.player].player_types))
    ]
    dates = tuple(scenario.find_date(k) for k in range(game.num_periods))
    return Window(name, scenario.milestones[name].label, dates, tuple(one for one in types if one is not None))
