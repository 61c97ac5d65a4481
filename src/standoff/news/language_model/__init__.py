"""A coder that asks a language model: any server with the `/chat/completions` of OpenAI and structured output.

    document -> passages -> request (prompt, answer's JSON Schema) -> endpoint or cache -> answer
    -> items that hold to the schema -> items whose every quotation stands in the text -> events and claims

The text of a document leaves the machine, so this coder works only where it is asked for by name. Neither the text nor the
answer is trusted: an article may hold sentences that are written to command a model, and a model may make things up. So an
answer can only ever become events and claims in the words of `standoff.news.vocabulary`, each at a place of the text that
holds exactly the characters that it quotes. That a quotation stands there does not prove that it says what was made of it:
that is for a person to review.

| file | holds |
|---|---|
| `settings.py` | which model, where, how |
| `passages.py` | a long text in parts, with their offsets |
| `prompt.py` | what is asked |
| `answer.py` | the form of an answer |
| `evidence.py` | what of an answer stands in the text |
| `endpoint.py` | one question over HTTP |
| `cache.py` | answers that were paid for once |
| `tally.py` | requests, tokens, cost, what was rejected |
| `language_model_coder.py` | the whole |
"""

from __future__ import annotations

from standoff.news.language_model.language_model_coder import LanguageModelCoder
from standoff.news.language_model.settings import LanguageModel, load_language_model
from standoff.news.language_model.usage import Usage

__all__ = ["LanguageModel", "LanguageModelCoder", "Usage", "load_language_model"]
