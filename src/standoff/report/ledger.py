"""The ledger of assumptions: every number of the scenario with its range and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from standoff.report.wording import day, number
from standoff.scenario import Parameter, Scenario, measure_coverage

__all__ = ["Assumption", "Ledger", "Reference", "Source", "assumption_ledger", "safe_link"]


@dataclass(frozen=True)
class Source:
    """A document of the scenario.

    Attributes:
        anchor: Its id in the page.
        title: Its title.
        publisher: Who published it.
        author: Who wrote it, or "".
        date: Day of publication.
        link: Address that may be followed, or "".
        address: Address as the file gives it, or "".
        rating: "A", "B", "C" or "".
    """

    anchor: str
    title: str
    publisher: str
    author: str
    date: str
    link: str
    address: str
    rating: str


@dataclass(frozen=True)
class Reference:
    """A place in a document that supports a number."""

    source: Source
    place: str
    says: str


@dataclass(frozen=True)
class Assumption:
    """One parameter.

    Attributes:
        name: Its name in the file.
        label: Its name for people, or "".
        value: The number, in the unit of the file.
        formula: How it follows from other parameters, or "".
        unit: Its unit, or "".
        spread: Its range or distribution in words, or "".
        references: The evidence.
        judgement: The author's reason, or "".
        basis: "evidence", "judgement" or "none"; a formula has that of the parameters in it.
    """

    name: str
    label: str
    value: str
    formula: str
    unit: str
    spread: str
    references: tuple[Reference, ...]
    judgement: str
    basis: str


@dataclass(frozen=True)
class Ledger:
    """All assumptions and the documents behind them."""

    assumptions: tuple[Assumption, ...]
    sources: tuple[Source, ...]

    def count(self, basis: str) -> int:
        """Number of assumptions of a basis."""
        return sum(assumption.basis == basis for assumption in self.assumptions)

    def unsourced(self) -> tuple[str, ...]:
        """Names of the assumptions that rest on nothing."""
        return tuple(item.label or item.name for item in self.assumptions if item.basis == "none")


def safe_link(url: str) -> str:
    """The address if a reader may be led there, or ""; only http and https are followed.

    Examples:
        >>> safe_link("https://example.org/a"), safe_link("javascript:alert(1)")
        ('https://example.org/a', '')
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    printable = url.isprintable() and " " not in url
    return url if printable and parts.scheme in {"http", "https"} and parts.hostname else ""


def assumption_ledger(scenario: Scenario) -> Ledger:
    """Read the ledger off a scenario."""
    sources = {
        name: Source(
            anchor=f"source-{k}",
            title=document.title,
            publisher=document.publisher,
            author=document.author or "",
            date=day(document.date),
            link=safe_link(document.url or ""),
            address=document.url or "",
            rating=document.rating or "",
        )
        for k, (name, document) in enumerate(scenario.documents.items(), start=1)
    }
    values = scenario.parameter_values()
    coverage = measure_coverage(scenario)
    assumptions = tuple(
        _assumption(
            name,
            parameter,
            value=values[name] / scenario.unit_factor(name),
            basis=coverage.sources[name],
            sources=sources,
        )
        for name, parameter in scenario.parameters.items()
    )
    return Ledger(assumptions, tuple(sources.values()))


def _assumption(name: str, parameter: Parameter, *, value: float, basis: str, sources: dict[str, Source]) -> Assumption:
    return Assumption(
        name=name,
        label=parameter.label or "",
        value=number(value),
        formula=parameter.value.source if parameter.value.names else "",
        unit=parameter.unit or "",
        spread=_spread(parameter),
        references=tuple(Reference(sources[item.document], item.place, item.says) for item in parameter.evidence),
        judgement=parameter.judgement or "",
        basis=basis,
    )


def _spread(parameter: Parameter) -> str:
    """The range, and the distribution where one is given."""
    words = []
    if parameter.range is not None:
        words.append(f"{number(parameter.range[0])} to {number(parameter.range[1])}")
    if parameter.distribution is not None:
        fields = parameter.distribution.model_dump()
        kind = fields.pop("kind")
        words.append(
            f"{kind} ({', '.join(f'{key} {number(value)}' for key, value in fields.items() if value is not None)})"
        )
    return "; ".join(words)
