"""Split texts into pieces of words from a vocabulary, as uncased BERT models require.

Control characters and accents are removed, letters are put into lower case, and the text is split at spaces, at every
punctuation mark and at every Chinese character. Each word is then the longest piece of the vocabulary that it begins with,
followed by the longest that continues it (written `##piece`), and so on; a word that cannot be composed in this way, or has
more than 100 characters, is `[UNK]`.

References:
    Devlin, J., Chang, M.-W., Lee, K. and Toutanova, K. (2019), BERT: pre-training of deep bidirectional transformers.
    Wu, Y. et al. (2016), Google's neural machine translation system, section 4.1.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

__all__ = ["Pieces", "cut_pieces"]

_LONGEST_WORD = 100
_IDEOGRAPHS = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip


@dataclass(frozen=True)
class Pieces:
    """The pieces of a text, between `[CLS]` and `[SEP]`.

    Attributes:
        ids: Index of each piece in the vocabulary, including the two marks.
        places: Where the word of each piece begins and ends in the text, in code points, without the marks.
    """

    ids: tuple[int, ...]
    places: tuple[tuple[int, int], ...]


def cut_pieces(text: str, vocabulary: Mapping[str, int], *, longest: int) -> Pieces:
    """Split a text into pieces.

    Args:
        text: Any text.
        vocabulary: The index of each piece, with "[CLS]", "[SEP]" and "[UNK]".
        longest: Most pieces, including the two marks; the rest of the text is ignored.

    Returns:
        The pieces.

    Examples:
        >>> words = ["[UNK]", "[CLS]", "[SEP]", "sanction", "##s", "!"]
        >>> cut_pieces("Sanctions!", {word: at for at, word in enumerate(words)}, longest=8)
        Pieces(ids=(1, 3, 4, 5, 2), places=((0, 9), (0, 9), (9, 10)))
    """
    ids = [vocabulary["[CLS]"]]
    places: list[tuple[int, int]] = []
    for word, start, end in _split_words(text):
        for piece in _split_word(word, vocabulary):
            ids.append(piece)
            places.append((start, end))
        if len(ids) >= longest:
            break
    return Pieces((*ids[: longest - 1], vocabulary["[SEP]"]), tuple(places[: longest - 2]))


def _split_words(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the words in the spelling of the vocabulary, with their spans."""
    letters: list[str] = []
    start = end = 0
    for at, character in enumerate(text):
        for letter in _replace_character(character):
            is_alone = letter != " " and (_is_ideograph(letter) or _is_punctuation(letter))
            if letters and (letter == " " or is_alone):
                yield "".join(letters), start, end
                letters = []
            if is_alone:
                yield letter, at, at + 1
            elif letter != " ":
                start = start if letters else at
                end = at + 1
                letters.append(letter)
    if letters:
        yield "".join(letters), start, end


@functools.lru_cache(maxsize=4096)
def _replace_character(character: str) -> str:
    """Replace a character by nothing, a space, or lower-case letters without accents."""
    if character in "\t\n\r" or character.isspace():
        return " "
    if character == "\ufffd" or unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs"):
        return ""
    parts = (part for part in unicodedata.normalize("NFD", character) if unicodedata.category(part) != "Mn")
    return "".join(part.lower() for part in parts)


@functools.lru_cache(maxsize=4096)
def _is_ideograph(letter: str) -> bool:
    return any(first <= ord(letter) <= last for first, last in _IDEOGRAPHS)


@functools.lru_cache(maxsize=4096)
def _is_punctuation(letter: str) -> bool:
    is_ascii_sign = letter.isascii() and letter.isprintable() and not letter.isalnum() and letter != " "
    return is_ascii_sign or unicodedata.category(letter)[0] == "P"


def _split_word(word: str, vocabulary: Mapping[str, int]) -> list[int]:
    unknown = [vocabulary["[UNK]"]]
    if len(word) > _LONGEST_WORD:
        return unknown
    ids: list[int] = []
    start = 0
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = word[start:end] if start == 0 else f"##{word[start:end]}"
            if piece in vocabulary:
                break
        else:
            return unknown
        ids.append(vocabulary[piece])
        start = end
    return ids
