"""Send one HTTP request and read the response, within limits. Feeds, pages and language models are all read through here.

What is guarded against:

- *Schemes*: only http and https. A user name or password in an address is refused, because addresses are shown and stored.
- *Private networks*: a host name is resolved once, every address of it is checked, and the connection goes to a checked
  address, so that no name server and no redirect leads to this machine, its network or the metadata service of a cloud.
  A caller may allow private addresses. Behind a proxy (`https_proxy` and the like) the proxy resolves names and decides
  what it reaches; a private address that is written out is refused even then.
- *Redirects*: none is followed here. The caller sees the status and decides.
- *Slow servers*: the request runs in a thread of its own. When time is up the caller is released and the sockets of the
  thread are shut down, so that neither a server that sends a byte a second nor a slow name server holds the caller,
  and the caller can be interrupted all the time.
- *Endless responses*: `read_content` counts bytes after unpacking.
- *Truncated responses*: one that ends before its announced length is an error.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
import urllib.request
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar
from urllib.parse import SplitResult, quote, unquote, urlsplit

from standoff.errors import StandoffError

__all__ = [
    "HttpError",
    "HttpFault",
    "Request",
    "exchange",
    "find_proxy",
    "is_public",
    "is_this_machine",
    "read_content",
]

HttpFault = Literal["bad-address", "bad-proxy", "cut-off", "private-address", "too-large", "too-slow", "unreachable"]
Result = TypeVar("Result")

_HOST = re.compile(rb"[\w.:%-]+", re.ASCII)
_SAFE = "/%:=&+~!$,;'@()*[]"
_CHUNK = 1 << 16
_CONNECTING = 10.0
"""Most seconds for the connection to one address of a host."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class HttpError(Exception):
    """A request that got no complete response.

    Attributes:
        fault: The kind of failure.
        reason: Why the server is unreachable, as the end of a sentence; "" for the other kinds. It may hold words of the server.
    """

    def __init__(self, fault: HttpFault, reason: str = "") -> None:
        super().__init__(f"{fault}: {reason}" if reason else fault)
        self.fault, self.reason = fault, reason


@dataclass(frozen=True)
class Request:
    """A request.

    Attributes:
        address: URL, http or https.
        headers: Headers besides `Host`.
        method: The method.
        body: What is sent; None for nothing.
    """

    address: str
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: bytes | None = None


def exchange(
    request: Request,
    read: Callable[[http.client.HTTPResponse], Result],
    *,
    seconds: float,
    allow_private: bool = False,
) -> Result:
    """Send a request and read the response.

    Args:
        request: The request.
        read: Reads the response, in another thread; the connection is closed when it returns.
        seconds: Most time for everything, above 0.
        allow_private: Whether the address may lead to this machine or a private network.

    Returns:
        What `read` returned.

    Raises:
        HttpError: There is no complete response.
        StandoffError: As `read` raises it.
    """
    end = time.monotonic() + seconds
    parts = _split_address(request.address)
    sockets: list[socket.socket] = []
    results: list[Result] = []
    failures: list[Exception] = []

    def run() -> None:
        try:
            results.append(_exchange(request, parts, read, sockets, end=end, allow_private=allow_private))
        except (OSError, http.client.HTTPException, ValueError, HttpError, StandoffError) as error:
            failures.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    is_late = True
    try:
        thread.join(seconds)
        is_late = thread.is_alive()
    finally:
        if is_late:
            _shut_down(sockets)
    if is_late:
        raise HttpError("too-slow")
    if results:
        return results[0]
    assert failures, "the thread ends with a result or a failure"
    if time.monotonic() >= end:  # a timeout of the socket is due at the same moment: the clock decides
        raise HttpError("too-slow")
    if isinstance(failures[0], HttpError | StandoffError):
        raise failures[0]
    raise HttpError("unreachable", _describe_failure(failures[0])) from None


def read_content(response: http.client.HTTPResponse, num_bytes: int, *, is_packed: bool = False) -> bytes:
    """Read the content of a response.

    Args:
        response: The response.
        num_bytes: Most bytes, after unpacking.
        is_packed: Whether the content is packed by gzip.

    Raises:
        HttpError: It is larger (`too-large`) or ends too early (`cut-off`).
    """
    if response.length is not None and response.length > num_bytes:
        raise HttpError("too-large")
    unpacking = zlib.decompressobj(wbits=31) if is_packed else None
    content = bytearray()
    while True:
        try:
            chunk = response.read1(_CHUNK)
            if not chunk:
                break
            if unpacking:
                chunk = unpacking.decompress(chunk, num_bytes + 1)  # a small response may unpack to gigabytes
        except (http.client.IncompleteRead, zlib.error):
            raise HttpError("cut-off") from None
        content += chunk
        if len(content) > num_bytes:
            raise HttpError("too-large")
    if response.length or (unpacking and not unpacking.eof):
        raise HttpError("cut-off")
    return bytes(content)


