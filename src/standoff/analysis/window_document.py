"""The window as plain data, as `standoff window --json` prints it."""

from __future__ import annotations

import math
from typing import Any

from numpy.typing import NDArray

from standoff.analysis.window import TypeWindow, Window

__all__ = ["window_document"]


def window_document(found: Window) -> dict[str, Any]:
    """Advantage of striking by type and week; None stands where nobody could strike."""
    return {
        "milestone": found.milestone,
        "dates": [date.isoformat() for date in found.dates],
        "types": [_type(one) for one in found.types],
    }


def _numbers(values: NDArray[Any]) -> list[float | None]:
    return [None if math.isnan(value) else value for value in values.tolist()]


def _type(one: TypeWindow) -> dict[str, Any]:
    return {
        "player": one.player,
        "player_type": one.player_type,
        "stage": one.stage,
        "actions": list(one.actions),
        "today": one.today,
        "today_state": one.today_state,
        "spells": [{"opens": start, "closes": end} for start, end in one.spells],
        "peak": one.peak,
        "advantage": _numbers(one.advantage),
        "over_best": _numbers(one.over_best),
        "exposure": _numbers(one.exposure),
        "share_open": _numbers(one.share_open),
        "modal_state": list(one.modal_state),
        "modal_advantage": _numbers(one.modal_advantage),
        "parts": [{"name": part.name, "label": part.label, "values": _numbers(part.values)} for part in one.parts],
        "belief_error": one.belief_error,
        "unattributed": _numbers(one.unattributed),
        "levels": [
            {
                "track": level.track,
                "level": level.level,
                "share": _numbers(level.share),
                "observed": _numbers(level.observed),
                "held": _numbers(level.held),
            }
            for level in one.levels
        ],
    }
