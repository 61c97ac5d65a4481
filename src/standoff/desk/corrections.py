"""What a person says that a coded event should have been."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from standoff.errors import InputError, Problem, nearest
from standoff.news.coded import INTENSITY, Event, Mention
from standoff.news.vocabulary import EVENT_TYPES, MODES, EventType
from standoff.scenario import Scenario
from standoff.store.records import Review, ReviewAction, StoredEvent

if TYPE_CHECKING:
    from standoff.belief.reportable import ReportableEvent

__all__ = ["BACKGROUND", "Correction", "check_correction", "list_matchable_events", "list_model_events", "make_review"]

BACKGROUND = "background"
"""What an event stands for that is none of the model: it is right, and says nothing about the scenario."""

_ROLE = r"(?:GOV|MIL|LEG|JUD|SPY|COP|OPP|REB|CVL|MED|BUS|IGO|NGO)"
_CODE = re.compile(rf"[A-Z]{{3}}(?::[A-Z0-9]{{2,12}})?(?: {_ROLE}(?::\w[\w .-]*)?)?|{_ROLE}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True)
class Correction:
    """What is to be changed, as people write it; None leaves a part as it is coded.

    Attributes:
        event_type: PLOVER type.
        actor: Code of who acts, such as "USA MIL"; "" for nobody known.
        target: Code of towards whom, likewise.
        date: Day, as 2026-02-09; "" where it is not known.
        stands_for: Event of the scenario's model, such as "pressure.usa.strike"; `BACKGROUND` for none of them; "" to leave it
            open.
    """

    event_type: str | None = None
    actor: str | None = None
    target: str | None = None
    date: str | None = None
    stands_for: str | None = None

    def __bool__(self) -> bool:
        return any(part is not None for part in (self.event_type, self.actor, self.target, self.date, self.stands_for))

    @property
    def changes_event(self) -> bool:
        """Whether more than the event of the model is said."""
        return any(part is not None for part in (self.event_type, self.actor, self.target, self.date))


def list_model_events(scenario: Scenario) -> tuple[ReportableEvent, ...]:
    """The events of a scenario's model that news could report; an event in the news may stand for one of them."""
    from standoff.belief.reportable import find_reportable_events
    from standoff.game.compile import compile_game

    return find_reportable_events(scenario, compile_game(scenario)).events


def list_matchable_events(scenario: Scenario) -> tuple[str, ...]:
    """What an event may be said to stand for."""
    return (*(model.name for model in list_model_events(scenario)), BACKGROUND)


def check_correction(
    correction: Correction,
    names: Sequence[str],
    tell: Callable[[str, str, str, str], Problem] = lambda code, message, _part, advice: Problem(
        code, message, help=advice
    ),
) -> list[Problem]:
    """Everything that is wrong with a correction.

    Args:
        correction: The correction.
        names: The events of the model that may be named.
        tell: Makes a problem of its code, its message, the part that it is in, and the advice.
    """
    problems = []
    if correction.event_type is not None and correction.event_type not in EVENT_TYPES:
        message = f"`{correction.event_type}` is no event type of PLOVER"
        problems.append(tell("unknown-event-type", message, "type", nearest(correction.event_type, EVENT_TYPES)))
    for part, given in (("actor", correction.actor), ("target", correction.target)):
        wrong = [one for one in (given or "").split(";") if given and not _CODE.fullmatch(one.strip())]
        if wrong:
            message = f"`{wrong[0]}` is no code of an actor"
            advice = "write a country and a role if it has one, such as `USA` or `USA MIL`; several are joined by `;`"
            problems.append(tell("bad-actor-code", message, part, advice))
    if correction.date and _day(correction.date) is None:
        problems.append(tell("bad-date", f"`{correction.date}` is not a date", "date", "write a day like 2026-02-02"))
    if correction.stands_for and correction.stands_for not in names:
        message = f"`{correction.stands_for}` is no event of the model that news could report"
        problems.append(tell("unknown-model-event", message, "stands_for", nearest(correction.stands_for, names)))
    return problems


def make_review(
    one: StoredEvent,
    action: str,
    *,
    author: str,
    reason: str = "",
    correction: Correction | None = None,
    scenario: str = "",
) -> Review:
    """The review that a person makes of an event.

    A correction starts from what the event is taken to be, so that a second one adds to the first. One that says only which
    event of the model it is confirms the rest.

    Args:
        one: The event.
        action: "confirm", "correct" or "drop".
        author: Who says so.
        reason: Why.
        correction: What is to be changed; checked (`check_correction`).
        scenario: Identifier of the scenario that the event of the model belongs to.

    Raises:
        InputError: Nobody is named (`missing-author`), or the correction changes nothing (`nothing-corrected`).
    """
    if not author.strip():
        raise InputError(Problem("missing-author", "a review needs an author", help="say who you are with `--by`"))
    stands_for = correction.stands_for if correction is not None else None
    about = "" if stands_for is None else scenario
    correction_of: Event | None = None
    if action == "correct":
        event = _corrected(one.event, correction or Correction())
        if event == one.event and stands_for is None:
            message = f"the correction of event `{one.event_id}` changes nothing"
            raise InputError(Problem("nothing-corrected", message, help="change something, or confirm it"))
        correction_of = event if event != one.coded else None
    elif action == "confirm" and one.event != one.coded:
        correction_of = one.event  # it is as it is taken to be: an earlier correction stays
    if action != "drop":
        action = "confirm" if correction_of is None else "correct"
    return Review(
        event_id=one.event_id,
        action=cast(ReviewAction, action),
        author=author,
        reason=reason,
        correction=correction_of,
        scenario=about if action != "drop" else "",
        stands_for=stands_for or "" if action != "drop" else "",
    )


def _corrected(event: Event, correction: Correction) -> Event:
    if correction.event_type is not None and correction.event_type != event.event_type:
        kind = cast(EventType, correction.event_type)
        mode = event.mode if event.mode in MODES[kind] else ""
        event = replace(event, event_type=kind, mode=mode, intensity=INTENSITY[kind])
    if correction.actor is not None:
        event = replace(event, actor=_mention(event.actor, correction.actor))
    if correction.target is not None:
        event = replace(event, target=_mention(event.target, correction.target))
    if correction.date is not None:
        event = replace(event, date=_day(correction.date))
    return event


def _mention(before: Mention | None, code: str) -> Mention | None:
    """Who a person says it is: no longer inferred, and without the words that name somebody else."""
    code = ";".join(part.strip() for part in code.split(";"))
    if not code:
        return None
    if before is not None and before.code == code:
        return replace(before, is_inferred=False)
    return Mention(code)


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
