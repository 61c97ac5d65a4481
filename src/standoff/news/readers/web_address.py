"""Read what a web address answers, within limits.

What is guarded against:

- *Schemes*: only http and https, also after a redirect. A user name or password in an address is refused, because addresses
  are shown and stored.
- *Private networks*: a name is resolved once and connected to at the address that was checked, so that no answer of a name
  server and no redirect of a page leads to this machine, its network or a cloud's metadata service; `Limits.allow_private`
  lifts this, for an intranet and for tests. Behind a proxy of the environment (`https_proxy` and the like) the proxy
  resolves names, and what it may reach is its own affair; a literal private address is refused even then.
- *Endless answers*: bytes are counted after unpacking, redirects are counted, and a watchdog closes the connection when time
  is up, so that a server that sends one byte a second does not hold the reader. The system's name resolution is the one
  thing that cannot be interrupted.
- *Cut answers*: one that ends before its announced length is refused, not kept in half.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import ipaddress
import re
import socket
import ssl
import threading
import urllib.request
import zlib
from collections.abc import Iterator, Mapping
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from standoff.errors import InputError
from standoff.news.readers.faults import fault, shown
from standoff.news.readers.limits import Deadline, Limits
from standoff.news.readers.source import Source, Validators, too_large
from standoff.version import __version__

__all__ = ["is_web_address", "read_if_changed", "read_web_address"]

_HOST = re.compile(rb"[\w.:%-]+", re.ASCII)
_REDIRECTS = {301, 302, 303, 307, 308}
_PLAIN = re.compile(r"[ -~]{1,500}")
_CHUNK = 1 << 16
_CONNECTING = 10.0
"""Most seconds for the connection to one address of a host."""
_NO_TEXT = (
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
    "Connection": "close",
}


def is_web_address(source: str) -> bool:
    """Whether a source is an address with a scheme, such as `https://example.org/`, and not a path."""
    return "://" in source[:40]


def read_web_address(address: str, limits: Limits, deadline: Deadline) -> Source:
    """Read what an address answers.

    Args:
        address: URL, http or https.
        limits: How much.
        deadline: Until when.

    Returns:
        The content; its address is that after redirects.

    Raises:
        InputError: The address is malformed or of another scheme (`bad-address`), leads to a private network
            (`private-address`), cannot be reached (`unreachable`), answers with a failure (`http-status`), something that
            is no text (`unsupported-type`) or half of it (`cut-off`), or goes beyond a limit (`too-large`, `too-slow`,
            `too-many-redirects`).
    """
    found = read_if_changed(address, limits, deadline, Validators())
    assert found is not None, "nothing was known that could be unchanged"
    return found


def read_if_changed(address: str, limits: Limits, deadline: Deadline, known: Validators) -> Source | None:
    """Read what an address answers if that is something else than what is known.

    Args:
        address: URL, http or https.
        limits: How much.
        deadline: Until when.
        known: What the server said of what is known; empty to read it in any case.

    Returns:
        The content; None where the server says that it has not changed.

    Raises:
        InputError: As of `read_web_address`.
    """
    asked = _HEADERS | ({"If-None-Match": known.etag} if known.etag else {})
    asked |= {"If-Modified-Since": known.last_modified} if known.last_modified else {}
    current = address
    for _ in range(limits.num_redirects + 1):
        parts = _split(current, address)
        with _answer(parts, current, limits, deadline, headers=asked) as answer:
            if known and answer.status == 304:
                return None
            if answer.status not in _REDIRECTS or not answer.headers.get("Location"):
                return _read(answer, current, limits)
            try:
                current = urljoin(current, answer.headers["Location"])
            except ValueError:
                raise _bad(address, answer.headers["Location"]) from None
    raise fault(
        "too-many-redirects",
        f"the address redirects more than `{limits.num_redirects}` times",
        "give the address that it leads to in the end",
        file=address,
    )


def _split(current: str, address: str) -> SplitResult:
    """The parts of an address that may be asked."""
    try:
        parts = urlsplit(current.strip())
        is_valid = parts.port != 0 and bool(parts.hostname) and parts.username is None and parts.password is None
        is_valid = is_valid and bool(_HOST.fullmatch((parts.hostname or "").encode("idna")))
    except ValueError:  # UnicodeError is one
        raise _bad(address, current) from None
    if parts.scheme not in {"http", "https"} or not is_valid:
        raise _bad(address, current)
    return parts


@contextlib.contextmanager
def _answer(
    parts: SplitResult, current: str, limits: Limits, deadline: Deadline, *, headers: Mapping[str, str]
) -> Iterator[http.client.HTTPResponse]:
    """The answer to a GET; what goes wrong while it is used is told as a fault of the address."""
    host = (parts.hostname or "").encode("idna").decode("ascii")
    watched: list[socket.socket] = []

    def end() -> None:
        for sock in watched:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)  # the plain one: TLS would wait for a farewell

    watchdog = threading.Timer(deadline.left(), end)
    watchdog.daemon = True
    watchdog.start()
    connection: http.client.HTTPConnection | None = None
    try:
        connection, target = _connect(parts, host, limits, deadline, watched)
        connection.request("GET", target, headers=dict(headers))
        with connection.getresponse() as answer:
            yield answer
        if deadline.has_passed():
            raise deadline.fault()
    except InputError:
        if deadline.has_passed():  # an answer that the watchdog ended looks cut off
            raise deadline.fault() from None
        raise
    except (OSError, http.client.HTTPException, ValueError) as error:
        if deadline.has_passed():
            raise deadline.fault() from None
        raise _unreachable(current, host, error) from None
    finally:
        watchdog.cancel()
        if connection is not None:
            connection.close()
        for sock in watched:
            sock.close()


def _connect(
    parts: SplitResult, host: str, limits: Limits, deadline: Deadline, watched: list[socket.socket]
) -> tuple[http.client.HTTPConnection, str]:
    """A connection, and what to ask it for."""
    target = quote(parts.path or "/", safe="/%:=&+~!$,;'@()*[]") + (
        "?" + quote(parts.query, safe="/%:=&+~!$,;'@()*[]?") if parts.query else ""
    )
    is_secure = parts.scheme == "https"
    port = parts.port or (443 if is_secure else 80)
    proxy = urllib.request.getproxies().get(parts.scheme, "")
    if proxy and not urllib.request.proxy_bypass(host):
        _refuse_literal(host, parts, limits)
        through = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        timeout = min(_CONNECTING, deadline.left())
        kind = http.client.HTTPSConnection if is_secure else http.client.HTTPConnection
        connection = kind(through.hostname or "", through.port or 80, timeout=timeout)
        if is_secure:
            connection.set_tunnel(host, port)
        else:
            target = f"{parts.scheme}://{parts.netloc.encode('idna').decode('ascii')}{target}"
        connection.connect()
        watched.append(connection.sock)
        return connection, target
    sock = _open(host, port, parts, limits, deadline)
    watched.append(sock)
    sock.settimeout(deadline.left())
    if not is_secure:
        connection = http.client.HTTPConnection(host, port)
    else:
        context = ssl.create_default_context()
        sock = context.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
        watched.append(sock)
        sock.do_handshake()
        connection = http.client.HTTPSConnection(host, port, context=context)
    connection.sock = sock
    return connection, target


def _open(host: str, port: int, parts: SplitResult, limits: Limits, deadline: Deadline) -> socket.socket:
    """A socket to the first address of a host that answers, none of them private unless that is allowed."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    places = list(dict.fromkeys(str(place[0]) for *_, place in found))
    if not limits.allow_private and not all(_is_public(place) for place in places):
        raise _private(parts)
    failure: OSError = OSError("it has no address")
    for place in places:
        try:
            return socket.create_connection((place, port), timeout=min(_CONNECTING, deadline.left()))
        except OSError as error:
            failure = error
    raise failure


