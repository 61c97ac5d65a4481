"""The two or three sentences that a decision-maker reads, made from the numbers of the forecast and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from standoff.analysis.forecast import Forecast, Series
from standoff.report.timeline import Mark, Timeline
from standoff.report.wording import percent, plural

__all__ = ["KeyNumber", "bottom_line", "deal_of", "key_numbers", "strike_of"]

_FOCUS = (4, 8, 13)
"""Lengths, in units of time, that the sentences speak of."""
_EQUAL = 0.02
"""Probabilities that differ by less are called about equal."""


@dataclass(frozen=True)
class KeyNumber:
    """One number in large type.

    Attributes:
        value: The number in words.
        label: What it is the number of, as HTML.
    """

    value: str
    label: Markup


def deal_of(forecast: Forecast) -> Series | None:
    """The outcome that is an agreement: the one with packages, or else the one named so, if there is any."""
    with_packages = [series for series in forecast.outcomes.values() if series.parts]
    named = [series for series in forecast.outcomes.values() if "deal" in series.name or "agreement" in series.name]
    return next(iter([*with_packages, *named]), None)


def strike_of(forecast: Forecast) -> Series | None:
    """The milestone that is a first use of force: the one named so, or else the first of all, if there is any."""
    exact = [series for series in forecast.milestones.values() if series.name in {"strike", "first_strike"}]
    near = [series for series in forecast.milestones.values() if "strike" in series.name or "attack" in series.name]
    return next(iter([*exact, *near, *forecast.milestones.values()]), None)


def bottom_line(forecast: Forecast, timeline: Timeline) -> tuple[Markup, ...]:
    """The sentences, as HTML in which every label is escaped."""
    sentences = [_most_likely(forecast, timeline)]
    focus = [series for series in (strike_of(forecast), deal_of(forecast)) if series is not None]
    if focus:
        sentences.append(_probabilities_by_date(focus, _focus_marks(timeline), timeline.unit))
    sentences.append(_median(forecast, timeline))
    return tuple(sentences)


def key_numbers(forecast: Forecast, timeline: Timeline) -> tuple[KeyNumber, ...]:
    """The numbers to remember, for the strip under the title."""
    mark = _focus_marks(timeline)[-1]
    numbers = [
        KeyNumber(
            percent(float(series.cumulative[mark.period - 1])),
            Markup("<bdi>{}</bdi> by {}").format(series.label, mark.date),
        )
        for series in (strike_of(forecast), deal_of(forecast))
        if series is not None
    ]
    horizon = timeline.horizon
    still_open = Markup("<bdi>{}</bdi> on {}").format(forecast.unresolved_label, horizon.date)
    numbers.append(KeyNumber(percent(float(forecast.unresolved[-1])), still_open))
    if forecast.median_duration is None:
        numbers.append(KeyNumber(f"over {horizon.length}", Markup("median length")))
    else:
        numbers.append(KeyNumber(timeline.mark(forecast.median_duration).length, Markup("median length")))
    return tuple(numbers)


def _focus_marks(timeline: Timeline) -> tuple[Mark, ...]:
    return timeline.marks(_FOCUS) or (timeline.horizon,)


def _most_likely(forecast: Forecast, timeline: Timeline) -> Markup:
    horizon = timeline.horizon
    still_open = float(forecast.unresolved[-1])
    ends = sorted(
        ((float(series.cumulative[-1]), series.label) for series in forecast.outcomes.values()), key=lambda end: -end[0]
    )
    if not ends or still_open > ends[0][0]:
        text = Markup("On {}, {} from now, the crisis is most likely <strong>still open</strong> ({}).").format(
            horizon.date, horizon.length, percent(still_open)
        )
        if not ends:
            return text
        return text + Markup(" The likeliest end before then is <strong>{}</strong> ({}).").format(
            ends[0][1], percent(ends[0][0])
        )
    best = ends[0]
    rest = Markup("; in {} of cases the crisis is still open.").format(percent(still_open))
    if len(ends) == 1:
        head = Markup("By {}, {} from now, the most likely end is <strong>{}</strong> ({})")
        return head.format(horizon.date, horizon.length, best[1], percent(best[0])) + rest
    second = ends[1]
    if best[0] - second[0] < _EQUAL:
        head = Markup(
            "By {}, {} from now, <strong>{}</strong> ({}) and <strong>{}</strong> ({}) are about equally likely ends"
        )
    else:
        head = Markup(
            "By {}, {} from now, the most likely end is <strong>{}</strong> ({}), ahead of <strong>{}</strong> ({})"
        )
    return head.format(horizon.date, horizon.length, best[1], percent(best[0]), second[1], percent(second[0])) + rest


def _probabilities_by_date(focus: list[Series], marks: tuple[Mark, ...], unit: str) -> Markup:
    clauses = [
        Markup("<strong>{}</strong> are {}").format(series.label, _run_of_probabilities(series, marks, unit))
        for series in focus
    ]
    return Markup("The probabilities of ") + Markup("; those of ").join(clauses) + Markup(".")


def _run_of_probabilities(series: Series, marks: tuple[Mark, ...], unit: str) -> str:
    """For example "9 % by 4 weeks, 17 % by 8 and 24 % by 13"."""
    probabilities = [percent(float(series.cumulative[mark.period - 1])) for mark in marks]
    parts = [f"{probabilities[0]} within {plural(marks[0].units, unit)}"]
    parts += [f"{some} within {mark.units:g}" for some, mark in zip(probabilities[1:], marks[1:], strict=True)]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _median(forecast: Forecast, timeline: Timeline) -> Markup:
    if forecast.median_duration is None:
        return Markup("In more than half of all cases the crisis outlasts the {} that this brief looks ahead.").format(
            timeline.horizon.length
        )
    mark = timeline.mark(forecast.median_duration)
    return Markup("In half of all cases the crisis is over within {}, by {}.").format(mark.length, mark.date)
