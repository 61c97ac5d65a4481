"""The coders, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from standoff.errors import InputError, Problem, suggest_nearest
from standoff.extras import import_extra
from standoff.news.coder import Coder

if TYPE_CHECKING:
    from standoff.news.language_model import LanguageModel

__all__ = ["CODERS", "open_coder"]

CODERS = ("offline", "embed", "llm")
"""Names of coders: offline, offline with sentence vectors, and one that asks a language model."""


def open_coder(name: str = "offline", *, language_model: LanguageModel | None = None) -> Coder:
    """Load a coder.

    Args:
        name: One of `CODERS`. Only "llm" sends text to a server.
        language_model: The model that "llm" asks; None for the one that the environment names (`load_language_model`). The
            other coders ignore it.

    Returns:
        The coder, ready for the first document.

    Raises:
        InputError: There is no such coder (`unknown-coder`), its settings are invalid (`llm-settings`), or the installed model is
            not the expected one.
        MissingExtraError: A package that the coder needs is not installed.

    Examples:
        >>> open_coder("ofline")
        Traceback (most recent call last):
            ...
        standoff.errors.InputError: unknown-coder: there is no coder `ofline`
          help: did you mean `offline`?
    """
    if name == "offline":
        import_extra("spacy", "news", "coding news")
        from standoff.news.offline import OfflineCoder
        from standoff.news.parsing import load_parser

        load_parser()  # reports a missing or changed model before any work
        return OfflineCoder()
    if name == "embed":
        import_extra("spacy", "news", "coding news")
        from standoff.news.embedding import load_encoder
        from standoff.news.offline import OfflineCoder
        from standoff.news.parsing import load_parser

        load_parser()
        load_encoder()
        return OfflineCoder(embed=True)
    if name == "llm":
        import_extra("platformdirs", "llm", "asking a language model")
        from standoff.news.language_model import LanguageModelCoder, load_language_model

        return LanguageModelCoder(language_model or load_language_model())
    raise InputError(
        Problem(code="unknown-coder", message=f"there is no coder `{name}`", help=suggest_nearest(name, CODERS))
    )
