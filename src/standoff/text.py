"""Numbers, probabilities, days and the words of strangers, as a person reads them.

Every figure that standoff shows passes through here, in the terminal, in the brief and in error messages, so that one
number is printed in one way. Probabilities are rounded half up; one that is only nearly 0 or 1 is never printed as such.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from datetime import date

__all__ = [
    "UNKNOWN",
    "format_change",
    "format_day",
    "format_error",
    "format_number",
    "format_percent",
    "format_precise_percent",
    "format_short_day",
    "format_small",
    "join_words",
    "make_safe",
    "pluralise",
    "shorten",
]

UNKNOWN = "\N{EN DASH}"
"""Stands where there is no number."""

ROUNDING = 1e-9  # what lies within rounding error of 0 or 1 is 0 or 1
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_SUPERSCRIPTS = str.maketrans("-0123456789", "\N{SUPERSCRIPT MINUS}⁰¹²³⁴⁵⁶⁷⁸⁹")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def format_percent(probability: float) -> str:
    """Write a probability in whole per cent; a possible event is never "0 %", an uncertain one never "100 %".

    Args:
        probability: In [0, 1] but for rounding error; nan where there is none.

    Examples:
        >>> [format_percent(p) for p in (0.0, 0.001, 0.125, 0.344, 0.997, 1.0, float("nan"))]
        ['0 %', '<1 %', '13 %', '34 %', '>99 %', '100 %', '–']
    """
    return _format_percent(probability, 0)


def format_precise_percent(probability: float) -> str:
    """Write a probability in per cent, with one decimal below ten per cent.

    Args:
        probability: In [0, 1] but for rounding error; nan where there is none.

    Examples:
        >>> [format_precise_percent(p) for p in (0.0001, 0.0364, 0.24, 0.999)]
        ['<0.1 %', '3.6 %', '24 %', '>99 %']
    """
    return _format_percent(probability, 1 if probability < 0.0995 else 0)


def _format_percent(probability: float, decimals: int) -> str:
    if math.isnan(probability):
        return UNKNOWN
    if probability <= ROUNDING:
        return "0 %"
    if probability >= 1.0 - ROUNDING:
        return "100 %"
    scale = 10**decimals
    units = math.floor(100.0 * scale * probability + 0.5 + ROUNDING)
    if units == 0:
        return f"<{1 / scale:g} %"
    if units >= 100 * scale:
        return ">99 %"
    return f"{units / scale:.{decimals}f} %"


def format_change(change: float) -> str:
    """Write a change of a probability in percentage points, to two digits.

    Args:
        change: Difference of two probabilities; nan where there is none.

    Examples:
        >>> [format_change(x) for x in (0.0813, -0.00042, 0.2, 0.0, float("nan"))]
        ['+8.1', '-0.042', '+20', '0', '–']
    """
    if math.isnan(change):
        return UNKNOWN
    rounded = float(f"{100.0 * change:.2g}")
    return "0" if rounded == 0 else f"{rounded:+g}"


def format_error(error: float) -> str:
    """Write the error of a probability, in percentage points.

    Examples:
        >>> format_error(0.0004), format_error(0.0), format_error(1e-9)
        ('about 0.04 percentage points', 'no percentage points', 'less than 0.001 percentage points')
    """
    if error <= 0.0:
        return "no percentage points"
    if error < 1e-5:
        return "less than 0.001 percentage points"
    return f"about {100.0 * error:.1g} percentage points"


def format_number(value: float) -> str:
    """Write a number of a scenario as its author would.

    Examples:
        >>> format_number(3000), format_number(0.0125), format_number(-0.26)
        ('3,000', '0.0125', '-0.26')
    """
    return f"{value:,.6g}" if value == 0 or 1e-4 <= abs(value) < 1e6 else format_small(value)


def format_small(value: float) -> str:
    """Write a number of which only the size matters, with two digits.

    Examples:
        >>> format_small(0.0), format_small(0.034), format_small(3.2e-12)
        ('0', '0.034', '3.2 × 10⁻¹²')
    """
    if value == 0 or 1e-3 <= abs(value) < 1e3 or not math.isfinite(value):
        return f"{value:.2g}"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa} × 10{str(int(exponent)).translate(_SUPERSCRIPTS)}"


def pluralise(count: float, noun: str) -> str:
    """Write a count with its noun.

    Examples:
        >>> [pluralise(n, "week") for n in (1, 6.5, 26.0, 12345)]
        ['1 week', '6.5 weeks', '26 weeks', '12,345 weeks']
    """
    text = f"{count:,.0f}" if float(count).is_integer() else f"{count:,.10g}"
    return f"{text} {noun}" if count == 1 else f"{text} {noun}s"


def format_day(day: date) -> str:
    """Write a date in full, whatever the locale of the machine.

    Examples:
        >>> format_day(date(2026, 2, 2))
        '2 February 2026'
    """
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def format_short_day(day: date) -> str:
    """Write a date without its year, for a column or the axis of a chart.

    Examples:
        >>> format_short_day(date(2026, 2, 2))
        '2 Feb'
    """
    return f"{day.day} {_MONTHS[day.month - 1][:3]}"


def join_words(items: Sequence[str]) -> str:
    """Join words to a list within a sentence.

    Examples:
        >>> join_words(["a"]), join_words(["a", "b"]), join_words(["a", "b", "c"])
        ('a', 'a and b', 'a, b and c')
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def make_safe(text: str) -> str:
    r"""Replace every invisible character that could command a terminal or reorder text by its escape.

    These are control characters, formatting characters such as direction marks, line and paragraph separators, lone
    surrogates, and characters that are private or not assigned.

    Examples:
        >>> make_safe("a\x1b[31mb\u202ec\nd")
        'a\\x1b[31mb\\u202ec\\nd'
    """
    return "".join(
        one.encode("unicode_escape", "surrogatepass").decode("ascii") if unicodedata.category(one) in _HIDDEN else one
        for one in text
    )


def shorten(text: object, num_characters: int = 80) -> str:
    r"""Write a value from outside on one safe line of limited length.

    Args:
        text: The value; white space of any kind becomes single spaces.
        num_characters: Largest length, of which the last character is an ellipsis where the text was cut.

    Examples:
        >>> shorten("one\n two\x07", 20), shorten("a long sentence", 7)
        ('one two\\x07', 'a long…')
    """
    line = " ".join(str(text)[: 4 * num_characters].split())
    safe = make_safe(line)
    return safe if len(safe) <= num_characters else safe[: num_characters - 1] + "…"
