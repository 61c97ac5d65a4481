"""Games in the formats of other programs, to be studied and solved there."""

from __future__ import annotations

from standoff.export.gambit import to_efg

__all__ = ["to_efg"]
