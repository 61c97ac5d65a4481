"""A crisis brought up to date with coded events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from standoff.errors import SolveError
from standoff.workbench.solution import Solution

if TYPE_CHECKING:
    from standoff.belief.continued_scenario import ContinuedScenario
    from standoff.belief.likelihood import ReportingModel
    from standoff.belief.observation import Observation
    from standoff.belief.updating import KnownFacts, Update
    from standoff.solve.equilibrium import Settings
    from standoff.solve.target import Target
    from standoff.workbench.crisis import Crisis

__all__ = ["Updated", "update"]


@dataclass(frozen=True)
class Updated:
    """An update, with the solution that it was made of.

    Attributes:
        solution: The solved crisis.
        update: Where the crisis stands, the new forecast, and what every report did to it.
    """

    solution: Solution
    update: Update

    def continued(self) -> ContinuedScenario:
        """The scenario to go on from: its text is a file.

        Raises:
            InputError: The crisis is over for all that is known.
        """
        from standoff.belief.continued_scenario import continue_scenario

        return continue_scenario(self.solution.scenario, self.update)

    def document(self) -> dict[str, Any]:
        """Everything as plain data: where the numbers come from, and `update`."""
        return self.solution.header() | {"update": self.update.to_json()}


def update(
    crisis: Crisis,
    observations: Sequence[Observation],
    *,
    as_of: dt.date,
    model: ReportingModel | None = None,
    targets: Sequence[Target] | None = None,
    facts: KnownFacts | None = None,
    settings: Settings | None = None,
    progress: Callable[[float], None] | None = None,
) -> Updated:
    """Solve a crisis and bring its forecast up to date; see `Crisis.update`.

    The update is made twice, also on half the belief points. What is improbable is a small difference of large numbers, so an
    update may need more points than the forecast did; where the number is left open it is raised until the error is small enough.
    """
    from standoff.belief.updating import update_forecast
    from standoff.solve.equilibrium import BELIEF_LADDER, Settings

    settings = settings or Settings()
    solution = crisis.solve(settings, progress)
    reference = None
    while True:
        points = solution.equilibrium.certificate.belief_points
        if points and reference is None:
            coarse = (points[0] + 1) // 2 if points[0] >= 5 else 2 * points[0] - 1
            quick = replace(settings, estimate_error=False)  # nobody reads what it would say of itself
            try:
                reference = crisis.solve(replace(quick, belief_points=coarse)).equilibrium
            except SolveError:  # half the points may be too few to solve it at all
                reference = crisis.solve(replace(quick, belief_points=2 * points[0] - 1)).equilibrium
        found = update_forecast(
            crisis.scenario, solution.equilibrium, observations, as_of=as_of, model=model, targets=targets, facts=facts,
            reference=reference,
        )  # fmt: skip
        if not points or found.belief_error <= settings.belief_tolerance:
            return Updated(solution, found)
        finer = 2 * points[0] - 1
        if settings.belief_points is not None or finer > BELIEF_LADDER[-1]:
            raise SolveError(
                f"the updated probabilities are known to {found.belief_error:.1e} on {points[0]} belief points, not to "
                f"{settings.belief_tolerance:.1e}: set more belief points, or accept a larger belief tolerance"
            )
        reference = solution.equilibrium
        solution = crisis.solve(replace(settings, belief_points=finer), progress)
