"""Schema of what can happen: effects, actions, bargaining, stages, nature, outcomes."""

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

from standoff.scenario.base import ActorCode, Amount, Label, Part, Slug, validate_slug
from standoff.scenario.expression import Expression

__all__ = [
    "EVENT_CODES",
    "RESERVED_EFFECT_KEYS",
    "RESERVED_TOGETHER_KEYS",
    "Accept",
    "ActionSpec",
    "Bargaining",
    "Effect",
    "Effects",
    "EventCode",
    "Hazard",
    "JointAction",
    "Offer",
    "Outcome",
    "OwnAction",
    "Ratification",
    "Response",
    "StageSpec",
]

EventCode = Literal[
    "AGREE", "CONSULT", "SUPPORT", "COOPERATE", "AID", "CONCEDE", "REQUEST", "ACCUSE",
    "REJECT", "THREATEN", "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT", "RETREAT",
]  # fmt: skip
EVENT_CODES: tuple[str, ...] = EventCode.__args__  # type: ignore[attr-defined]
"""The event types of PLOVER (2021)."""


def _validate_change(given: object) -> object:
    """Accept the name of a level, or a whole number of steps."""
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise PydanticCustomError("change_type", "expected a level or a step such as +1")
    return given if isinstance(given, int) else validate_slug(given)


Change = Annotated[
    str | int,
    BeforeValidator(_validate_change),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
]


class Effect(Part):
    """One possible consequence of a move. Any further key is a track, with its new level or a step such as +1."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, Change] = Field(init=False)

    p: Expression = Field(
        default=Expression.parse(1), description="Probability; the probabilities of a list sum to one."
    )
    outcome: Slug | None = Field(default=None, description="The outcome that ends the crisis.")
    payoffs: dict[Slug, Amount] = Field(default={}, description="One-off payoffs, added, by player.")
    label: Label | None = Field(default=None, description="Description of what happened.")

    @property
    def changes(self) -> Mapping[str, str | int]:
        """Track -> the level it is set to, or the number of levels it moves (it stops at the ends)."""
        return self.__pydantic_extra__ or {}


RESERVED_EFFECT_KEYS = frozenset(Effect.model_fields)
"""Keys of an effect, which therefore cannot be names of tracks."""


def _wrap_in_list(given: object) -> object:
    return [given] if isinstance(given, Mapping | Effect) else given


class _OneOrList:
    """Describes to editors that one effect may be written without the brackets of a list."""

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        written = dict(handler(schema))
        return {"anyOf": [written["items"], written]} if "items" in written else written


Effects = Annotated[tuple[Effect, ...], BeforeValidator(_wrap_in_list), _OneOrList()]
ObservedAs = Annotated[tuple[EventCode, ...], Field(description="PLOVER event types under which news would report it.")]
Costs = Annotated[dict[Slug, Amount], Field(description="One-off costs, subtracted, by player or by player and type.")]
LeadsTo = Annotated[Effects, Field(description="Consequences, of which one happens; if absent, nothing changes.")]


class ActionSpec(Part):
    """An action of the mover of a stage."""

    label: Label = Field(description="Name for display.")
    when: Expression | None = Field(default=None, description="Condition under which the action is possible.")
    types: tuple[Slug, ...] | None = Field(default=None, description="The types that have the action; if absent, all.")
    payoffs: dict[Slug, Amount] = Field(
        default={}, description="One-off payoffs, added, by player or by player and type."
    )
    costs: Costs = Field(default={})
    leads_to: LeadsTo = ()
    observed_as: ObservedAs = ()


def _validate_action_name(given: object) -> object:
    """Accept the name of an action."""
    if not isinstance(given, str):
        raise PydanticCustomError("action_name_type", "expected the name of an action")
    return validate_slug(given)


ActionName = Annotated[str, BeforeValidator(_validate_action_name), WithJsonSchema({"type": "string"})]


class JointAction(Part):
    """The joint effects of two simultaneous actions. Any further key is a player, with its action."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, ActionName] = Field(init=False)

    payoffs: dict[Slug, Amount] = Field(
        default={},
        description="One-off payoffs, in addition to those of both actions, by player or by player and type.",
    )
    costs: Annotated[
        dict[Slug, Amount],
        Field(description="One-off costs, subtracted in addition to those of both actions, by player."),
    ] = Field(default={})
    leads_to: Effects | None = Field(
        default=None,
        description="Consequences, in place of those of either action alone; `[]` means that nothing changes. "
        "If absent, the consequences of both actions.",
    )

    @property
    def pair(self) -> Mapping[str, str]:
        """Player -> its action."""
        return self.__pydantic_extra__ or {}


RESERVED_TOGETHER_KEYS = frozenset(JointAction.model_fields)
"""Keys of a joint action, which therefore cannot be names of players."""


def _tag_actions(given: Any) -> str:
    """Distinguish actions from actions grouped by player, which are nested one level deeper."""
    by_player = isinstance(given, Mapping) and any(
        isinstance(own, Mapping)
        and not own.keys() & ActionSpec.model_fields.keys()
        and any(isinstance(action, Mapping | ActionSpec) for action in own.values())
        for own in given.values()
    )
    return "(by player)" if by_player else "(one)"


