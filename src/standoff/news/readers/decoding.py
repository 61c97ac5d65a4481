"""Decode bytes to text.

These are tried in order: the encoding that the caller names; a byte order mark; the encoding that the source declares, in the
header of the response, the XML declaration or a `meta` tag, if the bytes agree with it; UTF-8; and a guess by charset-normalizer,
which is used only where it is clear. Everything else is refused, because a wrong guess garbles names.

Only the encodings of a list are read. `iso-8859-1` and `us-ascii` are read as windows-1252, as browsers do.

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
"""Most disorder, as charset-normalizer measures it (0..1), of an accepted guess."""
_MARGIN = 0.05
"""Lead in disorder of an accepted guess over every other that reads differently; half of it in coherence also suffices."""
_GUESSED = [
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "iso8859_2", "koi8_r", "koi8_u", "gb18030",
    "big5", "cp932", "euc_jp", "cp949",
]  # fmt: skip
"""Encodings that may be guessed: those in which news is published."""
_FEWEST_BYTES = 40
"""Fewest bytes, outside ASCII or in total, from which an encoding is guessed."""


def decode(content: bytes, *, address: str, declared: str = "", named: str = "") -> str:
    """Decode bytes to text.

    Args:
        content: The bytes.
        address: The source, for messages.
        declared: The encoding that the source declares; "" where it declares none.
        named: The encoding that the user names; "" for none.

    Returns:
        The text, without a byte order mark; not in normal form.

    Raises:
        InputError: The source is empty (`empty-file`), is not text (`binary-file`), is not in the encoding that the user names
            (`wrong-encoding`), the named encoding does not exist (`bad-encoding-name`), or the encoding cannot be determined
            (`unknown-encoding`).
        MissingExtraError: An encoding must be guessed, and charset-normalizer is not installed.
    """
    if not content.strip():
        raise make_error("empty-file", "the source is empty", "give a source that contains text", file=address)
    if content.startswith(_BINARY):
        raise _make_binary_error(address)
    text = _decode(content, address, declared, named)
    if len(_CONTROL.findall(text)) > 0.01 * len(text):
        raise _make_binary_error(address)
    return text


def _decode(content: bytes, address: str, declared: str, named: str) -> str:
    if named:
        known = _look_up(named)
        if not known:
            raise make_error(
                "bad-encoding-name",
                f"`{shorten(named)}` is not an encoding that standoff reads",
                "name one like `utf-8` or `windows-1251`",
                file=address,
            )
        text = _try(content, known)
        if text is None:
            raise make_error(
                "wrong-encoding",
                f"the source is not in the encoding `{shorten(named)}`",
                "name another encoding, or omit it to let standoff detect it",
                file=address,
            )
        return text.removeprefix("\ufeff")
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            text = _try(content[len(mark) :], encoding)
            if text is None:
                raise _make_unknown_error(address)
            return text
    if b"\x00" in content:
        raise _make_binary_error(address)
    found = _DECLARED.search(content[:4096])
    inside = (found[1] or found[2]).decode("ascii") if found else ""
    for encoding in (_look_up(declared), _look_up(inside), "utf-8"):
        # without a mark and a NUL it is not UTF-16 or 32, whatever is declared; nearly any bytes decode as those
        text = _try(content, encoding) if encoding and not encoding.startswith(("utf-16", "utf-32")) else None
        if text is not None:
            return text
    return _guess(content, address)


def _guess(content: bytes, address: str) -> str:
    """Decode by the guess of charset-normalizer, if that is clear."""
    if len(content) < _FEWEST_BYTES:
        raise _make_unknown_error(address)
    detector = import_extra("charset_normalizer", "news", "detecting the encoding of a text")
    found = list(detector.from_bytes(content, cp_isolation=_GUESSED, preemptive_behaviour=False))
    if not found or found[0].chaos > _MOST_CHAOS or not found[0].coherence:
        raise _make_unknown_error(address)
    best = found[0]
    for rival in found[1:]:
        is_close = rival.chaos <= best.chaos + _MARGIN and rival.coherence >= best.coherence - _MARGIN / 2
        if is_close and str(rival) != str(best):
            raise _make_unknown_error(address)
    encoding = _look_up(best.encoding)
    text = _try(content, encoding) if encoding else None
    if text is None:
        raise _make_unknown_error(address)
    return text


def _look_up(name: str) -> str:
    """Return the encoding to read with; "" where the name is not in the list."""
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


def _make_binary_error(address: str) -> Exception:
    return make_error(
        "binary-file",
        "the source is not a text, web page, feed or PDF",
        "save the document as plain text, HTML or PDF, and give that",
        file=address,
    )


def _make_unknown_error(address: str) -> Exception:
    return make_error(
        "unknown-encoding",
        "the text is not UTF-8, and its encoding cannot be determined with certainty",
        "save it as UTF-8, or name its encoding",
        file=address,
    )
