"""Cluster documents that are near duplicates, as when several outlets print the report of one agency.

The *shingles* of a document are the sequences of W = 4 consecutive words, without case and punctuation. The
*resemblance* of two documents is the Jaccard index of their shingles, |A and B| / |A or B|. Documents are processed by
date (undated last) and hash. Each joins the cluster whose *lead*, its first document, it resembles most, if it reaches the
threshold; otherwise it leads a new cluster. The result does not depend on the order of the input, and:

- the resemblance of every document to the lead of its cluster reaches the threshold, so that no chain of small changes, as in a
  story that is updated for days, joins documents that have little in common;
- the resemblance of two leads stays below the threshold, unless their dates are further apart than a cluster may last.

Resemblances are exact. Pairs that can reach the threshold t are found by prefix filtering: with shingles ordered from rare to
common, two sets A and B of resemblance t have a shingle in common among the first |A| - ceil(t |A|) + 1 of A and the same of B.

A cluster is one observation with one witness for each outlet. Independently worded reports of one event are not near
duplicates; only the coding of their events can show that they report the same event.

References:
    Broder, A. (1997), On the resemblance and containment of documents.
    Chaudhuri, S., Ganti, V. and Kaushik, R. (2006), A primitive operator for similarity joins in data cleaning.
    Bayardo, R., Ma, Y. and Srikant, R. (2007), Scaling up all pairs similarity search.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from standoff.news.document import Document

__all__ = ["MAX_DAYS", "THRESHOLD", "WORDS", "DuplicateCluster", "find_clusters", "measure_resemblance"]

WORDS = 4
"""Number of words in a shingle."""
THRESHOLD = 0.5
"""Least resemblance of a document to the lead of its cluster."""
MAX_DAYS = 3
"""Most days between a document and the lead of its cluster."""
_WORD = re.compile(r"\w+")
_Shingle = tuple[str, ...]


@dataclass(frozen=True)
class DuplicateCluster:
    """A cluster of near duplicates.

    Attributes:
        lead: The earliest document.
        others: The other documents, from early to late.
        resemblances: The resemblance of each of the others to the lead, 0..1.
    """

    lead: Document
    others: tuple[Document, ...] = ()
    resemblances: tuple[float, ...] = ()

    @property
    def documents(self) -> tuple[Document, ...]:
        """All documents of the cluster, the lead first."""
        return (self.lead, *self.others)

    @cached_property
    def witnesses(self) -> tuple[str, ...]:
        """The outlets of the documents, sorted, each once; for a document without an outlet, the host of its address.

        Documents with neither count together as one witness, "".
        """
        return tuple(sorted({document.outlet or _read_host(document.address) for document in self.documents}))


def measure_resemblance(first: Document, second: Document) -> float:
    """Measure the resemblance of two documents: the Jaccard index of their shingles, 0..1."""
    return _measure_jaccard(_list_shingles(first), _list_shingles(second))


def find_clusters(
    documents: Iterable[Document], *, threshold: float = THRESHOLD, max_days: int = MAX_DAYS
) -> tuple[DuplicateCluster, ...]:
    """Cluster documents that are near duplicates.

    Args:
        documents: Documents, in any order.
        threshold: Least resemblance to the lead, above 0 and at most 1.
        max_days: Most days between a document and the lead; an undated document is within reach of any.

    Returns:
        The clusters, from early to late; every document is in exactly one.

    Raises:
        ValueError: The threshold is outside its range.

    Examples:
        >>> first = Document("The navy of Northland sent two frigates to the strait on Monday.", outlet="Gazette")
        >>> again = Document("The navy of Northland sent two frigates to the strait on Monday!", outlet="Courier")
        >>> other = Document("Talks between Northland and Southland ended without a date.", outlet="Gazette")
        >>> sorted(cluster.witnesses for cluster in find_clusters([first, again, other]))
        [('Courier', 'Gazette'), ('Gazette',)]
    """
    if not 0 < threshold <= 1:
        raise ValueError("the threshold must be above 0 and at most 1")
    ordered = sorted(documents, key=_make_sort_key)
    shingles = [_list_shingles(document) for document in ordered]
    counts = Counter(shingle for found in shingles for shingle in found)
    leads_with: dict[_Shingle, list[int]] = defaultdict(list)  # the leads by the shingles of their prefixes
    members: dict[int, list[tuple[int, float]]] = {}
    for index, found in enumerate(shingles):
        prefix = _select_prefix(found, counts, threshold)
        candidates = sorted({lead for shingle in prefix for lead in leads_with[shingle]})
        scores = [
            (_measure_jaccard(found, shingles[lead]), lead)
            for lead in candidates
            if _are_near(ordered[lead].date, ordered[index].date, max_days)
        ]
        best, lead = max(scores, key=lambda score: (score[0], -score[1]), default=(0.0, index))
        if best >= threshold:
            members[lead].append((index, best))
            continue
        members[index] = []
        for shingle in prefix:
            leads_with[shingle].append(index)
    return tuple(
        DuplicateCluster(
            lead=ordered[lead],
            others=tuple(ordered[index] for index, _ in joined),
            resemblances=tuple(score for _, score in joined),
        )
        for lead, joined in members.items()
    )


def _make_sort_key(document: Document) -> tuple[dt.date, str, str, str]:
    return document.date or dt.date.max, document.document_hash, document.outlet, document.address


def _list_shingles(document: Document) -> frozenset[_Shingle]:
    """List the shingles of a text; a text that is shorter than a shingle is one shingle."""
    words = _WORD.findall(document.text.casefold()) or [document.text]
    return frozenset(tuple(words[start : start + WORDS]) for start in range(max(1, len(words) - WORDS + 1)))


def _measure_jaccard(first: frozenset[_Shingle], second: frozenset[_Shingle]) -> float:
    common = len(first & second)
    return common / (len(first) + len(second) - common)


def _select_prefix(found: frozenset[_Shingle], counts: Counter[_Shingle], threshold: float) -> Sequence[_Shingle]:
    """Select the rarest shingles; any set that reaches the threshold has one of them in its own prefix."""
    # a little below the threshold: rounding must not shorten the prefix
    length = len(found) - math.ceil(threshold * len(found) * (1 - 1e-12)) + 1
    return sorted(found, key=lambda shingle: (counts[shingle], shingle))[:length]


def _are_near(first: dt.date | None, second: dt.date | None, max_days: int) -> bool:
    return first is None or second is None or abs((first - second).days) <= max_days


def _read_host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
