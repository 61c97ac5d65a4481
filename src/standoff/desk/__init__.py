"""The news desk: ingest and code news, review events, and update a forecast on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from standoff.lazy import import_on_use

if TYPE_CHECKING:
    from standoff.desk.corrections import make_review
    from standoff.desk.event_set import EventSet, code_events, load_events
    from standoff.desk.feed import poll_feeds
    from standoff.desk.ingestion import ingest
    from standoff.desk.review_form import find_questions
    from standoff.desk.runs import record_run, rerun
    from standoff.desk.update import update_on_news
    from standoff.desk.usable_reports import select_usable_reports

__all__ = [
    "EventSet",
    "code_events",
    "find_questions",
    "ingest",
    "load_events",
    "make_review",
    "poll_feeds",
    "record_run",
    "rerun",
    "select_usable_reports",
    "update_on_news",
]

__getattr__, __dir__ = import_on_use(
    __name__,
    {
        "EventSet": "standoff.desk.event_set",
        "code_events": "standoff.desk.event_set",
        "find_questions": "standoff.desk.review_form",
        "ingest": "standoff.desk.ingestion",
        "load_events": "standoff.desk.event_set",
        "make_review": "standoff.desk.corrections",
        "poll_feeds": "standoff.desk.feed",
        "record_run": "standoff.desk.runs",
        "rerun": "standoff.desk.runs",
        "select_usable_reports": "standoff.desk.usable_reports",
        "update_on_news": "standoff.desk.update",
    },
)
