"""Questions asked of a solved game: one file a question."""
