"""Why there is no deal: the crisis solved again without each of the three reasons of Fearon.

Two sides that fight could both have saved the costs of the fight by a deal on its result. Fearon (1995) names three reasons why
rational sides fail to. Each is removed here in turn, the crisis is solved again, and the remaining probability of war is compared
with the probability before.

    information      Everybody knows everybody's type: the probabilities of the game with each pair of types known, averaged by
                     the prior. The same solution holds them (`standoff.solve.revealed`).
    commitment       Deals bind: an accepted deal is carried out, and the price of a shift of power (`agenda.commitment` of the
                     scenario) is not paid. Both halves are also solved alone.
    indivisibility   Every package that can be offered can also be combined with a side payment. A longer menu by itself changes
                     logit choice, so the result is compared with a crisis that has the same offers and worthless payments.

The reasons interact, so the amounts that they remove do not add up. What all three together leave is due to noise in behaviour,
third parties, accidents, and a war that a side prefers to every deal (`standoff.analysis.causes` distinguishes these by the stage
that brings the war about). A reason can also prevent war; it then removes a negative amount.

References:
    Fearon, J. D. (1995), Rationalist explanations for war, International Organization 49(3), 379-414.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.causes import Cause, find_causes
from standoff.analysis.plain import certificate_to_plain, to_plain
from standoff.analysis.solution import Solution
from standoff.analysis.targets import find_target_probabilities, parse_targets
from standoff.game.agenda import PackageTable, tabulate_packages
from standoff.game.compile import compile_game
from standoff.game.model import Game
from standoff.scenario import Scenario, replace
from standoff.scenario.commitment import list_ratification_changes, make_deals_binding, remove_power_shift
from standoff.scenario.side_payments import add_side_payments
from standoff.solve.equilibrium import Certificate, Equilibrium, Settings, solve
from standoff.solve.revealed import list_type_profiles, reveal_types
from standoff.solve.target import Target

__all__ = ["PAYMENTS", "NoDeal", "Remedy", "Resolve", "why_no_deal"]

Floats = NDArray[np.float64]
Progress = Callable[[float], None]

PAYMENTS = (0.1, 0.3)
"""Default sizes of side payments, in payoff units."""


@dataclass(frozen=True)
class Resolve:
    """One solve of the changed crisis.

    Attributes:
        label: The change in words.
        scenario_hash: Hash of the changed scenario.
        changes: Overrides of the changed scenario, as `name=value`.
        probabilities: Probability of each target; shape (target,).
        causes: Stages that bring the first target about, where it is a milestone.
        certificate: Accuracy of the solution.
    """

    label: str
    scenario_hash: str
    changes: tuple[str, ...]
    probabilities: Floats
    causes: tuple[Cause, ...]
    certificate: Certificate

    def to_json(self) -> dict[str, Any]:
        """The probabilities of the solve as plain data."""
        return {**to_plain(self), "certificate": certificate_to_plain(self.certificate)}


@dataclass(frozen=True)
class Remedy:
    """The effect of removing one reason.

    Attributes:
        name: `information`, `commitment`, `indivisibility` or `all`.
        label: Label for people.
        applies: Whether the scenario has the reason; if not, the probabilities are those of the baseline.
        baseline: Probabilities with the reason; shape (target,).
        probabilities: Probabilities without the reason; shape (target,).
        parts: The solves behind it: for information one for each profile of types, with its prior in `weights`; otherwise the
            whole remedy first, then its halves or the crisis of comparison.
        weights: Prior of each profile of types, for information; otherwise empty.
        note: A note for the reader.
    """

    name: str
    label: str
    applies: bool
    baseline: Floats
    probabilities: Floats
    parts: tuple[Resolve, ...]
    weights: tuple[float, ...]
    note: str

    @property
    def removed(self) -> Floats:
        """Baseline minus probabilities; shape (target,)."""
        return np.asarray(self.baseline - self.probabilities)

    @property
    def share_removed(self) -> Floats:
        """`removed` as a share of the baseline, nan where that is 0; shape (target,)."""
        return np.divide(
            self.removed, self.baseline, out=np.full_like(self.baseline, np.nan), where=self.baseline > 0.0
        )

    def to_json(self) -> dict[str, Any]:
        """The remedy as plain data."""
        return {
            **to_plain(self, without=["parts"]),
            "removed": to_plain(self.removed),
            "share_removed": to_plain(self.share_removed),
            "parts": [part.to_json() for part in self.parts],
        }


@dataclass(frozen=True)
class NoDeal:
    """Why there is no deal.

    Attributes:
        targets: The targets.
        base: The unchanged crisis.
        remedies: Information, commitment, indivisibility, and all together.
        payments: Sizes of the side payments.
    """

    targets: tuple[Target, ...]
    base: Resolve
    remedies: tuple[Remedy, ...]
    payments: tuple[float, ...]

    def to_json(self) -> dict[str, Any]:
        """Probabilities as they are, and without each reason why bargaining fails, as plain data."""
        return {
            "targets": [str(target) for target in self.targets],
            "payments": list(self.payments),
            "base": self.base.to_json(),
            "remedies": [remedy.to_json() for remedy in self.remedies],
        }


def why_no_deal(
    solution: Solution,
    targets: str | Target | Sequence[str | Target] | None = None,
    *,
    payments: Sequence[float] = PAYMENTS,
    progress: Progress | None = None,
) -> NoDeal:
    """Solve a crisis again without each reason why bargaining fails.

    Args:
        solution: The solution of a scenario with a bargaining stage; the others are solved with the same settings.
        targets: The probabilities to compare; None: the default targets.
        payments: Sizes of side payments, in payoff units.
        progress: Called now and then with the share of the work done.

    Raises:
        InputError: The scenario has no bargaining, or a payment is not positive.
        ScenarioError: A changed scenario makes no game.
        SolveError: A changed crisis could not be solved to the tolerances.

    Examples:
        >>> from standoff import Settings, load, solve
        >>> solution = solve(load("cuba-1962", overrides=["period.horizon=1"]), Settings(belief_points=3, belief_tolerance=0.1))
        >>> [remedy.name for remedy in why_no_deal(solution, ["strike"], payments=[0.2]).remedies]
        ['information', 'commitment', 'indivisibility', 'all']
    """
    scenario = solution.scenario
    wanted = parse_targets(scenario, targets)
    return _Inquiry(scenario, solution.equilibrium, wanted, tuple(payments), progress).answer()


class _Inquiry:
    """The solves of one call of `why_no_deal`."""

    def __init__(
        self,
        scenario: Scenario,
        equilibrium: Equilibrium,
        targets: tuple[Target, ...],
        payments: tuple[float, ...],
        progress: Progress | None,
    ) -> None:
        self.scenario = scenario
        self.equilibrium = equilibrium
        self.targets = targets
        self.payments = payments
        self.progress = progress
        self.table = tabulate_packages(scenario)
        self.settings: Settings = equilibrium.settings
        self.done = 0

    def answer(self) -> NoDeal:
        # first, so that faults of the input are reported before anything is solved
        paid = self._add_payments(self.scenario, self.equilibrium.game, are_paid=True)
        base = self._record("as it is", self.scenario, self.equilibrium)
        remedies = (
            self._remedy_information(base),
            self._remedy_commitment(base),
            self._remedy_indivisibility(paid),
            self._remedy_all(base),
        )
        return NoDeal(self.targets, base, remedies, self.payments)

    def _record(self, label: str, scenario: Scenario, equilibrium: Equilibrium) -> Resolve:
        """Record one solve."""
        before = set(self.scenario.overrides)
        return Resolve(
            label,
            scenario.scenario_hash,
            tuple(change for change in scenario.overrides if change not in before),
            find_target_probabilities(equilibrium, self.targets),
            self._find_causes(equilibrium),
            equilibrium.certificate,
        )

    def _find_causes(self, equilibrium: Equilibrium) -> tuple[Cause, ...]:
        """Stages that bring the first target about."""
        first = self.targets[0]
        if first.kind != "milestone" or self.scenario.milestones[first.name].after is not None:
            return ()
        return find_causes(equilibrium, first.name, first.periods)

    def _solve(self, scenario: Scenario) -> Equilibrium:
        """Solve a changed crisis without keeping its values."""
        found = solve(compile_game(scenario), self.settings)
        self.done += 1
        if self.progress is not None:
            self.progress(self.done / 6)
        return found

    def _solve_revealed(
        self, scenario: Scenario, equilibrium: Equilibrium
    ) -> tuple[Floats, list[Resolve], list[float]]:
        """Probabilities with the types revealed, averaged by the prior, and those of every profile."""
        parts, weights = [], []
        for types, prior in list_type_profiles(equilibrium.game):
            names = [
                player.player_types[k]
                for player, k in zip(equilibrium.game.players, types, strict=True)
                if len(player.player_types) == 2
            ]
            parts.append(self._record(" and ".join(names) or "as it is", scenario, reveal_types(equilibrium, types)))
            weights.append(prior)
        return np.asarray(np.array(weights) @ np.array([part.probabilities for part in parts])), parts, weights

    def _remedy_information(self, base: Resolve) -> Remedy:
        probabilities, parts, weights = self._solve_revealed(self.scenario, self.equilibrium)
        applies = len(parts) > 1
        note = (
            "The probability for each pair of types, averaged by the prior."
            if applies
            else "No player has a private type."
        )
        return Remedy(
            "information",
            "all types are known to all",
            applies,
            base.probabilities,
            probabilities,
            tuple(parts),
            tuple(weights),
            note,
        )

    def _remedy_commitment(self, base: Resolve) -> Remedy:
        label = "deals bind"
        ratified = list_ratification_changes(self.scenario)
        agenda = self.scenario.agenda
        shift = agenda.commitment if agenda is not None else None
        if not ratified and shift is None:
            note = (
                "The scenario gives no price of a shift of power (`agenda.commitment`), and no deal can fail at home."
            )
            return Remedy("commitment", label, False, base.probabilities, base.probabilities, (), (), note)
        parts = []
        notes = []
        binding = make_deals_binding(self.scenario)
        parts.append(self._record(label, binding, self._solve(binding)))
        if ratified and shift is not None:
            carried = replace(self.scenario, ratified)
            parts.append(self._record("only: accepted deals are carried out", carried, self._solve(carried)))
            still = remove_power_shift(self.scenario)
            parts.append(self._record("only: a deal shifts no power", still, self._solve(still)))
        notes.append(" ".join(shift.note.split()) if shift is not None
                     else "The scenario gives no price of a shift of power (`agenda.commitment`), so only ratification is "
                     "made certain.")  # fmt: skip
        if not ratified:
            notes.append("No deal can fail at home in this scenario.")
        return Remedy(
            "commitment", label, True, base.probabilities, parts[0].probabilities, tuple(parts), (), " ".join(notes)
        )

    def _remedy_indivisibility(self, paid: Scenario) -> Remedy:
        unpaid = self._add_payments(self.scenario, self.equilibrium.game, are_paid=False)
        with_payments = self._record("with side payments", paid, self._solve(paid))
        without = self._record("the same offers, payments worth nothing", unpaid, self._solve(unpaid))
        sizes = " or ".join(f"{size:g}" for size in self.payments)
        note = (
            f"Payments of {sizes} cost the payer as much as the other gains. This sets an exchange rate of 1 between payoffs on "
            "different scales: an idealisation."
        )
        return Remedy(
            "indivisibility", "side payments are possible", True, without.probabilities, with_payments.probabilities,
            (with_payments, without), (), note,
        )  # fmt: skip

    def _remedy_all(self, base: Resolve) -> Remedy:
        """All three together, compared with the unchanged crisis."""
        binding = make_deals_binding(self.scenario)
        scenario = self._add_payments(binding, compile_game(binding), are_paid=True)
        probabilities, parts, weights = self._solve_revealed(scenario, self._solve(scenario))
        note = "The rest is due to noise in behaviour, third parties, accidents, and war that a side prefers to every deal."
        return Remedy("all", "all three", True, base.probabilities, probabilities, tuple(parts), tuple(weights), note)

    def _add_payments(self, scenario: Scenario, game: Game, *, are_paid: bool) -> Scenario:
        """The scenario with side payments on every offer."""
        assert scenario.agenda is not None
        return add_side_payments(scenario, _list_offered(self.table, scenario, game), self.payments, are_paid=are_paid)


def _list_offered(table: PackageTable, scenario: Scenario, game: Game) -> list[dict[str, str]]:
    """Packages that can be offered in a game, as issue -> level."""
    assert scenario.agenda is not None
    place = {name: k for k, name in enumerate(table.names)}
    issues = scenario.agenda.issues
    return [
        {
            issue: issues[issue].levels[level]
            for issue, level in zip(table.issues, table.levels[place[name]], strict=True)
        }
        for name in game.packages
    ]
