"""The language model, its server and its settings.

The key comes from the environment and goes into one header of each request; no message, cache or coding contains it. It is sent
over plain http only to this machine.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from standoff.errors import InputError, Problem
from standoff.extras import import_extra
from standoff.news.http_client import is_this_machine

__all__ = [
    "ADDRESS_VARIABLE",
    "KEY_VARIABLE",
    "MODEL_VARIABLE",
    "LanguageModel",
    "load_language_model",
]

ADDRESS_VARIABLE = "STANDOFF_LLM_URL"
"""Environment variable with the address of the server."""
MODEL_VARIABLE = "STANDOFF_LLM_MODEL"
"""Environment variable with the name of the model."""
KEY_VARIABLE = "STANDOFF_LLM_KEY"
"""Environment variable with the key of the server; the only place to give it."""
_WORD = re.compile(r"[!-~]*")  # visible ASCII, which is allowed in a header
_MODEL = re.compile(r"[!-~]{1,200}")


@dataclass(frozen=True)
class LanguageModel:
    """A language model, its server and its settings.

    Attributes:
        address: Base URL of the server, such as `https://llm.example/v1`; `/chat/completions` is added to it.
        model: The model, as the server names it.
        key: The key of the server; "" where it needs none.
        cache_folder: The folder of stored answers, so that no question is paid for twice; None for no cache.
        seconds: Most time for one answer, above 0.
        num_retries: Most retries of a question after a temporary failure, 0..20.
        pause_seconds: Pause before the first retry, above 0; it doubles each time.
        max_answer_tokens: Most tokens of one answer; a passage with a longer answer is split.
        passage_characters: Most code points of a passage in one question, at least 100.
        prompt_price: Price of a million tokens of questions, in any currency; None where unknown.
        answer_price: Price of a million tokens of answers, in the same currency; None where unknown.
        seed: The seed that is sent with each question, for reproducible answers on servers that support it.

    Raises:
        InputError: A setting is invalid; carries every fault (`llm-settings`).

    Examples:
        >>> LanguageModel("https://llm.example/v1", "small", key="secret")
        LanguageModel(address='https://llm.example/v1', model='small', cache_folder=None, ...
    """

    address: str
    model: str
    key: str = field(default="", repr=False)
    cache_folder: Path | None = None
    seconds: float = 120.0
    num_retries: int = 4
    pause_seconds: float = 1.0
    max_answer_tokens: int = 8192
    passage_characters: int = 6000
    prompt_price: float | None = None
    answer_price: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        problems = [*self._check()]
        if problems:
            raise InputError(problems)

    def _check(self) -> Iterator[Problem]:
        yield from _check_address(self.address, self.key)
        if not _MODEL.fullmatch(self.model):
            yield _make_problem(
                f"`{self.model}` is not a valid name of a model", f"give --llm-model or set {MODEL_VARIABLE}"
            )
        if not _WORD.fullmatch(self.key):  # the value is not shown
            yield _make_problem("the key contains an invalid character", f"check {KEY_VARIABLE}, also its end")
        ranges: tuple[tuple[str, float, float, float], ...] = (
            ("seconds", self.seconds, 0.01, 3600),
            ("num_retries", self.num_retries, 0, 20),
            ("pause_seconds", self.pause_seconds, 0.001, 60),
            ("max_answer_tokens", self.max_answer_tokens, 100, 1_000_000),
            ("passage_characters", self.passage_characters, 100, 1_000_000),
            ("prompt_price", self.prompt_price or 0.0, 0, math.inf),
            ("answer_price", self.answer_price or 0.0, 0, math.inf),
        )
        for name, value, low, high in ranges:
            if not (low <= value <= high and math.isfinite(value)):
                yield _make_problem(f"{name} is `{value}`", f"give a number from {low:g} to {high:g}")


def load_language_model(**given: Any) -> LanguageModel:
    """Load the settings of the environment; answers are stored in the user's cache folder.

    Args:
        given: Attributes of `LanguageModel` that override the environment; None is ignored.

    Raises:
        InputError: No server or model is named, or a setting is invalid (`llm-settings`).
        MissingExtraError: The extra `llm` is not installed.
    """
    known: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    environment: Mapping[str, str] = os.environ
    known.setdefault("address", environment.get(ADDRESS_VARIABLE, ""))
    known.setdefault("model", environment.get(MODEL_VARIABLE, ""))
    known.setdefault("key", environment.get(KEY_VARIABLE, ""))
    if "cache_folder" not in known:
        folders = import_extra("platformdirs", "llm", "asking a language model")
        known["cache_folder"] = folders.user_cache_path("standoff", appauthor=False) / "language-model"
    return LanguageModel(**known)


def _check_address(address: str, key: str) -> Iterator[Problem]:
    advice = f"give --llm-url or set {ADDRESS_VARIABLE}, such as https://llm.example/v1"
    if not address:
        yield _make_problem("no server is named", advice)
        return
    try:
        parts = urlsplit(address)
        is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole or not _WORD.fullmatch(address):
        yield _make_problem(f"`{address.rpartition('@')[2]}` is not the address of a server", advice)
        return
    if "@" in parts.netloc or parts.query or parts.fragment:  # it may contain a secret, and addresses are shown
        shown = f"{parts.scheme}://{parts.hostname}{parts.path}"
        yield _make_problem(
            f"the address has more than a host and a path: `{shown}`", f"put the key into {KEY_VARIABLE}"
        )
    elif key and parts.scheme == "http" and not is_this_machine(parts.hostname or ""):
        yield _make_problem(
            f"the key would be sent unencrypted to `{parts.hostname}`",
            f"use https, or unset {KEY_VARIABLE} if the server needs none",
        )


def _make_problem(message: str, advice: str) -> Problem:
    return Problem(code="llm-settings", message=message, help=advice)
