"""News: read documents, and code the events and claims that they report."""
