"""Documents and codings for the tests of the store."""

import datetime as dt
from dataclasses import replace

from standoff.news.coded import INTENSITY, Attribution, Claim, CodedDocument, Event, Mention
from standoff.news.document import Document

TEXT = "Northland moved two brigades to the border. Southland called that a threat. Talks go on, both say."
METHOD = "patterns 1"


def document(number=0, **changes):
    text = changes.pop("text", f"{TEXT} Report {number}.")
    given = {"title": f"Report {number}", "outlet": "The Gazette", "address": f"file{number}.txt", "language": "en"}
    return Document(text, **(given | changes))


def event(kind="MOBILIZE", quote="moved two brigades", actor="NTH MIL", target="STH", **changes):
    start = TEXT.index(quote)
    given = {
        "mode": "",
        "contexts": ("military",),
        "actor": Mention(actor, "Northland", (0, 9)) if actor else None,
        "target": Mention(target, is_inferred=True) if target else None,
        "date": dt.date(2031, 3, 4),
        "place": "the border",
        "span": (start, start + len(quote)),
        "quote": quote,
        "attribution": Attribution(),
        "factuality": "happened",
        "confidence": 0.1 + 0.2,  # a number that needs all its digits
        "method": METHOD,
        "intensity": INTENSITY[kind],
    }
    return Event(event_type=kind, **(given | changes))


ACCUSATION = event("ACCUSE", "called that a threat", "STH", "NTH", date=None, attribution=Attribution("Southland"))


def claim(quote="two brigades"):
    start = TEXT.index(quote)
    return Claim(
        kind="force_level",
        issue="border",
        holder=Mention("NTH MIL", "Northland", (0, 9)),
        about=None,
        value="2",
        unit="brigades",
        qualifier="",
        span=(start, start + len(quote)),
        quote=quote,
        attribution=Attribution("both", "", (78, 82)),
        factuality="happened",
    )


def coded(given, events=None, claims=None):
    found = (event(), ACCUSATION) if events is None else tuple(events)
    return CodedDocument(given.document_hash, found, (claim(),) if claims is None else tuple(claims), given.language)


def as_aid(given):
    """The event as somebody would correct it who reads it as help."""
    return replace(given, event_type="AID", intensity=INTENSITY["AID"], date=dt.date(2031, 3, 5))
