"""A coder for tests: it finds what a few phrases say, and knows nothing else."""

import datetime as dt
import re

from standoff.news.coded import INTENSITY, Attribution, CodedDocument, Event, Mention
from standoff.news.document import Document

PHRASES = {
    "sent more forces": "MOBILIZE",
    "held talks with": "CONSULT",
    "harassed tankers of": "COERCE",
    "struck": "ASSAULT",
    "threatened": "THREATEN",
    "drew up plans against": "MOBILIZE",
}
COUNTRIES = {"America": "USA", "Iran": "IRN", "Israel": "ISR", "France": "FRA"}
FACTUALITY = {"drew up plans against": "announced"}
_WHO = "|".join(COUNTRIES)
SENTENCE = re.compile(
    rf"(?P<who>{_WHO}) (?P<act>{'|'.join(PHRASES)})(?: (?P<whom>{_WHO}))?(?: on (?P<day>\d{{4}}-\d\d-\d\d))?"
)


class ScriptedCoder:
    """Codes by the phrases; a text that begins with "Bonjour" is in another language."""

    method = "scripted 1"

    def code(self, document):
        if document.text.startswith("Bonjour"):
            return CodedDocument(document.document_hash, (), (), "fr", "the text is in French")
        return CodedDocument(document.document_hash, tuple(map(self._event, self._found(document))), (), "en")

    @staticmethod
    def _found(document):
        return [(document, found) for found in SENTENCE.finditer(document.text)]

    def _event(self, located):
        document, found = located
        kind = PHRASES[found["act"]]
        day = dt.date.fromisoformat(found["day"]) if found["day"] else document.date
        whom = Mention(COUNTRIES[found["whom"]], found["whom"], found.span("whom")) if found["whom"] else None
        return Event(
            event_type=kind,
            mode="",
            contexts=("military",),
            actor=Mention(COUNTRIES[found["who"]], found["who"], found.span("who")),
            target=whom,
            date=day,
            place="",
            span=found.span(),
            quote=found.group(),
            attribution=Attribution(),
            factuality=FACTUALITY.get(found["act"], "happened"),
            confidence=0.9,
            method=self.method,
            intensity=INTENSITY[kind],
        )


def article(text, *, outlet="Gazette", day="2026-02-09", **more):
    """A document about these countries."""
    given = {"title": text[:20], "address": f"https://{outlet.lower()}.example/{len(text)}", "language": "en"}
    return Document(text, outlet=outlet, date=dt.date.fromisoformat(day), **(given | more))


def wire(first, last):
    """Many reports, each with an event; every tenth repeats the one before it in another outlet."""
    made = []
    for number in range(first, last):
        own = number - (number % 10 == 9)
        place = f"ward {own * 7919 % 10007}, harbour {own * 104729 % 10009}, quarter {own * 1299709 % 10037}"
        day = f"2026-02-{1 + own % 27:02d}"
        text = f"Bulletin {own} of {place}: America sent more forces on {day}, said spokesman {own} in town {own * 31 % 997}."
        repeated = "" if own == number else " The report was repeated."
        made.append(article(text + repeated, outlet="Courier" if repeated else "Gazette", day=day))
    return made
