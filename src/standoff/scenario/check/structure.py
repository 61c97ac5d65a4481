"""Faults of the whole: names that collide, dates out of order, parts that nothing uses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from standoff.errors import Problem
from standoff.scenario.check.stages import StageCheck
from standoff.scenario.cycles import find_cycles
from standoff.scenario.expression import KEYWORDS
from standoff.scenario.nodes import BUILTIN_FUNCTIONS
from standoff.scenario.traversal import consequences, expressions
from standoff.scenario.schema import Scenario
from standoff.scenario.schema_moves import RESERVED_EFFECT_KEYS, RESERVED_TOGETHER_KEYS
from standoff.scenario.values import TIME_CONSTANTS, UNIT_DAYS

__all__ = ["StructureCheck"]

MAX_PERIODS = 1000


class StructureCheck:
    """Looks at one scenario as a whole."""

    def __init__(self, scenario: Scenario, *, is_whole: bool) -> None:
        """Take the scenario.

        Args:
            scenario: The scenario.
            is_whole: Whether nothing was dropped from it, so that what is unused can be told.
        """
        self.scenario = scenario
        self.is_whole = is_whole
        self.tell = scenario.source_map.problem

    def problems(self) -> Iterator[Problem]:
        """Yield every problem of the whole."""
        yield from self._clock()
        yield from self._dates()
        yield from self._collisions()
        yield from self._levels()
        yield from self._types()
        yield from StageCheck(self.scenario, is_whole=self.is_whole).problems()
        for cycle in find_cycles({name: part.value.names for name, part in self.scenario.quantities.items()}):
            shown = " -> ".join(f"`{name}`" for name in (*cycle, cycle[0]))
            message = f"quantities depend on each other in a circle: {shown}"
            yield self.tell("quantity-cycle", message, f"quantities.{cycle[0]}.value", "leave one of them out")
        links = {name: [part.after] if part.after else [] for name, part in self.scenario.milestones.items()}
        for cycle in find_cycles(links):
            shown = " -> ".join(f"`{name}`" for name in (*cycle, cycle[0]))
            message = f"milestones wait for each other in a circle: {shown}"
            yield self.tell("milestone-cycle", message, f"milestones.{cycle[0]}.after", "take one `after` away")
        # an override may leave a name of the file without use: that is the question it asks
        if self.is_whole and not self.scenario.may_lack_play:
            yield from self._unreached()
            yield from self._unused()

    def _clock(self) -> Iterator[Problem]:
        period = self.scenario.period
        periods = period.horizon / period.length
        if not 0.5 <= periods <= MAX_PERIODS + 0.5:
            message = f"the horizon is {periods:.6g} periods; from 1 to {MAX_PERIODS} can be solved"
            yield self.tell("horizon", message, "period.horizon", "change `horizon` or `length`")
        elif abs(periods - round(periods)) > 1e-9 * max(1.0, periods):
            message = (
                f"the horizon of {period.horizon:g} is {periods:.6g} periods of {period.length:g}, not a whole number"
            )
            yield self.tell("horizon", message, "period.horizon", "write a multiple of `length`")
        elif period.horizon * UNIT_DAYS[period.unit] > (dt.date.max - self.scenario.as_of).days:
            message = f"the horizon of {period.horizon:g} {period.unit}s reaches beyond the year {dt.date.max.year}"
            yield self.tell("horizon", message, "period.horizon", "write a shorter horizon or an earlier `as_of`")
        if period.continues and self.scenario.unresolved.payoffs:
            message = "the crisis goes on after the horizon, so the payoffs of `unresolved` are never paid"
            advice = "take them away, or `continues` away"
            yield self.tell("never-paid", message, "unresolved.payoffs", advice)

    def _dates(self) -> Iterator[Problem]:
        as_of = self.scenario.as_of
        for name, document in self.scenario.documents.items():
            if document.date > as_of and not document.retrospective:
                message = f"`{name}` is dated {document.date}, after `as_of` {as_of}"
                advice = "leave it out or move `as_of`; `retrospective: true` admits hindsight on a past crisis"
                yield self.tell("document-after-as-of", message, f"documents.{name}.date", advice)
        for name, deadline in self.scenario.deadlines.items():
            if deadline.date <= as_of:
                message = f"the deadline `{name}` is {deadline.date}, not after `as_of` {as_of}"
                yield self.tell("deadline-passed", message, f"deadlines.{name}.date", "write a later day")
            elif self.scenario.period.continues and not self.scenario.is_before_horizon(deadline.date):
                message = (
                    f"the deadline `{name}` is {deadline.date}, and what holds at the horizon holds for ever after"
                )
                advice = "write a longer `horizon`, so that a period begins on that day or later"
                yield self.tell("deadline-after-horizon", message, f"deadlines.{name}.date", advice)

    def _collisions(self) -> Iterator[Problem]:
        """Tell names that would mean two things in an expression."""
        scenario = self.scenario
        issues = scenario.agenda.issues if scenario.agenda else {}
        taken = dict.fromkeys(TIME_CONSTANTS, "a unit of time")
        taken |= dict.fromkeys((*BUILTIN_FUNCTIONS, "passed"), "a function")
        taken |= dict.fromkeys(KEYWORDS, "a word of the language")
        groups = (
            ("a player", "players", scenario.players),
            ("a parameter", "parameters", scenario.parameters),
            ("a quantity", "quantities", scenario.quantities),
            ("a track", "state", scenario.state),
            ("an issue", "agenda.issues", issues),
        )
        for kind, where, names in groups:
            for name in names:
                path = f"{where}.{name}"
                if name in taken:
                    yield self.tell("name-collision", f"`{name}` is {kind}, but also {taken[name]}", path, "rename one")
                taken.setdefault(name, kind)
                if kind == "a track" and name in RESERVED_EFFECT_KEYS:
                    message = f"a track cannot be named `{name}`, which means something else in an effect"
                    yield self.tell("reserved-name", message, path, "rename the track")
                if kind == "a player" and name in {"alternate", "random"}:
                    message = f"a player cannot be named `{name}`, which means something else as a proposer"
                    yield self.tell("reserved-name", message, path, "rename the player")
                if kind == "a player" and name in RESERVED_TOGETHER_KEYS:
                    message = f"a player cannot be named `{name}`, which means something else under `together`"
                    yield self.tell("reserved-name", message, path, "rename the player")

    def _levels(self) -> Iterator[Problem]:
        issues = self.scenario.agenda.issues if self.scenario.agenda else {}
        for name, track in self.scenario.state.items():
            yield from self._level_list(f"state.{name}.levels", "track", name, track.levels)
        for name, issue in issues.items():
            yield from self._level_list(f"agenda.issues.{name}.levels", "issue", name, issue.levels)

    def _level_list(self, path: str, kind: str, name: str, levels: Sequence[str]) -> Iterator[Problem]:
        fewest = 2 if kind == "issue" else 1
        if self.is_whole and len(levels) < fewest:
            message = f"the {kind} `{name}` has {len(levels)} level{'' if len(levels) == 1 else 's'}"
            yield self.tell("too-few-levels", message, path, f"list at least {fewest}")
        for index, level in enumerate(levels):
            if level in levels[:index]:
                message = f"the level `{level}` of `{name}` is listed twice"
                yield self.tell("duplicate-level", message, f"{path}.{index}", "keep one of them")
            if level in KEYWORDS:
                message = f"a level cannot be named `{level}`, which is a word of the language"
                yield self.tell("reserved-name", message, f"{path}.{index}", "rename the level")

    def _types(self) -> Iterator[Problem]:
        with_two = [name for name, player in self.scenario.players.items() if len(player.types) > 1]
        for name, player in self.scenario.players.items():
            if len(player.types) > 2:
                message = f"`{name}` has {len(player.types)} types; at most two can be solved"
                yield self.tell("too-many-types", message, f"players.{name}.types", "join some of them")
        if len(with_two) > 2:
            shown = ", ".join(f"`{name}`" for name in with_two)
            message = f"{len(with_two)} players have two types ({shown}); at most two can be solved"
            yield self.tell("too-many-types", message, f"players.{with_two[2]}.types", "give one of them a single type")

    def _unreached(self) -> Iterator[Problem]:
        scenario = self.scenario
        reached = {stage.bargaining.accept.outcome for stage in scenario.stages if stage.bargaining}
        for group in consequences(scenario):
            reached |= {effect.outcome for effect in group.effects if effect.outcome}
        for name in scenario.outcomes:
            if name not in reached:
                message = f"nothing leads to the outcome `{name}`"
                advice = f"write `outcome: {name}` in an effect, or take it away"
                yield self.tell("unreached-outcome", message, f"outcomes.{name}", advice)

    def _unused(self) -> Iterator[Problem]:
        """Tell parameters and quantities on which nothing depends, directly or through others."""
        formulas = {name: part.value for name, part in self.scenario.parameters.items()}
        formulas |= {name: part.value for name, part in self.scenario.quantities.items()}
        used: set[str] = set()
        for place in expressions(self.scenario):
            if not place.path.startswith(("parameters.", "quantities.")):
                used |= place.expression.names
        pending = [name for name in used if name in formulas]
        while pending:
            new = formulas[pending.pop()].names - used
            used |= new
            pending.extend(name for name in new if name in formulas)
        for kind, section in (("parameter", "parameters"), ("quantity", "quantities")):
            for name in getattr(self.scenario, section):
                if name not in used:
                    message = f"nothing uses the {kind} `{name}`"
                    advice = "use it in a formula, or take it away"
                    yield self.tell(f"unused-{kind}", message, f"{section}.{name}", advice)
