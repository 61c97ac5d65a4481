"""The pages of the catalogue: probabilities, packages, certificate, parameters and sources."""

from __future__ import annotations

from parts.common import part, percent, probabilities, solved, table

WEEKS = (1, 2, 4, 8, 13, 26)


@part("probabilities", is_solved=True)
def probabilities_part(name: str) -> str:
    """Write the probability of every outcome and milestone of a scenario."""
    solution = solved(name)
    forecast = solution.forecast
    period = solution.scenario.period
    units = [u for u in WEEKS if u <= period.horizon] + ([period.horizon] if period.horizon not in WEEKS else [])
    header = ("", *(f"{period.unit} {u:g}" for u in units))
    rows = [
        (label, *(percent(probabilities(solution, key, u)) for u in units))
        for key, label in (
            *((series.name, series.label) for series in forecast.outcomes.values()),
            ("unresolved", forecast.unresolved_label),
            *((series.name, f"*{series.label}*") for series in forecast.milestones.values()),
        )
    ]
    return table(header, rows, right=len(units))


@part("packages", is_solved=True)
def packages_part(name: str) -> str:
    """Write the probability of each package by the horizon."""
    solution = solved(name)
    deal = next(series for series in solution.forecast.outcomes.values() if series.parts)
    rows = [(part.label, percent(part.cumulative[-1])) for part in deal.parts]
    return table(("package", "probability by the horizon"), rows, right=1)


@part("by-type", is_solved=True)
def by_type_part(name: str) -> str:
    """Write the probabilities by the horizon given each true type."""
    forecast = solved(name).forecast
    columns = [f"{player}: {player_type}" for player, player_type, _ in next(iter(forecast.outcomes.values())).by_type]
    rows = [
        (series.label, percent(series.cumulative[-1]), *(percent(known[-1]) for _, _, known in series.by_type))
        for series in forecast.outcomes.values()
    ]
    return table(("by the horizon", "types unknown", *columns), rows, right=len(columns) + 1)


@part("certificate", is_solved=True)
def certificate_part(name: str) -> str:
    """Write the certificate of a scenario."""
    c = solved(name).equilibrium.certificate
    rows = [
        ("residual", f"{c.residual:.1e}"),
        ("regret", f"{c.regret:.2g}"),
        ("belief points", " x ".join(map(str, c.belief_points))),
        ("probability error", f"{c.belief_error:.1e}"),
        ("forward-backward gap", f"{c.consistency_gap:.1e}"),
        ("nodes", f"{c.nodes:,}"),
        ("proved unique", f"{c.unique:,}"),
        ("traced from rationality 0", f"{c.traced:,}"),
        ("folds", f"{c.folds:,}"),
    ]
    return table(("", "value"), rows, right=1)


@part("half-period", is_solved=True)
def half_period(name: str) -> str:
    """Write the probabilities by date with the period of the file and with half of it."""
    whole, half = solved(name), solved(name, "period.length=0.5")
    forecast = whole.forecast
    period = whole.scenario.period
    keys = [(series.name, series.label) for series in (*forecast.outcomes.values(), *forecast.milestones.values())]
    units = [u for u in (4, 8, 13, 26) if u <= period.horizon]
    rows = [
        (label, *(f"{percent(probabilities(whole, key, u))}, {percent(probabilities(half, key, u))}" for u in units))
        for key, label in keys
    ]
    every = range(1, int(period.horizon) + 1)
    gap = max(abs(probabilities(whole, key, u) - probabilities(half, key, u)) for key, _ in keys for u in every)
    note = f"The largest difference at the end of any {period.unit} is {100 * gap:.1f} percentage points."
    means = [s.forecast.mean_duration * s.scenario.period.length for s in (whole, half)]
    note += f"\nThe mean length is {means[0]:.1f} {period.unit}s against {means[1]:.1f}."
    return table(("", *(f"{period.unit} {u}" for u in units)), rows, right=len(units)) + "\n\n" + note


@part("parameters")
def parameters_part(name: str) -> str:
    """Write the parameters with their sources."""
    from standoff import load

    rows = []
    for key, parameter in load(name).parameters.items():
        spread = f"{parameter.range[0]:g} to {parameter.range[1]:g}" if parameter.range else ""
        said = [f"[{e.document}](#documents), {e.place}: {e.says}." for e in parameter.evidence]
        said += [f"Judgement: {parameter.judgement}"] if parameter.judgement else []
        label = f"`{key}`" + (f"<br>{parameter.label}" if parameter.label else "")
        rows.append((label, str(parameter.value), spread, parameter.unit or "", "<br>".join(said)))
    return table(("parameter", "value", "range", "unit", "source"), rows)


@part("coverage")
def coverage_part(name: str) -> str:
    """Write how many parameters have a source."""
    from standoff import load
    from standoff.scenario import measure_coverage

    counts = measure_coverage(load(name)).counts
    return (
        f"{counts['evidence']} parameters cite a document, {counts['judgement']} rest on judgement alone, "
        f"{counts['none']} have no source."
    )


@part("documents")
def documents_part(name: str) -> str:
    """Write the documents that are cited."""
    from standoff import load

    rows = [
        (
            f"`{key}`",
            f"[{document.title}]({document.url})" if document.url else document.title,
            ", ".join(filter(None, (document.author, document.publisher))),
            f"{document.date}" + (" (written later)" if document.retrospective else ""),
            document.rating or "",
        )
        for key, document in load(name).documents.items()
    ]
    return table(("id", "title", "by", "date", "rating"), rows)
