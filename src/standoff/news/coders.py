"""The coders that standoff has, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from standoff.errors import InputError, Problem, nearest
from standoff.extras import import_extra
from standoff.news.coder import Coder

if TYPE_CHECKING:
    from standoff.news.language_model import LanguageModel

__all__ = ["CODERS", "open_coder"]

CODERS = ("offline", "embed", "llm")
"""Names of coders: one that works on this machine alone, the same with sentence vectors, and one that asks a language model."""


def open_coder(name: str = "offline", *, language_model: LanguageModel | None = None) -> Coder:
    """Make a coder ready.

    Args:
        name: One of `CODERS`. Only "llm" sends text to a server.
        language_model: What "llm" asks; None: what the environment names (`language_model_of_environment`). Not used by
            the others.

    Returns:
        The coder, ready for the first document.

    Raises:
        InputError: There is no such coder (`unknown-coder`), or what the coder needs is not named rightly (`llm-settings`)
            or not sound.
        MissingExtraError: What the coder needs is not installed.

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

        load_parser()  # what is missing or changed is told before the work
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
    raise InputError(Problem(code="unknown-coder", message=f"there is no coder `{name}`", help=nearest(name, CODERS)))
