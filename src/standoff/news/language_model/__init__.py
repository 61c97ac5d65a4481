"""A coder that asks a language model: any server with OpenAI's `/chat/completions` and structured output.

    document -> passages -> request (prompt, answer's JSON Schema) -> endpoint or cache -> answer
    -> items that fit the schema -> items whose every quotation is in the text -> events and claims

The text of a document leaves the machine, so this coder is used only when it is selected by name. Neither the text nor the
answer is trusted: an article may contain sentences that are written to command a model, and a model may invent things. An answer
can therefore only become events and claims in the words of `standoff.news.vocabulary`, each at a span of the text with exactly
the quoted characters. A quotation that is in the text does not prove that it means what the model claims; a person must review
that.

| file | holds |
|---|---|
| `settings.py` | the model, its server and its settings |
| `passages.py` | split a long text into parts with their offsets |
| `prompt.py` | the question |
| `answer.py` | the schema of an answer |
| `quotation.py` | check an answer against the text |
| `endpoint.py` | ask one question over HTTP |
| `cache.py` | answers on disk |
| `usage.py` | requests, tokens, cost and rejected items |
| `language_model_coder.py` | the coder |
"""

from __future__ import annotations

from standoff.news.language_model.language_model_coder import LanguageModelCoder
from standoff.news.language_model.settings import LanguageModel, load_language_model
from standoff.news.language_model.usage import Usage

__all__ = ["LanguageModel", "LanguageModelCoder", "Usage", "load_language_model"]
