"""News: read documents, and code the events and claims that they report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from standoff.lazy import import_on_use

if TYPE_CHECKING:
    from standoff.news.coded import INTENSITY, Attribution, CodedDocument, Event, Mention
    from standoff.news.coders import open_coder
    from standoff.news.document import Document
    from standoff.news.language_model import LanguageModel
    from standoff.news.near_duplicates import find_clusters
    from standoff.news.offline import OfflineCoder
    from standoff.news.readers import Limits, read_documents

__all__ = [
    "INTENSITY",
    "Attribution",
    "CodedDocument",
    "Document",
    "Event",
    "LanguageModel",
    "Limits",
    "Mention",
    "OfflineCoder",
    "find_clusters",
    "open_coder",
    "read_documents",
]

__getattr__, __dir__ = import_on_use(
    __name__,
    {
        "Attribution": "standoff.news.coded",
        "CodedDocument": "standoff.news.coded",
        "Document": "standoff.news.document",
        "Event": "standoff.news.coded",
        "INTENSITY": "standoff.news.coded",
        "LanguageModel": "standoff.news.language_model",
        "Limits": "standoff.news.readers",
        "Mention": "standoff.news.coded",
        "OfflineCoder": "standoff.news.offline",
        "find_clusters": "standoff.news.near_duplicates",
        "open_coder": "standoff.news.coders",
        "read_documents": "standoff.news.readers",
    },
)
