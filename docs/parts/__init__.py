"""Writers of the generated parts of the documents; importing this fills `parts.common.writers`."""

from parts import behaviour, reference, runs, scenarios

__all__ = ["behaviour", "reference", "runs", "scenarios"]
