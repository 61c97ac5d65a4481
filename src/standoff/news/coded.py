"""What a news report says, coded: events, and claims apart from them.

An **event** is an act of one side towards another that the text reports as having happened, going on, announced or
threatened, in the categories of PLOVER (2021). A **claim** is a position or number that somebody is reported to hold: a
red line, a deadline, a force level. Every event and claim points at the exact characters that say so.

Offsets count Unicode code points of `Document.text`; `text[start:end]` is the quote.

References:
    Halterman, A., Schrodt, P., Beger, A., Bagozzi, B. and Scarborough, G. (2023), Creating custom event data without
    dictionaries: a bag-of-tricks; PLOVER and POLECAT: a new political event ontology and dataset.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from standoff.news.vocabulary import ClaimKind, EventType, Factuality

__all__ = [
    "INTENSITY",
    "QUAD_CLASS",
    "Attribution",
    "Claim",
    "CodedDocument",
    "Event",
    "Mention",
    "Span",
    "name_events",
]

QUAD_CLASS: Mapping[EventType, str] = {
    "AGREE": "verbal cooperation", "CONSULT": "verbal cooperation", "SUPPORT": "verbal cooperation",
    "COOPERATE": "material cooperation", "AID": "material cooperation", "CONCEDE": "material cooperation",
    "REQUEST": "verbal conflict", "ACCUSE": "verbal conflict", "REJECT": "verbal conflict", "THREATEN": "verbal conflict",
    "PROTEST": "material conflict", "SANCTION": "material conflict", "MOBILIZE": "material conflict",
    "COERCE": "material conflict", "ASSAULT": "material conflict",
}  # fmt: skip
"""PLOVER's four classes: verbal or material, cooperation or conflict."""

INTENSITY: Mapping[EventType, float] = {
    "AGREE": 3.0, "CONSULT": 3.5, "SUPPORT": 4.0, "COOPERATE": 6.4, "AID": 7.4, "CONCEDE": 5.0, "REQUEST": -0.5,
    "ACCUSE": -2.0, "REJECT": -4.0, "THREATEN": -5.5, "PROTEST": -6.5, "SANCTION": -5.6, "MOBILIZE": -7.2, "COERCE": -7.0,
    "ASSAULT": -9.5,
}  # fmt: skip
"""How cooperative (above 0, to 10) or hostile (below 0, to -10) a type is, in the manner of Goldstein's scale for WEIS."""

Span = tuple[int, int]
"""Start and end, in code points of the document's text; the end is not included."""


@dataclass(frozen=True)
class Mention:
    """An actor as a text names it.

    Attributes:
        code: Country (ISO 3166 alpha-3) and role, such as "IRN" or "USA MIL"; "IGO:UN" for an organisation; several joined by
            ";"; empty where it is unknown.
        text: The words that name it; empty where it was inferred.
        span: Where they stand; None where it was inferred.
        is_inferred: Whether the text does not name it: the other side of the scenario's pair was taken.
    """

    code: str
    text: str = ""
    span: Span | None = None
    is_inferred: bool = False

    @property
    def countries(self) -> tuple[str, ...]:
        """The codes without their roles, each once.

        Examples:
            >>> Mention("USA MIL;KOR").countries
            ('USA', 'KOR')
        """
        return tuple(dict.fromkeys(part.split()[0] for part in self.code.split(";") if part.strip()))


@dataclass(frozen=True)
class Attribution:
    """Who reports something, and through whom.

    Attributes:
        speaker: Who is quoted or paraphrased; empty where the text speaks itself.
        outlet: Whom the speaker told, or which outlet is cited; empty where none is named.
        span: Where the speaker is named; None where nobody is.
    """

    speaker: str = ""
    outlet: str = ""
    span: Span | None = None


