"""Schema of the numbers of a scenario and their sources: parameters, ranges, distributions, citations, documents."""

from __future__ import annotations

from collections.abc import Container
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from standoff.scenario.base import Date, DocumentId, Label, Part, Slug, Text
from standoff.scenario.expression import Expression

__all__ = [
    "Beta",
    "Citation",
    "Correlation",
    "Distribution",
    "LogNormal",
    "LogUniform",
    "Normal",
    "Parameter",
    "Period",
    "Pert",
    "Quantity",
    "SourceDocument",
    "TimeUnit",
    "Triangular",
    "Uniform",
    "is_drawn",
]

TimeUnit = Literal["day", "week", "month"]
Finite = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Positive = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0)]


class Period(Part):
    """The length of a period and the horizon."""

    unit: TimeUnit = Field(description="Unit of time; rates, hazards, flows and discounts are per unit.")
    length: Positive = Field(default=1.0, description="Length of one period, in units.")
    horizon: Positive = Field(description="Length of the forecast, in units; a whole number of periods.")
    continues: bool = Field(
        default=False,
        strict=True,
        description="Whether the crisis continues without end after the horizon, as in the last period before it.",
    )


class SourceDocument(Part):
    """A document that is cited; the file does not hold its text."""

    title: Text = Field(description="Title of the document.")
    publisher: Label = Field(description="Who published it.")
    author: Label | None = Field(default=None, description="Who wrote it.")
    date: Date = Field(description="Day of publication; not after `as_of`, unless `retrospective`.")
    url: str | None = Field(default=None, description="Where it can be read.")
    rating: Literal["A", "B", "C"] | None = Field(default=None, description="Reliability of the source; A is the best.")
    retrospective: bool = Field(
        default=False,
        strict=True,
        description="Whether it was written later about a past crisis; then it may be dated after `as_of`.",
    )


class Citation(Part):
    """A place in a document that supports a number."""

    document: DocumentId = Field(description="Identifier of a document of this file.")
    place: Text = Field(description="Where in the document, such as `paragraph 5`.")
    says: Text = Field(description="What it says, in the words of the scenario's author.")


class Uniform(Part):
    """A distribution in which every number between two bounds is equally likely."""

    kind: Literal["uniform"] = Field(description="The kind of distribution.")
    low: Finite = Field(description="Lower bound.")
    high: Finite = Field(description="Upper bound.")


class LogUniform(Part):
    """A distribution whose logarithm is uniform between the logarithms of two positive bounds."""

    kind: Literal["loguniform"] = Field(description="The kind of distribution.")
    low: Positive = Field(description="Lower bound.")
    high: Positive = Field(description="Upper bound.")


class Normal(Part):
    """A normal distribution."""

    kind: Literal["normal"] = Field(description="The kind of distribution.")
    mean: Finite = Field(description="Mean.")
    sd: Positive = Field(description="Standard deviation.")


class LogNormal(Part):
    """A distribution whose logarithm is normal."""

    kind: Literal["lognormal"] = Field(description="The kind of distribution.")
    median: Positive = Field(description="Median.")
    sigma: Positive = Field(description="Standard deviation of the natural logarithm.")


class Triangular(Part):
    """A distribution that rises in a straight line from the lower bound to the mode, then falls to the upper bound."""

    kind: Literal["triangular"] = Field(description="The kind of distribution.")
    low: Finite | None = Field(default=None, description="Lower bound; the lower end of `range` if absent.")
    mode: Finite | None = Field(default=None, description="Most likely number; `value` if absent.")
    high: Finite | None = Field(default=None, description="Upper bound; the upper end of `range` if absent.")


class Pert(Part):
    """A beta distribution with a lowest, most likely and highest number; smoother than a triangular one."""

    kind: Literal["pert"] = Field(description="The kind of distribution.")
    low: Finite | None = Field(default=None, description="Lower bound; the lower end of `range` if absent.")
    mode: Finite | None = Field(default=None, description="Most likely number; `value` if absent.")
    high: Finite | None = Field(default=None, description="Upper bound; the upper end of `range` if absent.")


class Beta(Part):
    """A beta distribution on 0 to 1, or stretched between two bounds."""

    kind: Literal["beta"] = Field(description="The kind of distribution.")
    a: Positive = Field(description="First shape parameter.")
    b: Positive = Field(description="Second shape parameter.")
    low: Finite = Field(default=0.0, description="Lower bound.")
    high: Finite = Field(default=1.0, description="Upper bound.")


Distribution = Annotated[
    Uniform | LogUniform | Normal | LogNormal | Triangular | Pert | Beta,
    Field(discriminator="kind"),
]


class Parameter(Part):
    """A named number and its source."""

    label: Label | None = Field(default=None, description="The name that people read.")
    value: Expression = Field(description="The number, or a formula of other parameters.")
    range: tuple[Finite, Finite] | None = Field(
        default=None, description="Lowest and highest plausible number, in the unit of `value`."
    )
    distribution: Distribution | None = Field(
        default=None,
        description="Distribution, in the unit of `value`; cut off at `range` if both are given. "
        "If absent, every number in `range` is equally likely.",
    )
    unit: Label | None = Field(
        default=None, description="Unit; one that ends in /day, /week, /month or /year is converted to the file's own."
    )
    evidence: tuple[Citation, ...] = Field(
        default=(), description="Citations of the documents that support the number."
    )
    judgement: Text | None = Field(
        default=None, description="Why the author chose the number, if no document gives it."
    )


def is_drawn(parameter: Parameter, parameters: Container[str]) -> bool:
    """Whether an ensemble draws a parameter.

    A parameter is drawn if it has a distribution, or has a range and is not a formula of other parameters.

    Args:
        parameter: The parameter.
        parameters: Names of all parameters.
    """
    if parameter.distribution is not None:
        return True
    return parameter.range is not None and not any(name in parameters for name in parameter.value.names)


def _tag_rank(given: Any) -> str:
    return "(matrix)" if isinstance(given, list | tuple) else "(one)"


Rank = Annotated[
    Annotated[Finite, Tag("(one)")] | Annotated[tuple[tuple[Finite, ...], ...], Tag("(matrix)")],
    Discriminator(_tag_rank),
]


class Correlation(Part):
    """Rank correlation of parameters that are drawn together."""

    parameters: tuple[Slug, ...] = Field(
        min_length=2, description="The parameters; each must have a range or a distribution."
    )
    rank: Rank = Field(description="Spearman rank correlation of every pair, or the whole matrix as a list of rows.")
    evidence: tuple[Citation, ...] = Field(
        default=(), description="Citations of the documents that support the number."
    )
    judgement: Text | None = Field(default=None, description="Why the author chose the number.")


class Quantity(Part):
    """A named formula that is evaluated in each state."""

    label: Label | None = Field(default=None, description="The name that people read.")
    value: Expression = Field(description="A formula of parameters, tracks, submodels and other quantities.")
