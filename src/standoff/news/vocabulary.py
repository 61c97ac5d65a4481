"""The vocabulary of codings: types of events with modes and contexts, factuality, and kinds of claims.

The types are the fifteen of PLOVER, by their names of 2021. Modes and contexts are those of its conversion table from CAMEO,
with a few more contexts for crises between states (nuclear, maritime, labour, media).

References:
    Open Event Data Alliance (2021), PLOVER: Political Language Ontology for Verifiable Event Records, draft 0.8.
"""

from __future__ import annotations

import re
from typing import Literal, get_args

__all__ = ["ACTOR_CODE", "CLAIM_KINDS", "CONTEXTS", "EVENT_TYPES", "MODES", "ClaimKind", "EventType", "Factuality"]

EventType = Literal[
    "AGREE",
    "CONSULT",
    "SUPPORT",
    "COOPERATE",
    "AID",
    "CONCEDE",
    "REQUEST",
    "ACCUSE",
    "REJECT",
    "THREATEN",
    "PROTEST",
    "SANCTION",
    "MOBILIZE",
    "COERCE",
    "ASSAULT",
]
Factuality = Literal["happened", "ongoing", "announced", "threatened", "denied", "hypothetical", "past_background"]
ClaimKind = Literal[
    "position",
    "red_line",
    "demand",
    "conditional_threat",
    "deadline",
    "intention",
    "capability",
    "force_level",
    "force_posture",
    "casualties",
    "quantity",
    "schedule",
    "assessment",
    "denial",
]

EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)
CLAIM_KINDS: tuple[str, ...] = get_args(ClaimKind)

MODES: dict[str, frozenset[str]] = {
    "ACCUSE": frozenset(["allege", "disapprove", "investigate"]),
    "AGREE": frozenset(),
    "AID": frozenset(),
    "ASSAULT": frozenset(
        [
            "abduct",
            "aerial",
            "assassinate",
            "beat",
            "cleansing",
            "crowd-control",
            "drone",
            "execute",
            "explosives",
            "firearms",
            "heavy-weapons",
            "massacre",
            "primitive",
            "sexual",
            "suicide-attack",
            "torture",
            "unconventional",
        ]
    ),
    "COERCE": frozenset(
        ["arrest", "ban", "censor", "curfew", "cyber", "deport", "martial-law", "misinformation", "restrict", "seize"]
    ),
    "CONCEDE": frozenset(["access", "ceasefire", "disarm", "ease", "release", "resign", "return", "withdraw"]),
    "CONSULT": frozenset(["multilateral", "phone", "third-party", "visit"]),
    "COOPERATE": frozenset(),
    "MOBILIZE": frozenset(["militia", "police", "troops", "weapons"]),
    "PROTEST": frozenset(["boycott", "demo", "hunger", "obstruct", "riot", "strike"]),
    "REJECT": frozenset(["assist", "change", "meet", "yield"]),
    "REQUEST": frozenset(["assist", "change", "meet", "yield"]),
    "SANCTION": frozenset(["discontinue", "expel", "withdraw"]),
    "SUPPORT": frozenset(),
    "THREATEN": frozenset(
        ["arrest", "ban", "deport", "expel", "relations", "restrict", "sanctions", "territory", "violence"]
    ),
}
"""The modes of each type of event; an event may have none."""

CONTEXTS = frozenset(
    [
        "asylum",
        "cbrn",
        "corruption",
        "crime",
        "culture",
        "cyber",
        "diplomatic",
        "disaster",
        "economic",
        "elections",
        "environment",
        "ethnic",
        "executive",
        "health",
        "humanitarian",
        "intelligence",
        "labour",
        "legal",
        "legislative",
        "maritime",
        "media",
        "military",
        "nuclear",
        "peacekeeping",
        "political_institutions",
        "pro_autocracy",
        "pro_democracy",
        "refugees",
        "religious",
        "resource",
        "rights_freedoms",
        "territory",
        "terrorism",
    ]
)
"""The contexts of events; an event may have several."""

_ROLE = r"(?:GOV|MIL|LEG|JUD|SPY|COP|OPP|REB|CVL|MED|BUS|IGO|NGO)(?::\w[\w .-]*)?"
ACTOR_CODE = re.compile(rf"[A-Z]{{3}}(?: {_ROLE})?|{_ROLE}")
"""One actor: a country of ISO 3166 with or without a role ("EGY GOV"), a role alone, or an organisation ("IGO:EU")."""
