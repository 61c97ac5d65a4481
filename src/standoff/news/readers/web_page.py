"""Read the article of a web page, without menus, scripts, readers' comments and advertisements.

trafilatura finds the article, its title, author and outlet. Its date may be a guess, so `page_date` finds the one that the page
declares.

References:
    Barbaresi, A. (2021), Trafilatura: a web scraping library and command-line tool for text discovery and extraction.
"""

from __future__ import annotations

from standoff.extras import import_extra
from standoff.news.readers.draft import Draft
from standoff.news.readers.faults import make_error
from standoff.news.readers.page_date import find_page_date

__all__ = ["read_web_page"]


def read_web_page(page: str, *, address: str) -> list[Draft]:
    """Read a web page.

    Args:
        page: The page.
        address: The address or path of the page.

    Returns:
        One draft.

    Raises:
        InputError: The page has no article (`no-article`).
        MissingExtraError: trafilatura is not installed.
    """
    trafilatura = import_extra("trafilatura", "news", "reading web pages")
    root = trafilatura.load_html(page)
    date = find_page_date(root, address) if root is not None else None  # before the extraction, which removes parts
    found = trafilatura.bare_extraction(
        page,
        url=address if address.startswith(("http://", "https://")) else None,
        with_metadata=True,
        include_comments=False,
        include_formatting=False,
        date_extraction_params={"extensive_search": False},  # not used, and slow
    )
    if found is None or not (found.text or "").strip():
        raise make_error(
            "no-article",
            "there is no article in the page",
            "save its text to a file, and give that; some pages show their text only in a browser",
            file=address,
        )
    return [
        Draft(
            text=found.text,
            title=found.title or "",
            outlet=found.sitename or "",
            author=found.author or "",
            date=date,
            language=found.language or "",
        )
    ]
