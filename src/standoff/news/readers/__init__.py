r"""Read documents from plain text, web pages, feeds, JSON lines and PDF.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "dispatch.txt"
    ...     _ = path.write_text("Date: 2031-05-04\n\nThe navy of Northland left port on Sunday morning.")
    ...     [document] = read_documents(str(path))
    >>> document.date.isoformat(), document.language
    ('2031-05-04', 'en')

Sources are untrusted: `standoff.news.readers.reading` lists the guards.
"""

from __future__ import annotations

from standoff.news.readers.limits import Limits
from standoff.news.readers.lines import read_lines
from standoff.news.readers.reading import read_documents

__all__ = ["Limits", "read_documents", "read_lines"]
