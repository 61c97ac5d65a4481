"""The language of a text, so that nothing is coded in a language that the coder does not know.

A naive Bayes classifier over byte sequences (py3langid) gives each of some hundred languages a probability; those
without a code of two letters, mostly dialects of others, are left out. Its answer is taken where it is sure enough and
the text has enough letters; else the language is what the source declares, unless the text belies it; else unknown, "".

References:
    Lui, M. and Baldwin, T. (2012), langid.py: an off-the-shelf language identification tool.
    Barbaresi, A., py3langid: a faster, modernised fork of it.
"""

from __future__ import annotations

import functools
from typing import Any

from standoff.extras import import_extra

__all__ = ["BELIED", "MIN_LETTERS", "MIN_PROBABILITY", "SAMPLE", "detect_language"]

MIN_LETTERS = 20
"""Fewest letters of a text whose language is told by its content."""
MIN_PROBABILITY = 0.75
"""Least probability of a language that is told by the content."""
BELIED = 0.05
"""Probability below which a text belies the language that its source declares."""
SAMPLE = 20_000
"""Code points of the beginning that are looked at."""
_NONE = "zxx"  # what ISO 639-2 calls no linguistic content


def detect_language(text: str, *, declared: str = "") -> str:
    """Tell the language of a text.

    Args:
        text: The text.
        declared: The language that its source declares, such as "en-GB"; "" where it does not.

    Returns:
        The language as ISO 639-1, "" where nobody can tell.

    Raises:
        MissingExtraError: py3langid is not installed.

    Examples:
        >>> detect_language("Die Marine schickte am Montag zwei Fregatten in die Meerenge.")
        'de'
        >>> detect_language("OK.", declared="en-GB"), detect_language("OK.")
        ('en', '')
    """
    sample = text[:SAMPLE]
    if sum(character.isalpha() for character in sample) >= MIN_LETTERS:
        ranked = _classifier().rank(sample)
        language, probability = ranked[0]
        if probability >= MIN_PROBABILITY:
            return "" if language == _NONE else str(language)
        if (
            dict(ranked).get(_primary(declared), 1.0) < BELIED
        ):  # a language that the classifier does not know is believed
            return ""
    return _primary(declared)


def _primary(tag: str) -> str:
    """The language of a tag such as "en-GB", "" where it is not one of two letters."""
    primary = tag.strip().replace("_", "-").split("-")[0].lower()
    return primary if len(primary) == 2 and primary.isascii() and primary.isalpha() else ""


@functools.cache
def _classifier() -> Any:
    langid = import_extra("py3langid.langid", "news", "telling the language of a text")
    classifier = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    classifier.set_languages([label for label in classifier.labels if len(label) == 2 or label == _NONE])
    return classifier
