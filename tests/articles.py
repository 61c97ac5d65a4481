"""Invented articles, pages, feeds and a web server that the tests of the readers share."""

import contextlib
import http.server
import threading

SENTENCE = "The navy of Northland sent two frigates to the strait on Monday, its minister said."
PROTEST = "Southland protested on Tuesday and recalled its ambassador, according to the Courier."
PAGE = f"""<!doctype html>
<html lang="en"><head><title>Frigates leave port | Northland Gazette</title>
<meta property="og:site_name" content="Northland Gazette"><meta name="author" content="Anna Hand">
<meta property="article:published_time" content="2031-05-04T23:30:00-05:00">
<script>var secret = "stolen";</script><style>p {{ color: red }}</style></head>
<body><nav><a href="/">Home</a> <a href="/sport">Sport</a></nav>
<article><h1>Frigates leave port</h1><p>{SENTENCE}</p><script>document.write("stolen")</script><p>{PROTEST}</p></article>
<footer>Copyright 2030 Northland Gazette, updated 1 January 2030</footer></body></html>"""
RSS = f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Northland Gazette</title><language>en-gb</language>
<item><title>Frigates &amp; talks</title><link>https://gazette.example/1</link>
<pubDate>Sun, 04 May 2031 08:00:00 GMT</pubDate><author>desk@gazette.example (Anna Hand)</author>
<description>&lt;p&gt;{SENTENCE}&lt;/p&gt;&lt;script&gt;stolen()&lt;/script&gt;&lt;p&gt;{PROTEST}&lt;/p&gt;</description></item>
<item><title>The ambassador of Southland leaves the capital</title><link>javascript:stolen()</link></item>
<item></item>
</channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Courier</title>
<entry><title>Frigates</title><link href="https://courier.example/2"/><updated>2031-05-05T01:00:00Z</updated>
<author><name>B. Quill</name></author><summary>Two ships.</summary>
<content type="html">&lt;p&gt;{SENTENCE}&lt;/p&gt;</content></entry></feed>"""
BOMB = """<?xml version="1.0"?>
<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<rss version="2.0"><channel><title>&c;</title><item><title>&c;</title></item></channel></rss>"""


def code_of(caught):
    """The code of the one problem of a caught error."""
    (problem,) = caught.value.problems
    return problem.code


def pdf_of(lines):
    """A small PDF with one page of text."""
    shown = b"".join(b"(" + line.encode("latin-1") + b") Tj T* " for line in lines)
    stream = b"BT /F1 12 Tf 14 TL 72 720 Td " + shown + b"ET"
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
        b"<< /Title (Frigates leave port) /Author (Anna Hand) /CreationDate (D:20300101000000Z) >>",
    ]
    content = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(bodies, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"xref\n0 7\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return content + table + b"trailer << /Size 7 /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF" % len(content)


@contextlib.contextmanager
def web_server(answer, context=None):
    """A server on loopback; `answer(handler)` answers a GET. Gives its address and the paths that were asked.

    With a context of TLS it is one of https.
    """
    asked = []
    is_over = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.is_over = is_over
            with contextlib.suppress(OSError):
                answer(self)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http{'s' if context else ''}://127.0.0.1:{server.server_port}", asked
    finally:
        is_over.set()
        server.shutdown()
        server.server_close()
        thread.join()
