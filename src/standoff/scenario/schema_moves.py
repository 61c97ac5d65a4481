"""What can happen in a scenario: effects, actions, bargaining, stages, nature, outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    SerializationInfo,
    Tag,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from standoff.scenario.base import ActorCode, Amount, Label, Part, Slug, _is_slug
from standoff.scenario.expression import Expression

__all__ = [
    "EVENT_CODES",
    "RESERVED_EFFECT_KEYS",
    "RESERVED_TOGETHER_KEYS",
    "Accept",
    "Action",
    "Bargaining",
    "Effect",
    "Effects",
    "EventCode",
    "Hazard",
    "Offer",
    "Outcome",
    "OwnAction",
    "Ratification",
    "Response",
    "Stage",
    "Together",
]

EventCode = Literal[
    "AGREE", "CONSULT", "SUPPORT", "COOPERATE", "AID", "CONCEDE", "REQUEST", "ACCUSE",
    "REJECT", "THREATEN", "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT", "RETREAT",
]  # fmt: skip
EVENT_CODES: tuple[str, ...] = EventCode.__args__  # type: ignore[attr-defined]
"""The event types of PLOVER (2021)."""


def _is_change(given: object) -> object:
    """Take a level's name, or a whole number of steps."""
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise PydanticCustomError("change_type", "expected a level or a step such as +1")
    return given if isinstance(given, int) else _is_slug(given)


Change = Annotated[
    str | int,
    BeforeValidator(_is_change),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
]


class Effect(Part):
    """One thing that may follow from a move. Any further key is a track, with its new level or a step such as +1."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, Change] = Field(init=False)

    p: Expression = Field(default=Expression.parse(1), description="Probability; those of one list sum to one.")
    outcome: Slug | None = Field(default=None, description="The outcome that ends the crisis.")
    payoffs: dict[Slug, Amount] = Field(default={}, description="One-off payoffs, added, by player.")
    label: Label | None = Field(default=None, description="What happened, for people to read.")

    @property
    def changes(self) -> Mapping[str, str | int]:
        """Track -> the level it is set to, or the number of levels it moves (it stops at the ends)."""
        return self.__pydantic_extra__ or {}


RESERVED_EFFECT_KEYS = frozenset(Effect.model_fields)
"""Keys of an effect that can therefore not name a track."""


def _as_list(given: object) -> object:
    return [given] if isinstance(given, Mapping | Effect) else given


class _OneOrList:
    """Lets a file write one effect without the brackets of a list, and tells editors so."""

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        written = dict(handler(schema))
        return {"anyOf": [written["items"], written]} if "items" in written else written


Effects = Annotated[tuple[Effect, ...], BeforeValidator(_as_list), _OneOrList()]
ObservedAs = Annotated[
    tuple[EventCode, ...], Field(description="PLOVER event types under which news would report this.")
]
Costs = Annotated[dict[Slug, Amount], Field(description="One-off costs, subtracted, by player or by player and type.")]
LeadsTo = Annotated[Effects, Field(description="What follows; absent: nothing changes.")]


class Action(Part):
    """Something that the mover of a stage can do."""

    label: Label = Field(description="The name that people read.")
    when: Expression | None = Field(default=None, description="Condition under which the action is possible.")
    types: tuple[Slug, ...] | None = Field(default=None, description="The types that have the action; absent: all.")
    payoffs: dict[Slug, Amount] = Field(
        default={}, description="One-off payoffs, added, by player or by player and type."
    )
    costs: Costs = Field(default={})
    leads_to: LeadsTo = ()
    observed_as: ObservedAs = ()


def _is_action_name(given: object) -> object:
    """Take the name of an action."""
    if not isinstance(given, str):
        raise PydanticCustomError("action_name_type", "expected the name of an action")
    return _is_slug(given)


ActionName = Annotated[str, BeforeValidator(_is_action_name), WithJsonSchema({"type": "string"})]


class Together(Part):
    """What two actions bring about when they are taken together. Any further key is a player, with its action."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, ActionName] = Field(init=False)

    payoffs: dict[Slug, Amount] = Field(
        default={}, description="One-off payoffs, added to those of both actions, by player or by player and type."
    )
    costs: Annotated[
        dict[Slug, Amount], Field(description="One-off costs, subtracted like those of both actions, by player.")
    ] = Field(default={})
    leads_to: Effects | None = Field(
        default=None,
        description="What follows, in the place of what either action leads to alone; `[]`: nothing changes. "
        "Absent: what both lead to.",
    )

    @property
    def pair(self) -> Mapping[str, str]:
        """Player -> its action."""
        return self.__pydantic_extra__ or {}


RESERVED_TOGETHER_KEYS = frozenset(Together.model_fields)
"""Keys of such an entry that can therefore not name a player."""


def _actions_tag(given: Any) -> str:
    """Tell actions from actions by player: one level deeper, so what is inside is mappings under names of actions."""
    by_player = isinstance(given, Mapping) and any(
        isinstance(own, Mapping)
        and not own.keys() & Action.model_fields.keys()
        and any(isinstance(action, Mapping | Action) for action in own.values())
        for own in given.values()
    )
    return "(by player)" if by_player else "(one)"


