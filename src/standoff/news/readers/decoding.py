"""Bytes to text.

In this order: the encoding that the reader's caller names; a byte order mark; the encoding that the source declares, in the
header of the answer, the XML declaration or a `meta` tag, if the bytes agree with it; UTF-8; and last a guess by
charset-normalizer, which is taken only where it is clear. What is left is refused: a wrong guess turns names into others.

Encodings are taken from a list. `iso-8859-1` and `us-ascii` are read as windows-1252, as browsers do.

References:
    WHATWG, Encoding Standard.
"""

from __future__ import annotations

import codecs
import re

from standoff.extras import import_extra
from standoff.news.readers.faults import make_error
from standoff.text import shorten

__all__ = ["decode"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BINARY = (
    b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF", b"MZ\x90", b"BZh", b"\xfd7zXZ",
    b"7z\xbc\xaf", b"\xd0\xcf\x11\xe0", b"RIFF", b"OggS", b"ID3", b"SQLite format 3", b"{\\rtf",
)  # fmt: skip
_KNOWN = re.compile(
    r"utf-(8|16|32)(-[lb]e)?|iso8859-\d+|cp125\d|cp1252|cp874|koi8-[rtu]|big5(hkscs)?|gb(2312|k|18030)|euc_(jp|kr)|shift_jis"
    r"|cp93[26]|cp94[89]|cp950|iso2022_(jp|kr)|mac-\w+|tis-620"
)
_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})|<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""",
    re.I,
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MOST_CHAOS = 0.1
"""Most disorder, in charset-normalizer's measure (0..1), of a guess that is taken."""
_MARGIN = 0.05
"""By how much a guess must be less disordered than every other that reads differently, or by half of it more coherent."""
_GUESSED = [
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "iso8859_2", "koi8_r", "koi8_u", "gb18030",
    "big5", "cp932", "euc_jp", "cp949",
]  # fmt: skip
"""Encodings that are guessed: those that news is found in."""
_FEWEST_BYTES = 40
"""Fewest bytes outside ASCII, or of the whole, from which an encoding is guessed."""


def decode(content: bytes, *, address: str, declared: str = "", named: str = "") -> str:
    """Turn bytes into text.

    Args:
        content: The bytes.
        address: Where they are from, for messages.
        declared: The encoding that came with them, "" where none did.
        named: The encoding that the user says it is, "" where none is said.

    Returns:
        The text, without a byte order mark; not in normal form.

    Raises:
        InputError: There is nothing in it (`empty-file`), it is no text (`binary-file`), it is not in the encoding that the
            user names (`wrong-encoding`), there is no such encoding (`bad-encoding-name`), or nobody can tell its encoding
            (`unknown-encoding`).
        MissingExtraError: An encoding must be guessed, and charset-normalizer is not installed.
    """
    if not content.strip():
        raise make_error("empty-file", "the source is empty", "give a source that holds a text", file=address)
    if content.startswith(_BINARY):
        raise _binary(address)
    text = _decode(content, address, declared, named)
    if len(_CONTROL.findall(text)) > 0.01 * len(text):
        raise _binary(address)
    return text


def _decode(content: bytes, address: str, declared: str, named: str) -> str:
    if named:
        known = _known(named)
        if not known:
            raise make_error(
                "bad-encoding-name",
                f"`{shorten(named)}` is no encoding that standoff reads",
                "name one like `utf-8` or `windows-1251`",
                file=address,
            )
        text = _try(content, known)
        if text is None:
            raise make_error(
                "wrong-encoding",
                f"the source is not in the encoding `{shorten(named)}`",
                "name another encoding, or none to let standoff find it",
                file=address,
            )
        return text.removeprefix("\ufeff")
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            text = _try(content[len(mark) :], encoding)
            if text is None:
                raise _unknown(address)
            return text
    if b"\x00" in content:
        raise _binary(address)
    found = _DECLARED.search(content[:4096])
    inside = (found[1] or found[2]).decode("ascii") if found else ""
    for encoding in (_known(declared), _known(inside), "utf-8"):
        # without a mark and without a NUL it is not UTF-16 or 32, whatever is declared; nearly any bytes pass for it
        text = _try(content, encoding) if encoding and not encoding.startswith(("utf-16", "utf-32")) else None
        if text is not None:
            return text
    return _guess(content, address)


def _guess(content: bytes, address: str) -> str:
    """The text in the encoding that charset-normalizer finds, if that is clear."""
    if len(content) < _FEWEST_BYTES:
        raise _unknown(address)
    detector = import_extra("charset_normalizer", "news", "finding the encoding of a text")
    found = list(detector.from_bytes(content, cp_isolation=_GUESSED, preemptive_behaviour=False))
    if not found or found[0].chaos > _MOST_CHAOS or not found[0].coherence:
        raise _unknown(address)
    best = found[0]
    for rival in found[1:]:
        is_close = rival.chaos <= best.chaos + _MARGIN and rival.coherence >= best.coherence - _MARGIN / 2
        if is_close and str(rival) != str(best):
            raise _unknown(address)
    encoding = _known(best.encoding)
    text = _try(content, encoding) if encoding else None
    if text is None:
        raise _unknown(address)
    return text


def _known(name: str) -> str:
    """The encoding to read with, "" where the name is none that is read."""
    try:
        found = codecs.lookup(name.strip()).name if name.isascii() else ""
    except (LookupError, ValueError):
        return ""
    if found in {"ascii", "iso8859-1"}:
        return "cp1252"
    return found if _KNOWN.fullmatch(found) else ""


def _try(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeError:
        return None


def _binary(address: str) -> Exception:
    return make_error(
        "binary-file",
        "the source is no text, web page, feed or PDF",
        "save the document as plain text, HTML or PDF, and give that",
        file=address,
    )


def _unknown(address: str) -> Exception:
    return make_error(
        "unknown-encoding",
        "the text is not UTF-8, and its encoding cannot be told with certainty",
        "save it as UTF-8, or name its encoding",
        file=address,
    )
