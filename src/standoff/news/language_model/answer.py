"""The form of an answer: the words of `standoff.news.vocabulary` and quotations, nothing else.

The same classes make the JSON Schema that goes to the server and check what comes back. The schema keeps to what servers with
structured output understand: every field is required, objects are closed, and there are no bounds on numbers or lengths; those
are checked here. A type of event and its mode are one word, such as `ASSAULT/aerial`, so that no answer can join what does
not belong together.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, WithJsonSchema

from standoff.news.vocabulary import ACTOR_CODE, CONTEXTS, EVENT_TYPES, MODES, ClaimKind, EventType

__all__ = ["ClaimAnswer", "EventAnswer", "NamedActor", "make_answer_schema", "read_answer"]

_LONGEST_CODE = 200
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_Item = TypeVar("_Item", bound=BaseModel)
KINDS: dict[str, tuple[EventType, str]] = {name: (name, "") for name in EVENT_TYPES} | {
    f"{name}/{mode}": (name, mode) for name in EVENT_TYPES for mode in sorted(MODES[name])
}
"""The words for a type with its mode, so that no answer can join what does not belong together."""
_KINDS = [*KINDS]


def _one_of(names: list[str]) -> AfterValidator:
    known = frozenset(names)

    def check(given: str) -> str:
        if given not in known:
            raise ValueError("not a word of the vocabulary")
        return given

    return AfterValidator(check)


def _is_code(given: str) -> str:
    if given and not (len(given) <= _LONGEST_CODE and all(map(ACTOR_CODE.fullmatch, given.split(";")))):
        raise ValueError("not a code of an actor")
    return given


def _is_day(given: str) -> str:
    if not _DATE.fullmatch(given):
        raise ValueError("not a day")
    dt.date.fromisoformat(given)
    return given


def _is_probability(given: float) -> float:
    if not 0 <= given <= 1:
        raise ValueError("not from 0 to 1")
    return given


Kind = Annotated[str, _one_of(_KINDS), WithJsonSchema({"type": "string", "enum": _KINDS})]
Context = Annotated[str, _one_of(sorted(CONTEXTS)), WithJsonSchema({"type": "string", "enum": sorted(CONTEXTS)})]
Code = Annotated[str, AfterValidator(_is_code)]
Day = Annotated[str, AfterValidator(_is_day)]
Probability = Annotated[float, AfterValidator(_is_probability)]
EventFactuality = Literal["happened", "ongoing", "announced", "threatened", "past_background"]
"""What an event can be: what was denied or is only supposed is a claim."""
ClaimFactuality = Literal["happened", "ongoing", "announced", "threatened", "denied", "hypothetical", "past_background"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class NamedActor(_Part):
    """An actor: the words that name it, and its code."""

    text: str
    code: Code


class EventAnswer(_Part):
    """An event; `occurrence` counts from 1 where the passage has the quotation several times."""

    type: Kind
    contexts: list[Context]
    quote: str
    occurrence: int
    actor: NamedActor | None
    target: NamedActor | None
    date: Day | None
    place: str
    speaker: str
    outlet: str
    factuality: EventFactuality
    confidence: Probability


class ClaimAnswer(_Part):
    """A claim."""

    kind: ClaimKind
    issue: str
    quote: str
    occurrence: int
    holder: NamedActor | None
    about: NamedActor | None
    value: str
    unit: str
    qualifier: str
    speaker: str
    outlet: str
    factuality: ClaimFactuality


class _Answer(_Part):
    events: list[EventAnswer]
    claims: list[ClaimAnswer]


class _Envelope(_Part):
    events: list[Any]
    claims: list[Any]


def make_answer_schema() -> dict[str, Any]:
    """The JSON Schema of an answer, as it goes to the server."""
    return dict(_without_titles(_Answer.model_json_schema()))


def read_answer(content: str) -> tuple[list[EventAnswer], list[ClaimAnswer], int]:
    """Read an answer item by item, so that one that is wrong does not cost the others.

    Args:
        content: What the model wrote.

    Returns:
        The events and the claims that hold to the schema, and how many items do not.

    Raises:
        ValueError: It is no JSON object with a list of events and one of claims.
    """
    try:
        envelope = _Envelope.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise ValueError(str(first["msg"])) from None
    events = _read(EventAnswer, envelope.events)
    claims = _read(ClaimAnswer, envelope.claims)
    return events, claims, len(envelope.events) + len(envelope.claims) - len(events) - len(claims)


def _read(kind: type[_Item], items: list[Any]) -> list[_Item]:
    """The items that are of a kind."""
    found = []
    for item in items:
        with contextlib.suppress(ValidationError):
            found.append(kind.model_validate(item))
    return found


def _without_titles(schema: Any) -> Any:
    """The titles and descriptions that pydantic adds only cost tokens, and some servers count every keyword."""
    if isinstance(schema, dict):
        return {
            key: {name: _without_titles(inner) for name, inner in value.items()}
            if key in {"properties", "$defs"}
            else _without_titles(value)
            for key, value in schema.items()
            if key not in {"title", "description"}
        }
    if isinstance(schema, list):
        return [_without_titles(inner) for inner in schema]
    return schema
