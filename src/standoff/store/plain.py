"""Parse events and claims from plain data, and make the key that identifies an event in every coding.

Two codings of a document contain the same event if they code the same characters with the same type, actor and target. A review
of an event therefore holds in every coding that contains it.
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
    """Make the key of each event of a coding, a unique hash.

    Args:
        document_hash: Hash of the document.
        events: Events of one coding in its order; equal codings are numbered in this order.
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
    """Return the code of an actor; "" if nobody is named."""
    return mention.code if mention else ""


def parse_event(plain: Mapping[str, Any]) -> Event:
    """Parse an event from the result of its `to_json()`."""
    return Event(
        event_type=plain["type"],
        mode=plain["mode"],
        contexts=tuple(plain["contexts"]),
        actor=_parse_mention(plain["actor"]),
        target=_parse_mention(plain["target"]),
        date=dt.date.fromisoformat(plain["date"]) if plain["date"] else None,
        place=plain["place"],
        span=(plain["span"][0], plain["span"][1]),
        quote=plain["quote"],
        attribution=_parse_attribution(plain["attribution"]),
        factuality=plain["factuality"],
        confidence=plain["confidence"],
        method=plain["method"],
        intensity=plain["intensity"],
    )


def parse_claim(plain: Mapping[str, Any]) -> Claim:
    """Parse a claim from the result of its `to_json()`."""
    return Claim(
        kind=plain["kind"],
        issue=plain["issue"],
        holder=_parse_mention(plain["holder"]),
        about=_parse_mention(plain["about"]),
        value=plain["value"],
        unit=plain["unit"],
        qualifier=plain["qualifier"],
        span=(plain["span"][0], plain["span"][1]),
        quote=plain["quote"],
        attribution=_parse_attribution(plain["attribution"]),
        factuality=plain["factuality"],
    )


def _parse_span(plain: list[int] | None) -> Span | None:
    return (plain[0], plain[1]) if plain else None


def _parse_mention(plain: Mapping[str, Any] | None) -> Mention | None:
    if plain is None:
        return None
    return Mention(plain["code"], plain["text"], _parse_span(plain["span"]), plain["inferred"])


def _parse_attribution(plain: Mapping[str, Any]) -> Attribution:
    return Attribution(plain["speaker"], plain["outlet"], _parse_span(plain["span"]))
