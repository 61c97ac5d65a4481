"""Numbers to words: every number of the brief passes through here, so that none claims more precision than it has."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

__all__ = ["INVISIBLE", "day", "joined", "number", "percent", "plural", "points", "short_day", "small"]

SPACE = "\N{NO-BREAK SPACE}"
UNKNOWN = "\N{EN DASH}"
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_SUPERSCRIPT = str.maketrans("-0123456789", "\N{SUPERSCRIPT MINUS}⁰¹²³⁴⁵⁶⁷⁸⁹")


_CONTROLS = (*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0))
_DIRECTIONS = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
INVISIBLE = dict.fromkeys((*_CONTROLS, *_DIRECTIONS))
"""Signs that leave no trace but could turn a number around: control codes and changes of the direction of writing."""


def percent(probability: float) -> str:
    """A probability in whole per cent; what is possible is never "0 %", what may fail never "100 %".

    Args:
        probability: In [0, 1]; nan where there is none.

    Examples:
        >>> [percent(p).replace(SPACE, " ") for p in (0.0, 0.001, 0.344, 0.997, 1.0)]
        ['0 %', '<1 %', '34 %', '>99 %', '100 %']
    """
    if math.isnan(probability):
        return UNKNOWN
    if probability <= 0.0:
        return f"0{SPACE}%"
    if probability >= 1.0:
        return f"100{SPACE}%"
    whole = math.floor(100.0 * probability + 0.5)
    if whole == 0:
        return f"<1{SPACE}%"
    return f">99{SPACE}%" if whole == 100 else f"{whole}{SPACE}%"


def points(probability: float) -> str:
    """An error of a probability, in percentage points.

    Examples:
        >>> points(0.0004), points(0.0), points(1e-9)
        ('about 0.04 percentage points', 'no percentage points', 'less than 0.001 percentage points')
    """
    if probability <= 0.0:
        return "no percentage points"
    if probability < 1e-5:
        return "less than 0.001 percentage points"
    return f"about {100.0 * probability:.1g} percentage points"


def number(value: float) -> str:
    """A number of a scenario, as its author would write it.

    Examples:
        >>> number(3000), number(0.0125), number(-0.26)
        ('3,000', '0.0125', '−0.26')
    """
    text = f"{value:,.6g}" if value == 0 or 1e-4 <= abs(value) < 1e6 else small(value)
    return text.replace("-", "\N{MINUS SIGN}")


def small(value: float) -> str:
    """A number whose size alone matters, with two digits.

    Examples:
        >>> small(0.0), small(0.034), small(3.2e-12).replace(SPACE, " ")
        ('0', '0.034', '3.2 × 10⁻¹²')
    """
    if value == 0 or 1e-3 <= abs(value) < 1e3 or not math.isfinite(value):
        return f"{value:.2g}"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa} × 10{str(int(exponent)).translate(_SUPERSCRIPT)}".replace(" ", SPACE)


def plural(count: float, noun: str) -> str:
    """A count with its noun.

    Examples:
        >>> [plural(n, "week").replace(SPACE, " ") for n in (1, 6.5, 26.0, 12345)]
        ['1 week', '6.5 weeks', '26 weeks', '12,345 weeks']
    """
    text = f"{count:,.0f}" if float(count).is_integer() else f"{count:,.10g}"
    return f"{text}{SPACE}{noun}" if count == 1 else f"{text}{SPACE}{noun}s"


def day(when: date) -> str:
    """A date in full, whatever the locale of the machine.

    Examples:
        >>> day(date(2026, 2, 2)).replace(SPACE, " ")
        '2 February 2026'
    """
    return f"{when.day}{SPACE}{_MONTHS[when.month - 1]}{SPACE}{when.year}"


def short_day(when: date) -> str:
    """A date for the axis of a chart.

    Examples:
        >>> short_day(date(2026, 2, 2))
        '2 Feb'
    """
    return f"{when.day} {_MONTHS[when.month - 1][:3]}"


def joined(items: Sequence[str]) -> str:
    """A list in a sentence.

    Examples:
        >>> joined(["a"]), joined(["a", "b"]), joined(["a", "b", "c"])
        ('a', 'a and b', 'a, b and c')
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"