def _written_actions(given: Mapping[str, Any], info: SerializationInfo) -> dict[str, Any]:
    """Write actions as plain data (pydantic's own serializer of a union warns of the free keys of effects)."""
    return {
        name: part.model_dump(mode=info.mode, exclude_defaults=info.exclude_defaults)
        if isinstance(part, Action)
        else _written_actions(part, info)
        for name, part in given.items()
    }


Actions = Annotated[
    Annotated[dict[Slug, Action], Tag("(one)")] | Annotated[dict[Slug, dict[Slug, Action]], Tag("(by player)")],
    Discriminator(_actions_tag),
    PlainSerializer(_written_actions),
]


@dataclass(frozen=True, slots=True)
class OwnAction:
    """An action of a stage, whose it is, and where it stands in the stage."""

    mover: str
    name: str
    action: Action
    path: str


class Offer(Part):
    """Putting a package on the table."""

    label: Label | None = Field(default=None, description="The name that people read.")
    costs: Costs = Field(default={})
    observed_as: ObservedAs = ()


class Response(Part):
    """A move in bargaining that leaves no deal behind: no offer, a rejection, letting talks slip."""

    label: Label | None = Field(default=None, description="The name that people read.")
    costs: Costs = Field(default={})
    leads_to: LeadsTo = ()
    observed_as: ObservedAs = ()


class Ratification(Part):
    """A vote or decision at home that an accepted deal must pass."""

    chance: Expression = Field(description="Probability that it passes; issues of the package may be used.")
    failed: Effects = Field(default=(), description="What follows if it fails; absent: nothing changes.")


class Accept(Part):
    """Accepting the package on the table."""

    label: Label | None = Field(default=None, description="The name that people read.")
    costs: Costs = Field(default={})
    outcome: Slug = Field(description="The outcome of an accepted package; the package's worth is added to it.")
    ratify: dict[Slug, Ratification] = Field(
        default={}, description="Who must ratify, by player, in the order in which they do."
    )
    observed_as: ObservedAs = ()


class Bargaining(Part):
    """A round of talks: one side offers a package, or nothing; the other accepts, rejects or lets talks slip."""

    proposer: Slug = Field(description="Who offers: a player, `alternate` or `random`.")
    between: tuple[Slug, Slug] = Field(description="The two players at the table; `alternate` begins with the first.")
    no_offer: Response = Field(default=Response(), description="Offering nothing; always possible.")
    offer: Offer = Field(default=Offer(), description="Offering a package.")
    accept: Accept = Field(description="Accepting the package.")
    reject: Response = Field(description="Rejecting the package.")
    slip: Response | None = Field(default=None, description="Letting talks slip; absent: not possible.")


class Stage(Part):
    """A moment of every period: one player moves, two move at the same time, or the two sides bargain."""

    name: Slug = Field(description="Name of the stage, as a slug.")
    label: Label | None = Field(default=None, description="The name that people read.")
    when: Expression | None = Field(default=None, description="Condition under which the stage exists.")
    rate: Expression | None = Field(
        default=None, description="How often it comes up, per unit of time; absent: every period."
    )
    mover: Slug | None = Field(default=None, description="The player who moves, in a stage with actions.")
    movers: tuple[Slug, Slug] | None = Field(
        default=None, description="Instead: the two players who move at the same time, neither seeing the other's move."
    )
    actions: Actions | None = Field(
        default=None, description="What the mover can do, by name; with `movers`, by player and name."
    )
    together: tuple[Together, ...] = Field(
        default=(), description="What follows from two actions taken together, with `movers`; absent: both, each alone."
    )
    bargaining: Bargaining | None = Field(default=None, description="A round of talks.")

    @property
    def by_player(self) -> Mapping[str, Mapping[str, Action]] | None:
        """The actions by player, as with `movers`; None where they are written without."""
        given: Mapping[str, Any] = self.actions or {}
        return given if any(isinstance(own, Mapping) for own in given.values()) else None

    def own_actions(self) -> Iterator[OwnAction]:
        """Yield every action of the stage, in the order of the file."""
        if self.by_player is not None:
            for player, actions in self.by_player.items():
                for name, action in actions.items():
                    yield OwnAction(player, name, action, f"actions.{player}.{name}")
            return
        given: Mapping[str, Any] = self.actions or {}
        for name, action in given.items():
            yield OwnAction(self.mover or "", name, action, f"actions.{name}")

    def actions_of(self, player: str) -> list[OwnAction]:
        """The actions of one of those who move, in the order of the file."""
        return [own for own in self.own_actions() if own.mover == player]


class Hazard(Part):
    """Something that happens without a decision."""

    label: Label = Field(description="The name that people read.")
    when: Expression | None = Field(default=None, description="Condition under which it can happen.")
    hazard: Expression = Field(description="How often it happens, per unit of time.")
    leads_to: Effects = Field(description="What follows.")
    observed_as: ObservedAs = ()
    codes: tuple[ActorCode, ...] = Field(
        default=(), description="Codes of those whose act news would call it; absent: it might be anybody's."
    )


class Outcome(Part):
    """A way in which the crisis ends."""

    label: Label = Field(description="The name that people read.")
    payoffs: dict[Slug, Amount] = Field(
        default={},
        description="Payoffs by player, or by player and type: its own, or those of one other player whose true type it depends on. Absent: 0.",  # noqa: E501
    )
