import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from standoff.scenario.expression import MAX_DEPTH, MAX_LENGTH, Expression, ExpressionError
from standoff.scenario.nodes import Scope

LEVELS = {"conflict": ("none", "limited", "regional"), "talks": ("none", "rounds")}
SCOPE = Scope({"a": 2.0, "b": 3.0, "zero": 0.0, "conflict": 1, "talks": 1, "week": 1.0})


def worth(text: str, scope: Scope = SCOPE) -> object:
    return Expression.parse(text).resolve(LEVELS).evaluate(scope)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("7 - 2 - 1", 4),
        ("8 / 2 / 2", 2),
        ("-2 ^ 2", -4),
        ("2 ** 3 ^ 2", 512),
        ("2 ^ -1", 0.5),
        ("a < b", 1),
        ("not a < b", 0),
        ("a == 2 and b == 3 or zero", 1),
        ("zero and 1 / zero", 0),
        ("a if zero else b if zero else 5", 5),
        ("min(a, b, 1) + max(a, b)", 4),
        ("exp(0) + log(1) + sqrt(4) + abs(-3)", 6),
        ("by(conflict, 10, 20, 30)", 20),
        ("conflict >= limited", 1),
        ("limited == conflict", 1),
        ("talks == none", 0),
        ("(a < b) + (a < b)", 2),
        ("-(a < b)", -1),
        ("1.5/week", 1.5),
        (".5e1", 5),
    ],
)
def test_a_formula_is_worth(text: str, expected: float) -> None:
    assert worth(text) == expected


def test_a_level_name_belongs_to_the_track_that_it_is_compared_with() -> None:
    levels = {"conflict": ("none", "limited"), "talks": ("broken", "none")}
    resolved = Expression.parse("conflict == none or talks == none").resolve(levels)
    assert resolved.names == {"conflict", "talks"}
    assert resolved.evaluate(Scope({"conflict": 1, "talks": 0})) == 0
    assert resolved.evaluate(Scope({"conflict": 1, "talks": 1})) == 1


def test_arrays_broadcast_and_a_condition_is_a_mask() -> None:
    conflict = np.array([0, 1, 2])
    scope = SCOPE.extend({"conflict": conflict})
    mask = worth("conflict >= limited and talks == rounds", scope)
    assert isinstance(mask, np.ndarray)
    assert mask.dtype == np.bool_
    assert mask.tolist() == [False, True, True]
    assert np.asarray(worth("by(conflict, a, b, 10) * 2", scope)).tolist() == [4, 6, 20]
    assert np.asarray(worth("2 ^ -conflict", scope)).tolist() == [1, 0.5, 0.25]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1 / zero", math.inf), ("log(zero)", -math.inf), ("9^9^9^9^9", math.inf), ("exp(1e4)", math.inf)],
)
def test_a_number_beyond_bounds_is_infinite_and_silent(text: str, expected: float) -> None:
    assert worth(text) == expected


