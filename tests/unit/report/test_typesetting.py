from datetime import date

import pytest

from standoff.report.wording import SPACE, day, number, percent, plural, points, short_day, small


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.0, "0 %"),
        (-1e-18, "0 %"),
        (1e-300, "<1 %"),
        (0.0049999, "<1 %"),
        (0.005, "1 %"),
        (0.0149, "1 %"),
        (0.015, "2 %"),
        (0.345, "35 %"),
        (0.5, "50 %"),
        (0.9949, "99 %"),
        (0.995, ">99 %"),
        (1.0 - 1e-12, ">99 %"),
        (1.0, "100 %"),
        (1.0 + 1e-15, "100 %"),
        (float("nan"), "–"),
    ],
)
def test_a_probability_is_told_in_whole_per_cent_and_never_as_certain_unless_it_is(probability, words):
    assert percent(probability).replace(SPACE, " ") == words


@pytest.mark.parametrize(
    ("count", "words"), [(1, "1 week"), (0.5, "0.5 weeks"), (1.0, "1 week"), (6.5, "6.5 weeks"), (26.0, "26 weeks")]
)
def test_a_count_agrees_with_its_noun(count, words):
    assert plural(count, "week").replace(SPACE, " ") == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "0"), (3000, "3,000"), (0.0125, "0.0125"), (-0.26, "−0.26"), (1e-7, "1.0 × 10⁻⁷"), (2.5e9, "2.5 × 10⁹")],
)
def test_a_number_is_told_as_its_author_would_write_it(value, words):
    assert number(value).replace(SPACE, " ") == words


def test_a_small_number_keeps_two_digits():
    assert small(3.24e-12).replace(SPACE, " ") == "3.2 × 10⁻¹²"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (0.0, "no percentage points"),
        (1e-9, "less than 0.001 percentage points"),
        (4.2e-4, "about 0.04 percentage points"),
        (0.02, "about 2 percentage points"),
    ],
)
def test_an_error_of_the_probabilities_is_told_in_percentage_points(error, words):
    assert points(error) == words


def test_dates_do_not_depend_on_the_locale():
    assert (day(date(2026, 3, 1)).replace(SPACE, " "), short_day(date(2026, 3, 1))) == ("1 March 2026", "1 Mar")
