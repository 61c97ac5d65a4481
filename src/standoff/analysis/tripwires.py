"""Tripwires: the smallest change in one number that flips the answer.

An **answer** is which of several candidates is the most likely at its date: by default which outcome, with "unresolved"
among them; or which of two targets, such as a strike and a deal. With T_j the probabilities of candidate j, the answer at x is
argmax_j T_j(x), and a tripwire of a parameter is the value nearest to its own, within its range, at which the answer is
another one.

How it is found. The probabilities are worked out at both ends of the range, and halfway to an end at which the lead
is down to less
than half without a flip, or at which there is no solution. Between two neighbours with different answers one flip is enclosed
and halved. An answer that flips and flips back between two neighbours is therefore not seen, nor is one beyond the range.
What is enclosed at the end are two values a hundredth of the range apart or less, of which the farther one is certified:
another candidate is ahead there by more than the error of both probabilities.

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

from standoff.analysis.drivers import ranges_of
from standoff.analysis.executor import Executor, Threads
from standoff.analysis.gradients import gradients
from standoff.analysis.plain import origin_to_plain, targets_to_plain, to_plain
from standoff.analysis.quick_solves import SolvedDraw, quick_settings, solve_targets
from standoff.analysis.solution import Solution
from standoff.analysis.targets import describe_target, parse_targets, target_probabilities
from standoff.errors import InputError, Problem, SolveError, StandoffError, nearest
from standoff.scenario import Scenario, measure_coverage
from standoff.solve.result import Certificate, Settings
from standoff.solve.target import UNRESOLVED, Target
from standoff.version import JSON_VERSION, versions

__all__ = ["Tripwire", "Tripwires", "chosen_ranges", "likeliest_outcome", "parse_answer", "tripwires"]

Floats = NDArray[np.float64]
Progress = Callable[[float], None]

NEAR_SHARE = 0.5
"""Share of the lead below which, at an end of the range, the way there is looked at, too."""
ROUNDS = 7
"""Halvings of an enclosed flip: from at most the range to less than a hundredth of it."""
SCAN_SHARE = 0.6
"""Share of the work that the first look takes, roughly."""


@dataclass(frozen=True)
class Tripwire:
    """What it takes of one parameter to flip the answer.

    Attributes:
        name: The parameter.
        label: Text for people; empty where the file gives none.
        unit: Its unit; empty where none is given.
        value: Its value, in the unit of the file.
        range: Lowest and highest plausible number.
        source: "evidence", "judgement" or "none".
        slope: Change of the lead for a change of one in the parameter, to first order; not a number where it has none.
        flips_at: The nearest value found at which the answer is another; None where none was found in the range.
        holds_at: The farthest value on the way there at which no other was certainly ahead; None where none was found.
        answer: Index of the new answer among the candidates; None where none was found.
        probabilities: Probabilities of the candidates where it flips; shape (candidate,); empty where none was found.
        error: Estimated error of these.
        failures: Why some values looked at have no solution.
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
        """Size of the change as a share of the range; infinite where none was found."""
        low, high = self.range
        return math.inf if self.flips_at is None else abs(self.flips_at - self.value) / (high - low)

    @property
    def share_of_value(self) -> float:
        """Size of the change as a share of the value; infinite where none was found, or the value is 0."""
        return math.inf if self.flips_at is None or not self.value else abs(self.flips_at / self.value - 1.0)


