"""Whether an act happened, as the text presents it.

An act is not coded where it is negated, denied, only possible or supposed. A refusal may be negated ("will not accept"); a
threat may be conditional.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from standoff.news.grammar import is_negated, list_auxiliaries

__all__ = ["is_unreal", "judge_factuality"]

_FAR_BACK = dt.timedelta(days=14)
_STRUCK = frozenset(["reach", "strike", "settle", "conclude", "sign", "clinch", "seal", "agree", "accept", "initial"])
_BACK_WORDS = ("last year", "years ago", "decades ago", "in the past", "last century", "months ago")


def is_unreal(trigger: Any, event_type: str) -> bool:
    """Whether the text presents an act as negated, denied, only possible or supposed."""
    if event_type not in ("REJECT", "THREATEN") and is_negated(trigger):
        return True
    helpers = {aux.lower_ for aux in list_auxiliaries(trigger)}
    if helpers & {"could", "can", "might", "may"} and event_type not in ("THREATEN", "REJECT"):
        return True
    if (
        event_type not in ("REJECT", "THREATEN")
        and "would" in helpers
        and ("have" in helpers or any(child.dep_ == "advcl" for child in trigger.children))
    ):
        return True
    head = trigger.head
    if head.i != trigger.i and trigger.dep_ in ("xcomp", "ccomp", "dobj", "pcomp") and event_type != "REJECT":
        if head.lemma_.lower() in ("deny", "fail", "refuse", "avoid") and head.lemma_.lower() != trigger.lemma_.lower():
            return True
        if trigger.dep_ in ("xcomp", "ccomp") and is_negated(head):
            return True
    if event_type == "THREATEN":
        return False
    return any(child.dep_ == "mark" and child.lower_ in ("if", "unless", "whether") for child in trigger.children)


def judge_factuality(trigger: Any, event_type: str, date: dt.date | None, today: dt.date | None) -> str:
    """Judge the factuality of an act.

    Args:
        trigger: The trigger of the act.
        event_type: The type of the act.
        date: The day of the act; None where the text does not give it.
        today: The date of the document; None where unknown.
    """
    verb = (
        trigger
        if trigger.pos_ in ("VERB", "AUX", "ADJ")
        else trigger.head
        if trigger.head.pos_ in ("VERB", "AUX")
        else trigger
    )
    helpers = [aux.lower_ for aux in list_auxiliaries(verb)]
    if date and today and today - date > _FAR_BACK:
        return "past_background"
    nearby = " ".join(token.text for token in verb.subtree).lower() if verb.n_lefts + verb.n_rights < 12 else ""
    if today and event_type != "THREATEN" and any(word in nearby for word in _BACK_WORDS):
        return "past_background"
    if event_type == "THREATEN":
        return "threatened"
    if today and date is None and "had" in helpers and verb.tag_ == "VBN":
        return "past_background"
    if event_type == "AGREE":
        has_act = any(child.dep_ in ("xcomp", "ccomp") for child in verb.children)
        return "happened" if verb.lemma_.lower() in _STRUCK and not has_act else "announced"
    if verb.tag_ == "VBG" and {"is", "are", "was", "were", "been", "'s", "'re"} & set(helpers):
        return "ongoing"
    if verb.dep_ == "xcomp" and verb.head.lemma_.lower() in ("continue", "keep"):
        return "ongoing"
    if set(helpers) & {"will", "shall", "'ll"} and event_type not in ("REJECT", "ACCUSE", "REQUEST"):
        return "announced"
    return "happened"
