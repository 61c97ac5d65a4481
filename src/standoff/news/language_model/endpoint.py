"""One question to a server, over HTTP.

- *Failures that may pass* (no connection, no answer in time, 408, 409, 429, 5xx) are asked again, after a pause that doubles or
  that the server asks for; a limited number of times.
- *Redirects* are not followed: the key would go to whoever the server names.
- *Endless or slow answers*: bytes and seconds are counted.
- *Structured output that is refused* is an error: an answer in free form would not be checked by the server.
- What a server writes into its errors is shown shortened, without control characters, and without the key.
"""

from __future__ import annotations

import json
import re
import threading
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import urllib3
from pydantic import BaseModel, ValidationError
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    InvalidHeader,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

from standoff.errors import CoderError, InputError, Problem
from standoff.news.language_model.settings import KEY_VARIABLE, LanguageModel, is_this_machine
from standoff.version import __version__

__all__ = ["Answer", "Endpoint"]

_MAY_PASS = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
_LONGEST_PAUSE = 60.0
_CONNECTING = 10.0
_MOST_BYTES = 8_000_000
_CHUNK = 1 << 16
_Response = tuple[int, Mapping[str, str], bytes]
"""Status, headers and content."""
_ABOUT_SCHEMA = re.compile(r"response_format|json_schema|structured", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """What a model answered.

    Attributes:
        content: What it wrote.
        is_cut: Whether it was cut off at the most tokens of an answer.
        refusal: Why the model or its server refuses to answer; "" where it does not.
        num_prompt_tokens: Tokens of the question; None where the server does not say.
        num_answer_tokens: Tokens of the answer.
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


class _Usage(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Completion(BaseModel):
    choices: list[_Choice]
    usage: _Usage | None = None


class _MayPassError(Exception):
    """A failure that may pass; the pause that the server asks for, in seconds, or None."""

    def __init__(self, problem: Problem, pause: float | None = None) -> None:
        super().__init__(str(problem))
        self.problem, self.pause = problem, pause


class Endpoint:
    """A server that is asked questions, one at a time."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model
        self._url = model.address.rstrip("/") + "/chat/completions"
        self._pool = _pool(self._url)
        self._headers = {"Content-Type": "application/json", "User-Agent": f"standoff/{__version__}"}
        if model.key:
            self._headers["Authorization"] = f"Bearer {model.key}"

    def ask(self, question: Mapping[str, Any]) -> tuple[Answer, int]:
        """Ask a question.

        Args:
            question: The body of the request.

        Returns:
            The answer, and how often it was asked again.

        Raises:
            CoderError: There is no answer: the server cannot be reached (`llm-unreachable`), does not answer in time
                (`llm-slow`), refuses (`llm-status`, `llm-key`, `llm-no-schema`), sends the key elsewhere (`llm-redirect`)
                or answers with something else than a completion (`llm-answer`).
        """
        body = json.dumps(question).encode("ascii")
        for retry in range(self._model.num_retries + 1):
            try:
                return self._ask_once(body), retry
            except _MayPassError as error:
                last = error
            if retry < self._model.num_retries:
                doubled = self._model.pause_seconds * 2**retry
                time.sleep(min(_LONGEST_PAUSE, max(doubled, last.pause or 0.0)))
        raise CoderError(last.problem)

    def _ask_once(self, body: bytes) -> Answer:
        end = time.monotonic() + self._model.seconds
        try:
            status, headers, content = self._in_time(body)
        except (HTTPError, OSError) as error:
            # the timeout of the connection may be due at the same moment as the answer: the clock decides
            failure: Exception = TimeoutError() if time.monotonic() >= end else error
            raise _MayPassError(self._failure(failure)) from None
        if status != 200:
            raise self._refusal(status, headers, content)
        return self._answer(content)

    def _in_time(self, body: bytes) -> _Response:
        """What the server sends within the time of an answer.

        It is read in a thread that is left behind when time is up: a server that sends a byte of its headers now and then, or a
        slow name server, would hold whoever waits for them, and the waiting would be deaf to Ctrl-C.

        Raises:
            HTTPError: As urllib3 does.
            OSError: Likewise, or time is up (TimeoutError).
            CoderError: The answer is too large.
        """
        found: list[_Response | HTTPError | OSError | CoderError] = []

        def read() -> None:
            try:
                found.append(self._post(body))
            except (HTTPError, OSError, CoderError) as error:
                found.append(error)

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        thread.join(self._model.seconds)
        if thread.is_alive():
            raise TimeoutError
        assert found, "the thread has told why it ended"
        if isinstance(found[0], Exception):
            raise found[0]
        return found[0]

    def _post(self, body: bytes) -> _Response:
        timeout = urllib3.Timeout(connect=min(_CONNECTING, self._model.seconds), read=self._model.seconds)
        response = self._pool.request(
            "POST",
            self._url,
            body=body,
            headers=self._headers,
            timeout=timeout,
            retries=False,
            redirect=False,
            preload_content=False,
            decode_content=False,
        )
        try:
            content = bytearray()
            while chunk := response.read1(_CHUNK):
                content += chunk
                if len(content) > _MOST_BYTES:
                    raise CoderError(self._no_answer(f"it has more than `{_MOST_BYTES}` bytes"))
        finally:
            response.close()
        return response.status, response.headers, bytes(content)

    def _answer(self, content: bytes) -> Answer:
        try:
            completion = _Completion.model_validate_json(content)
        except ValidationError:
            raise CoderError(self._no_answer("it is not in the form of /chat/completions")) from None
        if not completion.choices:
            raise CoderError(self._no_answer("it is empty"))
        choice, usage = completion.choices[0], completion.usage or _Usage()
        refusal = choice.message.refusal or ""
        if choice.finish_reason == "content_filter":
            refusal = refusal or "its content filter"
        return Answer(
            content=choice.message.content or "",
            is_cut=choice.finish_reason == "length",
            refusal=self._shown(refusal),
            num_prompt_tokens=usage.prompt_tokens,
            num_answer_tokens=usage.completion_tokens,
        )

    def _failure(self, error: Exception) -> Problem:
        host = urlsplit(self._url).netloc
        if isinstance(error, (ReadTimeoutError, TimeoutError)) and not isinstance(error, ConnectTimeoutError):
            message = f"`{host}` did not answer within `{self._model.seconds:g}` seconds"
            return Problem("llm-slow", message, help="try again, allow more seconds, or take a faster model")
        if isinstance(error, NameResolutionError):
            reason = "there is no such host"
        elif isinstance(error, SSLError):
            reason = "its certificate is not valid"
        elif isinstance(error, (ConnectTimeoutError, NewConnectionError)):
            reason = "nothing answers there"
        else:
            reason = "the connection broke off"
        message = f"the language model at `{host}` cannot be reached: {reason}"
        return Problem("llm-unreachable", message, help="look at the address, and that the server runs")

    def _refusal(self, status: int, headers: Mapping[str, str], content: bytes) -> Exception:
        """What a status other than 200 means."""
        said = self._said(content)
        told = f"`{urlsplit(self._url).netloc}` answered `{status}`" + (f": {said}" if said else "")
        if 300 <= status < 400:
            where = self._shown(headers.get("Location", ""))
            advice = "give the address that it leads to in the end, if you trust it with the key and the text"
            return CoderError(Problem("llm-redirect", f"{told}, leading to `{where}`", help=advice))
        if status in {401, 403}:
            return CoderError(Problem("llm-key", told, help=f"look at {KEY_VARIABLE}"))
        if status in _MAY_PASS:
            problem = Problem("llm-status", f"{told}, {self._model.num_retries + 1} times", help="try again later")
            return _MayPassError(problem, _pause_asked_for(headers.get("Retry-After", "")))
        if status in {400, 404, 415, 422, 501} and _ABOUT_SCHEMA.search(content[:20_000].decode("utf-8", "replace")):
            advice = "take a model and a server with structured output (`response_format` of type `json_schema`)"
            return CoderError(Problem("llm-no-schema", told, help=advice))
        if status in {400, 422}:
            advice = "take a model that can be asked with `temperature`, `seed`, `max_tokens` and `response_format`"
            return CoderError(Problem("llm-status", told, help=advice))
        return CoderError(Problem("llm-status", told, help="look at the address and the name of the model"))

    def _said(self, content: bytes) -> str:
        """What a server says about its refusal, where it says it as OpenAI's does."""
        try:
            said = json.loads(content[:100_000])
        except (ValueError, RecursionError):
            return ""
        error = said.get("error", said.get("message", said.get("detail", ""))) if isinstance(said, dict) else ""
        if isinstance(error, dict):
            error = error.get("message", "")
        return self._shown(error) if isinstance(error, str) else ""

    def _shown(self, text: str) -> str:
        """Words of a server as they may stand in a message."""
        if self._model.key:
            text = text.replace(self._model.key, "[key]")
        line = " ".join("".join(sign if sign.isprintable() else " " for sign in text[:1000]).split())
        return line if len(line) <= 200 else line[:200] + "..."

    def _no_answer(self, reason: str) -> Problem:
        message = f"`{urlsplit(self._url).netloc}` did not answer as a language model does: {reason}"
        return Problem("llm-answer", message, help="look at the address: it is the one before /chat/completions")


def _pool(url: str) -> urllib3.PoolManager:
    """Connections to a host, through the proxy of the environment where there is one; never for this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    proxy = urllib.request.getproxies().get(parts.scheme, "")
    if proxy and not is_this_machine(host) and not urllib.request.proxy_bypass(host):
        named = proxy if "://" in proxy else f"http://{proxy}"
        try:
            auth = urllib3.util.parse_url(named).auth
            headers = urllib3.make_headers(proxy_basic_auth=unquote(auth)) if auth else None
            return urllib3.ProxyManager(named, maxsize=1, proxy_headers=headers)
        except HTTPError:
            message = "the proxy that the environment names is none for http or https"
            advice = "set https_proxy to the address of an http:// proxy, or name the server in no_proxy"
            raise InputError(Problem("llm-settings", message, help=advice)) from None
    return urllib3.PoolManager(maxsize=1)


def _pause_asked_for(header: str) -> float | None:
    if not header:
        return None
    try:
        return urllib3.Retry().parse_retry_after(header)
    except (InvalidHeader, ValueError, OverflowError):  # a server may write anything
        return None
