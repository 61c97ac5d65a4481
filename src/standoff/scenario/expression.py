"""The formulas of a scenario file: a small, safe language that is never run as Python.

    escort_cost * (tension + 1)            arithmetic: + - * / ^ (also written **)
    armada >= massed and not (talks == none)
    0.3 if passed(patience) else 0.1
    by(shield, 0.9, 0.6, 0.3, 0.2)         one value for each level of the track
    max(0, missiles.leakers(stock, 1))     built-in functions, and those of the submodels

A track or issue stands for the index of its level, 0 for the first level in the file.
A level may be named only in a comparison with its track or issue.
A comparison is 1 or 0, and comparisons cannot be chained.
Parsing evaluates nothing and needs no declarations, and length and nesting are limited, so a hostile text only causes a
problem to be reported.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, v_args
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from standoff.errors import InputError, Problem
from standoff.scenario.nodes import (
    Call,
    Conditional,
    Logical,
    Name,
    Negation,
    Node,
    Not,
    Number,
    Power,
    Product,
    Relation,
    Scope,
    Sum,
    Value,
    walk,
)

__all__ = ["CUT_HELP", "KEYWORDS", "MAX_DEPTH", "MAX_LENGTH", "Expression", "ExpressionError"]

MAX_LENGTH = 2000
MAX_DEPTH = 40
CUT_HELP = "close the bracket; inside `{ }` or `[ ]`, put a formula with a comma in quotes"
KEYWORDS = frozenset({"and", "else", "if", "not", "or"})

_GRAMMAR = r"""
?start: conditional
?conditional: disjunction
            | disjunction "if" disjunction "else" conditional -> choose
?disjunction: conjunction ("or" conjunction)*
?conjunction: negation ("and" negation)*
?negation: comparison
         | "not" negation -> invert
?comparison: sum (COMPARE sum)*
?sum: product ((PLUS | MINUS) product)*
?product: signed (MULTIPLY signed)*
?signed: power
       | MINUS signed -> minus
       | PLUS signed -> plus
?power: atom
      | atom _POWER signed
?atom: NUMBER -> number
     | NAME -> name
     | function "(" [conditional ("," conditional)*] ")" -> call
     | "(" conditional ")" -> group
function: NAME ("." NAME)*

