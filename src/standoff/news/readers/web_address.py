"""Read the page, feed or file at a web address, within limits.

`standoff.news.http_client` sends the requests and guards them. Here redirects are counted, and every address is checked like the
first; a response that reports a failure, is not text or is packed in an unknown way is refused unread.
"""

from __future__ import annotations

import datetime as dt
import http.client
import re
from urllib.parse import urljoin, urlsplit

from standoff.errors import InputError
from standoff.news.http_client import HttpError, Request, exchange, read_content
from standoff.news.readers.faults import make_error
from standoff.news.readers.limits import Limits, ReadingDeadline
from standoff.news.readers.source import SourceContent, Validators, make_size_error
from standoff.text import shorten
from standoff.version import __version__

__all__ = ["is_web_address", "read_if_changed", "read_web_address"]

_REDIRECTS = {301, 302, 303, 307, 308}
_PLAIN = re.compile(r"[ -~]{1,500}")
_NOT_TEXT = (
    "image/",
    "audio/",
    "video/",
    "font/",
    "model/",
    "application/zip",
    "application/vnd.",
    "application/msword",
)
_HEADERS = {
    "User-Agent": f"standoff/{__version__} (news reader)",
    "Accept": "text/html, application/xhtml+xml, application/rss+xml, application/atom+xml, application/xml;q=0.9, "
    "application/x-ndjson, application/json, application/pdf, text/plain;q=0.8, */*;q=0.1",
    "Accept-Encoding": "gzip, identity",
}


def is_web_address(source: str) -> bool:
    """Whether a source is an address with a scheme, such as `https://example.org/`, and not a path."""
    return "://" in source[:40]


def read_web_address(address: str, limits: Limits, deadline: ReadingDeadline) -> SourceContent:
    """Read the content at an address.

    Args:
        address: URL, http or https.
        limits: The most that is read.
        deadline: When reading must be over.

    Returns:
        The content; its address is the one after redirects.

    Raises:
        InputError: The address is malformed or of another scheme (`bad-address`), leads to a private network
            (`private-address`), cannot be reached (`unreachable`, `bad-proxy`), answers with a failure (`http-status`), with
            something that is not text (`unsupported-type`) or with a truncated response (`cut-off`), or exceeds a limit
            (`too-large`, `too-slow`, `too-many-redirects`).
    """
    found = read_if_changed(address, limits, deadline, Validators())
    assert found is not None, "without validators there is nothing that could be unchanged"
    return found


def read_if_changed(address: str, limits: Limits, deadline: ReadingDeadline, known: Validators) -> SourceContent | None:
    """Read the content at an address unless it is the known version.

    Args:
        address: URL, http or https.
        limits: The most that is read.
        deadline: When reading must be over.
        known: The validators of the known version; empty to read it in any case.

    Returns:
        The content; None where the server answers that it has not changed.

    Raises:
        InputError: As for `read_web_address`.
    """
    headers = _HEADERS | ({"If-None-Match": known.etag} if known.etag else {})
    headers |= {"If-Modified-Since": known.last_modified} if known.last_modified else {}
    current = address
    for _ in range(limits.num_redirects + 1):

        def read(response: http.client.HTTPResponse, current: str = current) -> SourceContent | str | None:
            """The content, the address that the server redirects to, or None where nothing has changed."""
            if known and response.status == 304:
                return None
            if response.status in _REDIRECTS and response.headers.get("Location"):
                return str(response.headers["Location"])
            return _read(response, current, limits)

        try:
            found = exchange(
                Request(current, headers), read, seconds=deadline.measure_left(), allow_private=limits.allow_private
            )
        except HttpError as error:
            raise _report(error, current, address, limits, deadline) from None
        if not isinstance(found, str):
            return found
        try:
            current = urljoin(current, found)
        except ValueError:
            raise _report(HttpError("bad-address"), found, address, limits, deadline) from None
    raise make_error(
        "too-many-redirects",
        f"the address redirects more than `{limits.num_redirects}` times",
        "give the final address",
        file=address,
    )


def _read(response: http.client.HTTPResponse, address: str, limits: Limits) -> SourceContent:
    """Read the content of a response that is not a redirect."""
    if not 200 <= response.status < 300:
        raise make_error(
            "http-status",
            f"the server answered `{response.status} {shorten(response.reason)}`",
            "open the address in a browser",
            file=address,
        )
    media_type = response.headers.get_content_type() if response.headers.get("Content-Type") else ""
    if media_type.startswith(_NOT_TEXT):
        raise make_error(
            "unsupported-type",
            f"the address holds `{shorten(media_type)}`, which is not text",
            "give the address of a page, a feed, a text or a PDF",
            file=address,
        )
    packing = (response.headers.get("Content-Encoding") or "identity").strip().lower()
    if packing not in {"identity", "gzip", "x-gzip", ""}:
        raise make_error(
            "unsupported-type",
            f"the response is packed as `{shorten(packing)}`, which was not requested",
            "save the page to a file, and give that",
            file=address,
        )
    content = read_content(response, limits.num_bytes, is_packed="gzip" in packing)
    encoding = response.headers.get_content_charset() or ""
    validators = Validators(_read_validator(response, "ETag"), _read_validator(response, "Last-Modified"))
    return SourceContent(content, address, media_type, encoding, dt.datetime.now(dt.UTC), validators)


def _read_validator(response: http.client.HTTPResponse, name: str) -> str:
    """The value of a header that is sent back later; "" where it is not plain text."""
    value = (response.headers.get(name) or "").strip()
    return value if _PLAIN.fullmatch(value) else ""


def _report(error: HttpError, current: str, address: str, limits: Limits, deadline: ReadingDeadline) -> InputError:
    """The fault of a source that a failed request means.

    Args:
        error: The failure.
        current: The address that was asked.
        address: The address that the user gave, which may have redirected to that.
        limits: The limits of reading.
        deadline: When reading must be over.
    """
    if error.fault == "too-slow":
        return deadline.make_error()
    if error.fault == "too-large":
        return make_size_error(current, limits)
    if error.fault == "bad-address":
        return make_error(
            "bad-address",
            f"`{shorten(current.split('@')[-1])}` is not an address that standoff reads",
            "give an address that begins with http:// or https:// and holds no user name",
            file=address.split("@")[-1],
        )
    host = shorten(urlsplit(current).hostname)
    message, advice = {
        "private-address": (
            f"`{host}` is this machine or in a private network",
            "save the page to a file, or allow private addresses (`--allow-private`)",
        ),
        "bad-proxy": (
            "the proxy that the environment names is not an http proxy",
            "set http_proxy and https_proxy to an http:// address, or name the host in no_proxy",
        ),
        "cut-off": ("the response was cut off, and nothing of it was kept", "try again"),
        "unreachable": (f"`{host}` cannot be read: {shorten(error.reason)}", "check the address and the connection"),
    }[error.fault]
    return make_error(error.fault, message, advice, file=current)
