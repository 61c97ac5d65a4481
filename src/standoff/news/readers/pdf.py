"""Read a PDF: the text of its pages, by pypdf.

Lines are joined into paragraphs. The date is left open: a PDF records when the file was made, not when it was published. A scan
has no text and is refused.
"""

from __future__ import annotations

import io
from typing import Any

from standoff.extras import import_extra
from standoff.news.readers.draft import Draft
from standoff.news.readers.faults import make_error
from standoff.news.readers.paragraphs import join_broken_lines

__all__ = ["read_pdf"]

_SLACK = 0.15
"""Share of the width by which a full line in a proportional font may be shorter."""


def read_pdf(content: bytes, *, address: str) -> list[Draft]:
    """Read a PDF.

    Args:
        content: The file.
        address: The source, for messages.

    Returns:
        One draft.

    Raises:
        InputError: The PDF needs a password (`encrypted-pdf`) or has no text (`no-text`).
        MissingExtraError: pypdf is not installed.
    """
    pypdf = import_extra("pypdf", "news", "reading PDF")
    document = pypdf.PdfReader(io.BytesIO(content))
    if document.is_encrypted:
        raise make_error("encrypted-pdf", "the PDF needs a password", "save it without one", file=address)
    text = "\n\n".join(join_broken_lines(page.extract_text(), _SLACK) for page in document.pages)
    if not text.strip():
        raise make_error(
            "no-text", "the PDF contains only images, no text", "run text recognition over it first", file=address
        )
    about: Any = document.metadata
    return [Draft(text, title=(about and about.title) or "", author=(about and about.author) or "")]
