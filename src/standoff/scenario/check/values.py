"""Rules of numbers that need no state: parameters, ranges, priors, rationality, discounts, rates and probabilities."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from standoff.errors import Problem
from standoff.scenario.check.subject import Subject
from standoff.scenario.cycles import find_cycles
from standoff.scenario.expression import Expression
from standoff.scenario.nodes import BUILTIN_FUNCTIONS, Scope
from standoff.scenario.schema import PlayerSpec
from standoff.scenario.schema_parameters import LogNormal, LogUniform, Normal, Parameter, Pert, Triangular
from standoff.scenario.traversal import iterate_effects, iterate_expressions
from standoff.scenario.values import find_rate_unit, find_time_constants, find_unit_factor

__all__ = ["check_values"]

_TOLERANCE = 1e-9
_FAR = 5.0
"""Standard deviations beyond which a normal distribution has almost no probability (3 in 10 million on each side)."""
_CONSTANT_FUNCTIONS = frozenset(BUILTIN_FUNCTIONS) - {"by"}


@dataclass(frozen=True)
class _Constants:
    """The parameters and time constants that could be computed, in the period's unit."""

    subject: Subject
    values: dict[str, float]

    def evaluate(self, expression: Expression, path: str) -> float | None:
        """Evaluate an expression of parameters alone; None if it is something else or faulty."""
        is_constant = expression.names <= self.values.keys() and expression.functions <= _CONSTANT_FUNCTIONS
        if not is_constant or self.subject.scenario.source_map.find_written_path(path) in self.subject.faulty:
            return None
        number = expression.evaluate(Scope(self.values))
        assert isinstance(number, float)
        return number

    def find_value(self, name: str, parameter: Parameter) -> float | None:
        """Return the value of a parameter in its own unit, or None if it could not be computed."""
        if name not in self.values:
            return None
        return self.values[name] / find_unit_factor(parameter.unit, self.subject.scenario.period.unit)


def check_values(subject: Subject) -> Iterator[Problem]:
    """Yield every problem of a number."""
    scenario = subject.scenario
    constants = _compute_constants(subject)
    for cycle in find_cycles({name: part.value.names for name, part in scenario.parameters.items()}):
        shown = " -> ".join(f"`{name}`" for name in (*cycle, cycle[0]))
        message = f"parameters depend on each other in a circle: {shown}"
        yield subject.report("parameter-cycle", message, f"parameters.{cycle[0]}.value", "give one of them a number")
    yield from _check_finite(subject, constants)
    for name, parameter in scenario.parameters.items():
        yield from _check_unit(subject, name, parameter)
        yield from _check_range(subject, constants, name, parameter)
        yield from _check_distribution(subject, constants, name, parameter)
    for name, player in scenario.players.items():
        yield from _check_player(subject, constants, name, player)
    yield from _check_rates(subject, constants)
    yield from _check_probabilities(subject, constants)


def _compute_constants(subject: Subject) -> _Constants:
    """Compute parameters until no further one can be computed."""
    scenario = subject.scenario
    constants = _Constants(subject, dict(find_time_constants(scenario.period.unit)))
    waiting = dict(scenario.parameters)
    found_one = True
    while waiting and found_one:
        found_one = False
        for name, parameter in list(waiting.items()):
            if _has_wrong_unit(subject, parameter):
                continue
            number = constants.evaluate(parameter.value, f"parameters.{name}.value")
            if number is not None:
                constants.values[name] = number * find_unit_factor(parameter.unit, scenario.period.unit)
                del waiting[name]
                found_one = True
    return constants


def _check_finite(subject: Subject, constants: _Constants) -> Iterator[Problem]:
    """Yield a problem for every number that is infinite or undefined, at its root."""
    bad = {name for name, value in constants.values.items() if not math.isfinite(value)}
    for located in iterate_expressions(subject.scenario):
        number = constants.evaluate(located.expression, located.path)
        if number is not None and not math.isfinite(number) and not located.expression.names & bad:
            message = f"`{located.expression}` evaluates to {number}, which is not a finite number"
            yield subject.report("not-finite", message, located.path, "look for a division by zero or a log of 0")


