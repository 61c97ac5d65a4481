"""Find names of actors in a text: the longest match, with the case that the table requires.

Acronyms must match as written, so that "us" is not the United States and "who" is not the health organisation. Other names must
begin with a capital where the table has one. Accents are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from standoff.news.actors.tables import Entry, find_words, fold, group_names_by_words

__all__ = ["NameMention", "find_names"]


@dataclass(frozen=True, slots=True)
class NameMention:
    """A name in a text.

    Attributes:
        start: Offset of the first code point.
        end: Offset after the last code point.
        entry: The entry of the tables.
    """

    start: int
    end: int
    entry: Entry


def find_names(text: str) -> list[NameMention]:
    """Find every name of the tables in a text.

    Args:
        text: Any text.

    Returns:
        The names, in the order of the text, without overlaps.

    Examples:
        >>> [(name.entry.code, name.entry.kind) for name in find_names("Tehran told us that the US was late.")]
        [('IRN', 'seat'), ('USA', 'country')]
    """
    table = group_names_by_words()
    words = list(find_words(text))
    folded = [fold(word.group()).lower() for word in words]
    names: list[NameMention] = []
    index = 0
    while index < len(words):
        for wanted, entry in table.get(folded[index], ()):
            last = index + len(wanted) - 1
            if last >= len(words) or tuple(folded[index : last + 1]) != wanted:
                continue
            written = text[words[index].start() : words[last].end()]
            if _has_case(written, entry) and not _is_broken(text, words, index, last):
                names.append(NameMention(words[index].start(), words[last].end(), entry))
                index = last
                break
        index += 1
    return names


def _has_case(written: str, entry: Entry) -> bool:
    if entry.is_acronym:
        return written == entry.name or written + "." == entry.name
    words = zip(find_words(entry.name), find_words(written), strict=False)
    return all(found.group()[0].isupper() or not wanted.group()[0].isupper() for wanted, found in words)


def _is_broken(text: str, words: Sequence[re.Match[str]], index: int, last: int) -> bool:
    """Whether anything but spaces, hyphens, apostrophes or full stops is between the words."""
    return any(
        len(gap := text[words[at].end() : words[at + 1].start()]) > 2 or gap.strip(" \u00a0-–’'.&")
        for at in range(index, last)
    )
