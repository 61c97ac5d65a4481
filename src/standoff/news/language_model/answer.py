"""The schema of an answer: words of `standoff.news.vocabulary` and quotations, nothing else.

The same classes produce the JSON Schema for the server and check the answer. The schema uses only what servers with structured
output support: every field is required, objects are closed, and numbers and lengths have no bounds; bounds are checked here. The
type of an event and its mode are one word, such as `ASSAULT/aerial`, so that no answer can combine a type with a foreign mode.
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
"""The type and mode of each word that an answer may use."""
_KINDS = [*KINDS]


def _require_one_of(names: list[str]) -> AfterValidator:
    known = frozenset(names)

    def check(given: str) -> str:
        if given not in known:
            raise ValueError("not in the vocabulary")
        return given

    return AfterValidator(check)


def _is_code(given: str) -> str:
    if given and not (len(given) <= _LONGEST_CODE and all(map(ACTOR_CODE.fullmatch, given.split(";")))):
        raise ValueError("not the code of an actor")
    return given


def _is_day(given: str) -> str:
    if not _DATE.fullmatch(given):
        raise ValueError("not a valid date")
    dt.date.fromisoformat(given)
    return given


def _is_probability(given: float) -> float:
    if not 0 <= given <= 1:
        raise ValueError("not between 0 and 1")
    return given


Kind = Annotated[str, _require_one_of(_KINDS), WithJsonSchema({"type": "string", "enum": _KINDS})]
Context = Annotated[
    str, _require_one_of(sorted(CONTEXTS)), WithJsonSchema({"type": "string", "enum": sorted(CONTEXTS)})
]
Code = Annotated[str, AfterValidator(_is_code)]
Day = Annotated[str, AfterValidator(_is_day)]
Probability = Annotated[float, AfterValidator(_is_probability)]
EventFactuality = Literal["happened", "ongoing", "announced", "threatened", "past_background"]
"""The factuality of events: what was denied or is only supposed is a claim."""
ClaimFactuality = Literal["happened", "ongoing", "announced", "threatened", "denied", "hypothetical", "past_background"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class NamedActor(_Part):
    """An actor in an answer: the words that name it, and its code."""

    text: str
    code: Code


class EventAnswer(_Part):
    """An event in an answer; `occurrence` counts from 1 where the passage contains the quotation several times."""

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
    """A claim in an answer."""

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
    """Make the JSON Schema of an answer for the server."""
    return dict(_drop_titles(_Answer.model_json_schema()))


def read_answer(content: str) -> tuple[list[EventAnswer], list[ClaimAnswer], int]:
    """Read an answer item by item, so that an invalid item does not affect the others.

    Args:
        content: The text that the model wrote.

    Returns:
        The events and the claims that fit the schema, and the number of items that do not.

    Raises:
        ValueError: The text is not a JSON object with a list of events and a list of claims.
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
    """Read the items that fit a class."""
    found = []
    for item in items:
        with contextlib.suppress(ValidationError):
            found.append(kind.model_validate(item))
    return found


def _drop_titles(schema: Any) -> Any:
    """Remove the titles and descriptions that pydantic adds: they cost tokens, and some servers limit the number of keywords."""
    if isinstance(schema, dict):
        return {
            key: {name: _drop_titles(inner) for name, inner in value.items()}
            if key in {"properties", "$defs"}
            else _drop_titles(value)
            for key, value in schema.items()
            if key not in {"title", "description"}
        }
    if isinstance(schema, list):
        return [_drop_titles(inner) for inner in schema]
    return schema
