"""Actors: tables of countries, organisations, groups and roles, and the resolution of phrases to them."""
