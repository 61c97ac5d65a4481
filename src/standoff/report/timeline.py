"""The calendar of a forecast: periods to units of time to dates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from standoff.report.wording import day, plural, short_day

__all__ = ["REPORT_AT", "Mark", "Timeline"]

REPORT_AT = (1, 2, 4, 8, 13, 26)
"""Lengths, in units of time, at which probabilities are reported."""
_STEPS = {"day": (1, 2, 7, 14, 28, 56), "week": (1, 2, 4, 8, 13, 26, 52), "month": (1, 2, 3, 6, 12, 24)}


@dataclass(frozen=True)
class Mark:
    """The end of one period.

    Attributes:
        period: Number of periods since the start; 0 is now.
        units: The same in units of time.
        length: The same in words ("4 weeks").
        date: The date in words.
        short_date: The same for the head of a column, where it may be broken into lines.
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
        date_of: Date at the end of so many periods.
    """

    unit: str
    length: float
    num_periods: int
    date_of: Callable[[int], date]

    @property
    def horizon(self) -> Mark:
        """The end of the last period."""
        return self.mark(self.num_periods)

    def mark(self, period: int) -> Mark:
        """The end of a period."""
        units = round(period * self.length, 9)
        when = self.date_of(period)
        return Mark(period, units, plural(units, self.unit), day(when), f"{short_day(when)} {when.year}")

    def marks(self, units: Iterable[float] = REPORT_AT) -> tuple[Mark, ...]:
        """The ends of the periods after so many units; what falls within a period or past the horizon is left out."""
        periods = (count / self.length for count in units)
        return tuple(
            self.mark(round(period))
            for period in periods
            if abs(period - round(period)) < 1e-9 and 1 <= round(period) <= self.num_periods
        )

    def table_marks(self) -> tuple[Mark, ...]:
        """The marks at which tables give probabilities: the usual ones and the horizon."""
        usual = self.marks()
        return usual if usual and usual[-1].period == self.num_periods else (*usual, self.horizon)

    def ticks(self, most: int) -> tuple[Mark, ...]:
        """Marks for the axis of a chart, from now on, evenly spread and not more than `most`."""
        span = self.num_periods * self.length
        steps = _STEPS.get(self.unit, (1, 2, 5, 10, 20, 50, 100))
        step = next((step for step in steps if span / step < most), span)
        spread = (k * step for k in range(1, int(span / step + 1e-9) + 1))
        return (self.mark(0), *self.marks(spread))
