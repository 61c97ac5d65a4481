"""Split a long text into passages, with their offsets, so that each fits into one question.

Passages end where paragraphs end. A paragraph that is too long is cut after its last sentence that fits, or else at the last
space, or else within a word. Together the passages contain every character of the text except spaces between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from standoff.news.coded import Span

__all__ = ["halve", "split_passages"]

_PARAGRAPH = re.compile(r"[^\n]+")
_SENTENCE_END = re.compile(r"[.!?][\"'”’)]*\s+")


def split_passages(text: str, num_characters: int) -> tuple[Span, ...]:
    """Split a text into passages.

    Args:
        text: The text.
        num_characters: Most code points of a passage, at least 1.

    Returns:
        The span of each passage, in order.

    Examples:
        >>> split_passages("Talks began. Ships left.\\nA deal is near.", 30)
        ((0, 24), (25, 40))
        >>> split_passages("Talks began. Ships left.\\nA deal is near.", 20)
        ((0, 12), (13, 24), (25, 40))
    """
    passages: list[Span] = []
    for start, end in _split_paragraphs(text, num_characters):
        if passages and end - passages[-1][0] <= num_characters and "\n" in text[passages[-1][1] : start]:
            passages[-1] = (passages[-1][0], end)
        else:
            passages.append((start, end))
    return tuple(passages)


def halve(text: str, passage: Span) -> tuple[Span, ...]:
    """Split a passage into two or three, each about half as long, between words; a single word is not split."""
    start, end = passage
    longest = max((len(word) for word in text[start:end].split()), default=1)
    parts = split_passages(text[start:end], max(longest, (end - start + 1) // 2))
    return tuple((start + low, start + high) for low, high in parts)


def _split_paragraphs(text: str, num_characters: int) -> Iterator[Span]:
    """Yield paragraphs, and the parts of those that are too long."""
    for paragraph in _PARAGRAPH.finditer(text):
        start, end = _trim(text, *paragraph.span())
        while end - start > num_characters:
            cut = _find_cut(text, start, start + num_characters)
            yield _trim(text, start, cut)
            start, _ = _trim(text, cut, end)
        if end > start:
            yield start, end


def _find_cut(text: str, start: int, limit: int) -> int:
    """Find where a paragraph beyond a limit is cut: after `start`, and at the limit at the latest."""
    ends = [found.end() for found in _SENTENCE_END.finditer(text, start, limit + 1) if found.start() < limit]
    if ends:
        return min(ends[-1], limit)
    space = max(text.rfind(" ", start + 1, limit + 1), text.rfind("\t", start + 1, limit + 1))
    return space if space > start else limit


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
