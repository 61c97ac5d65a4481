"""Web addresses on a loopback server that misbehaves in every possible way."""

import gzip
import shutil
import socket
import ssl
import subprocess
import threading

import pytest

from articles import PAGE, RSS, SENTENCE, code_of, web_server
from standoff.errors import InputError
from standoff.news.http_client import is_public
from standoff.news.readers import Limits, read_documents
from standoff.news.readers.reading import poll_documents
from standoff.news.readers.source import Validators

OPEN = Limits(allow_private=True, seconds=20)


def answering(content, *, status=200, **headers):
    def answer(handler):
        handler.send_response(status)
        for name, value in {"Content_Length": str(len(content)), **headers}.items():
            if value is not None:
                handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def refusal(answer, path="/", limits=OPEN):
    with web_server(answer) as (host, _), pytest.raises(InputError) as caught:
        read_documents(host + path, limits=limits)
    return code_of(caught)


def test_a_page_is_read_with_its_address():
    with web_server(answering(PAGE.encode(), Content_Type="text/html; charset=utf-8")) as (host, _):
        (document,) = read_documents(f"{host}/2031/page", limits=OPEN)
    assert SENTENCE in document.text
    assert document.address == f"{host}/2031/page"


def test_a_feed_is_read_whatever_its_type_is_called():
    with web_server(answering(RSS.encode(), Content_Type="text/html")) as (host, _):
        assert len(list(read_documents(host, limits=OPEN))) == 2


def test_the_encoding_of_the_header_is_used():
    content = "Переговоры завершились без даты следующей встречи.".encode("koi8-r")
    with web_server(answering(content, Content_Type="text/plain; charset=koi8-r")) as (host, _):
        (document,) = read_documents(host, limits=OPEN)
    assert document.text == "Переговоры завершились без даты следующей встречи."


def test_the_query_and_unusual_letters_of_an_address_are_asked_for():
    with web_server(answering(SENTENCE.encode(), Content_Type="text/plain")) as (host, asked):
        read_documents(f"{host}/caf\u00e9 1?a=b&c=%20#part", limits=OPEN)
    assert asked == ["/caf%C3%A9%201?a=b&c=%20"]


def test_a_packed_response_is_unpacked():
    with web_server(answering(gzip.compress(SENTENCE.encode()), Content_Encoding="gzip")) as (host, _):
        assert next(read_documents(host, limits=OPEN)).text == SENTENCE


def test_a_packed_response_is_measured_after_unpacking():
    bomb = gzip.compress(b"a" * 30_000_000)
    assert len(bomb) < 40_000
    assert refusal(answering(bomb, Content_Encoding="gzip")) == "too-large"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (answering(b"gone", status=404), "http-status"),
        (answering(b"busy", status=503), "http-status"),
        (answering(b"\x89PNG", Content_Type="image/png"), "unsupported-type"),
        (answering(b"PK", Content_Type="application/zip"), "unsupported-type"),
        (answering(b"br", Content_Encoding="br"), "unsupported-type"),
        (answering(b"", Content_Type="text/html"), "empty-file"),
        (answering(b"half", Content_Length="400"), "cut-off"),
        (answering(gzip.compress(SENTENCE.encode() * 9)[:-12], Content_Encoding="gzip"), "cut-off"),
        (answering(b"not packed", Content_Encoding="gzip"), "cut-off"),
        (answering(b"", Content_Length="30000000"), "too-large"),
        (answering(b"5\r\nhalf", Content_Length=None, Transfer_Encoding="chunked"), "cut-off"),
        (lambda handler: handler.wfile.write(b"SSH-2.0-server\r\n"), "unreachable"),
        (lambda _: None, "unreachable"),
    ],
)
def test_a_response_that_is_not_a_complete_text_is_refused(answer, code):
    assert refusal(answer) == code


def endless(first, again, pause):
    def answer(handler):
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(first)
        while not handler.is_over.wait(pause):
            handler.wfile.write(again)

    return answer


HEAD, _, REST = RSS.partition("<item>")
ITEM = b"<item><title>" + SENTENCE.encode() + b"</title></item>"


def test_an_endless_feed_is_refused_at_the_limit_of_bytes():
    limits = Limits(allow_private=True, num_bytes=200_000)
    assert refusal(endless(HEAD.encode(), ITEM * 100, 0), limits=limits) == "too-large"


def test_a_slow_endless_feed_is_refused_when_time_is_up():
    limits = Limits(allow_private=True, seconds=0.5)
    assert refusal(endless(HEAD.encode(), ITEM, 0.05), limits=limits) == "too-slow"


