import pytest

from standoff.news.coded import INTENSITY, Attribution, CodedDocument, Event, Mention
from standoff.news.coder import Dyad, infer_targets

DYAD = Dyad(("USA",), ("IRN",))


def event(event_type, actor, target=None):
    return Event(
        event_type=event_type, mode="", contexts=(), actor=actor, target=target, date=None, place="", span=(0, 1), quote="x",
        attribution=Attribution(), factuality="happened", confidence=0.5, method="hand", intensity=INTENSITY[event_type],
    )  # fmt: skip


def target_of(event_type, actor, target=None):
    coded = CodedDocument("0" * 64, (event(event_type, actor, target),), (), "en")
    return infer_targets(coded, DYAD).events[0].target


@pytest.mark.parametrize("event_type", ["REQUEST", "REJECT", "AGREE", "THREATEN"])
def test_a_missing_target_is_inferred_as_the_other_side(event_type):
    assert target_of(event_type, Mention("IRN GOV", "Tehran", (0, 6))) == Mention("USA", is_inferred=True)


def test_a_mention_without_words_and_code_is_missing_too():
    assert target_of("REJECT", Mention("USA"), Mention("")) == Mention("IRN", is_inferred=True)


@pytest.mark.parametrize(
    ("event_type", "actor", "target"),
    [
        ("MOBILIZE", Mention("IRN"), None),  # against nobody in particular
        ("REJECT", Mention("FRA"), None),  # a third party
        ("REJECT", Mention("USA;IRN"), None),  # both together
        ("REJECT", None, None),
        ("REJECT", Mention("IRN"), Mention("FRA", "Paris", (0, 5))),  # the text says
        ("REJECT", Mention("IRN"), Mention("", "them", (0, 4))),  # the text names somebody whom nobody knows
    ],
)
def test_nothing_else_is_inferred(event_type, actor, target):
    assert target_of(event_type, actor, target) == target
