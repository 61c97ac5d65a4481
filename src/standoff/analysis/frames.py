"""Tables of results as pandas data frames. pandas is optional and imported when a table is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from standoff.analysis.calendar import Calendar
from standoff.extras import import_extra

if TYPE_CHECKING:
    from pandas import DataFrame as Frame

__all__ = ["Frame", "make_frame", "make_frame_by_date"]


def make_frame(columns: Mapping[Any, Any], index: Sequence[float], *, index_name: str) -> Frame:
    """Make a table with a row for each value of the index.

    Args:
        columns: The columns, each with one number for each row.
        index: The values that name the rows.
        index_name: Name of the index.

    Raises:
        MissingExtraError: pandas is not installed.
    """
    pandas = import_extra("pandas", "frames", "a table")
    frame: Frame = pandas.DataFrame(dict(columns), index=pandas.Index(index, name=index_name))
    return frame


def make_frame_by_date(columns: Mapping[Any, Any], calendar: Calendar | None) -> Frame:
    """Make a table with a row for each period, named by the day on which the period ends.

    Args:
        columns: The columns, each with one number for each period.
        calendar: The calendar; without one the rows are named by the number of the period.

    Raises:
        MissingExtraError: pandas is not installed.
    """
    pandas = import_extra("pandas", "frames", "a table")
    frame: Frame = pandas.DataFrame(dict(columns))
    frame.index = (
        pandas.RangeIndex(1, len(frame) + 1, name="period")
        if calendar is None
        else pandas.DatetimeIndex(calendar.days[1:], name="by")
    )
    return frame
