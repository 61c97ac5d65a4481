"""The brief: one HTML page that says what a solved crisis comes to, how sure that is and what it rests on.

Examples:
    >>> import standoff
    >>> from standoff.report import write_brief
    >>> write_brief(standoff.load("iran-us-2026").solve(), "brief.html")  # doctest: +SKIP
"""

from standoff.report.brief import brief_html, brief_markdown, write_brief, write_figures

__all__ = ["brief_html", "brief_markdown", "write_brief", "write_figures"]