def is_this_machine(host: str) -> bool:
    """Whether a host is a name or address of the machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def find_proxy(address: str) -> SplitResult | None:
    """The proxy that the environment names for an address; None where there is none, as always for this machine.

    Raises:
        HttpError: It is not an http proxy (`bad-proxy`).
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    proxy = urllib.request.getproxies().get(parts.scheme, "")
    if not proxy or is_this_machine(host) or urllib.request.proxy_bypass(host):
        return None
    try:
        through = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        is_usable = through.scheme == "http" and bool(through.hostname) and through.port != 0
    except ValueError:
        is_usable = False
    if not is_usable:
        raise HttpError("bad-proxy")
    return through


def _split_address(address: str) -> SplitResult:
    try:
        parts = urlsplit(address.strip())
        is_valid = parts.port != 0 and bool(parts.hostname) and parts.username is None and parts.password is None
        is_valid = is_valid and bool(_HOST.fullmatch((parts.hostname or "").encode("idna")))
    except ValueError:  # UnicodeError is one
        raise HttpError("bad-address") from None
    if parts.scheme not in {"http", "https"} or not is_valid:
        raise HttpError("bad-address")
    return parts


def _exchange(
    request: Request,
    parts: SplitResult,
    read: Callable[[http.client.HTTPResponse], Result],
    sockets: list[socket.socket],
    *,
    end: float,
    allow_private: bool,
) -> Result:
    """Send the request in this thread; `sockets` receives every socket as soon as it is open."""
    host = (parts.hostname or "").encode("idna").decode("ascii")
    target = quote(parts.path or "/", safe=_SAFE) + ("?" + quote(parts.query, safe=_SAFE + "?") if parts.query else "")
    headers = {**request.headers, "Connection": "close"}
    try:
        proxy = find_proxy(request.address.strip())
        if proxy is None:
            connection = _connect(parts, host, sockets, end=end, allow_private=allow_private)
        else:
            if not allow_private and _is_private_literal(host):
                raise HttpError("private-address")
            connection = _connect_through(proxy, parts, host, sockets, end=end)
            if parts.scheme == "http":
                target = f"http://{parts.netloc.encode('idna').decode('ascii')}{target}"
                headers |= _authorise(proxy)
        with contextlib.closing(connection):
            connection.request(request.method, target, body=request.body, headers=headers)
            with connection.getresponse() as response:
                return read(response)
    finally:
        for sock in sockets:
            sock.close()


def _connect(
    parts: SplitResult, host: str, sockets: list[socket.socket], *, end: float, allow_private: bool
) -> http.client.HTTPConnection:
    """A connection to the first address of a host that accepts one, after all of them were checked."""
    is_secure = parts.scheme == "https"
    port = parts.port or (443 if is_secure else 80)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
    if not allow_private and not all(is_public(address) for address in addresses):
        raise HttpError("private-address")
    sock = _open_socket(addresses, port, end)
    sockets.append(sock)
    sock.settimeout(_measure_seconds_left(end))
    if is_secure:
        context = ssl.create_default_context()
        sock = context.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
        sockets.append(sock)
        sock.do_handshake()
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(host, port, context=context)
    else:
        connection = http.client.HTTPConnection(host, port)
    connection.sock = sock
    return connection


def _connect_through(
    proxy: SplitResult, parts: SplitResult, host: str, sockets: list[socket.socket], *, end: float
) -> http.client.HTTPConnection:
    """A connection through a proxy; for https a tunnel."""
    is_secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if is_secure else http.client.HTTPConnection
    connection = kind(proxy.hostname or "", proxy.port or 80, timeout=min(_CONNECTING, _measure_seconds_left(end)))
    if is_secure:
        connection.set_tunnel(host, parts.port or 443, headers=_authorise(proxy))
    connection.connect()
    sockets.append(connection.sock)
    connection.sock.settimeout(_measure_seconds_left(end))
    return connection


def _open_socket(addresses: list[str], port: int, end: float) -> socket.socket:
    """A socket to the first address that accepts a connection."""
    failure = OSError("it has no address")
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=min(_CONNECTING, _measure_seconds_left(end)))
        except OSError as error:
            failure = error
    raise failure


def _measure_seconds_left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0.0:
        raise TimeoutError
    return left


def _shut_down(sockets: list[socket.socket]) -> None:
    """Make whoever waits for these sockets give up."""
    for sock in tuple(sockets):
        with contextlib.suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)  # the plain one: TLS would wait for the other side


def _authorise(proxy: SplitResult) -> dict[str, str]:
    """The header that a proxy with a user name asks for."""
    if proxy.username is None:
        return {}
    user = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": "Basic " + base64.b64encode(user.encode()).decode("ascii")}


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet; an IPv6 address that contains an IPv4 address is judged by that one."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inside = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inside is None and ip in _NAT64:
            inside = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inside is not None:
            return is_public(str(inside))
    return ip.is_global and not ip.is_multicast


def _is_private_literal(host: str) -> bool:
    """Whether a host is itself a private address or a name of this machine."""
    with contextlib.suppress(ValueError):
        return not is_public(host)
    return host == "localhost" or host.endswith(".localhost")


def _describe_failure(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return "there is no such host"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {error.verify_message}"
    if isinstance(error, TimeoutError):
        return "it does not answer"
    if isinstance(error, OSError):
        return str(error.strerror or error).lower()
    return "it does not answer as a web server does"
