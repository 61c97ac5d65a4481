"""Resolution of phrases without context."""

import pytest

from standoff.news.actors.naming import find_names
from standoff.news.actors.resolving import resolve_text
from standoff.news.actors.tables import group_names_by_words, group_roles_by_words
from standoff.news.vocabulary import ACTOR_CODE


@pytest.mark.parametrize(
    ("phrase", "code"),
    [
        ("Iran", "IRN GOV"),
        ("Tehran", "IRN GOV"),
        ("the US", "USA GOV"),
        ("the Iranian foreign minister", "IRN GOV"),
        ("Iranian Foreign Minister Mohammad Javad Zarif", "IRN GOV"),
        ("the South Korean navy", "KOR MIL"),
        ("the president of the United States", "USA GOV"),
        ("Revolutionary Guards commander Behrouz Kamali", "IRN MIL"),
        ("Croatia's maritime minister, Ante Barisic", "HRV GOV"),
        ("UN secretary-general", "IGO:UN"),
        ("EU foreign policy chief", "IGO:EU"),
        ("leader of Hezbollah", "LBN REB:Hezbollah"),
        ("the Rapid Support Forces", "SDN REB:RSF"),
        ("courts in Miami", "USA JUD"),
        ("the Soviet Union", "RUS GOV"),
        ("East Germany", "DDR GOV"),
        ("the Omani and Yemeni delegations", "OMN GOV;YEM GOV"),
        ("Rafah", "PSE"),
    ],
)
def test_a_phrase_is_resolved_to_country_and_role(phrase, code):
    assert resolve_text(phrase) == code


def test_the_subject_of_an_institute_is_not_the_nationality_of_its_analyst():
    assert resolve_text("an American analyst at a think tank on Iran") == "USA CVL"


def test_a_role_without_a_country_has_no_referent_without_context():
    assert resolve_text("the prime minister") == ""


@pytest.mark.parametrize("text", ["They told us who would ask.", "the north wind", "an ice age"])
def test_acronyms_and_names_are_not_found_in_ordinary_words(text):
    assert find_names(text) == []


def test_the_longest_name_is_found_and_accents_are_ignored():
    assert [name.entry.code for name in find_names("South Korea, Côte d'Ivoire and Turkiye")] == ["KOR", "CIV", "TUR"]


def test_every_code_of_the_tables_has_the_form_of_the_training_codes():
    codes = {entry.code for names in group_names_by_words().values() for _, entry in names}
    assert [
        code
        for code in sorted(codes)
        if code and ACTOR_CODE.fullmatch(code) is None and not code.startswith(("IGO", "NGO"))
    ] == []


def test_every_role_is_one_of_the_training_codes():
    assert {role for role in group_roles_by_words().values() if ACTOR_CODE.fullmatch(role) is None} == set()
