"""Models fitted to past crises: strategic probit, signalling with several equilibria, and rationality from counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from standoff.lazy import import_on_use

if TYPE_CHECKING:
    from standoff.history.deterrence import DeterrenceCounts, DeterrenceGame, fit_logit, fit_probit
    from standoff.history.rationality import ActionCounts, fit_rationality
    from standoff.history.signalling import SignallingGame, find_equilibria

__all__ = [
    "ActionCounts",
    "DeterrenceCounts",
    "DeterrenceGame",
    "SignallingGame",
    "find_equilibria",
    "fit_logit",
    "fit_probit",
    "fit_rationality",
]

__getattr__, __dir__ = import_on_use(
    __name__,
    {
        "ActionCounts": "standoff.history.rationality",
        "DeterrenceCounts": "standoff.history.deterrence",
        "DeterrenceGame": "standoff.history.deterrence",
        "SignallingGame": "standoff.history.signalling",
        "find_equilibria": "standoff.history.signalling",
        "fit_logit": "standoff.history.deterrence",
        "fit_probit": "standoff.history.deterrence",
        "fit_rationality": "standoff.history.rationality",
    },
)
