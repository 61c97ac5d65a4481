"""Measure the offline coder and write the page of scores: `python -m training.evaluation`, or `make eval-news`."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from pathlib import Path

from standoff.errors import StandoffError
from standoff.storing import write_whole
from training.evaluation.measuring import measure
from training.evaluation.page import write_page

_ROOT = Path(__file__).parents[2]


def main() -> int:
    """Parse the command line, measure, write."""
    parser = argparse.ArgumentParser(prog="python -m training.evaluation", description=__doc__)
    default = os.environ.get("STANDOFF_DATA", str(_ROOT / "../shared/data"))
    parser.add_argument("--data", type=Path, default=Path(default), help="folder that contains `plover`")
    parser.add_argument(
        "--reports", type=Path, default=_ROOT / "tests/reports", help="folder of the hand-coded reports"
    )
    parser.add_argument("--output", type=Path, default=_ROOT / "docs/explanation/news-quality.md", help="the page")
    given = parser.parse_args()
    notes = Path(__file__).with_name("notes.md").read_text(encoding="utf-8")
    try:
        measured = measure(given.data, given.reports)
        page = write_page(measured, date=dt.datetime.now(tz=dt.UTC).date().isoformat(), notes=notes)
        write_whole(given.output, page.encode(), "the page of scores")
    except StandoffError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
