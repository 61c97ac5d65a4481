"""Corrections of coded events by a reviewer."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from standoff.errors import InputError, Problem, suggest_nearest
from standoff.news.coded import INTENSITY, Event, Mention
from standoff.news.vocabulary import EVENT_TYPES, MODES, EventType
from standoff.scenario import Scenario
from standoff.store.records import Review, ReviewAction, StoredEvent

if TYPE_CHECKING:
    from standoff.belief.reportable import ReportableEvent

__all__ = ["BACKGROUND", "Correction", "check_correction", "list_matchable_events", "list_model_events", "make_review"]

BACKGROUND = "background"
"""Match of an event that is correctly coded but is not an event of the model."""

_ROLE = r"(?:GOV|MIL|LEG|JUD|SPY|COP|OPP|REB|CVL|MED|BUS|IGO|NGO)"
_CODE = re.compile(rf"[A-Z]{{3}}(?::[A-Z0-9]{{2,12}})?(?: {_ROLE}(?::\w[\w .-]*)?)?|{_ROLE}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True)
class Correction:
    """The changes that a reviewer asks for; None leaves a part as it is coded.

    Attributes:
        event_type: PLOVER type.
        actor: Code of the actor, such as "USA MIL"; "" if unknown.
        target: Code of the target; "" if unknown.
        date: Day, as 2026-02-09; "" if unknown.
        stands_for: Matching event of the scenario's model, such as "pressure.usa.strike"; `BACKGROUND` for no event of the
            model; "" to leave the match open.
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
        """Whether the correction changes more than the matching event of the model."""
        return any(part is not None for part in (self.event_type, self.actor, self.target, self.date))


def list_model_events(scenario: Scenario) -> tuple[ReportableEvent, ...]:
    """List the events of a scenario's model that news could report."""
    from standoff.belief.reportable import find_reportable_events
    from standoff.game.compile import compile_game

    return find_reportable_events(scenario, compile_game(scenario)).events


def list_matchable_events(scenario: Scenario) -> tuple[str, ...]:
    """List the names to which an event may be matched."""
    return (*(model.name for model in list_model_events(scenario)), BACKGROUND)


def check_correction(
    correction: Correction,
    names: Sequence[str],
    make_problem: Callable[[str, str, str, str], Problem] = lambda code, message, _part, advice: Problem(
        code, message, help=advice
    ),
) -> list[Problem]:
    """Find all faults of a correction.

    Args:
        correction: The correction.
        names: Names to which an event may be matched.
        make_problem: Function that makes a problem of its code, message, part and advice.
    """
    problems = []
    if correction.event_type is not None and correction.event_type not in EVENT_TYPES:
        message = f"`{correction.event_type}` is not an event type of PLOVER"
        problems.append(
            make_problem("unknown-event-type", message, "type", suggest_nearest(correction.event_type, EVENT_TYPES))
        )
    for part, given in (("actor", correction.actor), ("target", correction.target)):
        wrong = [one for one in (given or "").split(";") if given and not _CODE.fullmatch(one.strip())]
        if wrong:
            message = f"`{wrong[0]}` is not a valid code of an actor"
            advice = "write a country and an optional role, such as `USA` or `USA MIL`; separate several by `;`"
            problems.append(make_problem("bad-actor-code", message, part, advice))
    if correction.date and _parse_day(correction.date) is None:
        problems.append(
            make_problem("bad-date", f"`{correction.date}` is not a valid date", "date", "write a day like 2026-02-02")
        )
    if correction.stands_for and correction.stands_for not in names:
        message = f"`{correction.stands_for}` is not an event of the model that news could report"
        problems.append(
            make_problem("unknown-model-event", message, "stands_for", suggest_nearest(correction.stands_for, names))
        )
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
    """Make the review of an event.

    A correction starts from the event as reviewed so far, so that a second one adds to the first. A correction of the match
    alone confirms the coding.

    Args:
        one: The event.
        action: "confirm", "correct" or "drop".
        author: Name of the reviewer.
        reason: Reason for the review.
        correction: Checked changes (`check_correction`).
        scenario: Identifier of the scenario to whose model the match belongs.

    Raises:
        InputError: The author is missing (`missing-author`), or the correction changes nothing (`nothing-corrected`).
    """
    if not author.strip():
        raise InputError(Problem("missing-author", "a review needs an author", help="give your name with `--by`"))
    stands_for = correction.stands_for if correction is not None else None
    about = "" if stands_for is None else scenario
    correction_of: Event | None = None
    if action == "correct":
        event = _apply_correction(one.event, correction or Correction())
        if event == one.event and stands_for is None:
            message = f"the correction of event `{one.event_id}` changes nothing"
            raise InputError(Problem("nothing-corrected", message, help="change something, or confirm the event"))
        correction_of = event if event != one.coded else None
    elif action == "confirm" and one.event != one.coded:
        correction_of = one.event  # an earlier correction stays
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


def _apply_correction(event: Event, correction: Correction) -> Event:
    if correction.event_type is not None and correction.event_type != event.event_type:
        kind = cast(EventType, correction.event_type)
        mode = event.mode if event.mode in MODES[kind] else ""
        event = replace(event, event_type=kind, mode=mode, intensity=INTENSITY[kind])
    if correction.actor is not None:
        event = replace(event, actor=_make_mention(event.actor, correction.actor))
    if correction.target is not None:
        event = replace(event, target=_make_mention(event.target, correction.target))
    if correction.date is not None:
        event = replace(event, date=_parse_day(correction.date))
    return event


def _make_mention(before: Mention | None, code: str) -> Mention | None:
    """Make the mention that a reviewer gives: not inferred, and without the words that name another actor."""
    code = ";".join(part.strip() for part in code.split(";"))
    if not code:
        return None
    if before is not None and before.code == code:
        return replace(before, is_inferred=False)
    return Mention(code)


def _parse_day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
