"""Rules of the scenario as a whole: the clock, dates, colliding names, levels and types, circles and unused parts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

from standoff.errors import Problem
from standoff.scenario.check.subject import Subject
from standoff.scenario.cycles import find_cycles
from standoff.scenario.expression import KEYWORDS
from standoff.scenario.nodes import BUILTIN_FUNCTIONS
from standoff.scenario.schema_moves import RESERVED_EFFECT_KEYS, RESERVED_TOGETHER_KEYS
from standoff.scenario.traversal import iterate_effects, iterate_expressions
from standoff.scenario.values import TIME_CONSTANTS, UNIT_DAYS

__all__ = ["check_structure"]

MAX_PERIODS = 1000


def check_structure(subject: Subject) -> Iterator[Problem]:
    """Yield every problem of the scenario as a whole."""
    scenario = subject.scenario
    yield from _check_clock(subject)
    yield from _check_dates(subject)
    yield from _check_collisions(subject)
    yield from _check_levels(subject)
    yield from _check_number_of_types(subject)
    quantities = {name: part.value.names for name, part in scenario.quantities.items()}
    for first, shown in _find_circles(quantities):
        message = f"quantities depend on each other in a circle: {shown}"
        yield subject.report("quantity-cycle", message, f"quantities.{first}.value", "remove one of the references")
    milestones = {name: [part.after] if part.after else [] for name, part in scenario.milestones.items()}
    for first, shown in _find_circles(milestones):
        message = f"milestones wait for each other in a circle: {shown}"
        yield subject.report("milestone-cycle", message, f"milestones.{first}.after", "remove one `after`")
    # an override may leave a part of the file unused, which is no fault of the file
    if subject.is_complete and not scenario.may_lack_play:
        yield from _check_outcomes_are_reached(subject)
        yield from _check_numbers_are_used(subject)


def _find_circles(links: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
    """Yield the first name of every circle, and the circle as text."""
    for cycle in find_cycles(links):
        yield cycle[0], " -> ".join(f"`{name}`" for name in (*cycle, cycle[0]))


def _check_clock(subject: Subject) -> Iterator[Problem]:
    scenario, period = subject.scenario, subject.scenario.period
    periods = period.horizon / period.length
    if not 0.5 <= periods <= MAX_PERIODS + 0.5:
        message = f"the horizon is {periods:.6g} periods; standoff solves 1 to {MAX_PERIODS}"
        yield subject.report("horizon", message, "period.horizon", "change `horizon` or `length`")
    elif abs(periods - round(periods)) > 1e-9 * max(1.0, periods):
        message = f"the horizon of {period.horizon:g} is {periods:.6g} periods of {period.length:g}, not a whole number"
        yield subject.report("horizon", message, "period.horizon", "write a multiple of `length`")
    elif period.horizon * UNIT_DAYS[period.unit] > (dt.date.max - scenario.as_of).days:
        message = f"the horizon of {period.horizon:g} {period.unit}s lies beyond the year {dt.date.max.year}"
        yield subject.report("horizon", message, "period.horizon", "write a shorter horizon or an earlier `as_of`")
    if period.continues and scenario.unresolved.payoffs:
        message = "the crisis continues after the horizon, so the payoffs of `unresolved` are never paid"
        yield subject.report("never-paid", message, "unresolved.payoffs", "remove them, or remove `continues`")


def _check_dates(subject: Subject) -> Iterator[Problem]:
    scenario, as_of = subject.scenario, subject.scenario.as_of
    for name, document in scenario.documents.items():
        if document.date > as_of and not document.retrospective:
            message = f"`{name}` is dated {document.date}, after `as_of` {as_of}"
            advice = "remove it or move `as_of`; `retrospective: true` admits hindsight on a past crisis"
            yield subject.report("document-after-as-of", message, f"documents.{name}.date", advice)
    for name, deadline in scenario.deadlines.items():
        path = f"deadlines.{name}.date"
        if deadline.date <= as_of:
            message = f"the deadline `{name}` is {deadline.date}, not after `as_of` {as_of}"
            yield subject.report("deadline-passed", message, path, "write a later day")
        elif scenario.period.continues and not scenario.is_before_horizon(deadline.date):
            message = (
                f"the crisis continues after the horizon, so the deadline `{name}` on {deadline.date} never passes"
            )
            advice = "write a longer `horizon`, so that a period begins on that day or later"
            yield subject.report("deadline-after-horizon", message, path, advice)


def _check_collisions(subject: Subject) -> Iterator[Problem]:
    """Yield a problem for every name that would mean two things in an expression."""
    scenario = subject.scenario
    issues = scenario.agenda.issues if scenario.agenda else {}
    taken = dict.fromkeys(TIME_CONSTANTS, "a unit of time")
    taken |= dict.fromkeys((*BUILTIN_FUNCTIONS, "passed"), "a function")
    taken |= dict.fromkeys(KEYWORDS, "a keyword")
    groups = (
        ("a player", "players", scenario.players),
        ("a parameter", "parameters", scenario.parameters),
        ("a quantity", "quantities", scenario.quantities),
        ("a track", "state", scenario.state),
        ("an issue", "agenda.issues", issues),
    )
    reserved = (
        ("a track", "in an effect", RESERVED_EFFECT_KEYS),
        ("a player", "as a proposer", {"alternate", "random"}),
        ("a player", "under `together`", RESERVED_TOGETHER_KEYS),
    )
    for kind, where, names in groups:
        for name in names:
            path = f"{where}.{name}"
            if name in taken:
                yield subject.report(
                    "name-collision", f"`{name}` is {kind}, but also {taken[name]}", path, "rename one"
                )
            taken.setdefault(name, kind)
            for other, place, words in reserved:
                if kind == other and name in words:
                    message = f"{kind} cannot be named `{name}`, which means something else {place}"
                    advice = f"rename the {kind.removeprefix('a ')}"
                    yield subject.report("reserved-name", message, path, advice)


def _check_levels(subject: Subject) -> Iterator[Problem]:
    scenario = subject.scenario
    issues = scenario.agenda.issues if scenario.agenda else {}
    for name, track in scenario.state.items():
        yield from _check_level_list(subject, f"state.{name}.levels", "track", name, track.levels)
    for name, issue in issues.items():
        yield from _check_level_list(subject, f"agenda.issues.{name}.levels", "issue", name, issue.levels)


def _check_level_list(subject: Subject, path: str, kind: str, name: str, levels: Sequence[str]) -> Iterator[Problem]:
    fewest = 2 if kind == "issue" else 1
    if subject.is_complete and len(levels) < fewest:
        message = f"the {kind} `{name}` has {len(levels)} level{'' if len(levels) == 1 else 's'}"
        yield subject.report("too-few-levels", message, path, f"list at least {fewest}")
    for index, level in enumerate(levels):
        if level in levels[:index]:
            message = f"the level `{level}` of `{name}` is listed twice"
            yield subject.report("duplicate-level", message, f"{path}.{index}", "keep one of them")
        if level in KEYWORDS:
            message = f"a level cannot be named `{level}`, which is a keyword"
            yield subject.report("reserved-name", message, f"{path}.{index}", "rename the level")


def _check_number_of_types(subject: Subject) -> Iterator[Problem]:
    players = subject.scenario.players
    with_two = [name for name, player in players.items() if len(player.types) > 1]
    for name, player in players.items():
        if len(player.types) > 2:
            message = f"`{name}` has {len(player.types)} types; standoff solves at most two"
            yield subject.report("too-many-types", message, f"players.{name}.types", "merge some of them")
    if len(with_two) > 2:
        shown = ", ".join(f"`{name}`" for name in with_two)
        message = f"{len(with_two)} players have two types ({shown}); standoff solves at most two such players"
        yield subject.report(
            "too-many-types", message, f"players.{with_two[2]}.types", "give one of them a single type"
        )


def _check_outcomes_are_reached(subject: Subject) -> Iterator[Problem]:
    scenario = subject.scenario
    reached = {stage.bargaining.accept.outcome for stage in scenario.stages if stage.bargaining}
    for group in iterate_effects(scenario):
        reached |= {effect.outcome for effect in group.effects if effect.outcome}
    for name in scenario.outcomes:
        if name not in reached:
            message = f"nothing leads to the outcome `{name}`"
            advice = f"write `outcome: {name}` in an effect, or remove the outcome"
            yield subject.report("unreached-outcome", message, f"outcomes.{name}", advice)


def _check_numbers_are_used(subject: Subject) -> Iterator[Problem]:
    """Yield a problem for every parameter and quantity on which nothing depends, directly or through others."""
    scenario = subject.scenario
    formulas = {name: part.value for name, part in scenario.parameters.items()}
    formulas |= {name: part.value for name, part in scenario.quantities.items()}
    used: set[str] = set()
    for located in iterate_expressions(scenario):
        if not located.path.startswith(("parameters.", "quantities.")):
            used |= located.expression.names
    pending = [name for name in used if name in formulas]
    while pending:
        new = formulas[pending.pop()].names - used
        used |= new
        pending.extend(name for name in new if name in formulas)
    for kind, section in (("parameter", "parameters"), ("quantity", "quantities")):
        for name in getattr(scenario, section):
            if name not in used:
                message = f"nothing uses the {kind} `{name}`"
                yield subject.report(
                    f"unused-{kind}", message, f"{section}.{name}", "use it in a formula, or remove it"
                )
