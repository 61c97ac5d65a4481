"""A server of a language model on loopback that answers by a script."""

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standoff.news.document import Document
from standoff.news.language_model import LanguageModel

KEY = "sk-test-0123456789"
TEXT = (
    "The navy of Northland sent two frigates to the strait on Monday, its minister told the Gazette.\n"
    "Southland protested and recalled its ambassador. The navy of Northland sent two frigates more on Tuesday."
)
SENT = "sent two frigates"


def document(text=TEXT, **more):
    return Document(text, language="en", address="dispatch.txt", **more)


def event(**changes):
    """An event as a model writes it, about TEXT."""
    plain = {
        "type": "MOBILIZE/troops", "contexts": ["military", "maritime"], "quote": SENT, "occurrence": 1,
        "actor": {"text": "navy of Northland", "code": "NTH MIL"}, "target": None, "date": "2031-05-05", "place": "the strait",
        "speaker": "its minister", "outlet": "the Gazette", "factuality": "happened", "confidence": 0.75,
    }  # fmt: skip
    return plain | changes


def claim(**changes):
    """A claim as a model writes it, about TEXT."""
    plain = {
        "kind": "force_level", "issue": "fleet", "quote": "two frigates", "occurrence": 1,
        "holder": {"text": "Northland", "code": "NTH"}, "about": None, "value": "two", "unit": "frigates", "qualifier": "",
        "speaker": "its minister", "outlet": "", "factuality": "happened",
    }  # fmt: skip
    return plain | changes


def completion(content, *, finish="stop", usage=(900, 100), **message):
    """The body of an answer; `content` may be text or what becomes JSON."""
    text = content if isinstance(content, str | None) else json.dumps(content)
    body = {"choices": [{"message": {"role": "assistant", "content": text, **message}, "finish_reason": finish}]}
    if usage:
        body["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1]}
    return json.dumps(body)


def coding(*events, claims=(), **more):
    """The body of an answer with events and claims."""
    return completion({"events": list(events), "claims": list(claims)}, **more)


def failing(status, body="", **headers):
    """What answers with a status."""

    def answer(handler):
        handler.send(status, body, headers)

    return answer


class Asked:
    """What a server was asked: the bodies, and the headers."""

    def __init__(self):
        self.bodies, self.headers, self.paths = [], [], []


@contextlib.contextmanager
def model_server(*script):
    """Answer each request by the next of a script, the last one for ever: a body, or what answers a handler.

    Gives the base URL and what was asked.
    """
    asked, lock, is_over = Asked(), threading.Lock(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with lock:
                step = script[min(len(asked.bodies), len(script) - 1)]
                asked.bodies.append(json.loads(body))
                asked.headers.append(dict(self.headers))
                asked.paths.append(self.path)
            self.is_over = is_over
            with contextlib.suppress(OSError):
                if callable(step):
                    step(self)
                else:
                    self.send(200, step, {})

        def send(self, status, body, headers):
            content = body.encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        is_over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def model_at(address, **settings):
    """A model of the server, with pauses that a test can wait for."""
    return LanguageModel(address, "scripted-1", **{"key": KEY, "pause_seconds": 0.01, "seconds": 20.0} | settings)
