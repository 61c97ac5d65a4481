"""An ensemble as plain data, as `standoff ensemble --json` prints it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from standoff.analysis.ensemble import LEVELS, Ensemble
from standoff.analysis.targets import describe_target
from standoff.solve.target import Target
from standoff.version import JSON_VERSION

__all__ = ["ensemble_document"]


def ensemble_document(ensemble: Ensemble, targets: Sequence[Target], versions: Mapping[str, str]) -> dict[str, Any]:
    """Everything of an ensemble but its single draws.

    Args:
        ensemble: The ensemble.
        targets: What the convergence is told of.
        versions: Of everything that a number depends on.
    """
    scenario = ensemble.scenario
    errors = ensemble.standard_errors
    certificate = ensemble.certificate
    return {
        "json_version": JSON_VERSION,
        "scenario": scenario.id,
        "scenario_hash": scenario.scenario_hash,
        "overrides": list(scenario.overrides),
        "as_of": scenario.as_of.isoformat(),
        "period": {"unit": scenario.period.unit, "length": scenario.period.length},
        "horizon": scenario.num_periods,
        "ensemble": ensemble.key,
        "seed": ensemble.seed,
        "scheme": ensemble.scheme,
        "draws": ensemble.num_draws,
        "solved": len(ensemble.draws),
        "failed_share": ensemble.failed_share,
        "failures": [
            {"code": code, "draws": count, "example": example} for code, count, example in ensemble.failure_reasons
        ],
        "parameters": list(ensemble.parameters),
        "fixed": list(ensemble.fixed),
        "levels": list(LEVELS),
        "series": [
            {
                "kind": name.kind,
                "name": name.name,
                "label": name.label,
                "file": ensemble.file_probabilities[:, k].tolist(),
                "mean": ensemble.mean[:, k].tolist(),
                "bands": ensemble.bands[:, :, k].tolist(),
                "standard_errors": None if errors is None else errors[:, :, k].tolist(),
            }
            for k, name in enumerate(ensemble.names)
        ],
        "targets": [_target(ensemble, target) for target in targets],
        "certificate": {
            "residual": certificate.residual,
            "regret": certificate.regret,
            "consistency_gap": certificate.consistency_gap,
            "belief_points": certificate.belief_points,
            "points_used": {str(points): draws for points, draws in certificate.points_used.items()},
            "belief_error": certificate.belief_error,
            "reference_error": certificate.reference_error,
            "num_checked": certificate.num_checked,
            "unseen_share": certificate.unseen_share,
            "nodes": certificate.nodes,
            "unique": certificate.unique,
            "folds": certificate.folds,
        },
        "settings": {
            "tolerance": ensemble.settings.tolerance,
            "belief_points": ensemble.settings.belief_points,
            "belief_tolerance": ensemble.settings.belief_tolerance,
        },
        "versions": dict(versions),
    }


def _target(ensemble: Ensemble, target: Target) -> dict[str, Any]:
    """A target's probabilities by quantile, and what they were after fewer draws."""
    period, k = ensemble.place(target)
    return {
        "kind": target.kind,
        "name": target.name,
        "label": describe_target(ensemble.scenario, target),
        "by": ensemble.scenario.date_of_period(period + 1).isoformat(),
        "file": float(ensemble.file_probabilities[period, k]),
        "mean": float(ensemble.mean[period, k]),
        "bands": ensemble.bands[:, period, k].tolist(),
        "standard_errors": None
        if ensemble.standard_errors is None
        else ensemble.standard_errors[:, period, k].tolist(),
        "convergence": [
            {"draws": count, "bands": bands[:, period, k].tolist()}
            for count, bands in ensemble.convergence
            if (ensemble.draws < count).any()
        ],
    }
