"""What codes documents, whatever it is made of, and what a scenario adds to what was coded.

A coder reads one document without knowing any scenario, so that its coding can be kept and used for all of them. A scenario has
two sides, its **dyad**: where one of them demands, refuses, agrees or threatens and the text does not say towards whom, the
other side is meant as a rule. That target is **inferred**, and marked so: it is for people to read, and no evidence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from standoff.news.coded import CodedDocument, Event, Mention
from standoff.news.document import Document

__all__ = ["INFERRED_FOR", "Coder", "Dyad", "infer_targets"]

INFERRED_FOR = frozenset({"REQUEST", "REJECT", "AGREE", "THREATEN"})
"""Types of events whose missing target is the other side as a rule."""


class Coder(Protocol):
    """Finds events and claims in documents."""

    @property
    def method(self) -> str:
        """What it is, with its version: codings by the same method are comparable."""
        ...

    def code(self, document: Document) -> CodedDocument:
        """Code one document; text that it cannot read, such as another language, comes back with `refused` set."""
        ...


@dataclass(frozen=True)
class Dyad:
    """The two sides of a scenario, each by the codes of its countries.

    Attributes:
        first: Such as ("USA",).
        second: Such as ("IRN",).

    Examples:
        >>> Dyad(("USA",), ("IRN",)).other(("IRN",))
        ('USA',)
        >>> Dyad(("USA",), ("IRN",)).other(("FRA",))
        ()
    """

    first: tuple[str, ...]
    second: tuple[str, ...]

    def other(self, countries: tuple[str, ...]) -> tuple[str, ...]:
        """Codes of the other side than the one that countries are of; empty where they are of neither or both."""
        of_first, of_second = bool({*countries} & {*self.first}), bool({*countries} & {*self.second})
        if of_first == of_second:
            return ()
        return self.second if of_first else self.first


def infer_targets(coded: CodedDocument, dyad: Dyad) -> CodedDocument:
    """Fill in the targets that a text leaves open and a scenario's dyad suggests; see the module.

    Args:
        coded: As a coder gave it.
        dyad: The two sides.

    Returns:
        The same, with inferred targets marked by `Mention.is_inferred`.
    """
    return replace(coded, events=tuple(_with_target(event, dyad) for event in coded.events))


def _with_target(event: Event, dyad: Dyad) -> Event:
    is_open = event.target is None or not (event.target.code or event.target.text)
    if event.event_type not in INFERRED_FOR or event.actor is None or not is_open:
        return event
    codes = dyad.other(event.actor.countries)
    return replace(event, target=Mention(";".join(codes), is_inferred=True)) if codes else event
