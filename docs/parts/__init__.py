"""Writers of the generated parts of the documents; importing this fills `parts.common.writers`."""

from parts import behaviour, error_codes, gallery, rationality, reference, runs, scenarios

__all__ = ["behaviour", "error_codes", "gallery", "rationality", "reference", "runs", "scenarios"]
