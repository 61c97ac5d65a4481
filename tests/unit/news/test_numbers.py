"""Numbers and their units."""

import pytest

from standoff.news.numbers import find_casualty_unit, find_numbers
from standoff.news.parsing import parse


def numbers_of(text):
    (parsed,) = parse([text])
    return [
        (number.value, number.unit, number.qualifier) for sentence in parsed.sents for number in find_numbers(sentence)
    ]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Turkey moved some 40 tanks to the border.", ("40", "tanks", "some")),
        ("Cuba sent more than two hundred nurses.", ("two hundred", "nurses", "more than")),
        ("Britain pledged $20 million for radar.", ("20 million", "dollars", "")),
        ("Libya exports 1.2 million barrels of oil a day.", ("1.2 million", "barrels a day", "")),
        ("Egypt delivered four patrol boats.", ("four", "patrol boats", "")),
        ("Prices rose by 8 percent.", ("8", "per cent", "")),
        ("The siege lasted twenty-three days.", ("twenty-three", "days", "")),
    ],
)
def test_a_number_has_its_unit_and_qualifier(text, number):
    assert numbers_of(text) == [number]


@pytest.mark.parametrize(
    "text",
    ["The two sides met.", "It began in 1987.", "They met on 4 May.", "Talks resumed at 10:30.",
     "One of them left.", "The two presidents spoke."],
)  # fmt: skip
def test_dates_times_and_counted_parties_are_excluded(text):
    assert numbers_of(text) == []


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("Shelling killed two teachers.", "killed"),
        ("Two teachers were wounded.", "wounded"),
        ("Gunmen kidnapped two teachers.", "kidnapped"),
    ],
)
def test_casualties_have_their_fate_as_unit(text, unit):
    (parsed,) = parse([text])
    (number,) = find_numbers(next(parsed.sents))
    assert find_casualty_unit(number.noun) == unit
