"""The calendar of a forecast: from periods to units of time and dates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from standoff.report.typesetting import show_count, show_day
from standoff.text import format_short_day

if TYPE_CHECKING:
    from standoff.scenario import Scenario

__all__ = ["REPORT_AT", "Mark", "Timeline", "build_timeline"]

REPORT_AT = (1, 2, 4, 8, 13, 26)
"""Lengths, in units of time, at which probabilities are reported."""
_STEPS = {"day": (1, 2, 7, 14, 28, 56), "week": (1, 2, 4, 8, 13, 26, 52), "month": (1, 2, 3, 6, 12, 24)}


@dataclass(frozen=True)
class Mark:
    """The end of one period.

    Attributes:
        period: Number of periods since the start; 0 is now.
        units: Time since the start in units of time.
        length: Time since the start in words ("4 weeks").
        date: Date in full.
        short_date: Short date for the head of a column, where it may be broken into lines.
    """

    period: int
    units: float
    length: str
    date: str
    short_date: str


@dataclass(frozen=True)
class Timeline:
    """The periods of a forecast.

    Attributes:
        unit: Unit of time: "day", "week" or "month".
        length: Length of a period in units; may be a half.
        num_periods: Horizon in periods.
        date_of: Function from a number of periods to the date on which they have passed.
    """

    unit: str
    length: float
    num_periods: int
    date_of: Callable[[int], date]

    @property
    def horizon(self) -> Mark:
        """End of the last period."""
        return self.make_mark(self.num_periods)

    def make_mark(self, period: int) -> Mark:
        """Return the end of a period."""
        units = round(period * self.length, 9)
        when = self.date_of(period)
        return Mark(
            period, units, show_count(units, self.unit), show_day(when), f"{format_short_day(when)} {when.year}"
        )

    def place_marks(self, units: Iterable[float] = REPORT_AT) -> tuple[Mark, ...]:
        """Return the ends of periods after given lengths of time, without those within a period or past the horizon."""
        periods = (count / self.length for count in units)
        return tuple(
            self.make_mark(round(period))
            for period in periods
            if abs(period - round(period)) < 1e-9 and 1 <= round(period) <= self.num_periods
        )

    def place_table_marks(self) -> tuple[Mark, ...]:
        """Return the marks at which tables give probabilities: the usual lengths of time and the horizon."""
        usual = self.place_marks()
        return usual if usual and usual[-1].period == self.num_periods else (*usual, self.horizon)

    def place_ticks(self, most: int) -> tuple[Mark, ...]:
        """Return at most `most` evenly spaced marks from now on, for the axis of a chart."""
        span = self.num_periods * self.length
        steps = _STEPS.get(self.unit, (1, 2, 5, 10, 20, 50, 100))
        step = next((step for step in steps if span / step < most), span)
        spread = (k * step for k in range(1, int(span / step + 1e-9) + 1))
        return (self.make_mark(0), *self.place_marks(spread))


def build_timeline(scenario: Scenario) -> Timeline:
    """Build the calendar of a scenario's forecast."""
    return Timeline(scenario.period.unit, scenario.period.length, scenario.num_periods, scenario.find_date)