def slow_headers(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not handler.is_over.wait(0.05):
        handler.wfile.write(b"X: y\r\n")


@pytest.mark.parametrize("answer", [slow_headers, lambda handler: handler.is_over.wait(20)])
def test_a_server_that_stalls_is_refused_when_time_is_up(answer):
    # long enough to connect on a busy machine
    assert refusal(answer, limits=Limits(allow_private=True, seconds=2.0)) == "too-slow"


class LateThread(threading.Thread):
    """A thread whose caller wakes too late to decide anything."""

    def join(self, _timeout=None):
        super().join()


@pytest.mark.parametrize("answer", [lambda handler: handler.is_over.wait(20), endless(HEAD.encode(), b"", 20)])
def test_a_socket_that_times_out_before_the_caller_wakes_is_too_slow(answer, monkeypatch):
    monkeypatch.setattr("standoff.news.http_client.threading.Thread", LateThread)
    assert refusal(answer, limits=Limits(allow_private=True, seconds=0.3)) == "too-slow"


def test_the_connection_to_a_server_that_is_too_slow_is_closed():
    left = threading.Event()

    def answer(handler):
        handler.send_response(200)
        handler.end_headers()
        try:
            while not handler.is_over.wait(0.01):
                handler.wfile.write(b" ")
        except OSError:
            left.set()

    with web_server(answer) as (host, _):
        with pytest.raises(InputError):
            read_documents(host, limits=Limits(allow_private=True, seconds=0.5))
        assert left.wait(5.0)


def redirecting(where):
    return answering(b"", status=302, Location=where)


def test_a_redirect_is_followed_to_the_address_it_names():
    def answer(handler):
        (redirecting("/new") if handler.path == "/old" else answering(SENTENCE.encode()))(handler)

    with web_server(answer) as (host, asked):
        (document,) = read_documents(f"{host}/old", limits=OPEN)
    assert asked == ["/old", "/new"]
    assert document.address == f"{host}/new"


def test_a_loop_of_redirects_ends():
    with web_server(redirecting("/")) as (host, asked):
        with pytest.raises(InputError) as caught:
            read_documents(host, limits=Limits(allow_private=True, num_redirects=3))
        assert code_of(caught) == "too-many-redirects"
        assert len(asked) == 4


@pytest.mark.parametrize(
    "where", ["file:///etc/hostname", "ftp://example.org/", "http://user:word@example.org/", "http://[x"]
)
def test_a_redirect_to_another_scheme_is_refused(where):
    assert refusal(redirecting(where)) == "bad-address"


def test_this_machine_is_not_read_unless_allowed():
    with web_server(answering(SENTENCE.encode())) as (host, asked):
        for address in (host, host.replace("127.0.0.1", "localhost"), host.replace("127.0.0.1", "2130706433")):
            with pytest.raises(InputError) as caught:
                read_documents(address)
            assert code_of(caught) == "private-address"
        assert asked == []


def test_a_redirect_into_a_private_network_is_not_followed(monkeypatch):
    monkeypatch.setattr("standoff.news.http_client.is_public", lambda place: place == "127.0.0.1")
    with web_server(redirecting("http://169.254.169.254/latest/")) as (host, asked):
        with pytest.raises(InputError) as caught:
            read_documents(host, limits=Limits(seconds=5))
        assert code_of(caught) == "private-address"
        assert asked == ["/"]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.216.34", True), ("2606:4700::1111", True), ("10.1.2.3", False), ("172.16.0.1", False), ("192.168.0.1", False),
        ("127.0.0.1", False), ("0.0.0.1", False), ("169.254.169.254", False), ("100.64.0.1", False), ("224.0.0.1", False),
        ("::1", False), ("fe80::1%eth0", False), ("fd00::1", False), ("::ffff:127.0.0.1", False), ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
    ],
)  # fmt: skip
def test_only_addresses_of_the_open_internet_are_public(address, expected):
    assert is_public(address) is expected


def test_a_port_that_nobody_listens_on_is_unreachable():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(InputError) as caught:
            read_documents(f"http://127.0.0.1:{taken.getsockname()[1]}/", limits=OPEN)
    assert code_of(caught) == "unreachable"


def test_a_server_without_a_certificate_is_unreachable():
    with web_server(answering(SENTENCE.encode())) as (host, _), pytest.raises(InputError) as caught:
        read_documents(host.replace("http:", "https:"), limits=Limits(allow_private=True, seconds=5))
    assert code_of(caught) == "unreachable"


