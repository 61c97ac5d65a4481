"""The offline coder, from text to events and claims."""

import datetime as dt

import pytest

from standoff.news.document import Document
from standoff.news.offline import OfflineCoder, code_sentences
from standoff.news.vocabulary import CLAIM_KINDS, CONTEXTS, EVENT_TYPES, MODES

DAY = dt.date(2026, 2, 5)
REPORT = """ATHENS - Turkey on Tuesday sent two frigates into disputed waters, hours after Greece rejected a proposal for talks.
"We will not be the first to fire," Greek Defence Minister Nikos Pavlidis told parliament. Ankara accused Athens of a breach and
recalled its ambassador. The European Union has given Turkey until 15 March to withdraw the vessels or face sanctions.
Thousands of people marched in Thessaloniki. Two sailors were killed, a hospital said."""
HARMLESS = [
    "Snow fell in the night.",
    "The minister was born in Oslo.",
    "If Iran attacked, Israel would respond, analysts say.",
]


@pytest.fixture(scope="module")
def coder():
    return OfflineCoder()


@pytest.fixture(scope="module")
def coded(coder):
    return coder.code(Document(REPORT, date=DAY))


def events_of(coder, text, date=DAY):
    return coder.code(Document(text, date=date)).events


def test_the_acts_of_a_report_are_found_with_their_sides(coded):
    found = {(event.event_type, event.actor.countries if event.actor else ()) for event in coded.events}
    assert {
        ("MOBILIZE", ("TUR",)),
        ("REJECT", ("GRC",)),
        ("ACCUSE", ("TUR",)),
        ("SANCTION", ("TUR",)),
    } <= found
    (accusation,) = [event for event in coded.events if event.event_type == "ACCUSE"]
    assert accusation.target.countries == ("GRC",)


def test_every_span_is_its_quote_and_all_words_are_in_the_text(coded):
    for item in (*coded.events, *coded.claims):
        assert REPORT[slice(*item.span)] == item.quote
    for mention in [event.actor for event in coded.events if event.actor] + [
        claim.holder for claim in coded.claims if claim.holder
    ]:
        assert REPORT[slice(*mention.span)] == mention.text


def test_everything_coded_is_in_the_vocabulary(coded):
    for event in coded.events:
        assert event.event_type in EVENT_TYPES
        assert event.mode in {"", *MODES[event.event_type]}
        assert set(event.contexts) <= CONTEXTS
        assert 0.0 < event.confidence < 1.0
    assert {claim.kind for claim in coded.claims} <= set(CLAIM_KINDS)


def test_a_deadline_is_a_claim_with_its_day(coded):
    (deadline,) = [claim for claim in coded.claims if claim.kind == "deadline"]
    assert (deadline.value, deadline.holder.countries) == ("15 March", ("IGO:EU",))


def test_the_day_of_an_act_does_not_apply_to_another_in_the_same_sentence(coded):
    days = {event.event_type: event.date for event in coded.events}
    assert (days["MOBILIZE"], days["REJECT"]) == (dt.date(2026, 2, 3), None)


def test_the_quoted_person_is_the_speaker(coder):
    (event,) = events_of(coder, "Iran seized a tanker on Monday, a Kuwaiti official told Reuters.")
    assert (event.event_type, event.attribution.speaker, event.attribution.outlet) == (
        "COERCE",
        "a Kuwaiti official",
        "Reuters",
    )


def test_we_refers_to_the_side_of_the_speaker(coder):
    events = events_of(coder, '"We reject the proposal," Iran\'s foreign minister said.')
    assert [(event.event_type, event.actor.code) for event in events] == [("REJECT", "IRN GOV")]


@pytest.mark.parametrize(
    ("text", "factuality"),
    [
        ("Israel bombed a base in Syria.", "happened"),
        ("Israeli jets are bombing a base in Syria.", "ongoing"),
        ("Iran threatened to attack Israel.", "threatened"),
        ("France promised to send aid to Lebanon.", "announced"),
        ("Israel bombed a base in Syria on 4 March 2019.", "past_background"),
    ],
)
def test_the_factuality_of_an_act_follows_the_text(coder, text, factuality):
    assert [event.factuality for event in events_of(coder, text)] == [factuality]


@pytest.mark.parametrize(
    "text", ["Israel has not bombed Syria.", "Israel could bomb Syria.", "Iran denied attacking the tanker.", *HARMLESS]
)
def test_an_act_that_did_not_happen_is_not_an_event(coder, text):
    assert events_of(coder, text) == ()


def test_a_denial_is_a_claim(coder):
    claims = coder.code(Document("Iran denied attacking the tanker.")).claims
    assert [(claim.kind, claim.holder.code) for claim in claims] == [("denial", "IRN GOV")]


def test_an_analyst_makes_assessments_and_is_not_an_actor(coder):
    coded = coder.code(Document("Iran is unlikely to attack Israel, an analyst in Vienna said."))
    assert (coded.events, [claim.kind for claim in coded.claims]) == ((), ["assessment"])


def test_the_same_text_gives_the_same_coding(coder):
    assert coder.code(Document(REPORT, date=DAY)) == OfflineCoder().code(Document(REPORT, date=DAY))


def test_the_method_names_the_parameters(coder):
    assert coder.method.startswith("offline/1:")
    assert len(coder.method) == len("offline/1:") + 12


@pytest.mark.parametrize(
    "text",
    ["Die Marine schickte am Montag zwei Fregatten in die Meerenge, sagte der Minister.",
     "Le ministre a condamné mardi le tir de missiles."],
)  # fmt: skip
def test_another_language_is_refused_with_a_reason(coder, text):
    coded = coder.code(Document(text))
    assert (coded.events, coded.claims) == ((), ())
    assert "a language other than English" in coded.refused


def test_another_language_is_refused_even_if_declared_english(coder):
    text = "Die Marine schickte am Montag zwei Fregatten in die Meerenge, sagte der Minister der Zeitung."
    assert coder.code(Document(text, language="en")).refused


@pytest.mark.parametrize(
    "text",
    [
        "x" * 100_000,
        "Iran attacked Iraq and " * 200 + "then " * 19_000,
        "((((((((((" * 2_000,
        "<script>alert(1)</script> Iran attacked Iraq.\x00\x1b[31m\u202e{{7*7}} ${jndi:ldap://x} ' OR 1=1 --",
        "🛳️" * 3_000,
        "\ud800 Iran attacked Iraq.",
    ],
    ids=["one word", "one sentence", "brackets", "markup and control", "emoji", "lone surrogate"],
)
def test_a_malicious_text_neither_hangs_nor_crashes(coder, text):
    coded = coder.code(Document(text, language="en"))
    for item in (*coded.events, *coded.claims):
        assert text[slice(*item.span)] == item.quote


def test_sentences_are_coded_one_by_one(coder):
    codings = list(code_sentences(["Iran attacked Iraq.", "It fled."], coder))
    assert len(codings) == 2
    assert codings[1].events == ()
