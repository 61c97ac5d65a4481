"""Detect the language of a text, so that a coder codes only languages that it knows.

A naive Bayes classifier over byte sequences (py3langid) gives about a hundred languages a probability; those
without a two-letter code, mostly dialects, are left out. Its result is used where the probability is high enough and the text
has enough letters; else the language that the source declares is used, unless its probability is too low; else it is "".

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
"""Fewest letters of a text whose language is detected from its content."""
MIN_PROBABILITY = 0.75
"""Least probability of a language that is detected from the content."""
BELIED = 0.05
"""Probability below which the language that the source declares is rejected."""
SAMPLE = 20_000
"""Number of code points at the beginning that are examined."""
_NONE = "zxx"  # ISO 639-2: no linguistic content


def detect_language(text: str, *, declared: str = "") -> str:
    """Detect the language of a text.

    Args:
        text: The text.
        declared: The language that its source declares, such as "en-GB"; "" where it does not.

    Returns:
        The language as ISO 639-1; "" where unknown.

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
        ranked = _load_classifier().rank(sample)
        language, probability = ranked[0]
        if probability >= MIN_PROBABILITY:
            return "" if language == _NONE else str(language)
        if (
            dict(ranked).get(_read_tag(declared), 1.0) < BELIED
        ):  # a declared language that the classifier does not know is accepted
            return ""
    return _read_tag(declared)


def _read_tag(tag: str) -> str:
    """Return the language of a tag such as "en-GB"; "" where it does not have two letters."""
    primary = tag.strip().replace("_", "-").split("-")[0].lower()
    return primary if len(primary) == 2 and primary.isascii() and primary.isalpha() else ""


@functools.cache
def _load_classifier() -> Any:
    langid = import_extra("py3langid.langid", "news", "detecting the language of a text")
    classifier = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    classifier.set_languages([label for label in classifier.labels if len(label) == 2 or label == _NONE])
    return classifier