COMPARE: "<=" | "==" | "!=" | ">=" | "<" | ">"
PLUS: "+"
MINUS: "-"
MULTIPLY: "*" | "/"
_POWER: "^" | "**"
NUMBER: /([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?/
NAME: /[A-Za-z_][A-Za-z0-9_]*/
WHITESPACE: /\s+/
%ignore WHITESPACE
"""


class ExpressionError(InputError):
    """A text is not a formula; carries one problem, without file or line."""

    def __init__(self, code: str, message: str, advice: str = "") -> None:
        super().__init__(Problem(code=code, message=message, help=advice))


@v_args(inline=True)
class _Builder(Transformer[Token, Node]):
    """A transformer of the parser's tokens into nodes, one grammar rule at a time and without recursion."""

    def number(self, token: Token) -> Node:
        number = float(token)
        if not math.isfinite(number):
            raise ExpressionError(
                "expression-limit", f"the number `{_shorten(token)}` is too large", "write a smaller one"
            )
        return Number(number)

    def name(self, token: Token) -> Node:
        return Name(str(token))

    def group(self, inner: Node) -> Node:
        return inner

    def function(self, *parts: Token) -> str:
        return ".".join(parts)

    def call(self, function: str, *arguments: Node | None) -> Node:
        given = tuple(argument for argument in arguments if argument is not None)
        if function == "passed" and not (len(given) == 1 and isinstance(given[0], Name)):
            raise ExpressionError(
                "wrong-arguments", "`passed` takes the name of one deadline", "write it like `passed(patience)`"
            )
        return Call(function, given)

    def power(self, base: Node, exponent: Node) -> Node:
        return Power(base, exponent)

    def minus(self, _sign: Token, operand: Node) -> Node:
        return Number(-operand.number) if isinstance(operand, Number) else Negation(operand)

    def plus(self, _sign: Token, operand: Node) -> Node:
        return operand

    def product(self, first: Node, *rest: Any) -> Node:
        return Product((first, *rest[1::2]), ("*", *map(str, rest[::2])))

    def sum(self, first: Node, *rest: Any) -> Node:
        return Sum((first, *rest[1::2]), ("+", *map(str, rest[::2])))

    def comparison(self, left: Node, operator: Token, right: Node, *rest: Any) -> Node:
        if rest:
            raise ExpressionError(
                "expression-syntax",
                f"comparisons cannot be chained: `{operator}` is followed by `{rest[0]}` at column {rest[0].column}",
                "join two comparisons with `and`",
            )
        return Relation(str(operator), left, right)

    def invert(self, operand: Node) -> Node:
        return Not(operand)

    def conjunction(self, *operands: Node) -> Node:
        return Logical("and", operands)

    def disjunction(self, *operands: Node) -> Node:
        return Logical("or", operands)

    def choose(self, if_true: Node, condition: Node, if_false: Node) -> Node:
        return Conditional(condition, if_true, if_false)


_PARSER = Lark(_GRAMMAR, parser="lalr", lexer="basic", transformer=_Builder(), maybe_placeholders=True)


@dataclass(frozen=True)
class Expression:
    """A parsed formula of a scenario file.

    Two expressions are equal if they have the same tree, whatever their spacing.

    Attributes:
        source: The text as written.
        node: The root of the parsed tree.

    Examples:
        >>> Expression.parse("2 * cost + 1").evaluate(Scope({"cost": 3.0}))
        7.0
        >>> Expression.parse("conflict >= limited").resolve({"conflict": ["none", "limited"]}).names
        frozenset({'conflict'})
    """

    source: str = field(compare=False)
    node: Node

    @classmethod
    def parse(cls, text: str | float) -> Expression:
        """Parse a formula or a number.

        Raises:
            ExpressionError: The text is not a formula, or is too long, nested too deeply or not finite.
        """
        if not isinstance(text, str):
            number = float(text) if abs(text) < 1e308 else math.inf
            if not math.isfinite(number):
                raise ExpressionError(
                    "not-finite", f"`{_shorten(str(text))}` is not a finite number", "write a finite one"
                )
            short = f"{number:g}"
            return cls(source=short if float(short) == number else repr(number), node=Number(number))
        return cls(source=text.strip(), node=_parse(text))

    @cached_property
    def names(self) -> frozenset[str]:
        """The names whose values are needed; they include level names until `resolve`."""
        deadlines = {id(child) for node in self._find_calls("passed") for child in node.arguments}
        return frozenset(node.name for node in walk(self.node) if isinstance(node, Name) and id(node) not in deadlines)

    @cached_property
    def deadlines(self) -> frozenset[str]:
        """The deadlines named in `passed(...)`."""
        return frozenset(
            child.name for node in self._find_calls("passed") for child in node.arguments if isinstance(child, Name)
        )

    @cached_property
    def functions(self) -> frozenset[str]:
        """The functions that are called, with their dots."""
        return frozenset(node.function for node in walk(self.node) if isinstance(node, Call))

    @property
    def written(self) -> float | str:
        """The expression as a file would hold it: a number or a text."""
        return self.node.number if isinstance(self.node, Number) else self.source

    def resolve(self, levels: Mapping[str, Sequence[str]]) -> Expression:
        """Replace level names by their indices.

        Args:
            levels: Track or issue -> its levels in the order of the file.

        Returns:
            The expression that can be evaluated. A name that is not a level of the track it is compared with stays a name.
        """
        return Expression(source=self.source, node=self.node.resolve(levels))

    def evaluate(self, scope: Scope) -> Value:
        """Evaluate the expression.

        Args:
            scope: Trusted to hold every name and function that is used.

        Returns:
            A float, or an array if some name is an array (of truth values if the formula is a condition).
            Division by zero, the log of a negative number and the like give inf or nan.
        """
        with np.errstate(all="ignore"):
            value = np.asarray(self.node.evaluate(scope))
        return float(value) if value.ndim == 0 else value

    def __str__(self) -> str:
        return self.source

    def _find_calls(self, function: str) -> list[Call]:
        return [node for node in walk(self.node) if isinstance(node, Call) and node.function == function]

    @classmethod
    def _validate(cls, given: object) -> Expression:
        """Parse a value of a file for pydantic, which collects the errors."""
        if isinstance(given, Expression):
            return given
        if isinstance(given, bool) or not isinstance(given, int | float | str):
            raise PydanticCustomError("expression_type", "expected a number or a formula")
        try:
            return cls.parse(given)
        except ExpressionError as error:
            (problem,) = error.problems
            details = {"code": problem.code, "message": problem.message, "help": problem.help}
            raise PydanticCustomError("expression", "{message}", details) from None

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Tell pydantic how to read and write an expression."""
        return core_schema.no_info_plain_validator_function(
            cls._validate,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda expression: expression.written),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Describe an expression to editors."""
        return {"anyOf": [{"type": "number"}, {"type": "string", "maxLength": MAX_LENGTH}]}


@lru_cache(maxsize=8192)
def _parse(text: str) -> Node:
    """Parse a text and check the limits."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            "expression-limit",
            f"the formula is {len(text)} characters long; the limit is {MAX_LENGTH}",
            "make a part of it a parameter or quantity",
        )
    if not text.strip():
        raise ExpressionError("expression-syntax", "the formula is empty", "write a number or a formula")
    if _measure_depth(text) > MAX_DEPTH:
        raise _build_depth_error()
    try:
        node: Node = _PARSER.parse(text)  # type: ignore[assignment]  # the transformer has turned the tree into nodes
    except UnexpectedInput as error:
        raise _build_syntax_error(text, error) from None
    _check_depth(node)
    return node


def _build_syntax_error(text: str, error: UnexpectedInput) -> ExpressionError:
    """Return an error that says what the parser found, and where."""
    shown = _shorten(text)
    token = getattr(error, "token", None)
    if token is not None and token.type == "$END":
        is_open = text.count("(") > text.count(")")
        return ExpressionError(
            "expression-syntax",
            f"`{shown}` ends too early, at column {len(text) + 1}",
            CUT_HELP if is_open else "complete the formula",
        )
    position = max(error.pos_in_stream or 0, 0)
    found = text[position] if isinstance(error, UnexpectedCharacters) else str(token)
    advice = "write a formula like `a * (b + 1)`; a text may need quotes"
    if found == "=" or text[position : position + 2] == "=!":
        advice = "write `==` to compare"
    elif found in KEYWORDS:
        advice = f"`{found}` is a keyword; it joins two values"
    return ExpressionError(
        "expression-syntax", f"`{_shorten(found)}` is unexpected at column {position + 1} of `{shown}`", advice
    )


def _measure_depth(text: str) -> int:
    depth = deepest = 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        deepest = max(deepest, depth)
    return deepest


def _check_depth(node: Node) -> None:
    """Refuse a tree that is too deep for recursion."""
    pending = [(node, 1)]
    while pending:
        current, depth = pending.pop()
        if depth > MAX_DEPTH:
            raise _build_depth_error()
        pending.extend((child, depth + 1) for child in current.list_children())


def _build_depth_error() -> ExpressionError:
    return ExpressionError(
        "expression-limit",
        f"the formula is nested more than {MAX_DEPTH} levels deep",
        "make a part of it a parameter or quantity",
    )


def _shorten(text: str) -> str:
    """Return a text on one line, shortened for a message."""
    flat = re.sub(r"\s+", " ", text).strip()
    return flat if len(flat) <= 60 else flat[:57] + "..."
