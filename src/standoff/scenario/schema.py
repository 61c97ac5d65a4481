"""The scenario: the whole file, checked and frozen.

A scenario has **players**, some with two private types; **parameters** with their sources; a public **state** of named
tracks; **stages** that come up in every period, in order; **nature**; an **agenda** of issues that a deal settles;
**outcomes** that end the crisis and **milestones** that are passed on the way.
Rates, hazards, flows and discounts are per unit of time (`period.unit`): the period's length leaves them alone.
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
from standoff.scenario.cycles import in_order_of_need
from standoff.scenario.expression import Expression
from standoff.scenario.schema_moves import Bargaining, Effect, Hazard, Outcome, Stage
from standoff.scenario.schema_parameters import Correlation, Document, Parameter, Period, Quantity
from standoff.scenario.schema_submodels import Submodel
from standoff.scenario.source_map import SourceMap
from standoff.scenario.values import UNIT_DAYS, parameter_values, unit_factor

__all__ = [
    "Agenda",
    "Bargaining",
    "Commitment",
    "Deadline",
    "Effect",
    "Exercise",
    "Hazard",
    "Issue",
    "Milestone",
    "Outcome",
    "Package",
    "Player",
    "Scenario",
    "Stage",
    "Track",
]

Package = dict[Slug, Slug]


class Player(Part):
    """One who decides, and whose private type the others may not know."""

    label: Label = Field(description="The name that people read.")
    types: dict[Slug, Expression] = Field(
        default={},
        description="Private types and their prior probabilities; at most two. The belief is that of the second.",
    )
    rationality: Expression = Field(description="Logit parameter, per unit of payoff; 0 is uniform noise.")
    discount: Expression = Field(description="Discount factor per unit of time, above 0 and at most 1.")
    type_labels: dict[Slug, Label] = Field(default={}, description="The names of the types that people read.")
    codes: tuple[ActorCode, ...] = Field(
        default=(), description="Codes under which news names it: ISO 3166 alpha-3 such as `USA`, or `IGO:UN`."
    )

    @property
    def type_names(self) -> tuple[str, ...]:
        """The types in the order of the file; one unnamed type, "", where the file gives none."""
        return tuple(self.types) or ("",)


class Track(Part):
    """One public fact of the state, at one of a few ordered levels."""

    label: Label = Field(description="The name that people read.")
    levels: tuple[Slug, ...] = Field(description="The levels in order.")
    start: Slug = Field(description="The level at `as_of`.")
    level_labels: dict[Slug, Label] = Field(default={}, description="The names of the levels that people read.")


class Deadline(Part):
    """A date after which something is different."""

    label: Label = Field(description="The name that people read.")
    date: Date = Field(description="The day; after `as_of`.")


def _worth_tag(given: Any) -> str:
    by_type = isinstance(given, Mapping) and any(isinstance(inner, Mapping) for inner in given.values())
    return "(by type)" if by_type else "(one)"


Worth = Annotated[
    Annotated[dict[Slug, Expression], Tag("(one)")] | Annotated[dict[Slug, dict[Slug, Expression]], Tag("(by type)")],
    Discriminator(_worth_tag),
]


def _red_line_tag(given: Any) -> str:
    return "(by type)" if isinstance(given, Mapping) else "(one)"


RedLine = Annotated[
    Annotated[tuple[Slug, ...], Tag("(one)")] | Annotated[dict[Slug, tuple[Slug, ...]], Tag("(by type)")],
    Discriminator(_red_line_tag),
]


class Issue(Part):
    """Something that a deal settles at one of a few levels."""

    label: Label = Field(description="The name that people read.")
    levels: tuple[Slug, ...] = Field(description="The levels in order; the first is the status quo.")
    worth: dict[Slug, Worth] = Field(
        description="Player -> level -> worth, or player -> type -> level -> worth; the status quo is 0 unless given."
    )
    red_lines: dict[Slug, RedLine] = Field(
        default={}, description="Player -> levels it never accepts, or player -> type -> levels."
    )
    level_labels: dict[Slug, Label] = Field(default={}, description="The names of the levels that people read.")

    def worth_of(self, level: str, player: str, player_type: str = "") -> Expression:
        """Return what a level is worth to one type of a player; 0 where the file is silent."""
        given: Mapping[str, Any] = self.worth.get(player, {})
        if any(isinstance(inner, Mapping) for inner in given.values()):
            given = given.get(player_type, {})
        found = given.get(level)
        return found if isinstance(found, Expression) else Expression.parse(0)

    def is_red_line(self, level: str, player: str, player_type: str = "") -> bool:
        """Say whether one type of a player never accepts this level."""
        given = self.red_lines.get(player, ())
        return level in (given.get(player_type, ()) if isinstance(given, Mapping) else given)


def _packages_tag(given: Any) -> str:
    return "(rule)" if isinstance(given, str) else "(list)"


Packages = Annotated[
    Annotated[Literal["efficient", "all"], Tag("(rule)")] | Annotated[tuple[Package, ...], Tag("(list)")],
    Discriminator(_packages_tag),
]


class Commitment(Part):
    """The same crisis in a world in which deals bind: what would be different if nobody could use what a deal gives up."""

    set: tuple[Text, ...] = Field(
        min_length=1, description="Changes to the file as `--set` takes them, such as `deterrent_worth=0`."
    )
    note: Text = Field(
        description="Why these numbers are the price of a shift of power that a binding deal would rule out."
    )


class Agenda(Part):
    """What a deal is about, and which packages may be put on the table."""

    issues: dict[Slug, Issue] = Field(min_length=1, description="The issues by name.")
    packages: Packages = Field(
        default="efficient", description="`efficient`, `all`, or a list of packages that name a level for every issue."
    )
    limit: Annotated[int, Field(strict=True, ge=1, le=64)] = Field(default=8, description="Most packages kept.")
    commitment: Commitment | None = Field(
        default=None, description="What would be different if deals were binding; asked for by `standoff bargain`."
    )


class Milestone(Part):
    """Something that may be reached on the way; the forecast gives the probability that it is, by date."""

    label: Label = Field(description="The name that people read.")
    when: Expression = Field(description="Condition on the state.")
    after: Slug | None = Field(default=None, description="A milestone that must have been reached before.")


class Exercise(Part):
    """A question about a scenario that one command answers, as in a textbook."""

    question: Text = Field(description="What to find out, and why it is worth asking.")
    command: Text = Field(description="The command that shows the answer.")
    answer: Text = Field(description="What the command shows, and why.")


class Scenario(Part):
    """A crisis as an analyst writes it: who, what can happen, and with what probabilities and payoffs."""

    standoff: Literal[1] = Field(description="Version of the language.")
    id: DocumentId = Field(description="Identifier: lower-case letters, digits, `-` and `_`.")
    title: Text = Field(description="Title.")
    summary: str = Field(default="", description="What the crisis is about, in a few sentences.")
    as_of: Date = Field(description="The day on which everything in the file was known; the first period starts here.")
    updated_from: Text | None = Field(
        default=None,
        description="Hash of the scenario that this one goes on from after an update; "
        "what the play has left behind for good is then no fault.",
    )
    period: Period = Field(description="Length of a period and horizon.")
    payoff_unit: Text = Field(description="What one unit of payoff means.")
    documents: dict[DocumentId, Document] = Field(default={}, description="Documents by identifier.")
    players: dict[Slug, Player] = Field(min_length=1, description="Players by name.")
    parameters: dict[Slug, Parameter] = Field(default={}, description="Numbers by name.")
    correlations: tuple[Correlation, ...] = Field(
        default=(), description="Which parameters are drawn together; those of no entry are independent."
    )
    submodels: dict[Slug, Submodel] = Field(default={}, description="Submodels by name; call `name.function(...)`.")
    quantities: dict[Slug, Quantity] = Field(default={}, description="Formulas of the state by name.")
    state: dict[Slug, Track] = Field(default={}, description="Tracks of the public state by name.")
    deadlines: dict[Slug, Deadline] = Field(default={}, description="Dates by name; `passed(name)` is 1 from then on.")
    agenda: Agenda | None = Field(default=None, description="What a deal is about.")
    stages: tuple[Stage, ...] = Field(min_length=1, description="What comes up in every period, in order.")
    nature: dict[Slug, Hazard] = Field(default={}, description="What happens without a decision, by name.")
    flows: dict[Slug, Amount] = Field(
        default={}, description="Running payoffs per unit of time while the crisis lasts, by player."
    )
    outcomes: dict[Slug, Outcome] = Field(default={}, description="Ways in which the crisis ends, by name.")
    unresolved: Outcome = Field(description="The crisis at the horizon, where nothing has ended it.")
    milestones: dict[Slug, Milestone] = Field(default={}, description="Milestones by name.")
    exercises: tuple[Exercise, ...] = Field(default=(), description="What to try with the scenario.")

    _source_map: SourceMap = PrivateAttr(default_factory=SourceMap)
    _written: dict[str, Any] = PrivateAttr(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _only_known_versions(cls, given: Any) -> Any:
        """Refuse a file of another language version at once: its other faults would mislead."""
        version = given.get("standoff", 1) if isinstance(given, Mapping) else 1
        if version != 1 or isinstance(version, bool):
            raise PydanticCustomError("version", "`{given}` is not a version of the language", {"given": str(version)})
        return given

    @property
    def source_map(self) -> SourceMap:
        """Where each part stands in the file."""
        return self._source_map

    @cached_property
    def scenario_hash(self) -> str:
        """SHA-256 of what the scenario says, in hex; comments, layout and the order of names do not matter."""
        return hashlib.sha256(json.dumps(self._canonical(), sort_keys=True).encode()).hexdigest()

    @property
    def period_days(self) -> float:
        """Length of a period in days."""
        return self.period.length * UNIT_DAYS[self.period.unit]

    @property
    def num_periods(self) -> int:
        """Number of periods up to the horizon."""
        return round(self.period.horizon / self.period.length)

    def period_of_date(self, date: dt.date) -> int:
        """Return the first period that starts on a day or later, at most the number of periods."""
        days = (date - self.as_of).days
        return math.ceil(min(days / self.period_days, self.num_periods) - 1e-9)

    def is_before_horizon(self, date: dt.date) -> bool:
        """Say whether some period starts on a day or later."""
        return self.period_of_date(date) < self.num_periods

    @cached_property
    def levels(self) -> Mapping[str, tuple[str, ...]]:
        """Track or issue -> its levels in order."""
        issues = self.agenda.issues if self.agenda else {}
        return {name: track.levels for name, track in self.state.items()} | {
            name: issue.levels for name, issue in issues.items()
        }

    @cached_property
    def quantity_order(self) -> tuple[str, ...]:
        """The quantities, each after those that it needs."""
        return in_order_of_need({name: quantity.value.names for name, quantity in self.quantities.items()})

    @property
    def overrides(self) -> tuple[str, ...]:
        """What was changed after the file was read, as `name=value`, in the order of the changes."""
        return tuple(shown.removeprefix("--set ") for shown in self._source_map.overrides.values())

    @property
    def is_overridden(self) -> bool:
        """Whether anything was changed after the file was read."""
        return bool(self._source_map.overrides)

    @property
    def may_lack_play(self) -> bool:
        """Whether parts that the play never reaches are no fault: something was changed, or lies behind after an update."""
        return self.is_overridden or self.updated_from is not None

    def resolve(self, expression: Expression) -> Expression:
        """Return the expression with level names replaced by their indices, ready to evaluate."""
        return expression.resolve(self.levels)

    def date_of_period(self, period: int) -> dt.date:
        """Return the day on which a period starts; period 0 starts at `as_of`."""
        return self.as_of + dt.timedelta(days=int(period * self.period_days + 1e-9))

    def unit_factor(self, name: str) -> float:
        """Return what a parameter's number in the file is multiplied by to be in the period's unit."""
        return unit_factor(self.parameters[name].unit, self.period.unit)

    def parameter_values(self, given: Mapping[str, float] | None = None) -> dict[str, float]:
        """Work out every parameter, in the period's unit.

        Args:
            given: Values, in the period's unit, that take the place of the file's; other parameters follow.
        """
        return parameter_values(self.parameters, self.period.unit, given or {})

    def _canonical(self) -> dict[str, Any]:
        """Return the content as plain data, with the mappings whose order means something as lists."""
        plain = self.model_dump(mode="json", exclude_defaults=True)
        for player in plain["players"].values():
            player["types"] = list(player.get("types", {}).items())
        for stage in plain["stages"]:
            accept = (stage.get("bargaining") or {}).get("accept", {})
            accept["ratify"] = list(accept.get("ratify", {}).items())
        return plain
