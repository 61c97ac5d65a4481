"""Faults of numbers: parameters, ranges, priors, rationality, discounts, and probabilities that need no state."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Set

from standoff.errors import Problem
from standoff.scenario.cycles import find_cycles
from standoff.scenario.expression import Expression
from standoff.scenario.names import Declared
from standoff.scenario.nodes import BUILTIN_FUNCTIONS, Scope
from standoff.scenario.traversal import consequences, expressions
from standoff.scenario.schema import Player, Scenario
from standoff.scenario.schema_parameters import LogNormal, LogUniform, Normal, Parameter, Pert, Triangular
from standoff.scenario.values import rate_unit, time_constants, unit_factor

__all__ = ["ValueCheck"]

_TOLERANCE = 1e-9
_FAR = 5.0
"""Standard deviations beyond which next to nothing of a normal distribution lies (3 in 10 million on each side)."""
_CONSTANT_FUNCTIONS = frozenset(BUILTIN_FUNCTIONS) - {"by"}


class ValueCheck:
    """Works out every number that needs no state, and looks at it."""

    def __init__(self, scenario: Scenario, declared: Declared, faulty: Set[str], unbounded: Set[str]) -> None:
        """Work out the parameters that can be.

        Args:
            scenario: The scenario.
            declared: Its names.
            faulty: Paths of expressions with faults, which are left alone.
            unbounded: Parameters that may leave their range.
        """
        self.scenario = scenario
        self.declared = declared
        self.faulty = faulty
        self.unbounded = unbounded
        self.tell = scenario.source_map.problem
        self.values: dict[str, float] = dict(time_constants(scenario.period.unit))
        parameters = scenario.parameters
        self.cycles = find_cycles({name: part.value.names for name, part in parameters.items()})
        self._work_out_parameters(parameters)

    def problems(self) -> Iterator[Problem]:
        """Yield every problem of a number."""
        for cycle in self.cycles:
            shown = " -> ".join(f"`{name}`" for name in (*cycle, cycle[0]))
            message = f"parameters depend on each other in a circle: {shown}"
            yield self.tell("parameter-cycle", message, f"parameters.{cycle[0]}.value", "give one of them a number")
        yield from self._not_finite()
        for name, parameter in self.scenario.parameters.items():
            yield from self._parameter(name, parameter)
        for name, player in self.scenario.players.items():
            yield from self._player(name, player)
        yield from self._rates()
        yield from self._probabilities()

    def constant(self, expression: Expression, path: str) -> float | None:
        """Work out an expression of parameters alone; None where it is something else or has faults."""
        is_constant = expression.names <= self.values.keys() and expression.functions <= _CONSTANT_FUNCTIONS
        if not is_constant or self.scenario.source_map.written_path(path) in self.faulty:
            return None
        number = expression.evaluate(Scope(self.values))
        assert isinstance(number, float)
        return number

    def _work_out_parameters(self, parameters: Mapping[str, Parameter]) -> None:
        """Work out parameters until no further one can be."""
        waiting = dict(parameters)
        found_one = True
        while waiting and found_one:
            found_one = False
            for name, parameter in list(waiting.items()):
                if self._has_wrong_unit(parameter):
                    continue
                number = self.constant(parameter.value, f"parameters.{name}.value")
                if number is not None:
                    self.values[name] = number * unit_factor(parameter.unit, self.scenario.period.unit)
                    del waiting[name]
                    found_one = True

    def _not_finite(self) -> Iterator[Problem]:
        """Tell numbers that are infinite or undefined, at their root."""
        bad = {name for name, value in self.values.items() if not math.isfinite(value)}
        for place in expressions(self.scenario):
            number = self.constant(place.expression, place.path)
            if number is not None and not math.isfinite(number) and not place.expression.names & bad:
                message = f"`{place.expression}` comes to {number}, which is not a finite number"
                yield self.tell("not-finite", message, place.path, "look for a division by zero or a log of 0")

    def _parameter(self, name: str, parameter: Parameter) -> Iterator[Problem]:
        path = f"parameters.{name}"
        unit = self.scenario.period.unit
        if self._has_wrong_unit(parameter):
            message = f"`{name}` is computed from numbers per {unit}, so its unit cannot be `{parameter.unit}`"
            yield self.tell("unit", message, f"{path}.unit", f"write the unit as per {unit}")
        yield from self._range(name, parameter)
        yield from self._distribution(name, parameter, f"{path}.distribution")

    def _has_wrong_unit(self, parameter: Parameter) -> bool:
        """Say whether a formula of numbers that are already converted would be converted again."""
        return bool(parameter.value.names) and rate_unit(parameter.unit) not in {"", self.scenario.period.unit}

    def _range(self, name: str, parameter: Parameter) -> Iterator[Problem]:
        if parameter.range is None:
            return
        path = f"parameters.{name}"
        low, high = parameter.range
        if low >= high:
            message = f"the range `[{low:g}, {high:g}]` is empty"
            yield self.tell("empty-range", message, f"{path}.range", "write the lower number first")
        elif name in self.values and name not in self.unbounded:
            number = self.values[name] / unit_factor(parameter.unit, self.scenario.period.unit)
            slack = _TOLERANCE * max(abs(low), abs(high))
            if math.isfinite(number) and not low - slack <= number <= high + slack:
                message = f"`{name}` is {number:g}, outside its range `[{low:g}, {high:g}]`"
                yield self.tell("outside-range", message, f"{path}.value", "mend the value or the range")

    def _distribution(self, name: str, parameter: Parameter, path: str) -> Iterator[Problem]:
        given = parameter.distribution
        if given is None:
            return
        low, high = parameter.range or (-math.inf, math.inf)
        if isinstance(given, Normal):
            bounds = (given.mean - _FAR * given.sd, given.mean + _FAR * given.sd)
        elif isinstance(given, LogNormal):
            bounds = (given.median * math.exp(-_FAR * given.sigma), given.median * math.exp(_FAR * given.sigma))
        else:
            bounds = (low if given.low is None else given.low, high if given.high is None else given.high)
            if not all(map(math.isfinite, bounds)):
                message = f"`{name}` has no range, so its {given.kind} distribution has no bounds"
                yield self.tell("distribution", message, path, "write `low:` and `high:`, or give it a `range:`")
                return
            if bounds[0] >= bounds[1] and (low < high or parameter.range is None):
                message = f"the lower bound `{bounds[0]:g}` is not below the upper bound `{bounds[1]:g}`"
                yield self.tell("distribution", message, path, "write a lower `low` or a higher `high`")
                return
        if low < high and (bounds[1] <= low or high <= bounds[0] or (isinstance(given, LogUniform) and high <= 0)):
            message = f"the distribution of `{name}` lies outside its range `[{low:g}, {high:g}]`"
            yield self.tell("distribution", message, path, "mend the distribution or the range")
        elif isinstance(given, Triangular | Pert):
            yield from self._mode(name, given, bounds, path)

    def _mode(self, name: str, given: Triangular | Pert, bounds: tuple[float, float], path: str) -> Iterator[Problem]:
        """Tell a most likely number that is not between the bounds; it is the value where none is given."""
        parameter = self.scenario.parameters[name]
        mode = given.mode
        if mode is None and name in self.values:
            mode = self.values[name] / unit_factor(parameter.unit, self.scenario.period.unit)
        if mode is not None and math.isfinite(mode) and not bounds[0] <= mode <= bounds[1]:
            place = path if given.mode is None else f"{path}.mode"
            message = f"the mode `{mode:g}` is outside `[{bounds[0]:g}, {bounds[1]:g}]`"
            yield self.tell("distribution", message, place, "put the mode between the bounds")

    def _player(self, name: str, player: Player) -> Iterator[Problem]:
        path = f"players.{name}"
        rationality = self.constant(player.rationality, f"{path}.rationality")
        if rationality is not None and rationality < 0:
            message = f"the rationality of `{name}` is {rationality:g}"
            yield self.tell("rationality", message, f"{path}.rationality", "write a number that is at least 0")
        discount = self.constant(player.discount, f"{path}.discount")
        if discount is not None and math.isfinite(discount) and not 0 < discount <= 1:
            message = f"the discount of `{name}` is {discount:g}"
            yield self.tell("discount", message, f"{path}.discount", "write a number above 0 and at most 1")
        elif discount == 1 and self.scenario.period.continues:
            message = f"the discount of `{name}` is 1, but the crisis goes on for ever"
            yield self.tell("discount", message, f"{path}.discount", "write a number below 1, or take `continues` away")
        yield from self._priors(path, name, player)

    def _priors(self, path: str, name: str, player: Player) -> Iterator[Problem]:
        found = {key: self.constant(prior, f"{path}.types.{key}") for key, prior in player.types.items()}
        priors = {key: prior for key, prior in found.items() if prior is not None}
        for player_type, prior in priors.items():
            if math.isfinite(prior) and not 0 <= prior <= 1:
                message = f"the prior of the type `{player_type}` is {prior:g}"
                yield self.tell("priors", message, f"{path}.types.{player_type}", "write a number from 0 to 1")
        total = sum(priors.values())
        is_whole = len(priors) == len(player.types) > 0 and math.isfinite(total)
        if is_whole and abs(total - 1) > _TOLERANCE:
            message = f"the priors of `{name}` sum to {total:.12g}, not to 1"
            yield self.tell("priors", message, f"{path}.types", "write one as `1 - ` the other")

    def _rates(self) -> Iterator[Problem]:
        """Tell rates and hazards below zero."""
        given = {f"stages.{index}.rate": stage.rate for index, stage in enumerate(self.scenario.stages)}
        given |= {f"nature.{name}.hazard": part.hazard for name, part in self.scenario.nature.items()}
        for path, expression in given.items():
            number = self.constant(expression, path) if expression else None
            if number is not None and number < 0:
                kind = path.rsplit(".", 1)[1]
                yield self.tell(kind, f"the {kind} is {number:g}", path, "write a number that is at least 0")

    def _probabilities(self) -> Iterator[Problem]:
        for group in consequences(self.scenario):
            paths = [f"{group.path}.{position}.p" for position in range(len(group.effects))]
            found = [self.constant(effect.p, path) for effect, path in zip(group.effects, paths, strict=True)]
            known = [number for number in found if number is not None and math.isfinite(number)]
            for path, number in zip(paths, found, strict=True):
                if number is not None and math.isfinite(number) and not -_TOLERANCE <= number <= 1 + _TOLERANCE:
                    yield self._probability(path, number)
            total = sum(known)
            in_bounds = all(-_TOLERANCE <= number <= 1 + _TOLERANCE for number in known)
            if known and in_bounds and len(known) == len(found) and abs(total - 1) > _TOLERANCE:
                message = f"the probabilities sum to {total:.12g}, not to 1"
                yield self.tell(
                    "probabilities", message, group.path, "add an effect for what is missing, such as `{p: ...}`"
                )
        for index, stage in enumerate(self.scenario.stages):
            ratify = stage.bargaining.accept.ratify if stage.bargaining else {}
            for player, ratification in ratify.items():
                path = f"stages.{index}.bargaining.accept.ratify.{player}.chance"
                number = self.constant(ratification.chance, path)
                if number is not None and math.isfinite(number) and not 0 <= number <= 1:
                    yield self._probability(path, number)

    def _probability(self, path: str, number: float) -> Problem:
        return self.tell("probabilities", f"the probability is {number:g}", path, "write a number from 0 to 1")