def _has_wrong_unit(subject: Subject, parameter: Parameter) -> bool:
    """Whether a formula of numbers that are already converted would be converted again."""
    period_unit = subject.scenario.period.unit
    return bool(parameter.value.names) and find_rate_unit(parameter.unit) not in {"", period_unit}


def _check_unit(subject: Subject, name: str, parameter: Parameter) -> Iterator[Problem]:
    if _has_wrong_unit(subject, parameter):
        unit = subject.scenario.period.unit
        message = f"`{name}` is computed from numbers per {unit}, so its unit cannot be `{parameter.unit}`"
        yield subject.report("unit", message, f"parameters.{name}.unit", f"write the unit as per {unit}")


def _check_range(subject: Subject, constants: _Constants, name: str, parameter: Parameter) -> Iterator[Problem]:
    if parameter.range is None:
        return
    path = f"parameters.{name}"
    low, high = parameter.range
    number = constants.find_value(name, parameter)
    if low >= high:
        message = f"the range `[{low:g}, {high:g}]` is empty"
        yield subject.report("empty-range", message, f"{path}.range", "write the lower number first")
    elif number is not None and name not in subject.unbounded:
        slack = _TOLERANCE * max(abs(low), abs(high))
        if math.isfinite(number) and not low - slack <= number <= high + slack:
            message = f"`{name}` is {number:g}, outside its range `[{low:g}, {high:g}]`"
            yield subject.report("outside-range", message, f"{path}.value", "change the value or the range")


def _check_distribution(subject: Subject, constants: _Constants, name: str, parameter: Parameter) -> Iterator[Problem]:
    given = parameter.distribution
    if given is None:
        return
    path = f"parameters.{name}.distribution"
    low, high = parameter.range or (-math.inf, math.inf)
    if isinstance(given, Normal):
        bounds = (given.mean - _FAR * given.sd, given.mean + _FAR * given.sd)
    elif isinstance(given, LogNormal):
        bounds = (given.median * math.exp(-_FAR * given.sigma), given.median * math.exp(_FAR * given.sigma))
    else:
        bounds = (low if given.low is None else given.low, high if given.high is None else given.high)
        if not all(map(math.isfinite, bounds)):
            message = f"`{name}` has no range, so its {given.kind} distribution has no bounds"
            advice = "write `low:` and `high:`, or give the parameter a `range:`"
            yield subject.report("distribution", message, path, advice)
            return
        if bounds[0] >= bounds[1] and (low < high or parameter.range is None):
            message = f"the lower bound `{bounds[0]:g}` is not below the upper bound `{bounds[1]:g}`"
            yield subject.report("distribution", message, path, "write a lower `low` or a higher `high`")
            return
    if low < high and (bounds[1] <= low or high <= bounds[0] or (isinstance(given, LogUniform) and high <= 0)):
        message = f"the distribution of `{name}` lies outside its range `[{low:g}, {high:g}]`"
        yield subject.report("distribution", message, path, "change the distribution or the range")
    elif isinstance(given, Triangular | Pert):
        mode = constants.find_value(name, parameter) if given.mode is None else given.mode
        if mode is not None and math.isfinite(mode) and not bounds[0] <= mode <= bounds[1]:
            inner = path if given.mode is None else f"{path}.mode"
            message = f"the mode `{mode:g}` is outside `[{bounds[0]:g}, {bounds[1]:g}]`"
            yield subject.report("distribution", message, inner, "put the mode between the bounds")