@dataclass(frozen=True)
class Event:
    """One coded event.

    Attributes:
        event_type: Its PLOVER category.
        mode: How, in PLOVER's words; empty where nothing more is known.
        contexts: What about: "military", "diplomatic", "nuclear" and the like.
        actor: Who acts.
        target: Towards whom; None where nobody is named or inferred.
        date: The day, resolved against the document's date; None where it is unknown.
        place: Where; empty where it is not said.
        span: Where the act is told.
        quote: The characters there.
        attribution: Who reports it.
        factuality: Whether it happened, goes on, was announced, threatened, denied, supposed or lies long back.
        confidence: Probability that the type is right, calibrated on held-out sentences, 0..1.
        method: What coded it, with its version.
        intensity: From -10 (hostile) to 10 (cooperative).
    """

    event_type: EventType
    mode: str
    contexts: tuple[str, ...]
    actor: Mention | None
    target: Mention | None
    date: dt.date | None
    place: str
    span: Span
    quote: str
    attribution: Attribution
    factuality: Factuality
    confidence: float
    method: str
    intensity: float

    def document(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "type": self.event_type,
            "mode": self.mode,
            "contexts": list(self.contexts),
            "actor": _mention(self.actor),
            "target": _mention(self.target),
            "date": self.date.isoformat() if self.date else None,
            "place": self.place,
            "span": list(self.span),
            "quote": self.quote,
            "attribution": _attribution(self.attribution),
            "factuality": self.factuality,
            "confidence": self.confidence,
            "method": self.method,
            "intensity": self.intensity,
        }


@dataclass(frozen=True)
class Claim:
    """One coded claim.

    Attributes:
        kind: What it is.
        issue: What it is about, such as "missiles"; empty where that is not clear.
        holder: Who holds it, or whose forces or losses they are.
        about: Whom it concerns; None where nobody is named.
        value: The number or date as text; empty where there is none.
        unit: Unit of the value; empty where there is none.
        qualifier: "about", "more than", "up to" and the like.
        span: Where it is told.
        quote: The characters there.
        attribution: Who reports it.
        factuality: As of an event.
    """

    kind: ClaimKind
    issue: str
    holder: Mention | None
    about: Mention | None
    value: str
    unit: str
    qualifier: str
    span: Span
    quote: str
    attribution: Attribution
    factuality: Factuality

    def document(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "kind": self.kind,
            "issue": self.issue,
            "holder": _mention(self.holder),
            "about": _mention(self.about),
            "value": self.value,
            "unit": self.unit,
            "qualifier": self.qualifier,
            "span": list(self.span),
            "quote": self.quote,
            "attribution": _attribution(self.attribution),
            "factuality": self.factuality,
        }


@dataclass(frozen=True)
class CodedDocument:
    """What was found in one document.

    Attributes:
        document_hash: SHA-256 of its text, in hex.
        events: In the order of the text.
        claims: In the order of the text.
        language: Language of the text, as ISO 639-1.
        refused: Why nothing was coded, such as another language; empty where the document was coded.
    """

    document_hash: str
    events: tuple[Event, ...]
    claims: tuple[Claim, ...]
    language: str
    refused: str = ""

    def document(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "document": self.document_hash,
            "language": self.language,
            "refused": self.refused,
            "events": [event.document() for event in self.events],
            "claims": [claim.document() for claim in self.claims],
        }


def name_events(document_hash: str, events: Iterable[Event]) -> tuple[str, ...]:
    """Names by which people and files call the events of a document: its hash and the place in it.

    Args:
        document_hash: The document.
        events: The events of one coding, in its order; of several at one place the second and later ones get a number.

    Returns:
        A name for each, such as "ab12cd34ef56:10-28" or "ab12cd34ef56:10-28#2".
    """
    seen: Counter[Span] = Counter()
    names = []
    for event in events:
        seen[event.span] += 1
        number = f"#{seen[event.span]}" if seen[event.span] > 1 else ""
        names.append(f"{document_hash[:12]}:{event.span[0]}-{event.span[1]}{number}")
    return tuple(names)


def _mention(mention: Mention | None) -> dict[str, Any] | None:
    if mention is None:
        return None
    span = list(mention.span) if mention.span else None
    return {"code": mention.code, "text": mention.text, "span": span, "inferred": mention.is_inferred}


def _attribution(attribution: Attribution) -> dict[str, Any]:
    span = list(attribution.span) if attribution.span else None
    return {"speaker": attribution.speaker, "outlet": attribution.outlet, "span": span}
