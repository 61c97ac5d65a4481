"""Read sources and code documents: the one loop behind `code`, `ingest`, `feed` and `update`.

Every command handles faults in the same way:

- A source that cannot be read, or a document that cannot be coded, is reported and does not hold up the others.
- A document that the coder refuses, for example because of its language, is reported with the reason. It counts as coded.
- If the coder cannot work at all (`CoderError`) or needs a missing extra, the loop stops. The caller keeps what was coded before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from standoff.errors import CoderError, InputError, MissingExtraError, Problem
from standoff.news.coded import CodedDocument
from standoff.news.coder import Coder
from standoff.news.document import Document
from standoff.news.readers import Limits, read_documents

__all__ = ["NotCoded", "code_documents", "find_refusal", "read_sources"]


@dataclass(frozen=True)
class NotCoded:
    """A document of which nothing was coded.

    Attributes:
        document: The document.
        reason: Reason, for people.
        problems: Faults met while coding; empty if the coder refused the document.
    """

    document: Document
    reason: str
    problems: tuple[Problem, ...] = ()


def read_sources(
    sources: Iterable[str | Path], limits: Limits | None = None, encoding: str = ""
) -> tuple[list[Document], list[Problem]]:
    """Read sources, each completely or not at all; a repeated source is read once.

    Args:
        sources: Paths, web addresses, or "-" for standard input.
        limits: Limits on what is read from a source.
        encoding: Encoding of the sources, if it is known.

    Returns:
        The documents, and the faults of the sources that could not be read.

    Raises:
        MissingExtraError: A library of the extra `news` is not installed.
    """
    documents: list[Document] = []
    problems: list[Problem] = []
    for source in dict.fromkeys(map(str, sources)):
        try:
            documents += read_documents(source, limits=limits or Limits(), encoding=encoding)
        except MissingExtraError:
            raise
        except InputError as error:
            problems += error.problems
    return documents, problems


def code_documents(documents: Iterable[Document], coder: Coder) -> Iterator[tuple[Document, CodedDocument | NotCoded]]:
    """Code documents one by one.

    Args:
        documents: The documents; taken one at a time, so that the caller may stop between them.
        coder: The coder.

    Yields:
        Each document with its coding, or with the faults that prevented it.

    Raises:
        CoderError: The coder cannot work at all.
        MissingExtraError: The coder needs a library that is not installed.
    """
    for document in documents:
        try:
            coded: CodedDocument | NotCoded = coder.code(document)
        except (CoderError, MissingExtraError):
            raise
        except InputError as error:
            problems = tuple(replace(one, file=one.file or document.address) for one in error.problems)
            coded = NotCoded(document, "; ".join(one.message for one in problems), problems)
        yield document, coded


def find_refusal(document: Document, coded: CodedDocument | NotCoded) -> NotCoded | None:
    """Return why nothing was coded of a document, by a fault or a refusal of the coder; None if it was coded."""
    if isinstance(coded, NotCoded):
        return coded
    return NotCoded(document, coded.refused) if coded.refused else None
