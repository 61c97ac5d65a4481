"""The nodes of an expression tree.

A node is frozen and does not depend on any scenario.
Names are looked up in a `Scope` at evaluation, so one tree serves every state, parameter draw and period.
All arithmetic uses numpy in double precision: a division by zero gives inf or nan, never an exception.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BUILTIN_FUNCTIONS",
    "Builtin",
    "Call",
    "Conditional",
    "Level",
    "Logical",
    "Name",
    "Negation",
    "Node",
    "Not",
    "Number",
    "Power",
    "Product",
    "Relation",
    "Scope",
    "Sum",
    "Value",
    "walk",
]

AnyArray = NDArray[Any]
Value = float | AnyArray
Levels = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Scope:
    """The values and functions that the names of an expression stand for.

    Attributes:
        values: Name -> number or array. Arrays broadcast against each other; a track is an array of level indices.
        functions: Dotted name -> function of numbers or arrays, for the submodels.
            `passed` takes the name of a deadline; the other functions take values.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    functions: Mapping[str, Callable[..., Value]] = field(default_factory=dict)

    def extend(
        self, values: Mapping[str, Value] | None = None, functions: Mapping[str, Callable[..., Value]] | None = None
    ) -> Scope:
        """Return a scope with further names; a name that already exists is replaced."""
        return Scope({**self.values, **(values or {})}, {**self.functions, **(functions or {})})


class Node(ABC):
    """A node of an expression tree."""

    __slots__ = ()

    @abstractmethod
    def evaluate(self, scope: Scope) -> Value:
        """Evaluate the node; every name is trusted to be in the scope."""

    def list_children(self) -> tuple[Node, ...]:
        """Return the children, in the order written."""
        return ()

    def resolve(self, levels: Levels) -> Node:  # noqa: ARG002  a leaf has nothing to resolve
        """Return the node with level names replaced by their indices."""
        return self


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all of its descendants."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(reversed(current.list_children()))


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A number as written."""

    number: float

    def evaluate(self, scope: Scope) -> Value:  # noqa: ARG002  a number needs no scope
        """Return the number."""
        return self.number


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A parameter, track, issue or time constant, or a level that is not resolved yet."""

    name: str

    def evaluate(self, scope: Scope) -> Value:
        """Look the name up."""
        return scope.values[self.name]


@dataclass(frozen=True, slots=True)
class Level(Node):
    """A level of a track or issue, and its index in the order of levels."""

    track: str
    name: str
    index: int

    def evaluate(self, scope: Scope) -> Value:  # noqa: ARG002  an index needs no scope
        """Return the index."""
        return float(self.index)


@dataclass(frozen=True, slots=True)
class Negation(Node):
    """`-a`."""

    operand: Node

    def evaluate(self, scope: Scope) -> Value:
        """Return the negated operand."""
        return -_to_floats(self.operand.evaluate(scope))

    def list_children(self) -> tuple[Node, ...]:
        """Return the operand."""
        return (self.operand,)

    def resolve(self, levels: Levels) -> Node:
        """Resolve the operand."""
        return Negation(self.operand.resolve(levels))


@dataclass(frozen=True, slots=True)
class Sum(Node):
    """`a + b - c`, from left to right; `signs` holds "+" or "-" for each term."""

    terms: tuple[Node, ...]
    signs: tuple[str, ...]

    def evaluate(self, scope: Scope) -> Value:
        """Add up the terms."""
        total = _to_floats(self.terms[0].evaluate(scope))
        for sign, term in zip(self.signs[1:], self.terms[1:], strict=True):
            operand = _to_floats(term.evaluate(scope))
            total = total + operand if sign == "+" else total - operand
        return total

    def list_children(self) -> tuple[Node, ...]:
        """Return the terms."""
        return self.terms

    def resolve(self, levels: Levels) -> Node:
        """Resolve every term."""
        return Sum(tuple(term.resolve(levels) for term in self.terms), self.signs)


@dataclass(frozen=True, slots=True)
class Product(Node):
    """`a * b / c`, from left to right; `signs` holds "*" or "/" for each factor."""

    factors: tuple[Node, ...]
    signs: tuple[str, ...]

    def evaluate(self, scope: Scope) -> Value:
        """Multiply and divide."""
        total = _to_floats(self.factors[0].evaluate(scope))
        for sign, factor in zip(self.signs[1:], self.factors[1:], strict=True):
            operand = _to_floats(factor.evaluate(scope))
            total = total * operand if sign == "*" else np.true_divide(total, operand)
        return total

    def list_children(self) -> tuple[Node, ...]:
        """Return the factors."""
        return self.factors

    def resolve(self, levels: Levels) -> Node:
        """Resolve every factor."""
        return Product(tuple(factor.resolve(levels) for factor in self.factors), self.signs)


@dataclass(frozen=True, slots=True)
class Power(Node):
    """`a ^ b` in floating point; too large a result is inf."""

    base: Node
    exponent: Node

    def evaluate(self, scope: Scope) -> Value:
        """Raise the base to the exponent."""
        power: Value = np.power(_to_floats(self.base.evaluate(scope)), _to_floats(self.exponent.evaluate(scope)))
        return power

    def list_children(self) -> tuple[Node, ...]:
        """Return base and exponent."""
        return (self.base, self.exponent)

    def resolve(self, levels: Levels) -> Node:
        """Resolve both sides."""
        return Power(self.base.resolve(levels), self.exponent.resolve(levels))


_COMPARE: Mapping[str, Callable[[Any, Any], Value]] = {
    "<": np.less,
    "<=": np.less_equal,
    "==": np.equal,
    "!=": np.not_equal,
    ">=": np.greater_equal,
    ">": np.greater,
}


