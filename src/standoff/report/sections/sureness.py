"""How sure the probabilities are: how far they move when every number is drawn from its range."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from standoff.analysis.ensemble_result import LEVELS, Ensemble
from standoff.analysis.targets import describe_target
from standoff.report.blocks import Block, Bullets, Grid, Paragraph, Picture, Section
from standoff.report.figures import Fan, chart_of_fan
from standoff.report.timeline import Timeline
from standoff.report.wording import joined, percent, plural, points
from standoff.solve.target import Target

__all__ = ["band_of", "band_sentence", "draws_of", "sureness_section"]


def band_of(ensemble: Ensemble, target: Target) -> tuple[float, float]:
    """Where the probability of a target lie in nine of ten draws."""
    period, column = ensemble.locate(target)
    low, *_, high = ensemble.bands[:, period, column]
    return float(low), float(high)


def sureness_section(ensemble: Ensemble, targets: Sequence[Target], timeline: Timeline) -> Section:
    """Fans of the targets, and the bands of everything at the date of the first.

    Args:
        ensemble: The draws.
        targets: What the fans show.
        timeline: The calendar.
    """
    solved, failed = len(ensemble.draws), len(ensemble.failures)
    blocks: list[Block] = [
        Paragraph(
            f"Every number that has a range was drawn from it, all together, {plural(ensemble.num_draws, 'time')}, and the "
            f"crisis solved for each; {plural(solved, 'draw')} gave an answer that is sure enough. This is how "
            f"far the probabilities move."
        )
    ]
    for k, target in enumerate(targets):
        _, column = ensemble.locate(target)
        name = ensemble.names[column]
        starts = 1.0 if name.name == "unresolved" else 0.0
        quantiles = np.concatenate([np.full((len(LEVELS), 1), starts), ensemble.bands[:, :, column]], axis=1)
        central = np.concatenate([[starts], ensemble.file_probabilities[:, column]])
        fan = Fan(name.label, quantiles, central)
        chart = chart_of_fan(
            fan, timeline, name=f"fan-{k + 1}", title=f"{name.label}: probabilities by date over all draws"
        )
        blocks.append(
            Picture(
                chart,
                f"{name.label}. Shaded: where the probabilities lie in half of the draws, and in nine of ten. "
                f"Dashed: the file’s numbers.",
            )
        )
    mark = timeline.mark(targets[0].periods or timeline.num_periods)
    rows = tuple(
        (
            name.label,
            percent(float(ensemble.file_probabilities[mark.period - 1, k])),
            *(percent(float(probabilities)) for probabilities in ensemble.bands[:, mark.period - 1, k]),
        )
        for k, name in enumerate(ensemble.names)
    )
    head = ("", "at the file’s numbers", *(f"{percent(share)} of draws lie below" for share in LEVELS))
    blocks += [
        Grid("bands", f"Probabilities by {mark.date} over all draws.", head, rows),
        Bullets(tuple(_notes(ensemble, failed))),
    ]
    return Section("sureness", "How sure that is", "How sure", tuple(blocks))


def band_sentence(ensemble: Ensemble, targets: Sequence[Target]) -> Markup:
    """Where the probabilities of the targets lie, for the bottom line."""
    clauses = [
        Markup("those of <strong>{}</strong> between {} and {}").format(
            describe_target(ensemble.scenario, target), percent(low), percent(high)
        )
        for target in targets
        for low, high in [band_of(ensemble, target)]
    ]
    return (
        Markup("With every number drawn from its range, in nine of ten draws the probabilities lie in a band: ")
        + Markup("; ").join(clauses)
        + Markup(".")
    )


def draws_of(ensemble: Ensemble | None) -> dict[str, int | str]:
    """How the draws were made, for the provenance; empty where there are none."""
    if ensemble is None:
        return {}
    return {"draws": ensemble.num_draws, "seed": ensemble.seed, "ensemble": ensemble.key}


def _notes(ensemble: Ensemble, failed: int) -> list[str]:
    certificate = ensemble.certificate
    notes = [
        "The bands follow from the ranges in the ledger of assumptions; where a range is a guess, so is the band. They do not "
        "say how far the model itself may be wrong."
    ]
    if failed:
        reasons = joined([f"{count} because {message}" for _, count, message in ensemble.failure_reasons])
        notes.append(f"{failed} of {ensemble.num_draws} draws have no answer and are left out: {reasons}.")
    error = certificate.reference_error if np.isnan(certificate.belief_error) else certificate.belief_error
    notes.append(
        f"Beliefs were held at points; that may have moved the probability of a draw by {points(float(error))} "
        f"(checked on {plural(certificate.num_checked, 'draw')})."
    )
    return notes
