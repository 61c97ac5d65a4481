"""Turn pydantic's errors about the form of a file into problems in the terms of the file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import ErrorDetails

from standoff.errors import Problem, suggest_nearest
from standoff.scenario.expression import CUT_HELP
from standoff.scenario.json_schema import list_fields
from standoff.scenario.schema_moves import EVENT_CODES, RESERVED_EFFECT_KEYS, RESERVED_TOGETHER_KEYS
from standoff.scenario.source_map import SourceMap

__all__ = ["drop_secondary_errors", "find_problems_of_form", "find_written_keys"]

_NAME_HELP = "use lower-case letters, digits and `_`, beginning with a letter"
_ACTOR_HELP = "write an ISO 3166 alpha-3 code such as `USA`, or an organisation such as `IGO:UN`"
_IDENTIFIER_HELP = "use lower-case letters, digits, `-` and `_`"
_EXPECTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
    "expression_type": "a number or a formula",
    "change_type": "a level or a step such as +1",
    "action_name_type": "the name of an action",
}
_BAD_KEY = frozenset({"extra_forbidden", "bad_slug"})


def find_problems_of_form(errors: Sequence[ErrorDetails], content: Any, source_map: SourceMap) -> list[Problem]:
    """Turn pydantic's errors into problems.

    Args:
        errors: The errors.
        content: The data that was validated.
        source_map: Where its parts are in the file.

    Returns:
        One problem for each error, without errors that follow from another one: a missing field that is present under
        a misspelt name, a list that is too short only without its faulty entries, and the rest of a formula that was
        cut at a comma.
    """
    located = [(error, find_written_keys(error, content)) for error in drop_secondary_errors(errors)]
    cut = {".".join(keys[:-1]) for error, keys in located if _is_cut_formula(error)}
    rests = {".".join(keys) for error, keys in located if _is_rest_of_text(error, keys, content)}
    problems: list[Problem] = []
    for error, keys in located:
        path = ".".join(keys)
        if path not in rests:
            code, message, advice = _explain(error, keys, content)
            problems.append(source_map.make_problem(code, message, path, advice))
        elif error["type"] in _BAD_KEY and ".".join(keys[:-1]) not in cut:
            message = f"the text before `{_shorten(keys[-1])}` was cut at a comma"
            problems.append(source_map.make_problem("cut-text", message, path, "put the whole text in quotes"))
    misspelt = {
        ".".join([*problem.path.split(".")[:-1], meant.group(1)])
        for problem in problems
        if problem.code == "unknown-field" and (meant := re.fullmatch(r"did you mean `(.*)`\?", problem.help))
    }
    return [problem for problem in problems if problem.code != "missing-field" or problem.path not in misspelt]


def drop_secondary_errors(errors: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """Drop errors about short lists that follow from faulty entries, which pydantic does not count."""
    return [error for error in errors if error["type"] != "too_short" or _is_too_short(error)]


def _is_too_short(error: ErrorDetails) -> bool:
    """Whether a list is too short as it is written."""
    given = error["input"]
    return not isinstance(given, list | tuple) or len(given) < error["ctx"]["min_length"]


def _is_cut_formula(error: ErrorDetails) -> bool:
    """Whether an error is about a formula that YAML cut at a comma."""
    return error["type"] == "expression" and error.get("ctx", {}).get("help") == CUT_HELP


def _is_rest_of_text(error: ErrorDetails, keys: Sequence[str], content: Any) -> bool:
    """Whether an error is about a key that YAML made of the rest of a text that was cut at a comma."""
    if error["type"] not in _BAD_KEY or re.fullmatch("[a-z][a-z0-9_]*", keys[-1]):
        return False
    here = content
    for key in keys:
        here = here[int(key)] if isinstance(here, list) else here[key]
    return here is None


def find_written_keys(error: ErrorDetails, content: Any) -> list[str]:
    """Return the path of an error as it is written in the file.

    Pydantic's own path also names alternatives of a union, and indices of lists that a file may omit.
    """
    if error["type"] == "version":
        return ["standoff"]
    keys: list[str] = []
    here = content
    for step in error["loc"]:
        is_entry = isinstance(here, list) and isinstance(step, int) and step < len(here)
        if is_entry or (isinstance(here, Mapping) and step in here):
            here = here[step]
            keys.append(str(step))
    if error["type"] == "missing" and isinstance(error["loc"][-1], str):
        keys.append(error["loc"][-1])
    if error["type"] == "union_tag_not_found":
        keys.append("kind")
    return keys


def _explain(error: ErrorDetails, keys: Sequence[str], content: Any) -> tuple[str, str, str]:
    """Return code, message and help of one error."""
    kind, given, context = error["type"], error["input"], error.get("ctx", {})
    last = keys[-1] if keys else ""
    if (kind == "missing" and isinstance(error["loc"][-1], str)) or kind == "union_tag_not_found":
        about = list_fields(keys[:-1]).get(last, "")
        return "missing-field", f"`{last}` is missing", f"add `{last}:`" + (f" ({about.rstrip('.')})" if about else "")
    if kind == "extra_forbidden":
        return "unknown-field", f"there is no field `{last}` here", suggest_nearest(last, list(list_fields(keys[:-1])))
    if kind == "expression":
        return str(context["code"]), str(context["message"]), str(context["help"])
    if kind == "version":
        return "version", error["msg"], "this standoff reads version 1: write `standoff: 1`"
    if kind in {"bad_slug", "bad_identifier", "bad_date"}:
        helps = {"bad_slug": _NAME_HELP, "bad_identifier": _IDENTIFIER_HELP, "bad_date": "write a date like 2026-02-02"}
        return kind.replace("_", "-").replace("identifier", "slug"), error["msg"], helps[kind]
    if kind == "bad_actor_code":
        return "bad-actor-code", error["msg"], _ACTOR_HELP
    if kind in {"literal_error", "union_tag_invalid"}:
        return _explain_choice(error, last)
    if kind == "change_type" and last not in (content.get("state") or {}):
        return "unknown-track", f"there is no track `{last}`", suggest_nearest(last, [*RESERVED_EFFECT_KEYS])
    if kind == "action_name_type" and last not in (content.get("players") or {}):
        return "unknown-field", f"there is no field `{last}` here", suggest_nearest(last, [*RESERVED_TOGETHER_KEYS])
    if kind in _EXPECTED:
        advice = (
            "write a whole number of steps, or a level's name" if kind == "change_type" else _type_help(kind, given)
        )
        return "wrong-type", f"expected {_EXPECTED[kind]}, found {_describe(given)}", advice
    return _explain_bound(error)


def _explain_choice(error: ErrorDetails, last: str) -> tuple[str, str, str]:
    """Explain a value that is not among the few that are allowed."""
    context = error.get("ctx", {})
    if error["type"] == "union_tag_invalid":
        valid = re.findall(r"'([^']+)'", str(context["expected_tags"]))
        return (
            "unknown-kind",
            f"there is no kind `{_shorten(context['tag'])}`",
            suggest_nearest(str(context["tag"]), valid),
        )
    valid = re.findall(r"'([^']+)'", str(context.get("expected", "")))
    given = error["input"]
    if valid and set(valid) == set(EVENT_CODES):
        advice = suggest_nearest(str(given).upper(), valid)
        return "unknown-event", f"`{_shorten(given)}` is not a PLOVER event type", advice
    return "wrong-value", f"`{_shorten(given)}` is not a value of `{last}`", suggest_nearest(str(given), valid)


def _explain_bound(error: ErrorDetails) -> tuple[str, str, str]:
    """Explain a value that is too small, too large, too short or too long."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing":
        return "wrong-value", "the list is too short", "write two entries"
    if kind in {"too_short", "too_long"}:
        bound = context.get("min_length", context.get("max_length"))
        word = "at least" if kind == "too_short" else "at most"
        return (
            "wrong-value",
            f"expected {word} {bound}, found {context['actual_length']}",
            "change the number of entries",
        )
    if kind in {"string_too_short", "string_too_long"}:
        bound = context.get("min_length", context.get("max_length"))
        word = "shorter than" if kind == "string_too_short" else "longer than"
        return "wrong-value", f"the text is {word} {bound} character{'' if bound == 1 else 's'}", "change its length"
    if kind in {"bool_type", "bool_parsing"}:
        return "wrong-type", f"expected `true` or `false`, found {_describe(error['input'])}", "write one of the two"
    text = error["msg"].removeprefix("Input should be ")
    return "wrong-value", f"`{_shorten(error['input'])}` should be {text}", "change the number"


def _type_help(kind: str, given: object) -> str:
    if kind in {"dict_type", "model_type", "model_attributes_type", "mapping_type"}:
        return "write `{}` for an empty mapping" if given is None else "write `name: value` lines, indented"
    if kind in {"tuple_type", "list_type"}:
        return "write it like `[a, b]`"
    if kind == "string_type" and isinstance(given, int | float):
        return "put it in quotes"
    return "write a value of this kind"


def _describe(given: object) -> str:
    if given is None:
        return "nothing"
    if isinstance(given, bool):
        return f"`{str(given).lower()}`"
    if isinstance(given, Mapping):
        return "a mapping"
    if isinstance(given, list | tuple):
        return "a list"
    return f"`{_shorten(given)}`"


def _shorten(given: object) -> str:
    text = re.sub(r"\s+", " ", str(given))
    return text if len(text) <= 60 else text[:57] + "..."
