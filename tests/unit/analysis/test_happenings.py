"""Sentences made of the labels of a file."""

import pytest

from standoff import load
from standoff.analysis.happenings import Happening, Move, Words, add_article
from standoff.game.compile import compile_game


def every_happening(scenario):
    """All that can happen in the first period's layers, from any state."""
    words = Words(scenario, compile_game(scenario))
    for s, layer in enumerate(compile_game(scenario).epochs[0].layers):
        for state in range(layer.num_states):
            for action in range(layer.action_start[state], layer.action_start[state + 1]):
                for branch in range(layer.branch_start[action], layer.branch_start[action + 1]):
                    target = int(layer.branch_target[branch])
                    yield words.describe_step(0, s, state=state, action=action, target=target)


@pytest.fixture(scope="module")
def iran():
    return list(every_happening(load("iran-us-2026", overrides=["period.horizon=2"])))


@pytest.fixture(scope="module")
def cuba():
    return list(every_happening(load("cuba-1962", overrides=["period.horizon=2"])))


def texts(happenings, layer):
    return {one.text for one in happenings if one.layer == layer}


def test_a_move_is_a_sentence_with_what_came_of_it(iran):
    sentences = texts(iran, "pressure")
    assert "The United States decides to keep up the pressure as it is." in sentences
    assert (
        "The United States decides to send more forces and interceptors (US fleet: assembled → massed; "
        "Partners' missile defence: thin → partial)."
    ) in sentences
    assert (
        "The United States decides to send the fleet home without a deal (outcome: US withdraws without a deal)."
    ) in sentences


def test_a_hazard_is_described_in_its_own_words(iran):
    assert "A mediator advances the talks (Talks: contacts without a date → rounds of negotiation)." in texts(
        iran, "mediation"
    )
    assert "Dangerous incident at sea (Talks: rounds of negotiation → contacts without a date)." in texts(
        iran, "incident_at_sea"
    )


def test_a_round_of_talks_is_described_move_by_move(iran):
    assert texts(iran, "round_call") == {
        "Round of negotiation: the United States is to propose.",
        "Round of negotiation: Iran is to propose.",
    }
    package = "Nuclear programme: capped, Missile arsenal: untouched, Support for militias: reduced"
    assert f"Iran decides to offer a package ({package})." in texts(iran, "round_offer")
    assert "Iran decides to make no offer." in texts(iran, "round_offer")
    answers = texts(iran, "round_answer")
    assert f"Iran decides to accept (outcome: Deal, {package})." in answers
    assert (
        "Iran decides to accept (not ratified at home; Talks: rounds of negotiation → contacts without a date)."
        in answers
    )
    assert "The United States decides to let talks slip without an answer." in answers


def test_an_end_has_the_name_of_its_outcome_and_not_of_the_hazard_of_that_name(cuba):
    assert texts(cuba, "general_war") == {"The fighting escalates to a general war (outcome: General war)."}


def test_proposals_in_turn_need_no_word_on_whose_turn_it_is(cuba):
    assert "The Soviet Union decides to make no new proposal." in texts(cuba, "letters_offer")
    assert not any(one.is_call for one in cuba)


def test_every_sentence_ends_once_and_has_no_name_of_the_file(iran, cuba):
    for one in [*iran, *cuba]:
        assert one.text[0].isupper()
        assert one.text.endswith(".")
        assert ".." not in one.text
        assert "_" not in one.text


def test_a_label_that_is_a_name_is_set_behind_a_colon():
    move = Move("a", "Ruritania", "stag", "Stag", ())
    one = Happening("hunt", "hunt", "Hunt", (move,), (), "", "", "", (), is_call=False)
    assert one.text == "Ruritania: Stag."


def test_two_who_move_at_once_have_a_sentence_each():
    moves = (Move("a", "Ruritania", "hold", "hold back", ()), Move("b", "Borduria", "go", "go ahead", ()))
    one = Happening("hunt", "hunt", "Hunt", moves, (), "", "", "", (), is_call=False)
    assert one.text == "Ruritania decides to hold back. Borduria decides to go ahead."
    assert one.summary == "Ruritania: hold back; Borduria: go ahead"


@pytest.mark.parametrize(
    ("label", "phrase"),
    [
        ("United Kingdom", "the United Kingdom"),
        ("Central African Republic", "the Central African Republic"),
        ("Union", "Union"),
        ("Taiwan", "Taiwan"),
    ],
)
def test_names_have_the_article_that_english_gives_them(label, phrase):
    assert add_article(label) == phrase
