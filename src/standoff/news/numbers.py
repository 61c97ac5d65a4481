"""Find numbers in a sentence, with what they count and how precise they are.

Candidates for claims: numbers of people, things, money, distance and duration. Dates, ages, clock times and numbers
that only count the parties ("both sides", "the two leaders") are excluded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from standoff.news.grammar import find_content_lemma
from standoff.news.lexicon import WORDS

__all__ = ["NumberMention", "describe_number", "find_casualty_unit", "find_numbers"]

_MANY = frozenset(["several", "dozens", "hundreds", "thousands", "tens", "scores", "millions", "billions"])
_SCALES = frozenset(["hundred", "thousand", "million", "billion", "trillion", "m", "bn"])
_ARTICLES = frozenset(("a", "an"))
_PARTIES = frozenset(
    [
        "side",
        "party",
        "leader",
        "president",
        "minister",
        "country",
        "government",
        "nation",
        "capital",
        "neighbour",
        "neighbor",
        "state",
        "premier",
        "delegation",
        "chief",
        "man-made",
        "ally",
        "foe",
        "rival",
        "power",
        "king",
        "korea",
        "republic",
        "general",
        "counterpart",
        "negotiator",
        "diplomat",
        "envoy",
        "counterparts",
    ]
)
_QUALIFIERS = (
    "more than", "less than", "fewer than", "at least", "at most", "up to", "as many as", "as much as",
    "no more than", "no fewer than", "close to", "an estimated", "an average of", "about", "around", "some",
    "nearly", "almost", "roughly", "approximately", "over", "under", "perhaps", "between", "only", "estimated",
    "just", "another",
)  # fmt: skip
_TIMES = frozenset(["o'clock", "a.m.", "p.m.", "am", "pm", "noon", "midnight", "gmt"])
_BRANCHES = frozenset(["army", "navy", "strike"])
_PLURALS = frozenset(
    ["people", "men", "women", "children", "police", "aircraft", "dead", "wounded", "cattle", "personnel", "corps"]
)
_FATES = {
    "wounded": frozenset(["wound", "injure", "hurt", "maim", "wounded", "injured", "injury", "hospitalise", "treat"]),
    "missing": frozenset(["missing", "disappear"]),
    "kidnapped": frozenset(["kidnap", "abduct", "kidnapped", "abducted"]),
    "killed": frozenset(
        ["kill", "die", "dead", "death", "slay", "murder", "massacre", "execute", "shoot", "body", "killed", "life"]
    ),
}
_NAMES = {
    "%": "per cent", "percent": "per cent", "cent": "per cent", "$": "dollars", "€": "euros", "£": "pounds",
    "US$": "dollars", "km": "kilometres", "ton": "tonnes",
}  # fmt: skip


@dataclass(frozen=True)
class NumberMention:
    """A number in a sentence.

    Attributes:
        head: The token of the last word of the number.
        noun: The noun that it counts; None where there is none.
        value: The number as the text writes it.
        unit: The noun that it counts, in the plural; "" where there is none.
        qualifier: "about", "more than" and the like; "" where there is none.
        first: The first token of the phrase.
        last: The last token of the phrase.
    """

    head: Any
    noun: Any
    value: str
    unit: str
    qualifier: str
    first: int
    last: int


def find_numbers(sentence: Any) -> list[NumberMention]:
    """Find the numbers of a sentence that may be claims.

    Args:
        sentence: A spaCy span.

    Returns:
        The numbers, in the order of the text.
    """
    found = []
    index = sentence.start
    while index < sentence.end:
        stop = _find_end(sentence, index)
        if stop > index:
            number = _make_number(sentence, index, stop - 1)
            if number is not None:
                found.append(number)
            index = stop
        else:
            index += 1
    return found


def _find_end(sentence: Any, index: int) -> int:
    """Find the end of the number that begins at a token; the token itself where no number begins there."""
    words = sentence.doc
    token = words[index]
    if not (
        _is_number(token)
        or (token.lower_ in _ARTICLES and index + 1 < sentence.end and words[index + 1].lower_ in _SCALES)
    ):
        return index
    stop = index + 1
    while stop < sentence.end:
        token = words[stop]
        joins = (
            token.text == "-" and stop + 1 < sentence.end and _is_number(words[stop + 1]) and words[stop - 1].is_alpha
        )
        joins = joins or (
            token.lower_ == "and"
            and words[stop - 1].lower_ in _SCALES
            and stop + 1 < sentence.end
            and _is_number(words[stop + 1])
        )
        if not (_is_number(token) or joins):
            break
        stop += 1
    return stop


def _is_number(token: Any) -> bool:
    if token.tag_ == "JJ" and not token.text[0].isdigit() and token.lower_ not in _SCALES:
        return False  # first, second
    return bool(token.like_num) or token.lower_ in _MANY or token.lower_ in _SCALES


def _make_number(sentence: Any, first: int, last: int) -> NumberMention | None:
    words = sentence.doc
    head = words[last]
    money = words[first - 1] if first > sentence.start and words[first - 1].text in ("$", "€", "£", "US$") else None
    noun = _find_counted(head, sentence, last)
    value = words[first : last + 1].text
    if _is_excluded(words, first, last, noun, sentence, is_money=money is not None):
        return None
    if value.lower().startswith(("a ", "an ")):
        value = words[first + 1 : last + 1].text
    qualifier, start = _find_qualifier(sentence, (money.i if money is not None else first))
    if money is not None:
        return NumberMention(head, noun, value, _NAMES[money.text], qualifier, start, last)
    if noun is None:
        return NumberMention(head, None, value, "", qualifier, start, last)
    end = noun.i
    begin = min(start, first)
    return NumberMention(head, noun, value, _write_unit(noun, words), qualifier, begin, max(end, last))


def _find_counted(head: Any, sentence: Any, last: int) -> Any:
    """Find the noun that a number counts."""
    token = head
    for _ in range(3):
        if token.dep_ in ("nummod", "quantmod", "compound", "amod", "npadvmod", "nmod") and token.head.i != token.i:
            token = token.head
            if token.pos_ in ("NOUN", "PROPN") and not token.like_num and token.i > last:
                return token
            if token.pos_ in ("ADJ",) and token.i > last:
                continue
        else:
            break
    following = sentence.doc[last + 1] if last + 1 < sentence.end else None
    if following is not None and following.lower_ == "of":
        for child in following.children:
            if child.dep_ == "pobj":
                return child
    if following is not None and (following.text == "%" or following.lower_ in ("percent", "per")):
        return sentence.doc[last + 2] if following.lower_ == "per" and last + 2 < sentence.end else following
    if following is not None and following.text == "-" and last + 2 < sentence.end:
        after = sentence.doc[last + 2]
        return after if after.pos_ in ("NOUN", "PROPN", "ADJ") else None
    if following is not None and following.pos_ == "NOUN":
        return following
    return None


def _is_excluded(words: Any, first: int, last: int, noun: Any, sentence: Any, *, is_money: bool) -> bool:
    token = words[last]
    text = words[first : last + 1].text.lower()
    before = words[first - 1].lower_ if first > sentence.start else ""
    after = words[last + 1].lower_ if last + 1 < sentence.end else ""
    if is_money:
        return False
    if token.ent_type_ == "DATE" and noun is None:
        return True
    if re.fullmatch(r"(?:1[5-9]|20)\d\d", text) and (
        noun is None or before in ("in", "of", "since", "by", "from", "until", "the")
    ):
        return True
    if token.ent_type_ in ("TIME",) and (before == "at" or after in _TIMES):
        return True
    if ":" in text or after in _TIMES or before in ("aged", "article", "resolution", "chapter", "number", "no."):
        return True
    if noun is not None:
        lemma = noun.lemma_.lower()
        if lemma in _PARTIES and text in ("two", "three", "both", "one", "four"):
            return True
        if lemma in ("old", "year-old"):
            return True
        if (
            token.ent_type_ == "DATE"
            and re.match(r"^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", noun.lower_)
            and lemma not in WORDS["measure"]
        ):
            return True
        if lemma in ("year", "day") and any(child.lower_ == "old" for child in [*noun.head.children, noun.head]):
            return True
    if text == "one" and (noun is None or after == "of"):
        return True
    if (
        before in ("g", "g-", "f", "f-", "-")
        and first - 2 >= sentence.start
        and words[first - 1].text == "-"
        and not words[first - 2].like_num
    ):
        return True  # F-16, G-7
    return noun is None and token.ent_type_ in ("LAW", "ORDINAL", "PRODUCT", "ORG", "FAC", "EVENT", "GPE", "PERSON")


def _find_qualifier(sentence: Any, first: int) -> tuple[str, int]:
    """Find the words before a number that make it less precise, and where the phrase begins with them."""
    words = sentence.doc
    for phrase in _QUALIFIERS:
        length = len(phrase.split())
        if first - length >= sentence.start and words[first - length : first].text.lower() == phrase:
            return phrase, first - length
    return "", first


def _write_unit(noun: Any, words: Any) -> str:
    """Write the unit: the noun in the plural, with the nouns to its left ("patrol boats")."""
    lower = noun.lower_
    if lower in _NAMES:
        return _NAMES[lower]
    if noun.lemma_.lower() == "barrel" and any(
        token.lower_ in ("day", "daily") for token in words[noun.i + 1 : noun.i + 5]
    ):
        return "barrels a day"
    if noun.i + 2 < len(words) and lower in ("per",):
        return "per cent"
    compounds = [
        child
        for child in noun.children
        if child.i < noun.i
        and (
            (child.dep_ == "compound" and child.pos_ == "NOUN" and child.lower_ not in _BRANCHES)
            or child.lower_ in ("cubic", "square")
        )
    ]
    left = "".join(f"{child.lower_} " for child in compounds)
    if noun.tag_ in ("NNS", "NNPS") or lower.endswith("s") or lower in _PLURALS:
        return f"{left}{lower}"
    return f"{left}{lower}s" if lower in WORDS["measure"] or noun.tag_ == "NN" else f"{left}{lower}"


def find_casualty_unit(head: Any) -> str:
    """Find the fate of the people that are counted: "killed", "wounded", "missing" or "kidnapped", by the nearest such word.

    Args:
        head: The noun that is counted, or the number.
    """
    token = head
    for _ in range(6):
        for near in (token, *token.children):
            for unit, words in _FATES.items():
                if near.lemma_.lower() in words or near.lower_ in words:
                    return unit
        if token.head.i == token.i:
            break
        token = token.head
    return "killed"


def describe_number(number: NumberMention) -> dict[str, float]:
    """Compute the features of a number for the model of kinds."""
    head = number.noun if number.noun is not None else number.head
    unit = find_content_lemma(head)
    verb = head
    for _ in range(5):
        if verb.pos_ in ("VERB", "AUX") or verb.head.i == verb.i:
            break
        verb = verb.head
    features = {
        f"unit={unit}": 1.0,
        f"dep={head.dep_}": 0.4,
        f"verb={find_content_lemma(verb)}": 0.7,
        f"verb={find_content_lemma(verb)}|{head.dep_}": 0.5,
        f"alone={number.noun is None}": 0.7,
        f"entity={number.head.ent_type_}": 0.5,
        f"value={number.value.lower() if number.head.is_alpha else '#'}": 0.3,
        f"qualified={bool(number.qualifier)}": 0.5,
    }
    if number.head.text[0].isdigit():
        features["digits"] = 0.4
    for name in ("measure", "force", "kill"):
        if unit in WORDS[name] or head.lower_ in WORDS[name]:
            features[f"unit-is={name}"] = 1.0
        if verb.lemma_.lower() in WORDS[name]:
            features[f"verb-is={name}"] = 1.0
    for child in head.children:
        if child.dep_ in ("acl", "relcl", "amod", "prep", "det", "compound"):
            features[f"{child.dep_}={find_content_lemma(child)}"] = 0.5
            if child.lemma_.lower() in WORDS["kill"]:
                features["killed-on-it"] = 1.0
    if head.dep_ == "pobj":
        features[f"prep={head.head.lower_}"] = 0.7
        features[f"prep={head.head.lower_}|{unit}"] = 0.5
        if head.head.head.lemma_.lower() in WORDS["kill"]:
            features["of-killed"] = 1.0
    return features