@pytest.fixture
def certified(tmp_path, monkeypatch):
    """The context of a server whose certificate is trusted in this test."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    names = [
        "-subj",
        "/CN=gazette.example",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-keyout",
        str(key),
        "-out",
        str(certificate),
    ]
    subprocess.run([*made, *names], check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")


@needs_openssl
def test_a_page_is_read_by_https(certified):
    with web_server(answering(SENTENCE.encode()), certified) as (host, asked):
        (document,) = read_documents(f"{host}/a", limits=OPEN)
    assert document.text == SENTENCE
    assert asked == ["/a"]


@needs_openssl
def test_a_certificate_for_another_name_is_refused(certified):
    with web_server(answering(SENTENCE.encode()), certified) as (host, asked):
        with pytest.raises(InputError, match="certificate is not valid"):
            read_documents(host.replace("127.0.0.1", "localhost"), limits=OPEN)
        assert asked == []


@needs_openssl
def test_an_endless_response_by_https_is_refused_when_time_is_up(certified):
    answer = endless(HEAD.encode(), ITEM, 0.05)
    with web_server(answer, certified) as (host, _), pytest.raises(InputError) as caught:
        read_documents(host, limits=Limits(allow_private=True, seconds=0.5))
    assert code_of(caught) == "too-slow"


def test_a_missing_handshake_is_refused_when_time_is_up():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"https://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(InputError) as caught:
            read_documents(address, limits=Limits(allow_private=True, seconds=0.4))
    assert code_of(caught) == "too-slow"


def test_the_proxy_of_the_environment_is_used(monkeypatch):
    with web_server(answering(SENTENCE.encode(), Content_Type="text/plain")) as (host, asked):
        monkeypatch.setenv("http_proxy", host)
        monkeypatch.setenv("no_proxy", "")
        (document,) = read_documents("http://gazette.example/today")
        with pytest.raises(InputError) as caught:
            read_documents("http://10.0.0.1/")
    assert document.text == SENTENCE
    assert asked == ["http://gazette.example/today"]
    assert code_of(caught) == "private-address"


def test_a_proxy_with_a_user_name_receives_it(monkeypatch):
    authorisations = []

    def answer(handler):
        authorisations.append(handler.headers["Proxy-Authorization"])
        answering(SENTENCE.encode(), Content_Type="text/plain")(handler)

    with web_server(answer) as (host, _):
        monkeypatch.setenv("http_proxy", host.replace("http://", "http://user:p%40ss@"))
        monkeypatch.setenv("no_proxy", "")
        read_documents("http://gazette.example/today")
    assert authorisations == ["Basic dXNlcjpwQHNz"]


def test_a_proxy_that_cannot_be_used_is_refused(monkeypatch):
    monkeypatch.setenv("https_proxy", "socks5h://127.0.0.1:1080")
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(InputError) as caught:
        read_documents("https://gazette.example/today")
    assert code_of(caught) == "bad-proxy"


@pytest.mark.parametrize(
    "address", ["http://", "http://a:99999/", "http://u:p@a/", "http://\ud800/", "gopher://a/", "http://a b/"]
)
def test_the_error_of_a_malformed_address_hides_its_password(address):
    with pytest.raises(InputError) as caught:
        read_documents(address, limits=Limits(seconds=5))
    assert code_of(caught) == "bad-address"
    assert ":p@" not in str(caught.value)


def versioned(handler):
    """An answer with a version, and "not modified" to those who know it."""
    is_known = handler.headers.get("If-None-Match") == '"v1"'
    handler.send_response(304 if is_known else 200)
    if not is_known:
        handler.send_header("Content-Type", "text/plain")
        handler.send_header("ETag", '"v1"')
        handler.send_header("Last-Modified", "Sun, 04 May 2031 08:00:00 GMT")
    handler.end_headers()
    if not is_known:
        handler.wfile.write(SENTENCE.encode())


def test_an_unchanged_source_is_not_read_again():
    limits = Limits(allow_private=True)
    with web_server(versioned) as (address, _):
        first = poll_documents(address, Validators(), limits=limits)
        again = poll_documents(address, first.validators, limits=limits)
    assert first.validators == Validators('"v1"', "Sun, 04 May 2031 08:00:00 GMT")
    assert [document.text for document in first.documents] == [SENTENCE]
    assert again is None


def test_not_modified_without_validators_is_refused():
    def answer(handler):
        handler.send_response(304)
        handler.end_headers()

    with web_server(answer) as (address, _), pytest.raises(InputError, match="http-status"):
        poll_documents(address, Validators(), limits=Limits(allow_private=True))


def test_a_validator_that_is_not_plain_text_is_not_sent_back():
    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/plain")
        handler.send_header("ETag", "v\u00e9")
        handler.end_headers()
        handler.wfile.write(SENTENCE.encode())

    with web_server(answer) as (address, _):
        found = poll_documents(address, Validators(), limits=Limits(allow_private=True))
    assert found.validators == Validators()


def test_a_file_is_read_each_time(tmp_path):
    (tmp_path / "a.txt").write_text(SENTENCE)
    known = Validators("x")
    assert len(poll_documents(str(tmp_path / "a.txt"), known).documents) == 1
