"""The parameters of a scenario, each with its range and the documents that support it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from standoff.report.typesetting import show_day, show_number
from standoff.scenario import Parameter, Scenario, measure_coverage

__all__ = ["Assumption", "Reference", "Source", "SourcesTable", "choose_link", "list_sources"]


@dataclass(frozen=True)
class Source:
    """A document of the scenario.

    Attributes:
        anchor: Id in the page.
        title: Title.
        publisher: Publisher.
        author: Author, or "".
        date: Date of publication.
        link: Address that is safe to link to, or "".
        address: Address in the scenario file, or "".
        rating: Reliability "A", "B", "C" or "".
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
    """A passage of a document that supports a number."""

    source: Source
    place: str
    says: str


@dataclass(frozen=True)
class Assumption:
    """One parameter.

    Attributes:
        name: Name in the file.
        label: Label, or "".
        value: Value, in the unit of the file.
        formula: Formula in other parameters, or "".
        unit: Unit, or "".
        spread: Range and distribution, or "".
        references: Citations.
        judgement: The author's reason, or "".
        basis: "evidence", "judgement" or "none"; a formula inherits the basis of its parameters.
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
class SourcesTable:
    """All parameters and the documents that support them."""

    assumptions: tuple[Assumption, ...]
    documents: tuple[Source, ...]

    def count(self, basis: str) -> int:
        """Count the parameters with a basis."""
        return sum(assumption.basis == basis for assumption in self.assumptions)

    def find_unsupported(self) -> tuple[str, ...]:
        """Return the labels of the parameters without citation or judgement."""
        return tuple(item.label or item.name for item in self.assumptions if item.basis == "none")


def choose_link(url: str) -> str:
    """Return an address if it is safe to link to, else ""; only http and https are safe.

    Examples:
        >>> choose_link("https://example.org/a"), choose_link("javascript:alert(1)")
        ('https://example.org/a', '')
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    printable = url.isprintable() and " " not in url
    return url if printable and parts.scheme in {"http", "https"} and parts.hostname else ""


def list_sources(scenario: Scenario) -> SourcesTable:
    """List the parameters and documents of a scenario."""
    sources = {
        name: Source(
            anchor=f"source-{k}",
            title=document.title,
            publisher=document.publisher,
            author=document.author or "",
            date=show_day(document.date),
            link=choose_link(document.url or ""),
            address=document.url or "",
            rating=document.rating or "",
        )
        for k, (name, document) in enumerate(scenario.documents.items(), start=1)
    }
    values = scenario.compute_parameter_values()
    coverage = measure_coverage(scenario)
    assumptions = tuple(
        _describe_parameter(
            name,
            parameter,
            value=values[name] / scenario.compute_unit_factor(name),
            basis=coverage.sources[name],
            sources=sources,
        )
        for name, parameter in scenario.parameters.items()
    )
    return SourcesTable(assumptions, tuple(sources.values()))


def _describe_parameter(
    name: str, parameter: Parameter, *, value: float, basis: str, sources: dict[str, Source]
) -> Assumption:
    return Assumption(
        name=name,
        label=parameter.label or "",
        value=show_number(value),
        formula=parameter.value.source if parameter.value.names else "",
        unit=parameter.unit or "",
        spread=_describe_range(parameter),
        references=tuple(Reference(sources[item.document], item.place, item.says) for item in parameter.evidence),
        judgement=parameter.judgement or "",
        basis=basis,
    )


def _describe_range(parameter: Parameter) -> str:
    """Describe the range and the distribution of a parameter."""
    parts = []
    if parameter.range is not None:
        parts.append(f"{show_number(parameter.range[0])} to {show_number(parameter.range[1])}")
    if parameter.distribution is not None:
        fields = parameter.distribution.model_dump()
        kind = fields.pop("kind")
        parts.append(
            f"{kind} ({', '.join(f'{key} {show_number(value)}' for key, value in fields.items() if value is not None)})"
        )
    return "; ".join(parts)