@pytest.mark.parametrize("text", ["zero / zero", "log(-1)", "sqrt(-1)", "(-8) ^ (1 / 3)"])
def test_an_undefined_number_is_nan_and_silent(text: str) -> None:
    assert math.isnan(float(worth(text)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "expression-syntax"),
        ("a +", "expression-syntax"),
        ("a = b", "expression-syntax"),
        ("1 < a < b", "expression-syntax"),
        ("a.b", "expression-syntax"),
        ("or", "expression-syntax"),
        ("__import__('os')", "expression-syntax"),
        ("a[0]", "expression-syntax"),
        ("٣", "expression-syntax"),
        ("passed(1)", "wrong-arguments"),
        ("1e999", "expression-limit"),
        ("(" * 500, "expression-limit"),
        ("(" * 500 + "1" + ")" * 500, "expression-limit"),
        ("not " * 400 + "a", "expression-limit"),
        ("2^" * 500 + "2", "expression-limit"),
        ("a" * (MAX_LENGTH + 1), "expression-limit"),
    ],
)
def test_a_text_that_is_not_a_formula_is_refused(text: str, code: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        Expression.parse(text)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_the_limits_themselves_are_allowed() -> None:
    assert worth("(" * MAX_DEPTH + "1" + ")" * MAX_DEPTH) == 1
    assert worth("+".join(["1"] * (MAX_LENGTH // 2))) == MAX_LENGTH // 2


def test_a_fault_names_its_column() -> None:
    with pytest.raises(ExpressionError, match="`\\)` is unexpected at column 5"):
        Expression.parse("a + )")


def test_the_names_in_a_formula_are_known() -> None:
    expression = Expression.parse("toll * salvo.leakers(depth, 1) if passed(spring) and fight == limited else 0")
    resolved = expression.resolve({"fight": ("none", "limited")})
    assert resolved.names == {"toll", "depth", "fight"}
    assert resolved.functions == {"salvo.leakers", "passed"}
    assert resolved.deadlines == {"spring"}


def test_functions_come_from_the_scope() -> None:
    scope = Scope(
        {"depth": 3.0}, {"salvo.leakers": lambda stock, ready: stock * ready, "passed": lambda name: name == "x"}
    )
    assert worth("salvo.leakers(depth, 2) + passed(x) + passed(y)", scope) == 7


def test_formulas_that_say_the_same_are_equal() -> None:
    assert Expression.parse("a+b") == Expression.parse(" a + b ")
    assert Expression.parse(1) == Expression.parse("1.0")
    assert Expression.parse("a + b") != Expression.parse("b + a")


@pytest.mark.parametrize("number", [0, 1, -3, 0.1, 1 / 3, 1e-300, 123456789, 2.5e17])
def test_a_number_is_a_formula(number: float) -> None:
    expression = Expression.parse(number)
    assert expression.written == number
    assert Expression.parse(str(expression)).written == number


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan, 10**400])
def test_a_number_that_is_not_finite_is_refused(number: float) -> None:
    with pytest.raises(ExpressionError):
        Expression.parse(number)


def is_read_or_reported(text: str) -> bool:
    try:
        return bool(Expression.parse(text))
    except ExpressionError as error:
        return bool(str(error))


@given(st.text(max_size=60))
@example("9" * 400)
@example("((((")
@example("a\n+\u2028b")
def test_any_text_is_a_formula_or_a_fault(text: str) -> None:
    assert is_read_or_reported(text)


@given(st.lists(st.sampled_from(["a", "1", "+", "-", "*", "(", ")", "if", "else", "not", "and", ",", "min", ".", "<"])))
def test_any_words_of_the_language_are_a_formula_or_a_fault(words: list[str]) -> None:
    assert is_read_or_reported(" ".join(words))


NUMBERS = st.integers(0, 9).map(str)
ARITHMETIC = st.recursive(
    NUMBERS | st.sampled_from(["a", "b"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "<", "<=", "==", "!=", ">=", ">"]), inner).map(
            lambda part: f"({part[0]} {part[1]} {part[2]})"
        ),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda p: f"bool({p[0]} {p[1]} {p[2]})"),
        inner.map(lambda part: f"(-{part})"),
        inner.map(lambda part: f"(not {part})"),
        st.tuples(inner, inner, inner).map(lambda p: f"({p[0]} if {p[1]} else {p[2]})"),
        st.tuples(inner, inner).map(lambda p: f"min({p[0]}, {p[1]})"),
    ),
    max_leaves=12,
)


@given(ARITHMETIC, st.integers(-5, 5), st.integers(-5, 5))
def test_evaluation_agrees_with_python(text: str, a: int, b: int) -> None:
    reference = eval(text, {"__builtins__": {}}, {"a": a, "b": b, "min": min, "bool": bool})  # noqa: S307  our own text
    assert worth(text.replace("bool(", "("), Scope({"a": float(a), "b": float(b)})) == float(reference)


@given(ARITHMETIC, st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=1, max_size=5))
def test_an_array_is_its_elements(text: str, pairs: list[tuple[int, int]]) -> None:
    formula = text.replace("bool(", "(")
    columns = np.array(pairs, dtype=float)
    together = worth(formula, Scope({"a": columns[:, 0], "b": columns[:, 1]}))
    one_by_one = [worth(formula, Scope({"a": a, "b": b})) for a, b in columns.tolist()]
    assert np.array_equal(np.broadcast_to(np.asarray(together, dtype=float), len(pairs)), np.array(one_by_one))
