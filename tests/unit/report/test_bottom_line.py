import re
from dataclasses import replace

import numpy as np
import pytest

from standoff.analysis.forecast import Series
from standoff.report.bottom_line import choose_key_numbers, find_deal, find_strike, write_bottom_line
from unit.report.fakes import by_name, some_forecast
from unit.report.test_timeline import timeline


def words(sentences):
    return [re.sub(r"<[^>]*>", "", str(sentence)).replace("\xa0", " ") for sentence in sentences]


def forecast_with(**probabilities):
    """A forecast in which each outcome has its final probability from the start."""
    series = tuple(Series(name, name, np.full(26, p)) for name, p in probabilities.items())
    rest = np.full(26, 1.0 - sum(probabilities.values()))
    return replace(some_forecast(), outcomes=by_name(*series), unresolved=rest, median_duration=None)


def test_the_first_sentence_names_the_two_most_likely_outcomes():
    first = words(write_bottom_line(some_forecast(), timeline()))[0]
    assert first == (
        "By 3 August 2026, 26 weeks from now, the most likely outcome is Deal (51 %), followed by Northland withdraws without "
        "a deal (28 %). The probability that the crisis is still unresolved is 12 %."
    )


def test_the_second_sentence_gives_probabilities_of_a_strike_and_of_a_deal_by_date():
    second = words(write_bottom_line(some_forecast(), timeline()))[1]
    assert second == (
        "The probability of First strike on Southland is 6 % within 4 weeks, 12 % within 8 and 17 % within 13; that of Deal "
        "is 18 % within 4 weeks, 30 % within 8 and 40 % within 13."
    )


def test_the_third_sentence_gives_the_median_length_with_its_date():
    third = words(write_bottom_line(some_forecast(), timeline()))[2]
    assert third == "The median duration of the crisis is 8 weeks, to 30 March 2026."


def test_outcomes_that_hardly_differ_are_not_ranked():
    assert "about equally likely" in words(write_bottom_line(forecast_with(deal=0.44, war=0.45), timeline()))[0]


def test_a_crisis_that_is_mostly_unresolved_is_described_so():
    sentences = words(write_bottom_line(forecast_with(deal=0.2, war=0.1), timeline()))
    assert "most likely unresolved (70 %). The most likely outcome before then is deal (20 %)." in sentences[0]
    assert "probability of more than half the crisis outlasts the 26 weeks" in sentences[2]


def test_a_single_outcome_needs_no_comparison():
    assert "followed by" not in words(write_bottom_line(forecast_with(deal=0.8), timeline()))[0]


def test_without_outcomes_and_milestones_there_is_still_a_bottom_line():
    nothing = replace(forecast_with(), milestones={})
    assert len(write_bottom_line(nothing, timeline())) == 2
    assert choose_key_numbers(nothing, timeline())[0].value == "100\xa0%"


@pytest.mark.parametrize(("horizon", "said"), [(10.0, "within 4 weeks and"), (2.0, "within 2 weeks;")])
def test_only_dates_within_the_horizon_are_mentioned(horizon, said):
    found = some_forecast(round(horizon))
    assert said in words(write_bottom_line(found, timeline(horizon=horizon)))[1]


def test_the_deal_is_the_outcome_with_packages_and_the_strike_the_milestone_of_that_name():
    found = some_forecast()
    assert (find_deal(found).name, find_strike(found).name) == ("deal", "strike")
