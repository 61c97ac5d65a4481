"""Properties of the readers for any input."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles import ATOM, PAGE, RSS, SENTENCE, pdf_of
from standoff.errors import InputError
from standoff.news.document import Document
from standoff.news.near_duplicates import find_clusters, measure_resemblance
from standoff.news.readers import Limits, read_documents
from standoff.news.readers.normal_form import normalise, normalise_line

LIMITS = Limits(seconds=60)
STARTS = [
    PAGE.encode(),
    RSS.encode(),
    ATOM.encode(),
    pdf_of([SENTENCE]),
    b'{"text": "a"}\n',
    b"Date: 2031-05-04\n\n",
    b"",
]


@st.composite
def damaged(draw):
    """A source, bytes of which were changed, taken out or put in."""
    content = bytearray(draw(st.sampled_from(STARTS)))
    for _ in range(draw(st.integers(0, 8))):
        place = draw(st.integers(0, len(content)))
        content[place : place + draw(st.integers(0, 40))] = draw(st.binary(max_size=40))
    return bytes(content)


@pytest.mark.parametrize("content", [damaged(), st.binary(max_size=500)], ids=["damaged", "any"])
def test_any_bytes_give_documents_in_normal_form_or_an_input_error(content, tmp_path):
    @settings(max_examples=60)
    @given(content)
    def check(bytes_given):
        path = tmp_path / "source"
        path.write_bytes(bytes_given)
        problems = []
        documents = []
        try:
            documents += read_documents(str(path), limits=LIMITS)
        except InputError as error:
            problems += error.problems
        assert all(problem.code and problem.help for problem in problems)
        assert all(document.text == normalise(document.text) for document in documents)

    check()


@settings(max_examples=200)
@given(
    st.text(st.characters(exclude_categories=()))
    | st.text("a\u0301\u0323\u0344\u200d\u202e \n\r\t\xa0\u2029\ud800\x1b가")
)
def test_the_normal_form_is_normal(text):
    found = normalise(text)
    assert normalise(found) == found
    assert unicodedata.is_normalized("NFC", found)
    assert not {"Cc", "Cs"} & {unicodedata.category(character) for character in found if character != "\n"}
    assert "\n" not in normalise_line(text)


def test_a_character_with_a_hundred_thousand_marks_is_truncated():
    assert len(normalise("a" + "\u0323\u0301" * 50_000)) <= 31


def test_marks_that_decompose_into_two_are_truncated_once():
    found = normalise("a" + "\u0344" * 30)
    assert normalise(found) == found


WORDS = st.lists(st.sampled_from(["the", "navy", "sent", "two", "ships", "to", "a", "strait"]), min_size=1, max_size=14)


@given(st.lists(WORDS, max_size=8), st.sampled_from([0.3, 0.5, 0.8, 1.0]), st.data())
def test_clusters_follow_their_definition(texts, threshold, drawing):
    documents = [Document(" ".join(words), outlet=str(number)) for number, words in enumerate(texts)]
    clusters = find_clusters(documents, threshold=threshold)
    assert sorted(d.outlet for cluster in clusters for d in cluster.documents) == sorted(d.outlet for d in documents)
    for cluster in clusters:
        assert all(measure_resemblance(cluster.lead, other) >= threshold for other in cluster.others)
        assert all(
            measure_resemblance(cluster.lead, other.lead) < threshold for other in clusters if other is not cluster
        )
    shuffled = drawing.draw(st.permutations(documents))
    assert find_clusters(shuffled, threshold=threshold) == clusters
