"""The coder that asks a language model; see the package."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

from standoff.errors import InputError, Problem
from standoff.news.coded import Claim, CodedDocument, Event, Span
from standoff.news.document import Document
from standoff.news.language_model.answer import read_answer
from standoff.news.language_model.cache import AnswerCache, hash_question
from standoff.news.language_model.endpoint import Answer, Endpoint
from standoff.news.language_model.passages import halve, split_passages
from standoff.news.language_model.prompt import PROMPT_VERSION, write_question
from standoff.news.language_model.quotation import Findings, verify
from standoff.news.language_model.settings import LanguageModel
from standoff.news.language_model.usage import Usage

__all__ = ["LanguageModelCoder"]

_LEAST = 400
"""Code points of a passage that is not split further: a model that goes on for ever about it would about a part of it."""
_WRONG_FORM = "not in the form that was asked for"


class LanguageModelCoder:
    """Finds events and claims by asking a language model; may be used by several threads.

    The confidence of an event is what the model says of itself: it was never held against coded texts.

    Attributes:
        model: Which model, where, how.
    """

    def __init__(self, model: LanguageModel) -> None:
        self.model = model
        self._endpoint = Endpoint(model)
        self._cache = AnswerCache(model.cache_folder) if model.cache_folder is not None else None
        self._lock = threading.Lock()
        self._tally = Usage()

    @property
    def method(self) -> str:
        """The model and the version of what it is asked."""
        return f"llm:{self.model.model} prompt {PROMPT_VERSION}"

    @property
    def tally(self) -> Usage:
        """Requests, tokens and what was rejected, over all documents so far."""
        return self._tally

    @property
    def cost(self) -> float | None:
        """What all documents so far cost, by the prices of `model`; None where that is not known."""
        return self._tally.cost(self.model.prompt_price, self.model.answer_price)

    def code(self, document: Document) -> CodedDocument:
        """Code one document.

        Args:
            document: The document; its text, date and language are sent.

        Returns:
            Events and claims that stand in the text; `refused` is set where the model refuses to answer.

        Raises:
            CoderError: The server gives no answer (see `Endpoint.ask`). What it answered before is in the cache.
            InputError: The answer about a part of this document cannot be used (`llm-answer`), or the cache cannot be written
                to (`cannot-write`).
        """
        events: list[Event] = []
        claims: list[Claim] = []
        for passage in split_passages(document.text, self.model.passage_characters):
            for part, answer in self._answers(document, passage):
                if answer.refusal:
                    reason = f"the language model refuses to code it: {answer.refusal}"
                    return CodedDocument(document.document_hash, (), (), document.language, refused=reason)
                found = self._findings(document, part, answer)
                events += found.events
                claims += found.claims
        return CodedDocument(document.document_hash, tuple(events), tuple(claims), document.language)

    def _answers(self, document: Document, passage: Span) -> Iterator[tuple[Span, Answer]]:
        """The answer about a passage; where it was cut off, the answers about its parts."""
        answer = self._asked(write_question(self.model, document, passage))
        if not answer.is_cut:
            yield passage, answer
            return
        parts = halve(document.text, passage)
        if len(parts) == 1 or passage[1] - passage[0] < _LEAST:
            raise _unusable(
                document,
                f"it is longer than `{self.model.max_answer_tokens}` tokens, about less than {_LEAST} characters",
            )
        for part in parts:
            yield from self._answers(document, part)

    def _asked(self, body: dict[str, Any]) -> Answer:
        key = hash_question(self.model.address, body)
        known = self._cache.find(key) if self._cache is not None else None
        if known is not None:
            self._add(Usage(num_cached=1))
            return known
        answer, num_retries = self._endpoint.ask(body)
        self._add(_metered(answer, num_retries))
        if self._cache is not None and _is_worth_keeping(answer):
            self._cache.keep(key, answer)
        return answer

    def _findings(self, document: Document, passage: Span, answer: Answer) -> Findings:
        try:
            events, claims, num_wrong = read_answer(answer.content)
        except ValueError as error:
            raise _unusable(document, f"it is not in the form that was asked for: {error}") from None
        found = verify(events, claims, text=document.text, passage=passage, method=self.method)
        rejected = found.rejected + Counter({_WRONG_FORM: num_wrong})
        self._add(Usage(rejected=rejected, dropped=found.dropped))
        return found

    def _add(self, more: Usage) -> None:
        with self._lock:
            self._tally += more


def _metered(answer: Answer, num_retries: int) -> Usage:
    is_metered = answer.num_prompt_tokens is not None and answer.num_answer_tokens is not None
    return Usage(
        num_requests=1,
        num_retries=num_retries,
        num_prompt_tokens=answer.num_prompt_tokens or 0,
        num_answer_tokens=answer.num_answer_tokens or 0,
        num_unmetered=0 if is_metered else 1,
    )


def _is_worth_keeping(answer: Answer) -> bool:
    """Whether it is no refusal and can be read, or says that the passage must be split."""
    if answer.refusal:
        return False
    if answer.is_cut:
        return True
    try:
        read_answer(answer.content)
    except ValueError:
        return False
    return True


def _unusable(document: Document, reason: str) -> InputError:
    message = f"the answer of the language model cannot be used: {reason}"
    advice = "take a model and a server that hold to `response_format` json_schema"
    return InputError(Problem("llm-answer", message, help=advice, file=document.address))
