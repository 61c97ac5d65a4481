"""The numbers of a scenario and where they come from: parameters, their ranges and evidence, documents."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from standoff.scenario.base import Date, DocumentId, Label, Part, Text
from standoff.scenario.expression import Expression

__all__ = [
    "Beta",
    "Distribution",
    "Document",
    "Evidence",
    "LogNormal",
    "LogUniform",
    "Normal",
    "Parameter",
    "Period",
    "Quantity",
    "TimeUnit",
    "Triangular",
    "Uniform",
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
    low: Finite = Field(description="Lower bound.")
    mode: Finite = Field(description="Most likely number.")
    high: Finite = Field(description="Upper bound.")


class Beta(Part):
    """The beta distribution, on 0 to 1 or stretched between two bounds."""

    kind: Literal["beta"] = Field(description="The kind of distribution.")
    a: Positive = Field(description="First shape parameter.")
    b: Positive = Field(description="Second shape parameter.")
    low: Finite = Field(default=0.0, description="Lower bound.")
    high: Finite = Field(default=1.0, description="Upper bound.")


Distribution = Annotated[
    Uniform | LogUniform | Normal | LogNormal | Triangular | Beta,
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
        default=None, description="How likely each number is, in the unit of `value`."
    )
    unit: Label | None = Field(
        default=None, description="Unit; one that ends in /day, /week, /month or /year is converted to the file's own."
    )
    evidence: tuple[Evidence, ...] = Field(default=(), description="Where the number is from.")
    judgement: Text | None = Field(
        default=None, description="Why the author chose the number, where no document gives it."
    )


class Quantity(Part):
    """A formula of the state with a name, worked out in each state."""

    label: Label | None = Field(default=None, description="The name that people read.")
    value: Expression = Field(description="A formula of parameters, tracks, submodels and other quantities.")
