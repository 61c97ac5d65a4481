"""Writers of the generated parts of the documents; importing this fills `parts.common.writers`."""

from parts import behaviour, rationality, reference, runs, scenarios

__all__ = ["behaviour", "rationality", "reference", "runs", "scenarios"]
