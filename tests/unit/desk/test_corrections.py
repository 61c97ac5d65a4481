"""What a person says that an event should have been."""

from dataclasses import replace

import pytest

from scripted_coder import ScriptedCoder, article
from standoff import InputError
from standoff.desk.corrections import Correction, check_correction, make_review
from standoff.news.coded import INTENSITY, Mention
from standoff.store import Review
from standoff.store.records import StoredEvent, StoredReview

[EVENT] = ScriptedCoder().code(article("America struck Iran on 2026-02-10.")).events
STORED = StoredEvent(4, "ab" * 32, "scripted 1", EVENT)


def corrected(one=STORED, **parts):
    return make_review(one, "correct", author="ann", correction=Correction(**parts), scenario="iran-us-2026")


def test_another_type_has_its_own_intensity_and_no_mode_that_it_cannot_have():
    given = replace(STORED, coded=replace(EVENT, mode="aerial"))
    found = corrected(given, event_type="THREATEN").correction
    assert (found.event_type, found.mode, found.intensity) == ("THREATEN", "", INTENSITY["THREATEN"])


def test_another_actor_is_named_by_code_alone():
    assert corrected(actor="ISR MIL; USA").correction.actor == Mention("ISR MIL;USA")
    assert corrected(actor="").correction.actor is None


def test_a_target_that_was_inferred_is_no_longer_so_once_a_person_says_it():
    given = replace(STORED, coded=replace(EVENT, target=Mention("IRN", is_inferred=True)))
    assert corrected(given, target="IRN").correction.target == Mention("IRN")


def test_a_second_correction_adds_to_the_first():
    first = corrected(event_type="THREATEN")
    found = corrected(replace(STORED, review=StoredReview(1, 1, first)), date="2026-02-11").correction
    assert (found.event_type, found.date.isoformat()) == ("THREATEN", "2026-02-11")


def test_a_correction_back_to_what_was_coded_confirms_it():
    first = corrected(event_type="THREATEN")
    again = corrected(replace(STORED, review=StoredReview(1, 1, first)), event_type="ASSAULT")
    assert (again.action, again.correction) == ("confirm", None)


def test_a_confirmation_keeps_an_earlier_correction():
    first = corrected(event_type="THREATEN")
    again = make_review(replace(STORED, review=StoredReview(1, 1, first)), "confirm", author="bob")
    assert (again.action, again.correction) == ("correct", first.correction)


def test_an_event_of_the_model_alone_confirms_the_rest():
    assert corrected(stands_for="pressure.usa.strike") == Review(
        4, "confirm", "ann", scenario="iran-us-2026", stands_for="pressure.usa.strike"
    )


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda: corrected(event_type="ASSAULT"), "nothing-corrected"),
        (lambda: corrected(), "nothing-corrected"),
        (lambda: make_review(STORED, "drop", author=" "), "missing-author"),
    ],
)
def test_a_review_that_says_nothing_or_has_no_author_is_refused(act, code):
    with pytest.raises(InputError, match=code):
        act()


def test_every_fault_of_a_correction_is_reported():
    wrong = Correction("ASSAULTED", "America", "IRN;usa", "2026-02-30", "pressure.usa.strik")
    found = check_correction(wrong, ["pressure.usa.strike"])
    assert [(one.code, one.message.split("`")[1]) for one in found] == [
        ("unknown-event-type", "ASSAULTED"),
        ("bad-actor-code", "America"),
        ("bad-actor-code", "usa"),
        ("bad-date", "2026-02-30"),
        ("unknown-model-event", "pressure.usa.strik"),
    ]
    assert found[-1].help == "did you mean `pressure.usa.strike`?"


@pytest.mark.parametrize("code", ["USA", "USA MIL", "IGO:UN", "REB", "IRN GOV;LBN REB", "", None])
def test_codes_of_actors_are_taken(code):
    assert check_correction(Correction(actor=code), []) == []
