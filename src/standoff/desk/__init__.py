"""The news desk: from sources to coded events in a store, their reviews, and an updated forecast."""
