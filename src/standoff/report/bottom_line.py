"""The bottom line: two or three sentences for a decision-maker, written from the numbers of the forecast alone."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from standoff.analysis.forecast import Forecast, Series
from standoff.report.timeline import Mark, Timeline
from standoff.report.typesetting import show_count, show_percent
from standoff.text import join_words

__all__ = ["KeyNumber", "choose_key_numbers", "find_deal", "find_strike", "write_bottom_line"]

_FOCUS = (4, 8, 13)
"""Lengths, in units of time, at which the sentences give probabilities."""
_EQUAL = 0.02
"""Two outcomes whose probabilities differ by less are called about equally likely."""


@dataclass(frozen=True)
class KeyNumber:
    """One number in large type.

    Attributes:
        value: The number as text.
        label: Label of the number, as HTML.
    """

    value: str
    label: Markup


def find_deal(forecast: Forecast) -> Series | None:
    """Find the outcome that is an agreement: the one with packages, or else one with such a name."""
    with_packages = [series for series in forecast.outcomes.values() if series.parts]
    named = [series for series in forecast.outcomes.values() if "deal" in series.name or "agreement" in series.name]
    return next(iter([*with_packages, *named]), None)


def find_strike(forecast: Forecast) -> Series | None:
    """Find the milestone that is a first use of force: one with such a name, or else the first milestone."""
    exact = [series for series in forecast.milestones.values() if series.name in {"strike", "first_strike"}]
    near = [series for series in forecast.milestones.values() if "strike" in series.name or "attack" in series.name]
    return next(iter([*exact, *near, *forecast.milestones.values()]), None)


def write_bottom_line(forecast: Forecast, timeline: Timeline) -> tuple[Markup, ...]:
    """Write the sentences, as HTML in which every label is escaped."""
    sentences = [_name_most_likely(forecast, timeline)]
    focus = [series for series in (find_strike(forecast), find_deal(forecast)) if series is not None]
    if focus:
        sentences.append(_give_probabilities(focus, _choose_marks(timeline), timeline.unit))
    sentences.append(_give_median(forecast, timeline))
    return tuple(sentences)


def choose_key_numbers(forecast: Forecast, timeline: Timeline) -> tuple[KeyNumber, ...]:
    """Choose the numbers to remember, for the strip under the bottom line."""
    mark = _choose_marks(timeline)[-1]
    numbers = [
        KeyNumber(
            show_percent(float(series.cumulative[mark.period - 1])),
            Markup("<bdi>{}</bdi> by {}").format(series.label, mark.date),
        )
        for series in (find_strike(forecast), find_deal(forecast))
        if series is not None
    ]
    horizon = timeline.horizon
    unresolved = Markup("<bdi>{}</bdi> on {}").format(forecast.unresolved_label, horizon.date)
    numbers.append(KeyNumber(show_percent(forecast.unresolved[-1]), unresolved))
    if forecast.median_duration is None:
        numbers.append(KeyNumber(f"over {horizon.length}", Markup("Median duration")))
    else:
        numbers.append(KeyNumber(timeline.make_mark(forecast.median_duration).length, Markup("Median duration")))
    return tuple(numbers)


def _choose_marks(timeline: Timeline) -> tuple[Mark, ...]:
    return timeline.place_marks(_FOCUS) or (timeline.horizon,)


def _name_most_likely(forecast: Forecast, timeline: Timeline) -> Markup:
    horizon = timeline.horizon
    unresolved = float(forecast.unresolved[-1])
    ranked = sorted(forecast.outcomes.values(), key=lambda series: -float(series.cumulative[-1]))
    outcomes = [(series.label, float(series.cumulative[-1])) for series in ranked]
    if not outcomes or unresolved > outcomes[0][1]:
        text = Markup("On {}, {} from now, the crisis is most likely <strong>unresolved</strong> ({}).").format(
            horizon.date, horizon.length, show_percent(unresolved)
        )
        if not outcomes:
            return text
        label, probability = outcomes[0]
        return text + Markup(" The most likely outcome before then is <strong>{}</strong> ({}).").format(
            label, show_percent(probability)
        )
    label, probability = outcomes[0]
    rest = Markup(" The probability that the crisis is still unresolved is {}.").format(show_percent(unresolved))
    if len(outcomes) == 1:
        head = Markup("By {}, {} from now, the most likely outcome is <strong>{}</strong> ({}).")
        return head.format(horizon.date, horizon.length, label, show_percent(probability)) + rest
    second, next_probability = outcomes[1]
    if probability - next_probability < _EQUAL:
        head = Markup(
            "By {}, {} from now, <strong>{}</strong> ({}) and <strong>{}</strong> ({}) are about equally likely."
        )
    else:
        head = Markup(
            "By {}, {} from now, the most likely outcome is <strong>{}</strong> ({}), followed by <strong>{}</strong> ({})."
        )
    sentence = head.format(
        horizon.date, horizon.length, label, show_percent(probability), second, show_percent(next_probability)
    )
    return sentence + rest


def _give_probabilities(focus: list[Series], marks: tuple[Mark, ...], unit: str) -> Markup:
    clauses = [
        Markup("of <strong>{}</strong> is {}").format(series.label, _list_probabilities(series, marks, unit))
        for series in focus
    ]
    return Markup("The probability ") + Markup("; that ").join(clauses) + Markup(".")


def _list_probabilities(series: Series, marks: tuple[Mark, ...], unit: str) -> str:
    """For example "9 % within 4 weeks, 17 % within 8 and 24 % within 13"."""
    first, *others = [show_percent(series.cumulative[mark.period - 1]) for mark in marks]
    parts = [f"{first} within {show_count(marks[0].units, unit)}"]
    parts += [f"{one} within {mark.units:g}" for one, mark in zip(others, marks[1:], strict=True)]
    return join_words(parts)


def _give_median(forecast: Forecast, timeline: Timeline) -> Markup:
    if forecast.median_duration is None:
        return Markup("With a probability of more than half the crisis outlasts the {} of this forecast.").format(
            timeline.horizon.length
        )
    mark = timeline.make_mark(forecast.median_duration)
    return Markup("The median duration of the crisis is {}, to {}.").format(mark.length, mark.date)
