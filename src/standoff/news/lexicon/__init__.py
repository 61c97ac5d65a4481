"""The lexicon: lists of words that express acts, each a vote for types of events.

| file | holds |
|---|---|
| `verbs.txt` | verbs by type; `send+troop` requires a complement |
| `nouns.txt` | nouns by type |
| `words.txt` | words by their function in a sentence: report, begin, deny, judge |
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

__all__ = ["ACT_NOUNS", "ACT_VERBS", "JUDGES", "PAIRS", "WORDS"]

_FOLDER = Path(__file__).parent


def _read(file: str) -> dict[str, list[str]]:
    lines = (_FOLDER / file).read_text(encoding="utf-8").splitlines()
    return {
        name: [word.strip() for word in words.split(",")]
        for name, _, words in (line.partition("|") for line in lines if line and not line.startswith("#"))
    }


def _invert(table: Mapping[str, list[str]], *, of_pairs: bool) -> dict[str, tuple[str, ...]]:
    types: dict[str, list[str]] = {}
    for name, words in table.items():
        for word in words:
            if ("+" in word) == of_pairs:
                types.setdefault(word, []).append(name)
    return {word: tuple(dict.fromkeys(names)) for word, names in types.items()}


_VERBS = _read("verbs.txt")
ACT_VERBS: Mapping[str, tuple[str, ...]] = _invert(_VERBS, of_pairs=False)
"""Types of verbs without a complement, by lemma."""
PAIRS: Mapping[str, tuple[str, ...]] = _invert(_VERBS, of_pairs=True)
"""Types of verbs with a complement, by "verb+complement"."""
ACT_NOUNS: Mapping[str, tuple[str, ...]] = _invert(_read("nouns.txt"), of_pairs=False)
"""Types of nouns, by lemma."""
WORDS: Mapping[str, frozenset[str]] = {name: frozenset(words) for name, words in _read("words.txt").items()}
"""Lemmas by their function."""
JUDGES = WORDS["judge"]
"""Lemmas of those who judge from outside and are not actors."""
