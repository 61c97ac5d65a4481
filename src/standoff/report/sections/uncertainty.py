"""How uncertain the probabilities are: how far they vary when every parameter is drawn from its range."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from standoff.analysis.ensemble_result import LEVELS, Ensemble
from standoff.analysis.targets import describe_target
from standoff.report.blocks import Block, Bullets, GridBlock, Paragraph, Picture, Section
from standoff.report.figures import Fan, chart_fan
from standoff.report.timeline import Timeline
from standoff.report.typesetting import show_count, show_percent
from standoff.solve.target import Target
from standoff.text import format_error, join_words

__all__ = ["describe_draws", "describe_uncertainty", "find_band", "summarise_bands"]


def find_band(ensemble: Ensemble, target: Target) -> tuple[float, float]:
    """Return the 5th and the 95th percentile of the probability of a target over all draws."""
    period, column = ensemble.locate(target)
    low, *_, high = ensemble.bands[:, period, column]
    return float(low), float(high)


def describe_uncertainty(ensemble: Ensemble, targets: Sequence[Target], timeline: Timeline) -> Section:
    """Show a fan chart of each target, and the bands of every probability at the date of the first target.

    Args:
        ensemble: The draws.
        targets: The probabilities that the fan charts show.
        timeline: The calendar.
    """
    blocks: list[Block] = [
        Paragraph(
            f"All parameters with a range were drawn together, {show_count(ensemble.num_draws, 'time')}, and the crisis was "
            f"solved for each draw; {len(ensemble.draws):,} of the draws met the required accuracy. The bands show how far "
            "the probabilities vary."
        )
    ]
    blocks += [_draw_fan(ensemble, target, timeline, number) for number, target in enumerate(targets, start=1)]
    mark = timeline.make_mark(targets[0].periods or timeline.num_periods)
    rows = tuple(
        (
            name.label,
            show_percent(ensemble.file_probabilities[mark.period - 1, k]),
            *(show_percent(probability) for probability in ensemble.bands[:, mark.period - 1, k]),
        )
        for k, name in enumerate(ensemble.names)
    )
    head = ("", "Central values", *(f"{show_percent(share)} of draws are below" for share in LEVELS))
    blocks += [
        GridBlock("bands", f"Probabilities by {mark.date} over all draws.", head, rows),
        Bullets(tuple(_list_notes(ensemble))),
    ]
    return Section("uncertainty", "How uncertain the forecast is", "Uncertainty", tuple(blocks))


def _draw_fan(ensemble: Ensemble, target: Target, timeline: Timeline, number: int) -> Picture:
    _, column = ensemble.locate(target)
    series = ensemble.names[column]
    now = 1.0 if series.name == "unresolved" else 0.0
    fan = Fan(
        series.label,
        np.concatenate([np.full((len(LEVELS), 1), now), ensemble.bands[:, :, column]], axis=1),
        np.concatenate([[now], ensemble.file_probabilities[:, column]]),
    )
    title = f"{series.label}: probability by date over all draws"
    caption = (
        f"{series.label}: probability by date. The dark band holds half of the draws, the light band nine tenths. "
        "The dashed line is the forecast at the central values."
    )
    return Picture(chart_fan(fan, timeline, name=f"fan-{number}", title=title), caption)


def summarise_bands(ensemble: Ensemble, targets: Sequence[Target]) -> Markup:
    """Write the bands of the targets in a sentence for the bottom line."""
    clauses = []
    for target in targets:
        low, high = find_band(ensemble, target)
        label = describe_target(ensemble.scenario, target)
        clauses.append(
            Markup("<strong>{}</strong> between {} and {}").format(label, show_percent(low), show_percent(high))
        )
    head = Markup("Over the ranges of all parameters, nine draws in ten put the probability of ")
    return head + Markup("; and of ").join(clauses) + Markup(".")


def describe_draws(ensemble: Ensemble | None) -> dict[str, int | str]:
    """Return the settings of the draws for the provenance; empty without an ensemble."""
    if ensemble is None:
        return {}
    return {"draws": ensemble.num_draws, "seed": ensemble.seed, "ensemble": ensemble.key}


def _list_notes(ensemble: Ensemble) -> list[str]:
    certificate, failed = ensemble.certificate, len(ensemble.failures)
    notes = [
        "The bands follow from the ranges of the parameters. Where a range is a guess, so is the band. The bands do not show "
        "how wrong the model itself may be."
    ]
    if failed:
        reasons = join_words([f"{count} because {message}" for _, count, message in ensemble.failure_reasons])
        notes.append(f"{failed} of {ensemble.num_draws} draws have no solution and are excluded: {reasons}.")
    error = certificate.reference_error if np.isnan(certificate.belief_error) else certificate.belief_error
    notes.append(
        f"Beliefs are represented on a grid. The estimated error of a draw’s probability is {format_error(float(error))}, "
        f"checked on {show_count(certificate.num_checked, 'draw')}."
    )
    return notes
