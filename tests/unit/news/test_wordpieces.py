"""Splitting texts into pieces of words."""

import pytest

from standoff.news.wordpieces import cut_pieces

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "mine", "##field", "##fields", "cafe", "-", "!", "$", "漢", "σ", "##σ"]
VOCABULARY = {word: at for at, word in enumerate(WORDS)}


def pieces(text, longest=64):
    return [WORDS[at] for at in cut_pieces(text, VOCABULARY, longest=longest).ids[1:-1]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Minefields", ["mine", "##fields"]),  # the longest piece, not the first that fits
        ("CAFÉ cafe\u0301", ["cafe", "cafe"]),
        ("mine-mine!$", ["mine", "-", "mine", "!", "$"]),
        ("mi\u00adne\x00\ufffd", ["mine"]),
        ("mine\u00a0\tmine", ["mine", "mine"]),
        ("漢漢mine", ["漢", "漢", "mine"]),
        ("ΣΣ", ["σ", "##σ"]),  # letter by letter: no final sigma
        ("minex", ["[UNK]"]),
        ("mine" * 26, ["[UNK]"]),
        ("", []),
        (" \u0301 ", []),
    ],
)
def test_a_text_is_split_as_bert_splits_it(text, expected):
    assert pieces(text) == expected


def test_spans_refer_to_the_words_of_the_original_text():
    text = "A\u0301 \u200bCafé, minefield"
    cut = cut_pieces(text, VOCABULARY, longest=64)
    assert [text[start:end] for start, end in cut.places] == ["A", "Café", ",", "minefield", "minefield"]


@pytest.mark.parametrize("longest", [3, 4, 7, 100])
def test_pieces_never_exceed_the_limit_and_always_include_both_marks(longest):
    cut = cut_pieces("minefield " * 20, VOCABULARY, longest=longest)
    assert len(cut.ids) == min(longest, 42) == len(cut.places) + 2
    assert (WORDS[cut.ids[0]], WORDS[cut.ids[-1]]) == ("[CLS]", "[SEP]")
