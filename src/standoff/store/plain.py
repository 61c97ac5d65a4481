"""Events and claims from plain data and back, and the key by which an event is known again.

Two codings of a document tell the same event if the same characters are coded with the same type, actor and target. So a
review of an event holds for it in every other coding of the document that finds it too.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from standoff.news.coded import Attribution, Claim, Event, Mention, Span
from standoff.store.columns import compute_hash, encode_canonical_json

__all__ = ["get_code", "make_event_keys", "parse_claim", "parse_event"]


def make_event_keys(document_hash: str, events: Iterable[Event]) -> tuple[str, ...]:
    """The key of each event of a coding: a hash, different for each of them.

    Args:
        document_hash: The document.
        events: The events of one coding, in its order; of several that are coded alike the first, second and so on differ.
    """
    seen: Counter[str] = Counter()
    keys = []
    for event in events:
        parts = [document_hash, list(event.span), event.event_type, get_code(event.actor), get_code(event.target)]
        name = encode_canonical_json(parts)
        seen[name] += 1
        keys.append(compute_hash(f"{name}{seen[name]}"))
    return tuple(keys)


def get_code(mention: Mention | None) -> str:
    """The code of an actor; "" where nobody is named."""
    return mention.code if mention else ""


def parse_event(plain: Mapping[str, Any]) -> Event:
    """The event whose `document()` this is."""
    return Event(
        event_type=plain["type"],
        mode=plain["mode"],
        contexts=tuple(plain["contexts"]),
        actor=_mention(plain["actor"]),
        target=_mention(plain["target"]),
        date=dt.date.fromisoformat(plain["date"]) if plain["date"] else None,
        place=plain["place"],
        span=(plain["span"][0], plain["span"][1]),
        quote=plain["quote"],
        attribution=_attribution(plain["attribution"]),
        factuality=plain["factuality"],
        confidence=plain["confidence"],
        method=plain["method"],
        intensity=plain["intensity"],
    )


def parse_claim(plain: Mapping[str, Any]) -> Claim:
    """The claim whose `document()` this is."""
    return Claim(
        kind=plain["kind"],
        issue=plain["issue"],
        holder=_mention(plain["holder"]),
        about=_mention(plain["about"]),
        value=plain["value"],
        unit=plain["unit"],
        qualifier=plain["qualifier"],
        span=(plain["span"][0], plain["span"][1]),
        quote=plain["quote"],
        attribution=_attribution(plain["attribution"]),
        factuality=plain["factuality"],
    )


def _span(plain: list[int] | None) -> Span | None:
    return (plain[0], plain[1]) if plain else None


def _mention(plain: Mapping[str, Any] | None) -> Mention | None:
    if plain is None:
        return None
    return Mention(plain["code"], plain["text"], _span(plain["span"]), plain["inferred"])


def _attribution(plain: Mapping[str, Any]) -> Attribution:
    return Attribution(plain["speaker"], plain["outlet"], _span(plain["span"]))
