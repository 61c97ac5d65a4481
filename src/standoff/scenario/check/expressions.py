"""Rules of expressions: names, levels and functions that do not exist, and arguments that do not fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from standoff.errors import Problem, suggest_nearest
from standoff.scenario.check.subject import Subject
from standoff.scenario.names import DeclaredNames, Use
from standoff.scenario.nodes import BUILTIN_FUNCTIONS, Call, Name, Node, Relation, walk
from standoff.scenario.traversal import LocatedExpression, iterate_expressions

__all__ = ["check_expressions"]

_ALLOWED = {
    Use.NUMBERS: "use only parameters and time constants here",
    Use.MODELS: "use only parameters, time constants and submodels here",
    Use.STATE: "no package is agreed on here yet",
    Use.PACKAGE: "",
}


@dataclass(frozen=True)
class _Fault:
    code: str
    message: str
    advice: str


def check_expressions(subject: Subject) -> Iterator[Problem]:
    """Yield a problem for every name, level or function that an expression cannot use."""
    for located in iterate_expressions(subject.scenario):
        seen: set[str] = set()
        for fault in _find_faults(located, subject.names):
            if fault.message not in seen:
                seen.add(fault.message)
                yield subject.report(fault.code, fault.message, located.path, fault.advice)


def _find_faults(located: LocatedExpression, names: DeclaredNames) -> Iterator[_Fault]:
    """Check every node of one expression."""
    root = located.expression.resolve(names.list_levels(located.use)).node
    compared: dict[int, Node] = {}
    for node in walk(root):
        if isinstance(node, Relation):
            compared[id(node.left)] = node.right
            compared[id(node.right)] = node.left
        elif isinstance(node, Call):
            yield from _check_call(node, located.use, names)
            if node.function == "passed":
                compared[id(node.arguments[0])] = node
    for node in walk(root):
        if isinstance(node, Name):
            yield from _check_name(node.name, compared.get(id(node)), located.use, names)


def _check_name(name: str, other: Node | None, use: Use, names: DeclaredNames) -> Iterator[_Fault]:
    """Yield a fault if a name cannot be used.

    Args:
        name: The name.
        other: What the name is compared with, or the call of `passed` around it.
        use: What the expression may use.
        names: Names of the scenario.
    """
    valid = names.list_names(use)
    is_deadline = isinstance(other, Call)
    if is_deadline or name in valid or name in names.lost:
        return
    if isinstance(other, Name) and other.name in names.lost:
        return
    levels = names.list_levels(use)
    if isinstance(other, Name) and other.name in levels:
        known = levels[other.name]
        yield _Fault("unknown-level", f"`{other.name}` has no level `{name}`", suggest_nearest(name, known))
        return
    owners = names.find_owners(name)
    is_declared = name in names.tracks or name in names.quantities or name in names.issues
    if owners and not is_declared:
        message = f"the level `{name}` is used outside a comparison with its track"
        yield _Fault("level-outside-comparison", message, f"write it like `{owners[0]} == {name}`")
    elif is_declared:
        kind = "track" if name in names.tracks else "quantity" if name in names.quantities else "issue"
        yield _Fault("unknown-name", f"the {kind} `{name}` cannot be used here", _ALLOWED[use])
    elif name in names.deadlines:
        yield _Fault("unknown-name", f"the deadline `{name}` is not a number", f"write `passed({name})`")
    elif name in names.players:
        yield _Fault("unknown-name", f"the player `{name}` is not a number", "use a parameter or a track")
    else:
        yield _Fault("unknown-name", f"`{name}` is not defined", suggest_nearest(name, valid))


def _check_call(call: Call, use: Use, names: DeclaredNames) -> Iterator[_Fault]:
    """Yield a fault if a function cannot be called here, or not with these arguments."""
    name, given = call.function, len(call.arguments)
    valid = names.list_functions(use)
    if name not in valid:
        if name.split(".", 1)[0] in names.lost:
            return
        if name in names.functions or name == "passed":
            yield _Fault("unknown-function", f"`{name}` cannot be called here", _ALLOWED[use])
        else:
            yield _Fault("unknown-function", f"there is no function `{name}`", suggest_nearest(name, valid))
        return
    if name == "by":
        yield from _check_by(call, use, names)
    elif name == "passed":
        deadline = call.arguments[0]
        assert isinstance(deadline, Name)
        if deadline.name not in names.deadlines and deadline.name not in names.lost:
            message = f"there is no deadline `{deadline.name}`"
            yield _Fault("unknown-deadline", message, suggest_nearest(deadline.name, names.deadlines))
    elif name in BUILTIN_FUNCTIONS:
        builtin = BUILTIN_FUNCTIONS[name]
        if given < builtin.fewest or (builtin.most is not None and given > builtin.most):
            wanted = f"{builtin.fewest}" if builtin.most else f"{builtin.fewest} or more"
            yield _report_wrong_number(name, wanted, given)
    elif given != names.functions[name]:
        yield _report_wrong_number(name, str(names.functions[name]), given)


def _check_by(call: Call, use: Use, names: DeclaredNames) -> Iterator[_Fault]:
    """Check `by(track, ...)`: a track or issue first, then one value for each of its levels."""
    levels = names.list_levels(use)
    first = call.arguments[0] if call.arguments else None
    name = first.name if isinstance(first, Name) else ""
    if name in names.lost:
        return
    if name not in levels:
        advice = suggest_nearest(name, list(levels)) if name else "write it like `by(track, 0, 1, 2)`"
        yield _Fault("wrong-arguments", "the first argument of `by` is not a track", advice)
        return
    values = len(call.arguments) - 1
    if values != len(levels[name]):
        message = f"`by({name}, ...)` has {_count(values, 'value')}; `{name}` has {_count(len(levels[name]), 'level')}"
        advice = "give one value for each of " + ", ".join(f"`{level}`" for level in levels[name])
        yield _Fault("wrong-arguments", message, advice)


def _report_wrong_number(name: str, wanted: str, given: int) -> _Fault:
    plural = "" if wanted == "1" else "s"
    message = f"`{name}` takes {wanted} argument{plural}, not {given}"
    return _Fault("wrong-arguments", message, "count the commas in the call")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
