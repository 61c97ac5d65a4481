"""The interface of coders, and the targets that a scenario adds to a coding.

A coder reads one document without knowing any scenario, so that its coding can be stored and used for all of them. A scenario
has two sides, its **dyad**: where one of them demands, refuses, agrees or threatens and the text names no target, the other
side is usually the target. Such a target is **inferred**, and marked as inferred: people see it, but an update does not use it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from standoff.news.coded import CodedDocument, Event, Mention
from standoff.news.document import Document

__all__ = ["INFERRED_FOR", "Coder", "Dyad", "infer_targets"]

INFERRED_FOR = frozenset({"REQUEST", "REJECT", "AGREE", "THREATEN"})
"""Types of events whose missing target is usually the other side."""


class Coder(Protocol):
    """A program that codes events and claims."""

    @property
    def method(self) -> str:
        """Name and version of the coder; codings by the same method are comparable."""
        ...

    def code(self, document: Document) -> CodedDocument:
        """Code one document; `refused` is set where the coder cannot read it, such as for its language."""
        ...


@dataclass(frozen=True)
class Dyad:
    """The two sides of a scenario, each as the codes of its countries.

    Attributes:
        first: The first side, such as ("USA",).
        second: The second side, such as ("IRN",).

    Examples:
        >>> Dyad(("USA",), ("IRN",)).find_other(("IRN",))
        ('USA',)
        >>> Dyad(("USA",), ("IRN",)).find_other(("FRA",))
        ()
    """

    first: tuple[str, ...]
    second: tuple[str, ...]

    def find_other(self, countries: tuple[str, ...]) -> tuple[str, ...]:
        """The side opposite to that of some countries; empty where they belong to neither side or to both."""
        of_first, of_second = bool({*countries} & {*self.first}), bool({*countries} & {*self.second})
        if of_first == of_second:
            return ()
        return self.second if of_first else self.first


def infer_targets(coded: CodedDocument, dyad: Dyad) -> CodedDocument:
    """Fill in targets that a text leaves open, from the dyad of a scenario.

    Args:
        coded: The coding of a document.
        dyad: The two sides.

    Returns:
        The coding with inferred targets, which are marked by `Mention.is_inferred`.
    """
    return replace(coded, events=tuple(_infer_target(event, dyad) for event in coded.events))


def _infer_target(event: Event, dyad: Dyad) -> Event:
    is_open = event.target is None or not (event.target.code or event.target.text)
    if event.event_type not in INFERRED_FOR or event.actor is None or not is_open:
        return event
    codes = dyad.find_other(event.actor.countries)
    return replace(event, target=Mention(";".join(codes), is_inferred=True)) if codes else event
