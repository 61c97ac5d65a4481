"""Numbers and dates of `standoff.text` as they are printed: kept on one line, with a true minus sign.

The wording and the rounding are those of the terminal; only the characters differ.
"""

from __future__ import annotations

from datetime import date

from standoff import text

__all__ = [
    "show_change",
    "show_count",
    "show_day",
    "show_number",
    "show_percent",
    "show_points",
    "show_small",
    "typeset",
]

_PRINTED = str.maketrans({" ": "\N{NO-BREAK SPACE}", "-": "\N{MINUS SIGN}"})


def typeset(number: str) -> str:
    """Replace the spaces in a number by no-break spaces and its hyphen by a minus sign.

    Examples:
        >>> typeset("-3 weeks")
        '−3\\xa0weeks'
    """
    return number.translate(_PRINTED)


def show_percent(probability: float) -> str:
    """Write a probability in whole per cent (`standoff.text.format_percent`)."""
    return typeset(text.format_percent(float(probability)))


def show_change(change: float) -> str:
    """Write a change of a probability in percentage points, to two digits (`standoff.text.format_change`)."""
    return typeset(text.format_change(float(change)))


def show_points(change: float) -> str:
    """Write a change of a probability in whole percentage points, with its sign.

    Examples:
        >>> show_points(0.126), show_points(-0.126), show_points(-0.002)
        ('+13', '−13', '0')
    """
    points = round(100 * float(change))
    return typeset(f"{points:+d}") if points else "0"


def show_number(value: float, digits: int = 6) -> str:
    """Write a number of a scenario (`standoff.text.format_number`), rounded to some significant digits.

    Examples:
        >>> show_number(-0.26), show_number(1234.5678, 3)
        ('−0.26', '1,230')
    """
    return typeset(text.format_number(float(f"{value:.{digits}g}") + 0.0))


def show_small(value: float) -> str:
    """Write a number of which only the size matters (`standoff.text.format_small`)."""
    return typeset(text.format_small(float(value)))


def show_count(count: float, noun: str) -> str:
    """Write a count with its noun (`standoff.text.pluralise`)."""
    return typeset(text.pluralise(count, noun))


def show_day(day: date) -> str:
    """Write a date in full (`standoff.text.format_day`)."""
    return typeset(text.format_day(day))
