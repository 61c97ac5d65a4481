"""Join lines that were wrapped at a width into paragraphs.

A wrapped line is as full as possible: the first word of the next line would not have fitted. Where that holds for every line of
a block, the block is one paragraph, and its line breaks carry no meaning; where it does not, as in a list or a poem, the line
breaks stay.
"""

from __future__ import annotations

import re
from itertools import pairwise

__all__ = ["join_broken_lines"]

_HYPHENATED = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]\n(?=[a-zà-öø-ÿ])")
_NARROWEST, _WIDEST = 40, 130
"""Widths, in characters, at which lines are commonly wrapped."""


def join_broken_lines(text: str, slack: float = 0.0) -> str:
    """Join the lines of each paragraph that was wrapped at a width.

    Args:
        text: The text, with empty lines between paragraphs.
        slack: Share of the width by which a full line may be shorter, 0..1; above 0 for proportional fonts.

    Returns:
        The text, with one line for each joined paragraph.

    Examples:
        >>> print(join_broken_lines("The navy of Northland sent two frigates to the\\nstrait on Monday."))
        The navy of Northland sent two frigates to the strait on Monday.
        >>> print(join_broken_lines("Two frigates sent\\nA deal is near"))
        Two frigates sent
        A deal is near
    """
    return "\n\n".join(_join_block(block, slack) for block in re.split(r"\n\s*\n", text))


def _join_block(block: str, slack: float) -> str:
    lines = [line.strip() for line in block.split("\n") if line.strip()]
    width = max((len(line) for line in lines), default=0)
    if len(lines) < 2 or not _NARROWEST <= width <= _WIDEST:
        return "\n".join(lines)
    paragraphs: list[list[str]] = [[lines[0]]]
    for line, following in pairwise(lines):
        is_full = len(line) + 1 + len(following.split()[0]) > width * (1 - slack)
        if is_full:
            paragraphs[-1].append(following)
        elif slack > 0:
            paragraphs.append([following])
        else:
            return "\n".join(lines)
    return "\n".join(_HYPHENATED.sub("", "\n".join(lines)).replace("\n", " ") for lines in paragraphs)
