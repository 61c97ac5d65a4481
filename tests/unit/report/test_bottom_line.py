import re
from dataclasses import replace

import numpy as np
import pytest

from standoff.analysis.forecast import Series
from standoff.report.bottom_line import bottom_line, deal_of, key_numbers, strike_of
from standoff.report.wording import SPACE
from unit.report.fakes import by_name, some_forecast
from unit.report.test_timeline import timeline


def words(sentences):
    return [re.sub(r"<[^>]*>", "", str(sentence)).replace(SPACE, " ") for sentence in sentences]


def ends_at(**probabilities):
    """A forecast in which each end has reached its probabilities from the start."""
    series = tuple(Series(name, name, np.full(26, p)) for name, p in probabilities.items())
    rest = np.full(26, 1.0 - sum(probabilities.values()))
    return replace(some_forecast(), outcomes=by_name(*series), unresolved=rest, median_duration=None)


def test_the_first_sentence_names_the_most_likely_end_and_the_next():
    first = words(bottom_line(some_forecast(), timeline()))[0]
    assert first == (
        "By 3 August 2026, 26 weeks from now, the most likely end is Deal (51 %), ahead of Northland withdraws without "
        "a deal (28 %); in 12 % of cases the crisis is still open."
    )


def test_the_second_sentence_gives_probabilities_of_a_strike_and_of_a_deal_by_date():
    second = words(bottom_line(some_forecast(), timeline()))[1]
    assert second == (
        "The probabilities of First strike on Southland are 6 % within 4 weeks, 12 % within 8 and 17 % within 13; those of Deal "
        "are 18 % within 4 weeks, 30 % within 8 and 40 % within 13."
    )


def test_the_third_sentence_gives_the_median_length_with_its_date():
    third = words(bottom_line(some_forecast(), timeline()))[2]
    assert third == "In half of all cases the crisis is over within 8 weeks, by 30 March 2026."


def test_ends_that_hardly_differ_are_not_ranked():
    assert "about equally likely" in words(bottom_line(ends_at(deal=0.44, war=0.45), timeline()))[0]


def test_a_crisis_that_is_mostly_open_is_said_to_be_so():
    sentences = words(bottom_line(ends_at(deal=0.2, war=0.1), timeline()))
    assert "most likely still open (70 %). The likeliest end before then is deal (20 %)." in sentences[0]
    assert "more than half of all cases the crisis outlasts the 26 weeks" in sentences[2]


def test_one_end_alone_needs_no_comparison():
    assert "ahead of" not in words(bottom_line(ends_at(deal=0.8), timeline()))[0]


def test_without_ends_and_milestones_there_is_still_a_bottom_line():
    nothing = replace(ends_at(), milestones={})
    assert len(bottom_line(nothing, timeline())) == 2
    assert key_numbers(nothing, timeline())[0].value == f"100{SPACE}%"


@pytest.mark.parametrize(("horizon", "said"), [(10.0, "within 4 weeks and"), (2.0, "within 2 weeks;")])
def test_only_dates_within_the_horizon_are_spoken_of(horizon, said):
    found = some_forecast(round(horizon))
    assert said in words(bottom_line(found, timeline(horizon=horizon)))[1]


def test_the_deal_is_the_end_with_packages_and_the_strike_the_milestone_of_that_name():
    found = some_forecast()
    assert (deal_of(found).name, strike_of(found).name) == ("deal", "strike")
