"""Ask a language model one question over HTTP.

- *Failures that may be temporary* (no connection, no answer in time, 408, 409, 429, 5xx) are retried, after a pause that
  doubles or that the server asks for, a limited number of times.
- *Redirects* are not followed: the key would go to whoever the server names.
- *Endless or slow answers*: bytes and seconds are limited, as `standoff.news.http_client` describes.
- *Private addresses* are allowed: the user names the server, and it is often on this machine.
- *Structured output that is refused* is an error: the server would not check an answer in free form.
- What a server writes into its errors is shown shortened, without control characters, and without the key.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import http.client
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from standoff.errors import CoderError, InputError, Problem
from standoff.news.http_client import HttpError, Request, exchange, find_proxy, read_content
from standoff.news.language_model.settings import KEY_VARIABLE, LanguageModel
from standoff.version import __version__

__all__ = ["Answer", "Endpoint"]

_TEMPORARY = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
_LONGEST_PAUSE = 60.0
_MOST_BYTES = 8_000_000
_Response = tuple[int, http.client.HTTPMessage, bytes]
"""Status, headers and content."""
_ABOUT_SCHEMA = re.compile(r"response_format|json_schema|structured", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """The answer of a model.

    Attributes:
        content: The text that the model wrote.
        is_cut: Whether it was cut off at the largest number of tokens.
        refusal: Why the model or its server refuses to answer; "" where it does not.
        num_prompt_tokens: Tokens of the question; None where the server does not count them.
        num_answer_tokens: Tokens of the answer; None where the server does not count them.
    """

    content: str
    is_cut: bool
    refusal: str
    num_prompt_tokens: int | None
    num_answer_tokens: int | None


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _TokenUsage(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Completion(BaseModel):
    choices: list[_Choice]
    usage: _TokenUsage | None = None


class _TemporaryError(Exception):
    """A failure that may be temporary; with the pause that the server asks for, in seconds, or None."""

    def __init__(self, problem: Problem, pause: float | None = None) -> None:
        super().__init__(str(problem))
        self.problem, self.pause = problem, pause


class Endpoint:
    """A server of a language model."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model
        self._url = model.address.rstrip("/") + "/chat/completions"
        _check_proxy(self._url)
        self._headers = {"Content-Type": "application/json", "User-Agent": f"standoff/{__version__}"}
        if model.key:
            self._headers["Authorization"] = f"Bearer {model.key}"

    def ask(self, question: Mapping[str, Any]) -> tuple[Answer, int]:
        """Ask a question.

        Args:
            question: The body of the request.

        Returns:
            The answer, and the number of retries.

        Raises:
            CoderError: There is no answer: the server cannot be reached (`llm-unreachable`), does not answer in time
                (`llm-slow`), refuses (`llm-status`, `llm-key`, `llm-no-schema`), redirects the request (`llm-redirect`)
                or answers with anything but a completion (`llm-answer`).
        """
        body = json.dumps(question).encode("ascii")
        for retry in range(self._model.num_retries + 1):
            try:
                return self._ask_once(body), retry
            except _TemporaryError as error:
                last = error
            if retry < self._model.num_retries:
                doubled = self._model.pause_seconds * 2**retry
                time.sleep(min(_LONGEST_PAUSE, max(doubled, last.pause or 0.0)))
        raise CoderError(last.problem)

    def _ask_once(self, body: bytes) -> Answer:
        request = Request(self._url, self._headers, "POST", body)
        try:
            status, headers, content = exchange(request, _read, seconds=self._model.seconds, allow_private=True)
        except HttpError as error:
            if error.fault == "too-large":
                raise CoderError(self._make_answer_problem(f"it has more than `{_MOST_BYTES}` bytes")) from None
            raise _TemporaryError(self._describe_failure(error)) from None
        if status != 200:
            raise self._make_error(status, headers, content)
        return self._read_answer(content)

    def _read_answer(self, content: bytes) -> Answer:
        try:
            completion = _Completion.model_validate_json(content)
        except ValidationError:
            raise CoderError(self._make_answer_problem("it is not in the form of /chat/completions")) from None
        if not completion.choices:
            raise CoderError(self._make_answer_problem("it is empty"))
        choice, usage = completion.choices[0], completion.usage or _TokenUsage()
        refusal = choice.message.refusal or ""
        if choice.finish_reason == "content_filter":
            refusal = refusal or "its content filter"
        return Answer(
            content=choice.message.content or "",
            is_cut=choice.finish_reason == "length",
            refusal=self._shorten(refusal),
            num_prompt_tokens=usage.prompt_tokens,
            num_answer_tokens=usage.completion_tokens,
        )

    def _describe_failure(self, error: HttpError) -> Problem:
        host = urlsplit(self._url).netloc
        if error.fault == "too-slow":
            message = f"`{host}` did not answer within `{self._model.seconds:g}` seconds"
            return Problem("llm-slow", message, help="try again, allow more seconds, or use a faster model")
        reason = "the connection broke off" if error.fault == "cut-off" else self._shorten(error.reason) or error.fault
        message = f"the language model at `{host}` cannot be reached: {reason}"
        return Problem("llm-unreachable", message, help="check the address, and that the server runs")

    def _make_error(self, status: int, headers: http.client.HTTPMessage, content: bytes) -> Exception:
        """Make the error of a status other than 200."""
        words = self._read_message(content)
        report = f"`{urlsplit(self._url).netloc}` answered `{status}`" + (f": {words}" if words else "")
        if 300 <= status < 400:
            where = self._shorten(headers.get("Location", ""))
            advice = "give the final address, if you trust it with the key and the text"
            return CoderError(Problem("llm-redirect", f"{report}, leading to `{where}`", help=advice))
        if status in {401, 403}:
            return CoderError(Problem("llm-key", report, help=f"check {KEY_VARIABLE}"))
        if status in _TEMPORARY:
            problem = Problem("llm-status", f"{report}, {self._model.num_retries + 1} times", help="try again later")
            return _TemporaryError(problem, _read_pause(headers.get("Retry-After", "")))
        if status in {400, 404, 415, 422, 501} and _ABOUT_SCHEMA.search(content[:20_000].decode("utf-8", "replace")):
            advice = "use a model and a server with structured output (`response_format` of type `json_schema`)"
            return CoderError(Problem("llm-no-schema", report, help=advice))
        if status in {400, 422}:
            advice = "use a model that accepts `temperature`, `seed`, `max_tokens` and `response_format`"
            return CoderError(Problem("llm-status", report, help=advice))
        return CoderError(Problem("llm-status", report, help="check the address and the name of the model"))

    def _read_message(self, content: bytes) -> str:
        """Read the message of an error in the format of OpenAI; "" where there is none."""
        try:
            said = json.loads(content[:100_000])
        except (ValueError, RecursionError):
            return ""
        error = said.get("error", said.get("message", said.get("detail", ""))) if isinstance(said, dict) else ""
        if isinstance(error, dict):
            error = error.get("message", "")
        return self._shorten(error) if isinstance(error, str) else ""

    def _shorten(self, text: str) -> str:
        """Shorten the words of a server for a message, without control characters and the key."""
        if self._model.key:
            text = text.replace(self._model.key, "[key]")
        line = " ".join("".join(sign if sign.isprintable() else " " for sign in text[:1000]).split())
        return line if len(line) <= 200 else line[:200] + "..."

    def _make_answer_problem(self, reason: str) -> Problem:
        message = f"`{urlsplit(self._url).netloc}` did not answer as a language model server does: {reason}"
        return Problem("llm-answer", message, help="check the address: it is the part before /chat/completions")


def _read(response: http.client.HTTPResponse) -> _Response:
    return response.status, response.headers, read_content(response, _MOST_BYTES)


def _check_proxy(url: str) -> None:
    """Refuse a proxy of the environment that cannot be used, before any work."""
    try:
        find_proxy(url)
    except HttpError:
        message = "the proxy that the environment names is not an http proxy"
        advice = "set https_proxy to the address of an http:// proxy, or name the server in no_proxy"
        raise InputError(Problem("llm-settings", message, help=advice)) from None


def _read_pause(header: str) -> float | None:
    """Seconds that a `Retry-After` header asks for; None where it does not say, for a server may write anything."""
    if header.isascii() and header.isdigit() and len(header) < 10:
        return float(header)
    try:
        date = email.utils.parsedate_to_datetime(header)
        date = date if date.tzinfo else date.replace(tzinfo=dt.UTC)
        return max(0.0, (date - dt.datetime.now(dt.UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None
