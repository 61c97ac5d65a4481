"""The numbers of a scenario and where they come from: parameters, their ranges and evidence, documents."""

from __future__ import annotations

from collections.abc import Container
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from standoff.scenario.base import Date, DocumentId, Label, Part, Slug, Text
from standoff.scenario.expression import Expression

__all__ = [
    "Beta",
    "Correlation",
    "Distribution",
    "Document",
    "Evidence",
    "LogNormal",
    "LogUniform",
    "Normal",
    "Parameter",
    "Period",
    "Pert",
    "Quantity",
    "TimeUnit",
    "Triangular",
    "Uniform",
    "is_drawn",
]

TimeUnit = Literal["day", "week", "month"]
Finite = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Positive = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0)]


class Period(Part):
    """The clock: how long a period is and how far ahead the scenario looks."""

    unit: TimeUnit = Field(description="Unit of time; rates, hazards, flows and discounts are per unit.")
    length: Positive = Field(default=1.0, description="Length of one period, in units.")
    horizon: Positive = Field(description="How far ahead the scenario looks, in units; a whole number of periods.")
    continues: bool = Field(
        default=False,
        strict=True,
        description="Whether the crisis goes on for ever after the horizon, as in the last period before it.",
    )


class Document(Part):
    """A text that evidence points to; its words are not kept here."""

    title: Text = Field(description="Title of the document.")
    publisher: Label = Field(description="Who published it.")
    author: Label | None = Field(default=None, description="Who wrote it.")
    date: Date = Field(description="Day of publication; not after `as_of`, unless `retrospective`.")
    url: str | None = Field(default=None, description="Where it can be read.")
    rating: Literal["A", "B", "C"] | None = Field(default=None, description="Reliability of the source, A the best.")
    retrospective: bool = Field(
        default=False,
        strict=True,
        description="Written afterwards, about a crisis of the past; may be dated after `as_of`.",
    )


class Evidence(Part):
    """One place in a document that supports a number."""

    document: DocumentId = Field(description="Identifier of a document of this file.")
    place: Text = Field(description="Where in the document, such as `paragraph 5`.")
    says: Text = Field(description="What it says, in the words of the scenario's author.")


class Uniform(Part):
    """Every number between two bounds is equally likely."""

    kind: Literal["uniform"] = Field(description="The kind of distribution.")
    low: Finite = Field(description="Lower bound.")
    high: Finite = Field(description="Upper bound.")


class LogUniform(Part):
    """The logarithm is uniform between the logarithms of two positive bounds."""

    kind: Literal["loguniform"] = Field(description="The kind of distribution.")
    low: Positive = Field(description="Lower bound.")
    high: Positive = Field(description="Upper bound.")


class Normal(Part):
    """The bell curve."""

    kind: Literal["normal"] = Field(description="The kind of distribution.")
    mean: Finite = Field(description="Mean.")
    sd: Positive = Field(description="Standard deviation.")


class LogNormal(Part):
    """The logarithm is normal."""

    kind: Literal["lognormal"] = Field(description="The kind of distribution.")
    median: Positive = Field(description="Median.")
    sigma: Positive = Field(description="Standard deviation of the natural logarithm.")


class Triangular(Part):
    """Rises in a straight line from the lower bound to the mode, and falls to the upper bound."""

    kind: Literal["triangular"] = Field(description="The kind of distribution.")
    low: Finite | None = Field(default=None, description="Lower bound; that of `range` if absent.")
    mode: Finite | None = Field(default=None, description="Most likely number; `value` if absent.")
    high: Finite | None = Field(default=None, description="Upper bound; that of `range` if absent.")


class Pert(Part):
    """The beta distribution of a lowest, a most likely and a highest number; smoother than the triangular one."""

    kind: Literal["pert"] = Field(description="The kind of distribution.")
    low: Finite | None = Field(default=None, description="Lower bound; that of `range` if absent.")
    mode: Finite | None = Field(default=None, description="Most likely number; `value` if absent.")
    high: Finite | None = Field(default=None, description="Upper bound; that of `range` if absent.")


class Beta(Part):
    """The beta distribution, on 0 to 1 or stretched between two bounds."""

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
    """A number with a name, and where it comes from."""

    label: Label | None = Field(default=None, description="The name that people read.")
    value: Expression = Field(description="The number, or a formula of other parameters.")
    range: tuple[Finite, Finite] | None = Field(
        default=None, description="Lowest and highest plausible number, in the unit of `value`."
    )
    distribution: Distribution | None = Field(
        default=None,
        description="How likely each number is, in the unit of `value`; cut to `range` where both are given. "
        "If absent, every number in `range` is equally likely.",
    )
    unit: Label | None = Field(
        default=None, description="Unit; one that ends in /day, /week, /month or /year is converted to the file's own."
    )
    evidence: tuple[Evidence, ...] = Field(default=(), description="Where the number is from.")
    judgement: Text | None = Field(
        default=None, description="Why the author chose the number, where no document gives it."
    )


def is_drawn(parameter: Parameter, parameters: Container[str]) -> bool:
    """Say whether a parameter is drawn where many draws are made.

    One with a distribution is; one with a range is, unless it is a formula of others, which it follows.

    Args:
        parameter: The parameter.
        parameters: Names of all parameters.
    """
    if parameter.distribution is not None:
        return True
    return parameter.range is not None and not any(name in parameters for name in parameter.value.names)


def _rank_tag(given: Any) -> str:
    return "(matrix)" if isinstance(given, list | tuple) else "(one)"


Rank = Annotated[
    Annotated[Finite, Tag("(one)")] | Annotated[tuple[tuple[Finite, ...], ...], Tag("(matrix)")],
    Discriminator(_rank_tag),
]


class Correlation(Part):
    """Parameters that tend to be high together, or one high where the other is low."""

    parameters: tuple[Slug, ...] = Field(min_length=2, description="Parameters that are drawn.")
    rank: Rank = Field(
        description="Rank correlation (Spearman) of every pair of them, or the whole matrix as a list of rows."
    )
    evidence: tuple[Evidence, ...] = Field(default=(), description="Where the number is from.")
    judgement: Text | None = Field(default=None, description="Why the author chose the number.")


class Quantity(Part):
    """A formula of the state with a name, worked out in each state."""

    label: Label | None = Field(default=None, description="The name that people read.")
    value: Expression = Field(description="A formula of parameters, tracks, submodels and other quantities.")
