"""The coder that asks a language model; the package describes it."""

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
"""Length in code points below which a passage is not split: an endless answer about it would be endless about its parts too."""
_WRONG_FORM = "does not fit the schema"


class LanguageModelCoder:
    """A coder that asks a language model; several threads may use it.

    The confidence of an event is the one that the model reports, which was not calibrated on coded texts.

    Attributes:
        model: The model, its server and its settings.
    """

    def __init__(self, model: LanguageModel) -> None:
        self.model = model
        self._endpoint = Endpoint(model)
        self._cache = AnswerCache(model.cache_folder) if model.cache_folder is not None else None
        self._lock = threading.Lock()
        self._usage = Usage()

    @property
    def method(self) -> str:
        """The model and the version of the prompt."""
        return f"llm:{self.model.model} prompt {PROMPT_VERSION}"

    @property
    def usage(self) -> Usage:
        """Requests, tokens and rejected items, over all documents so far."""
        return self._usage

    @property
    def cost(self) -> float | None:
        """The cost of all documents so far, by the prices of `model`; None where unknown."""
        return self._usage.compute_cost(self.model.prompt_price, self.model.answer_price)

    def code(self, document: Document) -> CodedDocument:
        """Code one document.

        Args:
            document: The document; its text, date and language are sent.

        Returns:
            The events and claims whose quotations are in the text; `refused` is set where the model refuses to answer.

        Raises:
            CoderError: The server gives no answer (see `Endpoint.ask`). Earlier answers are in the cache.
            InputError: An answer about this document cannot be used (`llm-answer`), or the cache cannot be written
                (`cannot-write`).
        """
        events: list[Event] = []
        claims: list[Claim] = []
        for passage in split_passages(document.text, self.model.passage_characters):
            for part, answer in self._ask_about(document, passage):
                if answer.refusal:
                    reason = f"the language model refuses to code it: {answer.refusal}"
                    return CodedDocument(document.document_hash, (), (), document.language, refused=reason)
                found = self._verify(document, part, answer)
                events += found.events
                claims += found.claims
        return CodedDocument(document.document_hash, tuple(events), tuple(claims), document.language)

    def _ask_about(self, document: Document, passage: Span) -> Iterator[tuple[Span, Answer]]:
        """Yield the answer about a passage; where it was cut off, the answers about its parts."""
        answer = self._ask(write_question(self.model, document, passage))
        if not answer.is_cut:
            yield passage, answer
            return
        parts = halve(document.text, passage)
        if len(parts) == 1 or passage[1] - passage[0] < _LEAST:
            raise _make_error(
                document,
                f"it is longer than `{self.model.max_answer_tokens}` tokens, about less than {_LEAST} characters",
            )
        for part in parts:
            yield from self._ask_about(document, part)

    def _ask(self, body: dict[str, Any]) -> Answer:
        key = hash_question(self.model.address, body)
        known = self._cache.find(key) if self._cache is not None else None
        if known is not None:
            self._add(Usage(num_cached=1))
            return known
        answer, num_retries = self._endpoint.ask(body)
        self._add(_measure_usage(answer, num_retries))
        if self._cache is not None and _is_worth_storing(answer):
            self._cache.store(key, answer)
        return answer

    def _verify(self, document: Document, passage: Span, answer: Answer) -> Findings:
        try:
            events, claims, num_wrong = read_answer(answer.content)
        except ValueError as error:
            raise _make_error(document, f"it does not fit the schema: {error}") from None
        found = verify(events, claims, text=document.text, passage=passage, method=self.method)
        rejected = found.rejected + Counter({_WRONG_FORM: num_wrong})
        self._add(Usage(rejected=rejected, dropped=found.dropped))
        return found

    def _add(self, more: Usage) -> None:
        with self._lock:
            self._usage += more


def _measure_usage(answer: Answer, num_retries: int) -> Usage:
    is_metered = answer.num_prompt_tokens is not None and answer.num_answer_tokens is not None
    return Usage(
        num_requests=1,
        num_retries=num_retries,
        num_prompt_tokens=answer.num_prompt_tokens or 0,
        num_answer_tokens=answer.num_answer_tokens or 0,
        num_unmetered=0 if is_metered else 1,
    )


def _is_worth_storing(answer: Answer) -> bool:
    """Whether an answer can be read, or shows that the passage must be split; refusals are not stored."""
    if answer.refusal:
        return False
    if answer.is_cut:
        return True
    try:
        read_answer(answer.content)
    except ValueError:
        return False
    return True


def _make_error(document: Document, reason: str) -> InputError:
    message = f"the answer of the language model cannot be used: {reason}"
    advice = "use a model and a server that support `response_format` json_schema"
    return InputError(Problem("llm-answer", message, help=advice, file=document.address))
