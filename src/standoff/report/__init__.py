"""The brief: one HTML page with the forecast of a crisis, its uncertainty, its drivers and its sources.

Examples:
    >>> import standoff
    >>> from standoff.report import write_brief
    >>> write_brief(standoff.solve(standoff.load("iran-us-2026")), "brief.html")  # doctest: +SKIP
"""

from standoff.report.brief import render_html, render_markdown, write_brief, write_figures

__all__ = ["render_html", "render_markdown", "write_brief", "write_figures"]
