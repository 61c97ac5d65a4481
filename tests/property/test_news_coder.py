"""Properties of the coder for any text."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from standoff.news.document import Document
from standoff.news.offline import OfflineCoder
from standoff.news.parsing import MAX_PIECE, split_text

CODER = OfflineCoder()
WORDS = st.sampled_from(
    ["Iran", "attacked", "the US", "said", "on Monday", "40 tanks", "\n", ". ", ", ", "if", "not",
     "\u2028", "é", "🛳️", "'", '"', "by 4 May", "\x00"]
)  # fmt: skip


@given(st.text(max_size=400))
def test_pieces_equal_the_text_at_their_offsets(text):
    for start, piece in split_text(text):
        assert text[start : start + len(piece)] == piece
        assert len(piece) <= MAX_PIECE


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.text(max_size=120), st.lists(WORDS, max_size=30).map(" ".join)).filter(str.strip))
def test_offsets_are_valid_for_any_text(text):
    coded = CODER.code(Document(text, language="en"))
    for item in (*coded.events, *coded.claims):
        assert text[slice(*item.span)] == item.quote
        assert item.quote
    mentions = [mention for event in coded.events for mention in (event.actor, event.target) if mention]
    for mention in mentions:
        assert text[slice(*mention.span)] == mention.text
