"""Tripwires: the smallest change in one number that changes the answer.

An **answer** is the most probable of several candidates at its date: by default the most likely outcome,
`unresolved` included; or
the more likely of two targets, such as a strike and a deal. With T_j the probabilities of candidate j, the answer at x is
argmax_j T_j(x), and the tripwire of a parameter is the value nearest to its own, within its range, at which the answer differs.

The search solves both ends of the range, and the middle of the way to an end at which the lead has fallen below half without a
change of the answer, or at which there is no solution. Between two neighbours with different answers one change is enclosed and
bisected. An answer that changes and changes back between two neighbours is therefore not seen, nor is a change
beyond the range. The
search ends with two values at most a hundredth of the range apart; the farther one is certified: another candidate leads there by
more than the error of both probabilities.

References:
    Brent, R. P. (1973), Algorithms for Minimization without Derivatives, chapter 4, on enclosing a change of sign.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.drivers import list_ranges
from standoff.analysis.executor import Executor, Threads
from standoff.analysis.gradients import gradients
from standoff.analysis.plain import origin_to_plain, targets_to_plain, to_plain
from standoff.analysis.quick_solves import SolvedDraw, make_quick_settings, solve_targets
from standoff.analysis.solution import Solution
from standoff.analysis.targets import describe_target, find_target_probabilities, parse_targets
from standoff.errors import InputError, Problem, SolveError, StandoffError, suggest_nearest
from standoff.scenario import Scenario, measure_coverage
from standoff.solve.result import Certificate, Settings
from standoff.solve.target import UNRESOLVED, Target
from standoff.version import JSON_VERSION, list_versions

__all__ = ["Tripwire", "Tripwires", "choose_ranges", "list_outcomes_by", "parse_answer", "tripwires"]

Floats = NDArray[np.float64]
Progress = Callable[[float], None]

NEAR_SHARE = 0.5
"""The middle of the way to an end is solved, too, where the lead at the end is below this share of the lead now."""
ROUNDS = 7
"""Bisections of an enclosed change: from at most the range to less than a hundredth of it."""
SCAN_SHARE = 0.6
"""Approximate share of the work that the ends of the ranges take."""


@dataclass(frozen=True)
class Tripwire:
    """The change of one parameter that changes the answer.

    Attributes:
        name: Name of the parameter.
        label: Label for people; empty where the file gives none.
        unit: Unit; empty where the file gives none.
        value: Value in the unit of the file.
        range: Lowest and highest plausible number.
        source: "evidence", "judgement" or "none".
        slope: Derivative of the lead by the parameter; nan where there is none.
        flips_at: Nearest value found at which the answer differs; None where no such value was found in the range.
        holds_at: Farthest value on the way there at which no other candidate certainly leads; None likewise.
        answer: Index of the new answer among the candidates; None likewise.
        probabilities: Probabilities of the candidates at `flips_at`; shape (candidate,), empty where there is none.
        error: Estimated error of these probabilities.
        failures: Why some values have no solution.
    """

    name: str
    label: str
    unit: str
    value: float
    range: tuple[float, float]
    source: str
    slope: float
    flips_at: float | None
    holds_at: float | None
    answer: int | None
    probabilities: Floats
    error: float
    failures: tuple[str, ...] = ()

    @property
    def share_of_range(self) -> float:
        """Size of the change as a share of the range; infinite where no change was found."""
        low, high = self.range
        return math.inf if self.flips_at is None else abs(self.flips_at - self.value) / (high - low)

    @property
    def share_of_value(self) -> float:
        """Size of the change as a share of the value; infinite where no change was found or the value is 0."""
        return math.inf if self.flips_at is None or not self.value else abs(self.flips_at / self.value - 1.0)


@dataclass(frozen=True)
class Tripwires:
    """The tripwires of a scenario.

    Attributes:
        scenario: The scenario.
        candidates: The targets among which the answer is chosen.
        candidate_labels: The candidates in words, with their dates.
        probabilities: Probabilities of the candidates at the values of the scenario; shape (candidate,).
        answer: Index of the most likely candidate.
        lead: Difference between its probability and the next.
        rows: The parameters that were searched: first those that change the answer, by share of the range.
        skipped: Parameters that were not searched because the derivative says that others move the lead farther.
        certificate: Certificate of the solution at the values of the scenario.
        settings: Settings of that solution.
    """

    scenario: Scenario
    candidates: tuple[Target, ...]
    candidate_labels: tuple[str, ...]
    probabilities: Floats
    answer: int
    lead: float
    rows: tuple[Tripwire, ...]
    skipped: tuple[str, ...]
    certificate: Certificate
    settings: Settings

    @property
    def flipping(self) -> tuple[Tripwire, ...]:
        """Parameters that change the answer within their range, the smallest share of the range first."""
        return tuple(row for row in self.rows if row.flips_at is not None)

    @property
    def unknown(self) -> tuple[Tripwire, ...]:
        """Parameters for which no change was found but some value has no solution, so that the result is unknown."""
        return tuple(row for row in self.rows if row.flips_at is None and row.failures)

    def to_json(self) -> dict[str, Any]:
        """The tripwires as plain data, as `standoff tripwires --json` prints them."""
        return {
            "json_version": JSON_VERSION,
            **origin_to_plain(self.scenario, self.certificate, self.settings),
            "candidates": targets_to_plain(self.candidates, self.candidate_labels, self.probabilities),
            "answer": self.candidates[self.answer].name,
            "lead": to_plain(self.lead),
            "skipped": list(self.skipped),
            "tripwires": [
                to_plain(row)
                | {
                    "answer": None if row.answer is None else self.candidates[row.answer].name,
                    "share_of_range": to_plain(row.share_of_range),
                    "share_of_value": to_plain(row.share_of_value),
                }
                for row in self.rows
            ],
            "versions": list_versions(),
        }


def list_outcomes_by(scenario: Scenario, periods: int) -> tuple[Target, ...]:
    """List every outcome and `unresolved` by the end of some period, as candidates of the most likely outcome."""
    return tuple(Target("outcome", name, periods) for name in (*scenario.outcomes, UNRESOLVED))


def parse_answer(scenario: Scenario, text: str | None) -> tuple[Target, ...]:
    """Read the answer whose change is asked for.

    Args:
        scenario: The scenario.
        text: `A>B` with two targets for the more likely of both; `@DATE` for the most likely outcome by a date; None for the
            most likely outcome by the usual date.

    Raises:
        InputError: The text is none of these, or a target does not exist.

    Examples:
        >>> from standoff import load
        >>> scenario = load("iran-us-2026")
        >>> [target.name for target in parse_answer(scenario, "strike>deal")]
        ['strike', 'deal']
        >>> [target.name for target in parse_answer(scenario, "@12")][-1], parse_answer(scenario, "@12")[0].periods
        ('unresolved', 12)
    """
    if text is None or text.strip().startswith("@"):
        found = parse_targets(scenario, [f"{UNRESOLVED}{(text or '').strip()}"])
        return list_outcomes_by(scenario, found[0].periods or scenario.num_periods)
    parts = [part.strip() for part in text.split(">")]
    if len(parts) != 2 or not all(parts):
        advice = "write `strike>deal` for the more likely of two targets, or `@12` for the most likely outcome by then"
        raise InputError(Problem("answer", f"`{text}` is not an answer that could change", help=advice))
    found = parse_targets(scenario, parts)
    if len(found) == 1:
        message = f"`{text}` compares a target with itself"
        raise InputError(Problem("answer", message, help="name two targets, such as `strike>deal`"))
    return found


def tripwires(
    solution: Solution,
    answer: str | Sequence[Target] | None = None,
    *,
    parameters: Sequence[str] | None = None,
    num_strongest: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Tripwires:
    """Find the smallest change in each parameter that changes the answer.

    Args:
        solution: The solution.
        answer: The answer whose change is asked for: a text (`parse_answer`), or at least two targets of which the most probable
            one is the answer; None: the most likely outcome by the usual date.
        parameters: Names of the parameters to search; None: all that have a range.
        num_strongest: Number of parameters to search, those that move the lead farthest according to the derivative; None: all.
        executor: Solves the values; None: the threads of this process.
        progress: Called with the share of the work done.

    Raises:
        InputError: A parameter or candidate does not exist, or no parameter has a range.
        SolveError: The lead of the answer does not exceed the probability error, so there is no answer that could change.
        NotDifferentiableError: The equilibrium lies at a fold.

    Examples:
        >>> from standoff import load, solve
        >>> solution = solve(load("cuba-1962", overrides=["period.horizon=1"]))
        >>> found = tripwires(solution, "unresolved>strike", parameters=["strike_gain_bold"])
        >>> found.candidates[found.answer].name
        'unresolved'
    """
    scenario, equilibrium = solution.scenario, solution.equilibrium
    candidates = parse_answer(scenario, answer) if answer is None or isinstance(answer, str) else tuple(answer)
    search = _Search(solution, candidates, executor or Threads())
    ranges = choose_ranges(scenario, parameters)
    slopes = search.compute_slopes(list(ranges))
    values = {name: _find_value(scenario, name) for name in ranges}
    by_reach = sorted(ranges, key=lambda name: -_reach(slopes[name], values[name], ranges[name]))
    kept = set(by_reach[:num_strongest])
    skipped = tuple(name for name in ranges if name not in kept)
    ranges = {name: pair for name, pair in ranges.items() if name in kept}
    report = progress or (lambda _: None)
    ways = {
        (name, end): [values[name], end]
        for name, bounds in ranges.items()
        for end, is_beyond in ((bounds[0], bounds[0] < values[name]), (bounds[1], bounds[1] > values[name]))
        if is_beyond
    }
    search.solve_at(list(ways), lambda done: report(SCAN_SHARE * done))
    ways |= {
        (name, end): [value, (value + end) / 2, end]
        for (name, end), (value, _) in ways.items()
        if search.is_near(name, end)
    }
    search.solve_at([(name, way[1]) for (name, _), way in ways.items()], lambda _: None)
    enclosed = {key: found for key, way in ways.items() if (found := search.find_first_flip(key[0], way)) is not None}
    for k in range(ROUNDS):
        middles = {key: (found[0] + found[1]) / 2 for key, found in enclosed.items()}
        search.solve_at([(key[0], middle) for key, middle in middles.items()], lambda _: None)
        for key, middle in middles.items():
            holds, flips = enclosed[key]
            if (found := search.find_first_flip(key[0], [holds, middle, flips])) is not None:
                enclosed[key] = found
        report(SCAN_SHARE + (1.0 - SCAN_SHARE) * (k + 1) / ROUNDS)
    sources = measure_coverage(scenario).sources
    rows = []
    for name, bounds in ranges.items():
        pairs = [found for key, found in enclosed.items() if key[0] == name]
        nearest_pair = min(pairs, key=lambda pair: abs(pair[1] - values[name]), default=None)
        there = None if nearest_pair is None else search.solved[name, nearest_pair[1]]
        assert there is None or isinstance(there, SolvedDraw)
        parameter = scenario.parameters[name]
        rows.append(
            Tripwire(
                name=name,
                label=parameter.label or "",
                unit=parameter.unit or "",
                value=values[name],
                range=bounds,
                source=sources[name],
                slope=slopes[name],
                flips_at=nearest_pair[1] if nearest_pair else None,
                holds_at=nearest_pair[0] if nearest_pair else None,
                answer=None if there is None else int(np.argmax(there.probabilities)),
                probabilities=np.empty(0) if there is None else there.probabilities,
                error=0.0 if there is None else there.error,
                failures=search.list_failures(name),
            )
        )
    rows.sort(key=lambda row: (row.share_of_range, -abs(np.nan_to_num(row.slope)) * (row.range[1] - row.range[0])))
    return Tripwires(
        scenario=scenario,
        candidates=search.candidates,
        candidate_labels=tuple(describe_target(scenario, target) for target in candidates),
        probabilities=search.probabilities,
        answer=search.answer,
        lead=search.lead,
        rows=tuple(rows),
        skipped=skipped,
        certificate=equilibrium.certificate,
        settings=equilibrium.settings,
    )


class _Search:
    """Solves the answer at single values of single parameters, each once."""

    def __init__(self, solution: Solution, candidates: tuple[Target, ...], executor: Executor) -> None:
        self.solution = solution
        self.scenario = solution.scenario
        self.equilibrium = solution.equilibrium
        self.candidates = candidates
        self.executor = executor
        self.probabilities = find_target_probabilities(self.equilibrium, candidates)
        self.answer = int(np.argmax(self.probabilities))
        self.rival = int(np.argsort(self.probabilities)[-2])
        self.lead = float(self.probabilities[self.answer] - self.probabilities[self.rival])
        self.solved: dict[tuple[str, float], SolvedDraw | StandoffError] = {}
        self._require_a_lead()

    def _require_a_lead(self) -> None:
        """Refuse a lead that does not exceed the error of both probabilities."""
        error = 2.0 * self.equilibrium.certificate.belief_error
        if self.lead <= error:
            first, second = (describe_target(self.scenario, self.candidates[k]) for k in (self.answer, self.rival))
            finer = "set a smaller belief tolerance, or " if self.equilibrium.game.belief_players else ""
            raise SolveError(
                f"there is no answer to change: `{first}` leads `{second}` by {self.lead:.1e}, which does not exceed the "
                f"error of both probabilities, {error:.1e}: {finer}ask about another date"
            )

    def compute_slopes(self, names: Sequence[str]) -> dict[str, float]:
        """Compute the derivative of the lead by each parameter."""
        pair = (self.candidates[self.answer], self.candidates[self.rival])
        found = gradients(self.solution, pair, parameters=names)
        return {name: float(found[name].derivatives[0] - found[name].derivatives[1]) for name in names}

    def solve_at(self, points: Sequence[tuple[str, float]], progress: Progress) -> None:
        """Solve at values that were not solved before."""
        new = [point for point in dict.fromkeys(points) if point not in self.solved]
        if not new:
            return
        settings = make_quick_settings(self.equilibrium.settings)
        draws = [{name: value} for name, value in new]
        found = solve_targets(
            self.scenario, self.candidates, draws, executor=self.executor, settings=settings, progress=progress
        )
        self.solved |= dict(zip(new, found, strict=True))

    def is_near(self, name: str, end: float) -> bool:
        """Whether the way to an end must be searched, too: the answer holds at the end, but with little lead, or
        there is no solution."""
        found = self.solved[name, end]
        if not isinstance(found, SolvedDraw):
            return True
        lead = float(found.probabilities[self.answer] - np.delete(found.probabilities, self.answer).max())
        return not self._is_flipped(found) and lead < NEAR_SHARE * self.lead

    def find_first_flip(self, name: str, points: Sequence[float]) -> tuple[float, float] | None:
        """Find the first neighbours, going outward, between which the answer changes; a value without a solution ends the way."""
        for here, there in pairwise(points):
            found = self.solved[name, there]
            if not isinstance(found, SolvedDraw):
                return None
            if self._is_flipped(found):
                return here, there
        return None

    def _is_flipped(self, found: SolvedDraw) -> bool:
        """Whether another candidate leads by more than the error of both probabilities."""
        return bool(found.probabilities.max() - found.probabilities[self.answer] > 2.0 * found.error)

    def list_failures(self, name: str) -> tuple[str, ...]:
        """List the reasons why values of a parameter have no solution."""
        failures = (
            f"{value:.6g}: {found}"
            for (one, value), found in self.solved.items()
            if one == name and not isinstance(found, SolvedDraw)
        )
        return tuple(failures)


def choose_ranges(scenario: Scenario, parameters: Sequence[str] | None) -> Mapping[str, tuple[float, float]]:
    """Choose the ranges of some parameters, or of all that have one.

    Raises:
        InputError: A parameter does not exist or has no range, or no parameter has one; carries every fault.
    """
    ranges = list_ranges(scenario)
    if parameters is None:
        if not ranges:
            message = f"no parameter of `{scenario.id}` has a range to search"
            raise InputError(Problem("no-range", message, help="give the parameters `range: [low, high]`"))
        return ranges
    problems = []
    for name in dict.fromkeys(parameters):
        if name not in scenario.parameters:
            advice = suggest_nearest(name, list(scenario.parameters))
            problems.append(Problem("unknown-name", f"there is no parameter `{name}`", help=advice))
        elif name not in ranges:
            message = f"the parameter `{name}` has no range to search"
            problems.append(Problem("no-range", message, help=f"write `--set {name}.range=[low, high]`"))
    if problems:
        raise InputError(problems)
    return {name: ranges[name] for name in dict.fromkeys(parameters)}


def _reach(slope: float, value: float, bounds: tuple[float, float]) -> float:
    """Change of the lead over the range of a parameter according to the derivative; infinite where there is none."""
    reach = abs(slope) * max(abs(end - value) for end in bounds)
    return math.inf if math.isnan(reach) else reach


def _find_value(scenario: Scenario, name: str) -> float:
    """Value of a parameter in its own unit."""
    return scenario.compute_parameter_values()[name] / scenario.compute_unit_factor(name)