def _check_player(subject: Subject, constants: _Constants, name: str, player: PlayerSpec) -> Iterator[Problem]:
    path = f"players.{name}"
    rationality = constants.evaluate(player.rationality, f"{path}.rationality")
    if rationality is not None and rationality < 0:
        message = f"the rationality of `{name}` is {rationality:g}"
        yield subject.report("rationality", message, f"{path}.rationality", "write a number that is at least 0")
    discount = constants.evaluate(player.discount, f"{path}.discount")
    if discount is not None and math.isfinite(discount) and not 0 < discount <= 1:
        message = f"the discount of `{name}` is {discount:g}"
        yield subject.report("discount", message, f"{path}.discount", "write a number above 0 and at most 1")
    elif discount == 1 and subject.scenario.period.continues:
        message = f"the discount of `{name}` is 1, but the crisis continues without end"
        yield subject.report("discount", message, f"{path}.discount", "write a number below 1, or remove `continues`")
    yield from _check_priors(subject, constants, name, player)


def _check_priors(subject: Subject, constants: _Constants, name: str, player: PlayerSpec) -> Iterator[Problem]:
    path = f"players.{name}.types"
    found = {key: constants.evaluate(prior, f"{path}.{key}") for key, prior in player.types.items()}
    priors = {key: prior for key, prior in found.items() if prior is not None}
    for player_type, prior in priors.items():
        if math.isfinite(prior) and not 0 <= prior <= 1:
            message = f"the prior of the type `{player_type}` is {prior:g}"
            yield subject.report("priors", message, f"{path}.{player_type}", "write a number from 0 to 1")
    total = sum(priors.values())
    are_all_known = len(priors) == len(player.types) > 0 and math.isfinite(total)
    if are_all_known and abs(total - 1) > _TOLERANCE:
        message = f"the priors of `{name}` sum to {total:.12g}, not to 1"
        yield subject.report("priors", message, path, "write one of them as `1 - ` the other")


def _check_rates(subject: Subject, constants: _Constants) -> Iterator[Problem]:
    """Yield a problem for every rate and hazard below zero."""
    scenario = subject.scenario
    given = {f"stages.{index}.rate": stage.rate for index, stage in enumerate(scenario.stages)}
    given |= {f"nature.{name}.hazard": part.hazard for name, part in scenario.nature.items()}
    for path, expression in given.items():
        number = constants.evaluate(expression, path) if expression else None
        if number is not None and number < 0:
            kind = path.rsplit(".", 1)[1]
            yield subject.report(kind, f"the {kind} is {number:g}", path, "write a number that is at least 0")


def _check_probabilities(subject: Subject, constants: _Constants) -> Iterator[Problem]:
    for group in iterate_effects(subject.scenario):
        paths = [f"{group.path}.{position}.p" for position in range(len(group.effects))]
        found = [constants.evaluate(effect.p, path) for effect, path in zip(group.effects, paths, strict=True)]
        known = [number for number in found if number is not None and math.isfinite(number)]
        for path, number in zip(paths, found, strict=True):
            if number is not None and math.isfinite(number) and not -_TOLERANCE <= number <= 1 + _TOLERANCE:
                yield _report_probability(subject, path, number)
        total = sum(known)
        in_bounds = all(-_TOLERANCE <= number <= 1 + _TOLERANCE for number in known)
        if known and in_bounds and len(known) == len(found) and abs(total - 1) > _TOLERANCE:
            message = f"the probabilities sum to {total:.12g}, not to 1"
            advice = "add an effect for the rest, such as `{p: ...}`"
            yield subject.report("probabilities", message, group.path, advice)
    for index, stage in enumerate(subject.scenario.stages):
        ratify = stage.bargaining.accept.ratify if stage.bargaining else {}
        for player, ratification in ratify.items():
            path = f"stages.{index}.bargaining.accept.ratify.{player}.chance"
            number = constants.evaluate(ratification.chance, path)
            if number is not None and math.isfinite(number) and not 0 <= number <= 1:
                yield _report_probability(subject, path, number)


def _report_probability(subject: Subject, path: str, number: float) -> Problem:
    return subject.report("probabilities", f"the probability is {number:g}", path, "write a number from 0 to 1")
