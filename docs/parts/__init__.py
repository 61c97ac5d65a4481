"""Writers of the generated parts of the documents; importing this fills `parts.common.writers`."""

from parts import behaviour, gallery, rationality, reference, runs, scenarios

__all__ = ["behaviour", "gallery", "rationality", "reference", "runs", "scenarios"]
