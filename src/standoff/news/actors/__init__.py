"""Who acts: tables of countries, organisations, groups and roles, and what a phrase of a text names by them."""

from standoff.news.actors.naming import Name, find_names
from standoff.news.actors.resolving import Resolved, resolve_text

__all__ = ["Name", "Resolved", "find_names", "resolve_text"]
