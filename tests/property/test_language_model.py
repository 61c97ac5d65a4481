"""Properties of the language-model coder for any text and any answer."""

import json

from hypothesis import given
from hypothesis import strategies as st

from standoff.news.language_model.answer import read_answer
from standoff.news.language_model.passages import halve, split_passages
from standoff.news.language_model.quotation import verify

TEXTS = st.text(st.sampled_from("ab .é\u0301\n“”'-1"), min_size=1, max_size=200)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def is_inside_a_word(text, place):
    return 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()


@given(text=TEXTS, size=st.integers(1, 60))
def test_passages_are_within_the_limit_and_contain_everything_but_spaces(text, size):
    passages = split_passages(text, size)
    assert all(0 < end - start <= size for start, end in passages)
    assert list(passages) == sorted(passages)
    covered = [place for start, end in passages for place in range(start, end)]
    assert len(covered) == len(set(covered))
    assert {place for place, sign in enumerate(text) if not sign.isspace()} <= set(covered)


@given(text=TEXTS, size=st.integers(1, 60))
def test_a_passage_is_cut_within_a_word_only_where_the_word_is_longer(text, size):
    cuts = [start for start, _ in split_passages(text, size) if is_inside_a_word(text, start)]
    longest = max((len(word) for word in text.split()), default=0)
    assert cuts == [] or longest > size / 2


@given(text=TEXTS)
def test_halves_are_shorter_and_between_words(text):
    for passage in split_passages(text, len(text)):
        parts = halve(text, passage)
        assert parts == (passage,) or all(end - start < passage[1] - passage[0] for start, end in parts)
        assert (len(parts) == 1) == (len(text[slice(*passage)].split()) == 1)


QUOTES = st.text(st.sampled_from("ab .é\u0301"), max_size=6)
ACTORS = st.none() | st.fixed_dictionaries(
    {"text": QUOTES, "code": st.sampled_from(["", "USA", "USA MIL;IGO:UN", "us"])}
)
EVENTS = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["ASSAULT", "ASSAULT/aerial", "AID/aerial"]), "contexts": st.just([]), "quote": QUOTES,
        "occurrence": st.integers(-1, 3), "actor": ACTORS, "target": ACTORS,
        "date": st.sampled_from([None, "2031-05-05", "5 May"]), "place": QUOTES, "speaker": QUOTES, "outlet": QUOTES,
        "factuality": st.sampled_from(["happened", "denied"]), "confidence": st.floats(0, 1),
    }
)  # fmt: skip


@given(text=TEXTS, answers=st.lists(EVENTS, max_size=4))
def test_every_accepted_event_is_in_the_text(text, answers):
    events, claims, num_wrong = read_answer(json.dumps({"events": answers, "claims": []}))
    found = verify(events, claims, text=text, passage=(0, len(text)), method="m")
    assert len(found.events) + found.rejected.total() + num_wrong == len(answers)
    for event in found.events:
        for span, quote in [(event.span, event.quote)] + [
            (mention.span, mention.text) for mention in (event.actor, event.target) if mention is not None
        ]:
            assert text[slice(*span)] == quote
            assert quote.strip()
            assert not is_inside_a_word(text, span[0])
            assert not is_inside_a_word(text, span[1])


@given(events=st.lists(JSON, max_size=3), claims=st.lists(JSON, max_size=3))
def test_any_json_of_a_model_is_read_or_rejected(events, claims):
    read = read_answer(json.dumps({"events": events, "claims": claims}, allow_nan=True))
    assert read[2] == len(events) + len(claims)


@given(content=st.text(max_size=40) | JSON.map(lambda value: json.dumps(value)))
def test_any_text_of_a_model_is_read_or_refused(content):
    try:
        read_answer(content)
    except ValueError:
        return
    assert set(json.loads(content)) == {"events", "claims"}
