"""News: documents read, and what they say coded as events and claims."""
