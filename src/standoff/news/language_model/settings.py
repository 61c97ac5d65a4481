"""Which language model is asked, where, and how.

The key comes from the environment and goes into one header of each question; it stands in no message, no cache, no coding.
It is sent over plain http to this machine alone.
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
"""Names the server where no address is given."""
MODEL_VARIABLE = "STANDOFF_LLM_MODEL"
"""Names the model where none is given."""
KEY_VARIABLE = "STANDOFF_LLM_KEY"
"""Holds the key of the server; nothing else does."""
_WORD = re.compile(r"[!-~]*")  # visible ASCII: what may stand in a header
_MODEL = re.compile(r"[!-~]{1,200}")


@dataclass(frozen=True)
class LanguageModel:
    """A language model, and how it is asked.

    Attributes:
        address: Base URL of the server, such as `https://llm.example/v1`; `/chat/completions` is added to it.
        model: The model, as the server names it.
        key: The key of the server, "" where it needs none.
        cache_folder: Where answers are kept, so that no question is paid for twice; None: nowhere.
        seconds: Most time for one answer, above 0.
        num_retries: How often a question is asked again after a failure that may pass, 0..20.
        pause_seconds: Pause before the first time, above 0; it doubles each time.
        max_answer_tokens: Most tokens of one answer; a passage whose answer is longer is asked about in parts.
        passage_characters: Most code points of a passage that is asked about at once, at least 100.
        prompt_price: Price of a million tokens of questions, in any currency; None where it is not known.
        answer_price: Price of a million tokens of answers.
        seed: Sent with each question: a server that heeds it gives the same answer again.

    Raises:
        InputError: Something makes no sense; carries every fault (`llm-settings`).

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
        problems = [*self._faults()]
        if problems:
            raise InputError(problems)

    def _faults(self) -> Iterator[Problem]:
        yield from _faults_of_address(self.address, self.key)
        if not _MODEL.fullmatch(self.model):
            yield _fault(f"`{self.model}` names no model", f"give --llm-model or set {MODEL_VARIABLE}")
        if not _WORD.fullmatch(self.key):  # its value is not shown
            yield _fault("the key holds a character that no key has", f"look at {KEY_VARIABLE}, also at its end")
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
                yield _fault(f"{name} is `{value}`", f"give a number from {low:g} to {high:g}")


def load_language_model(**given: Any) -> LanguageModel:
    """The model that the environment names, with its key, and with answers kept in the user's folder for caches.

    Args:
        given: Attributes of `LanguageModel` that are known better; None is as good as not given.

    Raises:
        InputError: A server or a model is not named, or something makes no sense (`llm-settings`).
        MissingExtraError: The library that knows the user's folders is not installed.
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


def _faults_of_address(address: str, key: str) -> Iterator[Problem]:
    advice = f"give --llm-url or set {ADDRESS_VARIABLE}, such as https://llm.example/v1"
    if not address:
        yield _fault("no server is named", advice)
        return
    try:
        parts = urlsplit(address)
        is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole or not _WORD.fullmatch(address):
        yield _fault(f"`{address.rpartition('@')[2]}` is no address of a server", advice)
        return
    if "@" in parts.netloc or parts.query or parts.fragment:  # it may hold a secret, and addresses are shown
        shown = f"{parts.scheme}://{parts.hostname}{parts.path}"
        yield _fault(f"the address has more than a host and a path: `{shown}`", f"put the key into {KEY_VARIABLE}")
    elif key and parts.scheme == "http" and not is_this_machine(parts.hostname or ""):
        yield _fault(
            f"the key would be sent in the open to `{parts.hostname}`",
            f"use https, or unset {KEY_VARIABLE} if the server needs none",
        )


def _fault(message: str, advice: str) -> Problem:
    return Problem(code="llm-settings", message=message, help=advice)
