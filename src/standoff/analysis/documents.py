"""The answers of analyses as plain data, ready to be written as JSON.

Numbers are not rounded; what is not a number there (no derivative, no such outcome on one side) is None.
"""

from __future__ import annotations

import math
from dataclasses import asdict
from functools import singledispatch
from typing import Any

import numpy as np

from standoff.analysis.compare import Comparison
from standoff.analysis.drivers import Drivers
from standoff.analysis.side_by_side import Side, SideBySide
from standoff.analysis.tripwires import Tripwires
from standoff.analysis.whatif import WhatIf
from standoff.scenario import Scenario
from standoff.solve.result import Certificate, Settings
from standoff.solve.target import Target

__all__ = ["answer_document"]


@singledispatch
def answer_document(found: object) -> dict[str, Any]:
    """Plain data of the answer of an analysis (layout: docs/reference/json.md)."""
    raise TypeError(f"there is no document of a {type(found).__name__}")


@answer_document.register
def _(found: WhatIf) -> dict[str, Any]:
    pairs = zip(found.variants, found.differences, strict=True)
    return _side(found.base) | {"variants": [_side(side) | _side_by_side(difference) for side, difference in pairs]}


@answer_document.register
def _(found: Comparison) -> dict[str, Any]:
    return {
        "before": _side(found.before),
        "after": _side(found.after),
        **_side_by_side(found.probabilities),
        "parameters": [_plain(asdict(row)) for row in found.parameters],
        "structure": [asdict(row) for row in found.structure],
    }


@answer_document.register
def _(found: Drivers) -> dict[str, Any]:
    places = {} if found.indices is None else {name: k for k, name in enumerate(found.indices.names)}
    rows = []
    for row in found.rows:
        told = _plain(asdict(row))
        if found.indices is not None and row.name in places:
            k = places[row.name]
            told["first_order"] = _plain(found.indices.first_order[k])
            told["first_order_error"] = _plain(found.indices.first_order_error[k])
            told["pawn"] = _plain(found.indices.pawn[k])
        rows.append(told)
    draws = None
    if found.indices is not None:
        draws = {
            "num_draws": found.indices.num_draws,
            "num_failed": found.num_failed_draws,
            "first_order_noise": _plain(found.indices.first_order_noise),
            "pawn_noise": _plain(found.indices.pawn_noise),
        }
    return {
        **_made_of(found.scenario, found.certificate, found.settings),
        "targets": [
            _target(target, label, probabilities)
            for target, label, probabilities in zip(
                found.targets, found.target_labels, found.probabilities, strict=True
            )
        ],
        "drivers": rows,
        "hinges_on": list(found.hinges_on),
        "top": found.top,
        "num_solves": found.num_solves,
        "tornado_error": _plain(found.tornado_error),
        "draws": draws,
    }


@answer_document.register
def _(found: Tripwires) -> dict[str, Any]:
    return {
        **_made_of(found.scenario, found.certificate, found.settings),
        "candidates": [
            _target(target, label, probabilities)
            for target, label, probabilities in zip(
                found.candidates, found.candidate_labels, found.probabilities, strict=True
            )
        ],
        "answer": found.candidates[found.answer].name,
        "lead": _plain(found.lead),
        "skipped": list(found.skipped),
        "tripwires": [
            _plain(asdict(row))
            | {
                "answer": None if row.answer is None else found.candidates[row.answer].name,
                "share_of_range": _plain(row.share_of_range),
                "share_of_value": _plain(row.share_of_value),
            }
            for row in found.rows
        ],
    }


def _made_of(scenario: Scenario, certificate: Certificate, settings: Settings) -> dict[str, Any]:
    """What made a number."""
    return {
        "scenario": scenario.id,
        "scenario_hash": scenario.scenario_hash,
        "overrides": list(scenario.overrides),
        "as_of": scenario.as_of.isoformat(),
        "certificate": _plain(asdict(certificate)) | {"is_unique": certificate.is_unique},
        "settings": {
            "tolerance": settings.tolerance,
            "belief_tolerance": settings.belief_tolerance,
            "belief_points": settings.belief_points,
        },
    }


def _side(side: Side) -> dict[str, Any]:
    return {"name": side.name, **_made_of(side.scenario, side.certificate, side.settings)}


def _side_by_side(found: SideBySide) -> dict[str, Any]:
    return {
        "alignment": found.alignment,
        "dates": [day.isoformat() for day in found.dates],
        "dates_after": [day.isoformat() for day in found.dates_after],
        "probability_error": _plain(found.probability_error),
        "probabilities": [
            {
                "kind": row.kind,
                "name": row.name,
                "label": row.label,
                "before": _plain(row.before),
                "after": _plain(row.after),
                "change": _plain(row.change),
            }
            for row in found.probabilities
        ],
        "first_moves": [
            {
                "stage": move.stage,
                "player": move.player,
                "player_type": move.player_type,
                "before": dict(move.before),
                "after": dict(move.after),
            }
            for move in found.moves
        ],
        "start_values": [asdict(row) for row in found.values],
    }


def _target(target: Target, label: str, probabilities: float) -> dict[str, Any]:
    return {**asdict(target), "label": label, "probabilities": _plain(probabilities)}


def _plain(part: Any) -> Any:
    """Arrays as lists, and None for what is no finite number."""
    if isinstance(part, dict):
        return {key: _plain(inner) for key, inner in part.items()}
    if isinstance(part, np.ndarray | np.generic):
        return _plain(part.tolist())
    if isinstance(part, list | tuple):
        return [_plain(inner) for inner in part]
    if isinstance(part, float) and not math.isfinite(part):
        return None
    return part