@dataclass(frozen=True)
class Tripwires:
    """The tripwires of a scenario.

    Attributes:
        scenario: The scenario.
        candidates: What the answer is one of.
        candidate_labels: The same in words, with dates.
        probabilities: Probabilities of the candidates as the scenario is; shape (candidate,).
        answer: Index of the most likely one.
        lead: How far it is ahead of the next.
        rows: One for each parameter looked at: those that flip the answer first, the smallest share of the range first.
        skipped: Parameters that were not looked at, because others move the lead farther by derivative.
        certificate: Of the solution as the scenario is.
        settings: How that was solved.
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
        """Those that flip the answer within their range, the smallest share of it first."""
        return tuple(row for row in self.rows if row.flips_at is not None)

    @property
    def unknown(self) -> tuple[Tripwire, ...]:
        """Those of which no flip was found, but some value has no solution, so that nothing can be said."""
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
            "versions": versions(),
        }


def likeliest_outcome(scenario: Scenario, periods: int) -> tuple[Target, ...]:
    """Every outcome and "unresolved", by the end of so many periods: the candidates of "how does it end?"."""
    return tuple(Target("outcome", name, periods) for name in (*scenario.outcomes, UNRESOLVED))


def parse_answer(scenario: Scenario, text: str | None) -> tuple[Target, ...]:
    """Read the answer whose flip is asked for.

    Args:
        scenario: The scenario.
        text: `A>B` with two targets: which of them is the more likely. `@DATE` or None: which outcome is the likeliest, by
            then or by the usual date.

    Raises:
        InputError: It is neither, or a target does not exist.

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
        return likeliest_outcome(scenario, found[0].periods or scenario.num_periods)
    parts = [part.strip() for part in text.split(">")]
    if len(parts) != 2 or not all(parts):
        advice = (
            "write `strike>deal` for which of two is the likelier, or `@12` for which outcome is the likeliest by then"
        )
        raise InputError(Problem("answer", f"`{text}` is not an answer that could flip", help=advice))
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
    """Find the smallest change in each parameter that flips the answer.

    Args:
        solution: The solution.
        answer: The answer whose change is asked for: a text (`parse_answer`), or at least two targets of which the most probable
            one is the answer; None: the most likely outcome by the usual date.
        parameters: Names of the parameters looked at; all that have a range by default.
        num_strongest: How many of them, those that move the lead farthest over their range by derivative; all by default.
        executor: Where to solve; by default the threads of this process.
        progress: Called with the share of the work done.

    Raises:
        InputError: A parameter or candidate does not exist, or none has a range.
        SolveError: The lead of the answer does not exceed the probability error, so there is no answer to flip.
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
    ranges = chosen_ranges(scenario, parameters)
    slopes = search.slopes(list(ranges))
    values = {name: _value(scenario, name) for name in ranges}
    by_reach = sorted(ranges, key=lambda name: -_reach(slopes[name], values[name], ranges[name]))
    kept = set(by_reach[:num_strongest])
    skipped = tuple(name for name in ranges if name not in kept)
    ranges = {name: pair for name, pair in ranges.items() if name in kept}
    tell = progress or (lambda _: None)
    ways = {
        (name, end): [values[name], end]
        for name, bounds in ranges.items()
        for end, is_beyond in ((bounds[0], bounds[0] < values[name]), (bounds[1], bounds[1] > values[name]))
        if is_beyond
    }
    search.look_at(list(ways), lambda done: tell(SCAN_SHARE * done))
    ways |= {
        (name, end): [value, (value + end) / 2, end]
        for (name, end), (value, _) in ways.items()
        if search.is_near(name, end)
    }
    search.look_at([(name, way[1]) for (name, _), way in ways.items()], lambda _: None)
    enclosed = {key: found for key, way in ways.items() if (found := search.first_flip(key[0], way)) is not None}
    for k in range(ROUNDS):
        middles = {key: (found[0] + found[1]) / 2 for key, found in enclosed.items()}
        search.look_at([(key[0], middle) for key, middle in middles.items()], lambda _: None)
        for key, middle in middles.items():
            holds, flips = enclosed[key]
            if (found := search.first_flip(key[0], [holds, middle, flips])) is not None:
                enclosed[key] = found
        tell(SCAN_SHARE + (1.0 - SCAN_SHARE) * (k + 1) / ROUNDS)
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
                failures=search.failures(name),
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
    """Looks at the answer at single values of single parameters, each once."""

    def __init__(self, solution: Solution, candidates: tuple[Target, ...], executor: Executor) -> None:
        self.solution = solution
        self.scenario = solution.scenario
        self.equilibrium = solution.equilibrium
        self.candidates = candidates
        self.executor = executor
        self.probabilities = target_probabilities(self.equilibrium, candidates)
        self.answer = int(np.argmax(self.probabilities))
        self.rival = int(np.argsort(self.probabilities)[-2])
        self.lead = float(self.probabilities[self.answer] - self.probabilities[self.rival])
        self.solved: dict[tuple[str, float], SolvedDraw | StandoffError] = {}
        self._require_a_lead()

    def _require_a_lead(self) -> None:
        error = 2.0 * self.equilibrium.certificate.belief_error
        if self.lead <= error:
            first, second = (describe_target(self.scenario, self.candidates[k]) for k in (self.answer, self.rival))
            raise SolveError(
                f"there is no answer to flip: `{first}` is ahead of `{second}` by {self.lead:.1e}, which does not exceed the "
                f"error of both probabilities, {error:.1e}; ask for a smaller belief tolerance, or about another date"
            )

    def slopes(self, names: Sequence[str]) -> dict[str, float]:
        """Derivative of the lead by each parameter."""
        pair = (self.candidates[self.answer], self.candidates[self.rival])
        found = gradients(self.solution, pair, parameters=names)
        return {name: float(found[name].derivatives[0] - found[name].derivatives[1]) for name in names}

    def look_at(self, points: Sequence[tuple[str, float]], progress: Progress) -> None:
        """Solve at values that were not looked at before."""
        new = [point for point in dict.fromkeys(points) if point not in self.solved]
        if not new:
            return
        settings = quick_settings(self.equilibrium.settings)
        draws = [{name: value} for name, value in new]
        found = solve_targets(
            self.scenario, self.candidates, draws, executor=self.executor, settings=settings, progress=progress
        )
        self.solved |= dict(zip(new, found, strict=True))

    def is_near(self, name: str, end: float) -> bool:
        """Whether the way to an end deserves a look, too: there is no flip at the end, but little lead or no solution."""
        found = self.solved[name, end]
        if not isinstance(found, SolvedDraw):
            return True
        lead = float(found.probabilities[self.answer] - np.delete(found.probabilities, self.answer).max())
        return not self._is_flipped(found) and lead < NEAR_SHARE * self.lead

    def first_flip(self, name: str, points: Sequence[float]) -> tuple[float, float] | None:
        """The first neighbours between which the answer flips, going outward; what has no solution ends the way."""
        for here, there in pairwise(points):
            found = self.solved[name, there]
            if not isinstance(found, SolvedDraw):
                return None
            if self._is_flipped(found):
                return here, there
        return None

    def _is_flipped(self, found: SolvedDraw) -> bool:
        """Whether another candidate is ahead by more than the error of both probabilities."""
        return bool(found.probabilities.max() - found.probabilities[self.answer] > 2.0 * found.error)

    def failures(self, name: str) -> tuple[str, ...]:
        """Why values of a parameter have no solution."""
        told = (
            f"{value:.6g}: {found}"
            for (one, value), found in self.solved.items()
            if one == name and not isinstance(found, SolvedDraw)
        )
        return tuple(told)


def chosen_ranges(scenario: Scenario, parameters: Sequence[str] | None) -> Mapping[str, tuple[float, float]]:
    """Parameter -> its range, of those asked for, or of all that have one.

    Raises:
        InputError: A parameter does not exist or has no range, or none has; carries every fault.
    """
    ranges = ranges_of(scenario)
    if parameters is None:
        if not ranges:
            message = f"no parameter of `{scenario.id}` has a range to look for a flip in"
            raise InputError(Problem("no-range", message, help="give the parameters `range: [low, high]`"))
        return ranges
    problems = []
    for name in dict.fromkeys(parameters):
        if name not in scenario.parameters:
            advice = nearest(name, list(scenario.parameters))
            problems.append(Problem("unknown-name", f"there is no parameter `{name}`", help=advice))
        elif name not in ranges:
            message = f"the parameter `{name}` has no range to look for a flip in"
            problems.append(Problem("no-range", message, help=f"write `--set {name}.range=[low, high]`"))
    if problems:
        raise InputError(problems)
    return {name: ranges[name] for name in dict.fromkeys(parameters)}


def _reach(slope: float, value: float, bounds: tuple[float, float]) -> float:
    """How far a parameter moves the lead over its range, by derivative; infinite where it has none."""
    reach = abs(slope) * max(abs(end - value) for end in bounds)
    return math.inf if math.isnan(reach) else reach


def _value(scenario: Scenario, name: str) -> float:
    """A parameter's value, in its own unit."""
    return scenario.parameter_values()[name] / scenario.unit_factor(name)
