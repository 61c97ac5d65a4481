"""Faults of expressions: names, levels and functions that are not there, and arguments that do not fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from standoff.errors import Problem, nearest
from standoff.scenario.names import Declared, Use
from standoff.scenario.nodes import BUILTIN_FUNCTIONS, Call, Comparison, Name, Node, walk
from standoff.scenario.traversal import Place, expressions
from standoff.scenario.schema import Scenario

__all__ = ["expression_problems"]

_WHERE = {
    Use.NUMBERS: "here only parameters and time constants are known",
    Use.MODELS: "here only parameters, time constants and submodels are known",
    Use.STATE: "here no package is agreed yet",
    Use.PACKAGE: "",
}


@dataclass(frozen=True)
class _Fault:
    code: str
    message: str
    advice: str


def expression_problems(scenario: Scenario, declared: Declared) -> Iterator[Problem]:
    """Yield a problem for every name, level or function that an expression cannot use."""
    for place in expressions(scenario):
        seen: set[str] = set()
        for fault in _faults(place, declared):
            if fault.message not in seen:
                seen.add(fault.message)
                yield scenario.source_map.problem(fault.code, fault.message, place.path, fault.advice)


def _faults(place: Place, declared: Declared) -> Iterator[_Fault]:
    """Look at every node of one expression."""
    levels = declared.valid_levels(place.use)
    root = place.expression.resolve(levels).node
    compared: dict[int, Node] = {}
    for node in walk(root):
        if isinstance(node, Comparison):
            compared[id(node.left)] = node.right
            compared[id(node.right)] = node.left
        elif isinstance(node, Call):
            yield from _call_faults(node, place, declared)
            if node.function == "passed":
                compared[id(node.arguments[0])] = node
    for node in walk(root):
        if isinstance(node, Name):
            yield from _name_faults(node.name, compared.get(id(node)), place, declared)


def _name_faults(name: str, beside: Node | None, place: Place, declared: Declared) -> Iterator[_Fault]:
    """Say why a name cannot be used; nothing where it can."""
    valid = declared.valid_names(place.use)
    is_deadline = isinstance(beside, Call)
    if is_deadline or name in valid or name in declared.lost:
        return
    if isinstance(beside, Name) and beside.name in declared.lost:
        return
    levels = declared.valid_levels(place.use)
    if isinstance(beside, Name) and beside.name in levels:
        known = levels[beside.name]
        yield _Fault("unknown-level", f"`{beside.name}` has no level `{name}`", nearest(name, known))
        return
    owners = list(declared.where_level(name))
    is_declared = name in declared.tracks or name in declared.quantities or name in declared.issues
    if owners and not is_declared:
        message = f"the level `{name}` is used outside a comparison with its track"
        yield _Fault("level-outside-comparison", message, f"write it like `{owners[0]} == {name}`")
        return
    if is_declared:
        kind = "track" if name in declared.tracks else "quantity" if name in declared.quantities else "issue"
        yield _Fault("unknown-name", f"the {kind} `{name}` cannot be used here", f"{_WHERE[place.use]}")
        return
    if name in declared.deadlines:
        yield _Fault("unknown-name", f"the deadline `{name}` is no number", f"write `passed({name})`")
        return
    if name in declared.players:
        yield _Fault("unknown-name", f"the player `{name}` is no number", "use a parameter or a track")
        return
    yield _Fault("unknown-name", f"there is no `{name}`", nearest(name, valid))


def _call_faults(call: Call, place: Place, declared: Declared) -> Iterator[_Fault]:
    """Say why a call cannot be made; nothing where it can."""
    name, given = call.function, len(call.arguments)
    valid = declared.valid_functions(place.use)
    if name not in valid:
        if name.split(".", 1)[0] in declared.lost:
            return
        if name in declared.functions or name == "passed":
            yield _Fault("unknown-function", f"`{name}` cannot be called here", _WHERE[place.use])
        else:
            yield _Fault("unknown-function", f"there is no function `{name}`", nearest(name, valid))
        return
    if name == "by":
        yield from _by_faults(call, place, declared)
    elif name == "passed":
        deadline = call.arguments[0]
        assert isinstance(deadline, Name)
        if deadline.name not in declared.deadlines and deadline.name not in declared.lost:
            message = f"there is no deadline `{deadline.name}`"
            yield _Fault("unknown-deadline", message, nearest(deadline.name, declared.deadlines))
    elif name in BUILTIN_FUNCTIONS:
        builtin = BUILTIN_FUNCTIONS[name]
        if given < builtin.fewest or (builtin.most is not None and given > builtin.most):
            wanted = f"{builtin.fewest}" if builtin.most else f"{builtin.fewest} or more"
            yield _wrong_count(name, wanted, given)
    elif given != declared.functions[name]:
        yield _wrong_count(name, str(declared.functions[name]), given)


def _by_faults(call: Call, place: Place, declared: Declared) -> Iterator[_Fault]:
    """Check `by(track, ...)`: a track or issue first, then one value for each of its levels."""
    levels = declared.valid_levels(place.use)
    first = call.arguments[0] if call.arguments else None
    name = first.name if isinstance(first, Name) else ""
    if name in declared.lost:
        return
    if name not in levels:
        advice = nearest(name, list(levels)) if name else "write it like `by(track, 0, 1, 2)`"
        yield _Fault("wrong-arguments", "the first argument of `by` is not a track", advice)
        return
    values = len(call.arguments) - 1
    if values != len(levels[name]):
        message = f"`by({name}, ...)` has {_count(values, 'value')}; `{name}` has {_count(len(levels[name]), 'level')}"
        advice = "give one value for each of " + ", ".join(f"`{level}`" for level in levels[name])
        yield _Fault("wrong-arguments", message, advice)


def _wrong_count(name: str, wanted: str, given: int) -> _Fault:
    plural = "" if wanted == "1" else "s"
    return _Fault(
        "wrong-arguments", f"`{name}` takes {wanted} argument{plural}, not {given}", "count the commas in the call"
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
