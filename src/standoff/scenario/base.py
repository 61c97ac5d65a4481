"""The basic types of the schema: names, dates, texts, and amounts that may differ by private type."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, WithJsonSchema
from pydantic_core import PydanticCustomError

from standoff.scenario.expression import Expression

__all__ = ["ActorCode", "Amount", "Date", "DocumentId", "Label", "Part", "Slug", "Text", "validate_slug"]

_SLUG = r"^[a-z][a-z0-9_]*$"
_ACTOR = r"^[A-Z]{3}(:[A-Z0-9]{2,12})?$"
_IDENTIFIER = r"^[a-z0-9][a-z0-9_-]*$"


class Part(BaseModel):
    """A mapping of the file with fixed fields: frozen, and closed to unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def validate_slug(given: object) -> object:
    """Accept only a valid name."""
    if not isinstance(given, str):
        raise PydanticCustomError("string_type", "expected a name")
    if not re.fullmatch(_SLUG, given, re.ASCII):
        raise PydanticCustomError("bad_slug", "`{given}` is not a valid name", {"given": given[:60]})
    return given


def _validate_identifier(given: object) -> object:
    if not isinstance(given, str):
        raise PydanticCustomError("string_type", "expected a name")
    if not re.fullmatch(_IDENTIFIER, given, re.ASCII):
        raise PydanticCustomError("bad_identifier", "`{given}` is not a valid identifier", {"given": given[:60]})
    return given


def _validate_actor_code(given: object) -> object:
    if not isinstance(given, str):
        raise PydanticCustomError("string_type", "expected a code")
    if not re.fullmatch(_ACTOR, given, re.ASCII):
        raise PydanticCustomError("bad_actor_code", "`{given}` is not a valid actor code", {"given": given[:60]})
    return given


def _validate_date(given: object) -> object:
    """Accept only an ISO date: pydantic alone would read a number as seconds since 1970."""
    if isinstance(given, dt.date) and not isinstance(given, dt.datetime):
        return given
    if isinstance(given, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", given, re.ASCII):
        try:
            return dt.date.fromisoformat(given)
        except ValueError:
            pass
    raise PydanticCustomError("bad_date", "`{given}` is not a valid date", {"given": str(given)[:60]})


Slug = Annotated[str, BeforeValidator(validate_slug), WithJsonSchema({"type": "string", "pattern": _SLUG})]
DocumentId = Annotated[
    str, BeforeValidator(_validate_identifier), WithJsonSchema({"type": "string", "pattern": _IDENTIFIER})
]
ActorCode = Annotated[str, BeforeValidator(_validate_actor_code), WithJsonSchema({"type": "string", "pattern": _ACTOR})]
Date = Annotated[dt.date, BeforeValidator(_validate_date)]
Label = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(min_length=1)]


def _tag_amount(given: Any) -> str:
    return "(by type)" if isinstance(given, Mapping) else "(one)"


Amount = Annotated[
    Annotated[Expression, Tag("(one)")] | Annotated[dict[Slug, Expression], Tag("(by type)")],
    Discriminator(_tag_amount),
]
"""A payoff or cost of one player: one formula, or one formula for each of its types."""
