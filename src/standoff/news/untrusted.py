"""Text that strangers wrote, before it is shown.

The readers bring texts into a normal form without most of this; what an outlet calls itself, what a model answers and what old
records hold has not been through them.
"""

from __future__ import annotations

import unicodedata

__all__ = ["without_control"]


def without_control(text: str) -> str:
    r"""A text with every character that is not seen but does something written as an escape.

    These are control characters, formats such as the signs that turn the direction of text, line separators, halves of
    surrogate pairs and private characters.

    Examples:
        >>> without_control("a\x1b[31mb\u202ec\nd")
        'a\\x1b[31mb\\u202ec\\nd'
    """
    return "".join(
        one if _is_seen(one) else one.encode("unicode_escape", "surrogatepass").decode("ascii") for one in text
    )


def _is_seen(one: str) -> bool:
    return one == " " or unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
