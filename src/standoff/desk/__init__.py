"""The news desk: ingest and code news, review events, and update a forecast on them."""