def _is_public(place: str) -> bool:
    """Whether an address lies in the open internet, also where it is an IPv4 address inside one of IPv6."""
    address = ipaddress.ip_address(place.split("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inside is None and address in _NAT64:
            inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inside is not None:
            return _is_public(str(inside))
    return address.is_global and not address.is_multicast


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def _refuse_literal(host: str, parts: SplitResult, limits: Limits) -> None:
    """Refuse a private address that is written out, where a proxy would resolve names."""
    if limits.allow_private:
        return
    with contextlib.suppress(ValueError):
        if not _is_public(host):
            raise _private(parts)
    if host == "localhost" or host.endswith(".localhost"):
        raise _private(parts)


def _read(answer: http.client.HTTPResponse, address: str, limits: Limits) -> Source:
    """The content of an answer."""
    if not 200 <= answer.status < 300:
        raise fault(
            "http-status",
            f"the server answered `{answer.status} {shown(answer.reason)}`",
            "look at the address in a browser",
            file=address,
        )
    media_type = answer.headers.get_content_type() if answer.headers.get("Content-Type") else ""
    if media_type.startswith(_NO_TEXT):
        raise fault(
            "unsupported-type",
            f"the address holds `{shown(media_type)}`, which is no text",
            "give the address of a page, a feed, a text or a PDF",
            file=address,
        )
    packing = (answer.headers.get("Content-Encoding") or "identity").strip().lower()
    if packing not in {"identity", "gzip", "x-gzip", ""}:
        raise fault(
            "unsupported-type",
            f"the answer is packed as `{shown(packing)}`, which was not asked for",
            "save the page to a file, and give that",
            file=address,
        )
    if answer.length is not None and answer.length > limits.num_bytes:
        raise too_large(address, limits)
    content = _take(answer, address, limits, is_packed="gzip" in packing)
    encoding = answer.headers.get_content_charset() or ""
    validators = Validators(_validator(answer, "ETag"), _validator(answer, "Last-Modified"))
    return Source(content, address, media_type, encoding, dt.datetime.now(dt.UTC), validators)


def _validator(answer: http.client.HTTPResponse, name: str) -> str:
    """What a header says, to be sent back later; "" where it is not plain."""
    value = (answer.headers.get(name) or "").strip()
    return value if _PLAIN.fullmatch(value) else ""


def _take(answer: http.client.HTTPResponse, address: str, limits: Limits, *, is_packed: bool) -> bytes:
    """The bytes of an answer, unpacked."""
    unpacking = zlib.decompressobj(wbits=31) if is_packed else None
    content = bytearray()
    while True:
        try:
            chunk = answer.read1(_CHUNK)
            if not chunk:
                break
            if unpacking:
                chunk = unpacking.decompress(chunk, limits.num_bytes + 1)  # a small answer may unpack to gigabytes
        except (http.client.IncompleteRead, zlib.error):
            raise _cut_off(address) from None
        content += chunk
        if len(content) > limits.num_bytes:
            raise too_large(address, limits)
    if answer.length or (unpacking and not unpacking.eof):
        raise _cut_off(address)
    return bytes(content)


def _bad(address: str, current: str) -> InputError:
    return fault(
        "bad-address",
        f"`{shown(current.split('@')[-1])}` is no address that standoff reads",
        "give an address that begins with http:// or https:// and holds no user name",
        file=address.split("@")[-1],
    )


def _private(parts: SplitResult) -> InputError:
    return fault(
        "private-address",
        f"`{shown(parts.hostname)}` lies on this machine or in a private network",
        "save it to a file, or allow private addresses",
        file=parts.geturl(),
    )


def _cut_off(address: str) -> InputError:
    return fault("cut-off", "the answer ended in the middle, and nothing of it was kept", "try again", file=address)


def _unreachable(address: str, host: str, error: Exception) -> InputError:
    if isinstance(error, socket.gaierror):
        reason = "there is no such host"
    elif isinstance(error, ssl.SSLCertVerificationError):
        reason = f"its certificate is not valid: {shown(error.verify_message)}"
    elif isinstance(error, TimeoutError):
        reason = "it does not answer"
    elif isinstance(error, OSError):
        reason = shown(error.strerror or error).lower()
    else:
        reason = "it does not answer as a web server does"
    return fault(
        "unreachable",
        f"`{shown(host)}` cannot be read: {reason}",
        "look at the address and the connection",
        file=address,
    )
