"""The calendar of a forecast: which day ends which period."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

from standoff.errors import InputError, Problem
from standoff.scenario import Scenario

__all__ = ["Calendar"]


@dataclass(frozen=True)
class Calendar:
    """The days of a forecast.

    Attributes:
        days: The day on which the forecast starts, then the day by which each period has ended; T + 1 days.
        period_days: Length of a period in days; it need not be whole.
    """

    days: tuple[dt.date, ...]
    period_days: float

    @staticmethod
    def of(scenario: Scenario) -> Calendar:
        """Make the calendar of a scenario."""
        days = tuple(scenario.find_date(period) for period in range(scenario.num_periods + 1))
        return Calendar(days, scenario.period_days)

    @property
    def num_periods(self) -> int:
        """Number of periods, T."""
        return len(self.days) - 1

    def find_period(self, when: str | dt.date) -> int:
        """Number of the period in which a day lies, from 1 to T.

        Args:
            when: A date, or its text such as "2026-03-30". A period includes the day by which it has ended.

        Raises:
            InputError: The text is not a date, or the day lies outside the forecast.

        Examples:
            >>> from standoff import load
            >>> calendar = Calendar.of(load("iran-us-2026"))
            >>> calendar.find_period("2026-03-30"), calendar.find_period(dt.date(2026, 3, 31))
            (8, 9)
        """
        try:
            day = dt.date.fromisoformat(when) if isinstance(when, str) else when
        except ValueError:
            raise self._refuse(when) from None
        if isinstance(day, dt.datetime):
            day = day.date()
        periods = (day - self.days[0]).days / self.period_days
        if not 0.0 < periods <= self.num_periods + 1e-9:
            raise self._refuse(when)
        return max(1, math.ceil(periods - 1e-9))

    def _refuse(self, when: str | dt.date) -> InputError:
        first, last = self.days[0] + dt.timedelta(days=1), self.days[-1]
        advice = f"give a date from {first} to {last}, such as {last}"
        return InputError(Problem("target-date", f"`{when}` is not a date of this forecast", help=advice))
