"""Schema of a whole scenario.

A scenario has **players**, some with two private types; **parameters** with their sources; a public **state** of named
tracks; **stages** that take place in every period, in order; **nature**; an **agenda** of issues that a deal settles;
**outcomes** that end the crisis, and **milestones** that may be reached before.
Rates, hazards, flows and discounts are per unit of time (`period.unit`), whatever the length of a period.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, PrivateAttr, Tag, model_validator
from pydantic_core import PydanticCustomError

from standoff.scenario.base import ActorCode, Amount, Date, DocumentId, Label, Part, Slug, Text
from standoff.scenario.cycles import sort_by_need
from standoff.scenario.expression import Expression
from standoff.scenario.schema_moves import Bargaining, Effect, Hazard, Outcome, StageSpec
from standoff.scenario.schema_parameters import Correlation, Parameter, Period, Quantity, SourceDocument
from standoff.scenario.schema_submodels import Submodel
from standoff.scenario.source_map import SourceMap
from standoff.scenario.values import UNIT_DAYS, compute_parameters, find_unit_factor

__all__ = [
    "Agenda",
    "Bargaining",
    "Commitment",
    "Deadline",
    "Effect",
    "Exercise",
    "Hazard",
    "Issue",
    "MilestoneSpec",
    "Outcome",
    "Package",
    "PlayerSpec",
    "Scenario",
    "StageSpec",
    "Track",
]

Package = dict[Slug, Slug]


class PlayerSpec(Part):
    """A player, whose private type the others may not know."""

    label: Label = Field(description="Name for display.")
    types: dict[Slug, Expression] = Field(
        default={},
        description="Private types and their prior probabilities; at most two. Beliefs are about the second type.",
    )
    rationality: Expression = Field(
        description="Logit parameter, per unit of payoff; at 0 all actions are equally likely."
    )
    discount: Expression = Field(description="Discount factor per unit of time, above 0 and at most 1.")
    type_labels: dict[Slug, Label] = Field(default={}, description="Names of the types for display.")
    codes: tuple[ActorCode, ...] = Field(
        default=(), description="Actor codes of the player in news: ISO 3166 alpha-3 such as `USA`, or `IGO:UN`."
    )

    @property
    def type_names(self) -> tuple[str, ...]:
        """The types in the order of the file; one unnamed type, "", if the file gives none."""
        return tuple(self.types) or ("",)


class Track(Part):
    """A public variable of the state, at one of a few ordered levels."""

    label: Label = Field(description="Name for display.")
    levels: tuple[Slug, ...] = Field(description="The levels in order.")
    start: Slug = Field(description="The level at `as_of`.")
    level_labels: dict[Slug, Label] = Field(default={}, description="Names of the levels for display.")


class Deadline(Part):
    """A date that formulas refer to as `passed(name)`."""

    label: Label = Field(description="Name for display.")
    date: Date = Field(description="The date; after `as_of`.")


def _tag_worth(given: Any) -> str:
    by_type = isinstance(given, Mapping) and any(isinstance(inner, Mapping) for inner in given.values())
    return "(by type)" if by_type else "(one)"


Worth = Annotated[
    Annotated[dict[Slug, Expression], Tag("(one)")] | Annotated[dict[Slug, dict[Slug, Expression]], Tag("(by type)")],
    Discriminator(_tag_worth),
]


def _tag_red_line(given: Any) -> str:
    return "(by type)" if isinstance(given, Mapping) else "(one)"


RedLine = Annotated[
    Annotated[tuple[Slug, ...], Tag("(one)")] | Annotated[dict[Slug, tuple[Slug, ...]], Tag("(by type)")],
    Discriminator(_tag_red_line),
]


class Issue(Part):
    """An issue that a deal settles at one of a few levels."""

    label: Label = Field(description="Name for display.")
    levels: tuple[Slug, ...] = Field(description="The levels in order; the first is the status quo.")
    worth: dict[Slug, Worth] = Field(
        description="Player -> level -> worth, or player -> type -> level -> worth; the status quo is 0 unless given."
    )
    red_lines: dict[Slug, RedLine] = Field(
        default={}, description="Player -> levels that the player never accepts, or player -> type -> levels."
    )
    level_labels: dict[Slug, Label] = Field(default={}, description="Names of the levels for display.")

    def get_worth(self, level: str, player: str, player_type: str = "") -> Expression:
        """Return the worth of a level to one type of a player; 0 if the file does not give it."""
        given: Mapping[str, Any] = self.worth.get(player, {})
        if any(isinstance(inner, Mapping) for inner in given.values()):
            given = given.get(player_type, {})
        found = given.get(level)
        return found if isinstance(found, Expression) else Expression.parse(0)

    def is_red_line(self, level: str, player: str, player_type: str = "") -> bool:
        """Whether one type of a player never accepts this level."""
        given = self.red_lines.get(player, ())
        return level in (given.get(player_type, ()) if isinstance(given, Mapping) else given)


def _tag_packages(given: Any) -> str:
    return "(rule)" if isinstance(given, str) else "(list)"


Packages = Annotated[
    Annotated[Literal["efficient", "all"], Tag("(rule)")] | Annotated[tuple[Package, ...], Tag("(list)")],
    Discriminator(_tag_packages),
]


class Commitment(Part):
    """The changes after which deals are binding, so that nobody can exploit what a deal gives up."""

    set: tuple[Text, ...] = Field(
        min_length=1, description="Changes to the file in the form of `--set`, such as `deterrent_worth=0`."
    )
    note: Text = Field(
        description="Why these numbers are the price of a shift of power that a binding deal would prevent."
    )


class Agenda(Part):
    """The issues of a deal, and the packages that may be offered."""

    issues: dict[Slug, Issue] = Field(min_length=1, description="The issues by name.")
    packages: Packages = Field(
        default="efficient", description="`efficient`, `all`, or a list of packages that name a level for every issue."
    )
    limit: Annotated[int, Field(strict=True, ge=1, le=64)] = Field(
        default=8, description="Largest number of packages kept."
    )
    commitment: Commitment | None = Field(
        default=None, description="What would be different if deals were binding; used by `standoff bargain`."
    )


class MilestoneSpec(Part):
    """An event before the end of the crisis, whose probability by date is forecast."""

    label: Label = Field(description="Name for display.")
    when: Expression = Field(description="Condition on the state.")
    after: Slug | None = Field(default=None, description="A milestone that must have been reached before.")


class Exercise(Part):
    """A question about a scenario that one command answers, as in a textbook."""

    question: Text = Field(description="What to find out, and why it is worth asking.")
    command: Text = Field(description="The command that shows the answer.")
    answer: Text = Field(description="What the command shows, and why.")


class Scenario(Part):
    """A crisis as an analyst describes it: the players, what can happen, probabilities and payoffs.

    Examples:
        >>> from standoff import load
        >>> scenario = load("cuba-1962", overrides=["war_cost=3"])
        >>> scenario.as_of.isoformat(), list(scenario.players), str(scenario.parameters["war_cost"].value)
        ('1962-10-22', ['usa', 'ussr'], '3')
    """

    standoff: Literal[1] = Field(description="Version of the language.")
    id: DocumentId = Field(description="Identifier: lower-case letters, digits, `-` and `_`.")
    title: Text = Field(description="Title.")
    summary: str = Field(default="", description="Summary of the crisis, in a few sentences.")
    as_of: Date = Field(description="The date on which everything in the file was known; the first period starts here.")
    updated_from: Text | None = Field(
        default=None,
        description="Hash of the scenario that this one continues after an update; "
        "parts that can no longer be reached are then not a fault.",
    )
    period: Period = Field(description="Length of a period and horizon.")
    payoff_unit: Text = Field(description="Meaning of one unit of payoff.")
    documents: dict[DocumentId, SourceDocument] = Field(default={}, description="Documents by identifier.")
    players: dict[Slug, PlayerSpec] = Field(min_length=1, description="Players by name.")
    parameters: dict[Slug, Parameter] = Field(default={}, description="Parameters by name.")
    correlations: tuple[Correlation, ...] = Field(
        default=(), description="Rank correlations of parameters; all others are independent."
    )
    submodels: dict[Slug, Submodel] = Field(default={}, description="Submodels by name; call `name.function(...)`.")
    quantities: dict[Slug, Quantity] = Field(default={}, description="Quantities by name.")
    state: dict[Slug, Track] = Field(default={}, description="Tracks of the public state by name.")
    deadlines: dict[Slug, Deadline] = Field(
        default={}, description="Deadlines by name; `passed(name)` is 1 from that date on."
    )
    agenda: Agenda | None = Field(default=None, description="Issues and packages of a deal.")
    stages: tuple[StageSpec, ...] = Field(min_length=1, description="Stages of every period, in order.")
    nature: dict[Slug, Hazard] = Field(default={}, description="Events that happen without a decision, by name.")
    flows: dict[Slug, Amount] = Field(
        default={}, description="Running payoffs per unit of time while the crisis lasts, by player."
    )
    outcomes: dict[Slug, Outcome] = Field(default={}, description="Outcomes that end the crisis, by name.")
    unresolved: Outcome = Field(description="The outcome if the crisis has not ended by the horizon.")
    milestones: dict[Slug, MilestoneSpec] = Field(default={}, description="Milestones by name.")
    exercises: tuple[Exercise, ...] = Field(default=(), description="What to try with the scenario.")

    _source_map: SourceMap = PrivateAttr(default_factory=SourceMap)
    _content: Mapping[str, Any] = PrivateAttr(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_versions(cls, given: Any) -> Any:
        """Refuse a file of another language version at once, because its other faults would mislead."""
        version = given.get("standoff", 1) if isinstance(given, Mapping) else 1
        if version != 1 or isinstance(version, bool):
            raise PydanticCustomError(
                "version", "`{given}` is not a known version of the language", {"given": str(version)}
            )
        return given

    def attach_file(self, content: Mapping[str, Any], source_map: SourceMap) -> None:
        """Attach the data of the file and the lines of its parts; only the builder of a scenario calls this."""
        self._content = dict(content)
        self._source_map = source_map

    @property
    def source_map(self) -> SourceMap:
        """The line of every part in the file."""
        return self._source_map

    @property
    def content(self) -> Mapping[str, Any]:
        """The data of the file with its overrides, as plain data; not to be changed."""
        return self._content

    @cached_property
    def scenario_hash(self) -> str:
        """SHA-256 of the content, in hex; comments, layout and the order of names do not matter."""
        return hashlib.sha256(json.dumps(self._to_canonical(), sort_keys=True).encode()).hexdigest()

    @property
    def period_days(self) -> float:
        """Length of a period in days."""
        return self.period.length * UNIT_DAYS[self.period.unit]

    @property
    def num_periods(self) -> int:
        """Number of periods up to the horizon."""
        return round(self.period.horizon / self.period.length)

    def find_period(self, date: dt.date) -> int:
        """Return the first period that starts on a date or later, at most the number of periods."""
        days = (date - self.as_of).days
        return math.ceil(min(days / self.period_days, self.num_periods) - 1e-9)

    def is_before_horizon(self, date: dt.date) -> bool:
        """Whether some period starts on a date or later."""
        return self.find_period(date) < self.num_periods

    @cached_property
    def levels(self) -> Mapping[str, tuple[str, ...]]:
        """Track or issue -> its levels in order."""
        issues = self.agenda.issues if self.agenda else {}
        return {name: track.levels for name, track in self.state.items()} | {
            name: issue.levels for name, issue in issues.items()
        }

    @cached_property
    def quantity_order(self) -> tuple[str, ...]:
        """The quantities, each after those that it depends on."""
        return sort_by_need({name: quantity.value.names for name, quantity in self.quantities.items()})

    @property
    def overrides(self) -> tuple[str, ...]:
        """The changes made after the file was read, as `name=value`, in order."""
        return tuple(shown.removeprefix("--set ") for shown in self._source_map.overrides.values())

    @property
    def is_overridden(self) -> bool:
        """Whether anything was changed after the file was read."""
        return bool(self._source_map.overrides)

    @property
    def may_lack_play(self) -> bool:
        """Whether unreachable parts are not a fault, because of an override or an update."""
        return self.is_overridden or self.updated_from is not None

    def resolve(self, expression: Expression) -> Expression:
        """Return the expression with level names replaced by their indices, ready to evaluate."""
        return expression.resolve(self.levels)

    def find_date(self, period: int) -> dt.date:
        """Return the date on which a period starts; period 0 starts at `as_of`."""
        return self.as_of + dt.timedelta(days=int(period * self.period_days + 1e-9))

    def compute_unit_factor(self, name: str) -> float:
        """Return the factor that converts a parameter from its unit in the file to the period's unit."""
        return find_unit_factor(self.parameters[name].unit, self.period.unit)

    def compute_parameter_values(self, given: Mapping[str, float] | None = None) -> dict[str, float]:
        """Compute every parameter, in the period's unit.

        Args:
            given: Values, in the period's unit, that replace those of the file; formulas of them follow.
        """
        return compute_parameters(self.parameters, self.period.unit, given or {})

    def _to_canonical(self) -> dict[str, Any]:
        """Return the content as plain data, with mappings whose order matters as lists."""
        plain = self.model_dump(mode="json", exclude_defaults=True)
        for player in plain["players"].values():
            player["types"] = list(player.get("types", {}).items())
        for stage in plain["stages"]:
            accept = (stage.get("bargaining") or {}).get("accept", {})
            accept["ratify"] = list(accept.get("ratify", {}).items())
        return plain