@dataclass(frozen=True, slots=True)
class Relation(Node):
    """`a < b` and the like: the only node in which a level may be named."""

    operator: str
    left: Node
    right: Node

    def evaluate(self, scope: Scope) -> Value:
        """Compare as numbers."""
        return _COMPARE[self.operator](_to_floats(self.left.evaluate(scope)), _to_floats(self.right.evaluate(scope)))

    def list_children(self) -> tuple[Node, ...]:
        """Return both sides."""
        return (self.left, self.right)

    def resolve(self, levels: Levels) -> Node:
        """Replace a name by its index if the other side is a track or issue with such a level."""
        left = _find_level(self.left, self.right, levels) or self.left.resolve(levels)
        right = _find_level(self.right, self.left, levels) or self.right.resolve(levels)
        return Relation(self.operator, left, right)


def _find_level(side: Node, other: Node, levels: Levels) -> Level | None:
    """Return one side of a comparison as a level of the track on the other side, or None."""
    if not (isinstance(side, Name) and isinstance(other, Name)) or side.name in levels:
        return None
    known = levels.get(other.name, ())
    return Level(other.name, side.name, list(known).index(side.name)) if side.name in known else None


@dataclass(frozen=True, slots=True)
class Logical(Node):
    """`a and b and c`, or `a or b or c`; every operand is evaluated."""

    operator: str
    operands: tuple[Node, ...]

    def evaluate(self, scope: Scope) -> Value:
        """Combine the truth values."""
        join = np.logical_and if self.operator == "and" else np.logical_or
        truth: Value = np.asarray(self.operands[0].evaluate(scope)) != 0
        for operand in self.operands[1:]:
            truth = join(truth, operand.evaluate(scope))
        return truth

    def list_children(self) -> tuple[Node, ...]:
        """Return the operands."""
        return self.operands

    def resolve(self, levels: Levels) -> Node:
        """Resolve every operand."""
        return Logical(self.operator, tuple(operand.resolve(levels) for operand in self.operands))


@dataclass(frozen=True, slots=True)
class Not(Node):
    """`not a`."""

    operand: Node

    def evaluate(self, scope: Scope) -> Value:
        """Return the opposite truth value."""
        truth: Value = np.logical_not(self.operand.evaluate(scope))
        return truth

    def list_children(self) -> tuple[Node, ...]:
        """Return the operand."""
        return (self.operand,)

    def resolve(self, levels: Levels) -> Node:
        """Resolve the operand."""
        return Not(self.operand.resolve(levels))


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """`a if condition else b`; an array as the condition picks element by element."""

    condition: Node
    if_true: Node
    if_false: Node

    def evaluate(self, scope: Scope) -> Value:
        """Pick by the condition."""
        picked: Value = np.where(
            np.asarray(self.condition.evaluate(scope)) != 0, self.if_true.evaluate(scope), self.if_false.evaluate(scope)
        )
        return picked

    def list_children(self) -> tuple[Node, ...]:
        """Return the parts in the order written: value, condition, other value."""
        return (self.if_true, self.condition, self.if_false)

    def resolve(self, levels: Levels) -> Node:
        """Resolve all three parts."""
        return Conditional(self.condition.resolve(levels), self.if_true.resolve(levels), self.if_false.resolve(levels))


@dataclass(frozen=True, slots=True)
class Builtin:
    """A built-in function, and the fewest and most arguments that it takes (None: no limit)."""

    function: Callable[..., Value]
    fewest: int
    most: int | None


def _fold(join: Callable[[Any, Any], Value]) -> Callable[..., Value]:
    """Return a function of many arguments that applies a function of two repeatedly."""

    def fold_arguments(first: Value, *others: Value) -> Value:
        for other in others:
            first = join(first, other)
        return first

    return fold_arguments


def _choose_by_level(index: Value, *values: Value) -> Value:
    """Return the value at a level's index."""
    picked: Value = values[0]
    for position, value in enumerate(values):
        picked = np.where(np.equal(index, position), value, picked)
    return picked


BUILTIN_FUNCTIONS: Mapping[str, Builtin] = {
    "min": Builtin(_fold(np.minimum), 2, None),
    "max": Builtin(_fold(np.maximum), 2, None),
    "exp": Builtin(np.exp, 1, 1),
    "log": Builtin(np.log, 1, 1),
    "sqrt": Builtin(np.sqrt, 1, 1),
    "abs": Builtin(np.abs, 1, 1),
    "by": Builtin(_choose_by_level, 2, None),
}


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A call of a built-in function, of `passed`, or of a submodel's function."""

    function: str
    arguments: tuple[Node, ...]

    def evaluate(self, scope: Scope) -> Value:
        """Evaluate the arguments, then the function."""
        if self.function == "passed":
            (deadline,) = self.arguments
            assert isinstance(deadline, Name)
            return scope.functions["passed"](deadline.name)
        builtin = BUILTIN_FUNCTIONS.get(self.function)
        function = builtin.function if builtin else scope.functions[self.function]
        return function(*(_to_floats(argument.evaluate(scope)) for argument in self.arguments))

    def list_children(self) -> tuple[Node, ...]:
        """Return the arguments."""
        return self.arguments

    def resolve(self, levels: Levels) -> Node:
        """Resolve every argument."""
        return Call(self.function, tuple(argument.resolve(levels) for argument in self.arguments))


def _to_floats(value: Value) -> AnyArray:
    """Return numbers, truth values or level indices in double precision."""
    return np.asarray(value, dtype=np.float64)