def _serialize_actions(given: Mapping[str, Any], info: SerializationInfo) -> dict[str, Any]:
    """Return actions as plain data; pydantic's serializer of a union would warn about the free keys of effects."""
    return {
        name: part.model_dump(mode=info.mode, exclude_defaults=info.exclude_defaults)
        if isinstance(part, ActionSpec)
        else _serialize_actions(part, info)
        for name, part in given.items()
    }


Actions = Annotated[
    Annotated[dict[Slug, ActionSpec], Tag("(one)")] | Annotated[dict[Slug, dict[Slug, ActionSpec]], Tag("(by player)")],
    Discriminator(_tag_actions),
    PlainSerializer(_serialize_actions),
]


@dataclass(frozen=True, slots=True)
class OwnAction:
    """An action of a stage, with its mover and its path in the stage."""

    mover: str
    name: str
    action: ActionSpec
    path: str


class Offer(Part):
    """The offer of a package."""

    label: Label | None = Field(default=None, description="Name for display.")
    costs: Costs = Field(default={})
    observed_as: ObservedAs = ()


class Response(Part):
    """A move in bargaining without a deal: no offer, a rejection, or letting talks slip."""

    label: Label | None = Field(default=None, description="Name for display.")
    costs: Costs = Field(default={})
    leads_to: LeadsTo = ()
    observed_as: ObservedAs = ()


class Ratification(Part):
    """A domestic vote or decision that an accepted deal must pass."""

    chance: Expression = Field(
        description="Probability that the deal is ratified; may depend on the issues of the package."
    )
    failed: Effects = Field(default=(), description="Consequences if it fails; if absent, nothing changes.")


class Accept(Part):
    """Acceptance of the package on the table."""

    label: Label | None = Field(default=None, description="Name for display.")
    costs: Costs = Field(default={})
    outcome: Slug = Field(
        description="The outcome of an accepted package; the worth of the package is added to its payoffs."
    )
    ratify: dict[Slug, Ratification] = Field(default={}, description="Players who must ratify, in order.")
    observed_as: ObservedAs = ()


class Bargaining(Part):
    """A round of talks: one side offers a package, or nothing; the other accepts, rejects or lets talks slip."""

    proposer: Slug = Field(description="Who makes the offer: a player, `alternate` or `random`.")
    between: tuple[Slug, Slug] = Field(description="The two players at the table; `alternate` begins with the first.")
    no_offer: Response = Field(default=Response(), description="Making no offer; always possible.")
    offer: Offer = Field(default=Offer(), description="Offering a package.")
    accept: Accept = Field(description="Accepting the package.")
    reject: Response = Field(description="Rejecting the package.")
    slip: Response | None = Field(default=None, description="Letting talks slip; impossible if absent.")


class StageSpec(Part):
    """A moment of every period: one player moves, two move at the same time, or the two sides bargain."""

    name: Slug = Field(description="Name of the stage.")
    label: Label | None = Field(default=None, description="Name for display.")
    when: Expression | None = Field(default=None, description="Condition under which the stage takes place.")
    rate: Expression | None = Field(
        default=None, description="How often the stage takes place, per unit of time; if absent, once in every period."
    )
    mover: Slug | None = Field(default=None, description="The player who moves, in a stage with actions.")
    movers: tuple[Slug, Slug] | None = Field(
        default=None, description="Instead of `mover`: two players who move simultaneously."
    )
    actions: Actions | None = Field(default=None, description="Actions by name; with `movers`, by player and name.")
    together: tuple[JointAction, ...] = Field(
        default=(),
        description="Joint effects of pairs of actions, with `movers`; a pair without an entry has the effects of both actions.",
    )
    bargaining: Bargaining | None = Field(default=None, description="A round of talks.")

    @property
    def by_player(self) -> Mapping[str, Mapping[str, ActionSpec]] | None:
        """The actions by player, as with `movers`; None if they are not grouped by player."""
        given: Mapping[str, Any] = self.actions or {}
        return given if any(isinstance(own, Mapping) for own in given.values()) else None

    def list_actions(self) -> Iterator[OwnAction]:
        """Yield every action of the stage, in the order of the file."""
        if self.by_player is not None:
            for player, actions in self.by_player.items():
                for name, action in actions.items():
                    yield OwnAction(player, name, action, f"actions.{player}.{name}")
            return
        given: Mapping[str, Any] = self.actions or {}
        for name, action in given.items():
            yield OwnAction(self.mover or "", name, action, f"actions.{name}")

    def list_actions_of(self, player: str) -> list[OwnAction]:
        """Return the actions of one mover, in the order of the file."""
        return [own for own in self.list_actions() if own.mover == player]


class Hazard(Part):
    """An event that happens without a decision."""

    label: Label = Field(description="Name for display.")
    when: Expression | None = Field(default=None, description="Condition under which it can happen.")
    hazard: Expression = Field(description="How often it happens, per unit of time.")
    leads_to: Effects = Field(description="Consequences, of which one happens.")
    observed_as: ObservedAs = ()
    codes: tuple[ActorCode, ...] = Field(
        default=(), description="Codes of the actors to whom news would attribute it; if absent, any actor."
    )


class Outcome(Part):
    """A way in which the crisis ends."""

    label: Label = Field(description="Name for display.")
    payoffs: dict[Slug, Amount] = Field(
        default={},
        description="Payoffs by player, or by player and type: the player's own types, or those of one other player. If absent, 0.",  # noqa: E501
    )
