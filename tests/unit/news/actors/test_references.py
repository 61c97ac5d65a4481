"""Resolution of later references: offices, surnames, pronouns."""

import pytest

from standoff.news.actors.references import Mentions
from standoff.news.parsed_passage import parse_passages


def codes_of(text, word, nth=-1):
    """Codes of an occurrence of a word, with the whole text before it read."""
    mentions = Mentions()
    found = []
    for passage in parse_passages(text):
        for sentence in passage.parsed.sents:
            resolved = mentions.read(passage, sentence)
            found += [
                resolved[token.i].codes if token.i in resolved else () for token in sentence if token.text == word
            ]
    return found[nth]


@pytest.mark.parametrize(
    ("text", "word", "codes"),
    [
        ("Greek Prime Minister Eleni Markou flew home. On Monday the prime minister spoke.", "minister", ("GRC GOV",)),
        ("Greek Prime Minister Eleni Markou flew home. Markou spoke on Monday.", "Markou", ("GRC GOV",)),
        ("Iran closed the port. Its navy left.", "navy", ("IRN MIL",)),
        ("Iran closed the port. It accused Iraq.", "It", ("IRN GOV",)),
        ("The Saudi king met President Petro of Colombia. He left on Monday.", "He", ("SAU GOV",)),
        ("Kosovo fined a Serb. President Arben Gashi said in Pristina that it was right.", "Gashi", ("XKX GOV",)),
        ("Chad, which borders Sudan, closed the road.", "which", ("TCD GOV",)),
    ],
)
def test_a_later_reference_is_resolved_to_the_last_mention_that_fits(text, word, codes):
    assert codes_of(text, word) == codes


def test_it_as_an_object_is_not_the_subject_of_its_verb():
    assert codes_of("Kuwait protested. Iran blamed it.", "it") == ("KWT GOV",)


def test_both_sides_are_the_two_countries_that_the_text_names_most_often():
    text = "Egypt and Ethiopia met. Egypt left. Ethiopia left. Sudan urged both governments to return."
    assert set(codes_of(text, "governments")) == {"EGY GOV", "ETH GOV"}


def test_a_foreign_officer_gets_no_country_from_the_text():
    assert codes_of("Iran moved missiles. A Western officer counted them.", "officer") == ()


def test_a_dateline_is_not_an_actor():
    mentions = Mentions()
    (passage,) = parse_passages("CAIRO, Aug 14 (Delta Wire) - Sudan has moved its troops.")
    (sentence,) = passage.parsed.sents
    resolved = mentions.read(passage, sentence)
    assert {code for found in resolved.values() for code in found.codes if code.startswith("EGY")} == set()
    assert mentions.dateline == "EGY"
