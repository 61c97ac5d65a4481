"""The coded form of a news report: events, and separately claims.

An **event** is an act of one side towards another that the text reports as having happened, as ongoing, as announced or
as threatened, in the categories of PLOVER (2021). A **claim** is a position or number that somebody is reported to hold: a
red line, a deadline, a force level. Every event and claim points to the exact characters that express it.

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
"""Intensity of each type, from -10 (hostile) to 10 (cooperative), in the manner of Goldstein's scale for WEIS."""

Span = tuple[int, int]
"""Start and end, in code points of the document's text; the end is not included."""


@dataclass(frozen=True)
class Mention:
    """A mention of an actor in a text.

    Attributes:
        code: Country (ISO 3166 alpha-3) and role, such as "IRN" or "USA MIL"; "IGO:UN" for an organisation; several joined by
            ";"; empty where unknown.
        text: The words that name it; empty where it was inferred.
        span: Where these words are; None where it was inferred.
        is_inferred: Whether the text does not name the actor, and the other side of the scenario's dyad was taken.
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
    """The source to which a text attributes something.

    Attributes:
        speaker: Who is quoted or paraphrased; empty where the text attributes it to nobody.
        outlet: The outlet that the speaker talked to, or that is cited; empty where none is named.
        span: Where the speaker is named; None where nobody is named.
    """

    speaker: str = ""
    outlet: str = ""
    span: Span | None = None


@dataclass(frozen=True)
class Event:
    """One coded event.

    Attributes:
        event_type: Its PLOVER category.
        mode: Its PLOVER mode, such as "troops"; empty where none applies.
        contexts: Its PLOVER contexts, such as "military", "diplomatic" or "nuclear".
        actor: The actor.
        target: The target; None where none is named or inferred.
        date: The day, resolved against the document's date; None where unknown.
        place: The place; empty where none is named.
        span: Where the text expresses the act.
        quote: The characters of the span.
        attribution: The source that the text attributes it to.
        factuality: Whether it happened, is ongoing, was announced, threatened, denied or supposed, or is past background.
        confidence: Probability that the type is right, calibrated on held-out sentences, 0..1.
        method: The coder, with its version.
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

    def to_json(self) -> dict[str, Any]:
        """Convert to plain data."""
        return {
            "type": self.event_type,
            "mode": self.mode,
            "contexts": list(self.contexts),
            "actor": _convert_mention(self.actor),
            "target": _convert_mention(self.target),
            "date": self.date.isoformat() if self.date else None,
            "place": self.place,
            "span": list(self.span),
            "quote": self.quote,
            "attribution": _convert_attribution(self.attribution),
            "factuality": self.factuality,
            "confidence": self.confidence,
            "method": self.method,
            "intensity": self.intensity,
        }


@dataclass(frozen=True)
class Claim:
    """One coded claim.

    Attributes:
        kind: Its kind, such as "deadline".
        issue: The issue, such as "missiles"; empty where that is not clear.
        holder: Who makes the claim, or to whom the forces or losses belong.
        about: The actor that it concerns; None where none is named.
        value: The number or date as text; empty where there is none.
        unit: The unit of the value; empty where there is none.
        qualifier: "about", "more than", "up to" and the like.
        span: Where the text expresses the claim.
        quote: The characters of the span.
        attribution: The source that the text attributes it to.
        factuality: Whether what is claimed happened, is ongoing, was announced, threatened, denied or supposed, or is past
            background.
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

    def to_json(self) -> dict[str, Any]:
        """Convert to plain data."""
        return {
            "kind": self.kind,
            "issue": self.issue,
            "holder": _convert_mention(self.holder),
            "about": _convert_mention(self.about),
            "value": self.value,
            "unit": self.unit,
            "qualifier": self.qualifier,
            "span": list(self.span),
            "quote": self.quote,
            "attribution": _convert_attribution(self.attribution),
            "factuality": self.factuality,
        }


@dataclass(frozen=True)
class CodedDocument:
    """The events and claims of one document.

    Attributes:
        document_hash: SHA-256 of its text, in hex.
        events: In the order of the text.
        claims: In the order of the text.
        language: Language of the text, as ISO 639-1.
        refused: Why nothing was coded, such as an unknown language; empty where the document was coded.
    """

    document_hash: str
    events: tuple[Event, ...]
    claims: tuple[Claim, ...]
    language: str
    refused: str = ""

    def to_json(self) -> dict[str, Any]:
        """Convert to plain data."""
        return {
            "document": self.document_hash,
            "language": self.language,
            "refused": self.refused,
            "events": [event.to_json() for event in self.events],
            "claims": [claim.to_json() for claim in self.claims],
        }


def name_events(document_hash: str, events: Iterable[Event]) -> tuple[str, ...]:
    """Name the events of a document, for people and files, by its hash and their spans.

    Args:
        document_hash: The document.
        events: The events of one coding, in its order. Where several have the same span, the second and later ones get a number.

    Returns:
        The names, such as "ab12cd34ef56:10-28" or "ab12cd34ef56:10-28#2".
    """
    seen: Counter[Span] = Counter()
    names = []
    for event in events:
        seen[event.span] += 1
        number = f"#{seen[event.span]}" if seen[event.span] > 1 else ""
        names.append(f"{document_hash[:12]}:{event.span[0]}-{event.span[1]}{number}")
    return tuple(names)


def _convert_mention(mention: Mention | None) -> dict[str, Any] | None:
    if mention is None:
        return None
    span = list(mention.span) if mention.span else None
    return {"code": mention.code, "text": mention.text, "span": span, "inferred": mention.is_inferred}


def _convert_attribution(attribution: Attribution) -> dict[str, Any]:
    span = list(attribution.span) if attribution.span else None
    return {"speaker": attribution.speaker, "outlet": attribution.outlet, "span": span}
