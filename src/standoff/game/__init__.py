"""The explicit-state game and its compiler."""
