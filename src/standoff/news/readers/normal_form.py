"""The normal form of texts: offsets count its characters, and screens show them.

A text in normal form is in Unicode normal form C and holds no control characters but newlines, no invisible characters
that reorder or hide what is shown (bidirectional controls, zero-width spaces, soft hyphens, tags), no lone surrogates, no
runs of spaces, no space at the end of a line, at most one empty line between paragraphs, and at most 30 combining marks on
a character (the bound of the Stream-Safe Text Format; longer runs take quadratic time to normalise and no language has
them). The zero-width joiner and non-joiner stay: Persian is spelled with them.

References:
    The Unicode Consortium, Unicode Standard Annex 15: Unicode Normalization Forms; Technical Report 36: Unicode Security
    Considerations.
"""

from __future__ import annotations

import functools
import re
import sys
import unicodedata

__all__ = ["MAX_MARKS", "drop_unwritable", "normalise", "normalise_line"]

MAX_MARKS = 30
_BREAKS = re.compile(r"\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
_SPACES = re.compile("[ \t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_LINE_ENDS = re.compile(r" *\n *")
_EMPTY_LINES = re.compile(r"\n{3,}")


def normalise(text: str) -> str:
    """Bring a text into normal form.

    Args:
        text: Any text.

    Returns:
        The text in normal form; "" where nothing visible is left.

    Examples:
        >>> normalise("Cafe\\u0301 \\u202eat\\u00a0 noon\\r\\n")
        'Café at noon'
    """
    text = _BREAKS.sub("\n", text).replace("\u2029", "\n\n")
    text = _UNSEEN.sub("", text)
    if not text.isascii():
        text = _compile_long_runs().sub(r"\1", text)
        text = unicodedata.normalize("NFC", text)
        text = _compile_long_runs().sub(r"\1", text)  # a few marks decompose into two
    text = _SPACES.sub(" ", text)
    text = _LINE_ENDS.sub("\n", text)
    return _EMPTY_LINES.sub("\n\n", text).strip(" \n")


def normalise_line(text: str, num_characters: int = 500) -> str:
    """Bring a single line, such as a title, into normal form, and truncate it."""
    return " ".join(normalise(text[: 10 * num_characters]).split())[:num_characters].rstrip()


def drop_unwritable(markup: str) -> str:
    """Remove characters that XML forbids, also as references such as `&#1;`: one of them would make a page or feed unreadable.

    Examples:
        >>> drop_unwritable("Talks&#1; be\\x0bgan&#xD800; at &#49;0&#99999999999999999999;")
        'Talks began at &#49;0'
    """
    return _REFERENCE.sub(_filter_reference, _UNWRITABLE.sub("", markup))


def _filter_reference(reference: re.Match[str]) -> str:
    digits, base = (reference[1], 16) if reference[1] else (reference[2], 10)
    code = int(digits, base) if len(digits) <= 8 else sys.maxunicode + 1
    is_writable = code <= sys.maxunicode and not _UNWRITABLE.match(chr(code))
    return reference[0] if is_writable else ""


@functools.cache
def _compile_long_runs() -> re.Pattern[str]:
    """Compile a pattern that matches a run of more than MAX_MARKS combining marks and groups those that stay."""
    marks = [code for code in range(sys.maxunicode + 1) if unicodedata.combining(chr(code))]
    ranges: list[list[int]] = []
    for code in marks:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    group = "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges)
    return re.compile(f"([{group}]{{{MAX_MARKS}}})[{group}]+")
