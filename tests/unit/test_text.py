"""One number is written in one way, and what strangers wrote commands no terminal."""

import doctest
import math
import sys
import unicodedata

import pytest

from standoff import text
from standoff.text import format_change, format_percent, format_precise_percent, make_safe, shorten


def test_the_examples_of_the_docstrings_hold():
    assert doctest.testmod(text).failed == 0


@pytest.mark.parametrize(
    ("probability", "written"),
    [
        (0.125, "13 %"),
        (0.375, "38 %"),
        (0.025, "3 %"),
        (0.005, "1 %"),
        (0.0049, "<1 %"),
        (0.9949, "99 %"),
        (0.995, ">99 %"),
    ],
)
def test_halves_are_rounded_up_and_the_ends_are_kept_apart(probability, written):
    assert format_percent(probability) == written


def test_rounding_error_of_a_solution_is_no_probability():
    assert format_percent(1e-12) == "0 %"
    assert format_percent(1.0 + 1e-12) == "100 %"
    assert format_percent(-1e-15) == "0 %"


def test_a_precise_probability_never_reads_ten_point_zero():
    assert [format_precise_percent(p) for p in (0.0994, 0.0995, 0.1)] == ["9.9 %", "10 %", "10 %"]


def test_a_change_that_rounds_to_nothing_has_no_sign():
    assert format_change(-0.0) == "0"
    assert format_change(math.nan) == "–"


def test_no_character_that_hides_or_commands_survives():
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    kept = make_safe(everything)
    assert {unicodedata.category(one) for one in kept}.isdisjoint({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def test_a_long_value_is_cut_to_the_length_asked_for():
    assert len(shorten("x" * 500, 40)) == 40
    assert shorten("\N{RIGHT-TO-LEFT OVERRIDE}" * 50, 12) == "\\u202e\\u202…"
