"""The table and the reasons for no deal as plain data, as `standoff bargain --json` prints them."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from standoff.analysis.bargain import Bargain, Pair, Range
from standoff.analysis.frontier import Lottery
from standoff.analysis.no_deal import NoDeal, Remedy, Resolve

__all__ = ["bargain_document", "no_deal_document"]


def bargain_document(found: Bargain) -> dict[str, Any]:
    """Packages, values of disagreement and pairs of types; packages are named as in the game."""
    table = found.packages
    return {
        "sides": list(found.sides),
        "packages": [
            {
                "name": name,
                "label": table.labels[k],
                "levels": dict(zip(table.issues, table.levels[k].tolist(), strict=True)),
                "can_be_offered": bool(found.offered[k]),
                "worth": [
                    {"player": player, "player_type": player_type, "worth": float(worth[k])}
                    for (player, player_type), worth in found.worth.items()
                ],
                "red_lines": [
                    {"player": player.name, "player_type": player_type}
                    for i, player in enumerate(table.players)
                    for h, player_type in enumerate(player.player_types)
                    if table.red[k, i, h]
                ],
                "ratification": {player: float(chance[k]) for player, chance in table.ratification.items()},
            }
            for k, name in enumerate(table.names)
        ],
        "disagreement": [
            {
                "player": player,
                "player_type": player_type,
                "waiting": value,
                "fighting": None if found.fight is None else found.fight.values[player, player_type],
            }
            for (player, player_type), value in found.waiting.items()
        ],
        "fight": None
        if found.fight is None
        else {
            "milestone": found.fight.milestone,
            "stage": found.fight.stage,
            "player": found.fight.player,
            "action": found.fight.action,
            "chance": found.fight.chance,
        },
        "pairs": [_pair(found, pair) for pair in found.pairs],
    }


def _pair(found: Bargain, pair: Pair) -> dict[str, Any]:
    names = found.packages.names

    def name(package: int | None) -> str | None:
        return None if package is None else names[package]

    def lottery(point: Lottery | None) -> dict[str, Any] | None:
        if point is None:
            return None
        return {
            "packages": [names[k] for k in point.packages],
            "weight_of_second": point.weight,
            "payoffs": list(point.payoffs),
        }

    def span(one: Range | None) -> dict[str, Any] | None:
        if one is None:
            return None
        return {
            "disagreement": list(one.disagreement),
            "packages": [names[k] for k in one.packages],
            "closeness": one.closeness,
            "nearest": name(one.nearest),
        }

    return {
        "player_types": dict(zip(found.sides, pair.player_types, strict=True)),
        "prior": pair.prior,
        "allowed": [names[k] for k in pair.allowed],
        "worth": {names[k]: row.tolist() for k, row in enumerate(pair.worth)},
        "frontier": [names[k] for k in pair.frontier],
        "points": {key: name(getattr(pair.points, key)) for key in ("nash", "kalai_smorodinsky", "egalitarian")},
        "lotteries": {
            key: lottery(getattr(pair.lotteries, key)) for key in ("nash", "kalai_smorodinsky", "egalitarian")
        },
        "waiting": span(pair.waiting),
        "fighting": span(pair.fighting),
        "blocking_issues": list(pair.blocking_issues),
        "issues": [dataclasses.asdict(effect) for effect in pair.issues],
    }


def no_deal_document(found: NoDeal) -> dict[str, Any]:
    """Probabilities as they are, and without each reason why bargaining fails."""
    return {
        "targets": [str(target) for target in found.targets],
        "payments": list(found.payments),
        "base": _resolve(found.base),
        "remedies": [_remedy(remedy) for remedy in found.remedies],
    }


def _resolve(one: Resolve) -> dict[str, Any]:
    return {
        "label": one.label,
        "scenario_hash": one.scenario_hash,
        "changes": list(one.changes),
        "probabilities": one.probabilities.tolist(),
        "causes": [dataclasses.asdict(cause) for cause in one.causes],
        "certificate": dataclasses.asdict(one.certificate) | {"is_unique": one.certificate.is_unique},
    }


def _remedy(remedy: Remedy) -> dict[str, Any]:
    return {
        "name": remedy.name,
        "label": remedy.label,
        "applies": remedy.applies,
        "baseline": remedy.baseline.tolist(),
        "probabilities": remedy.probabilities.tolist(),
        "removed": remedy.removed.tolist(),
        "share_removed": [None if math.isnan(share) else share for share in np.asarray(remedy.share_removed).tolist()],
        "weights": list(remedy.weights),
        "parts": [_resolve(part) for part in remedy.parts],
        "note": remedy.note,
    }
