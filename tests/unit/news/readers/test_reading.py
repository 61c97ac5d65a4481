"""Documents from a path or a pipe: recognition of the format, and refusals."""

import datetime as dt
import io
import json
import os
import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from articles import BOMB, PAGE, PROTEST, RSS, SENTENCE, code_of, pdf_of
from standoff.errors import InputError, MissingExtraError
from standoff.news.readers import Limits, read_documents
from standoff.news.readers.limits import ReadingDeadline
from standoff.news.readers.parser_process import parse_in_process


def read(tmp_path, name, content, **asked):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_documents(str(path), **asked))


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("note", SENTENCE, "text/plain"),
        ("note", PAGE, "text/html"),
        ("note.txt", PAGE, "text/html"),
        ("note", RSS, "application/xml"),
        ("note", "<!-- a comment -->\n" + RSS.partition("?>")[2], "application/xml"),
        ("note", f'{{"text": "{SENTENCE}"}}', "application/x-ndjson"),
        ("note.txt", pdf_of([SENTENCE]), "application/pdf"),
        ("note.txt", f"<frigates> {SENTENCE}", "text/plain"),
        ("note.txt", f"{{a brace}} {SENTENCE}", "text/plain"),
    ],
)
def test_the_format_is_recognised_by_content(tmp_path, name, content, media_type):
    documents = read(tmp_path, name, content)
    assert SENTENCE in documents[0].text
    assert documents[0].media_type == media_type


def test_a_document_records_where_and_when_it_was_read(tmp_path):
    before = dt.datetime.now(dt.UTC)
    (document,) = read(tmp_path, "note.txt", SENTENCE)
    assert document.address == str(tmp_path / "note.txt")
    assert before <= document.retrieved <= dt.datetime.now(dt.UTC)
    assert document.language == "en"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty-file"),
        (b" \n\t ", "empty-file"),
        (bytes(range(256)) * 4, "binary-file"),
        (b"PK\x03\x04 a word processor's file", "binary-file"),
        (b"\x01\x02\x03\x04 few letters", "binary-file"),
        ("\u200b\u202e".encode(), "missing-text"),
        (b"%PDF-1.7 and no more", "unreadable"),
        (pdf_of([]), "no-text"),
        (BOMB.encode(), "entity-declaration"),
        (BOMB.replace("<rss", "<feed").encode(), "entity-declaration"),
        (b'<?xml version="1.0"?><note>hello</note>', "not-a-feed"),
        (b"<html><body><script>var a = 1;</script></body></html>", "no-article"),
    ],
)
def test_a_source_without_text_is_refused_with_its_code(tmp_path, content, code):
    with pytest.raises(InputError) as caught:
        read(tmp_path, "note", content)
    assert code_of(caught) == code
    assert caught.value.problems[0].file == str(tmp_path / "note")
    assert caught.value.problems[0].help


def test_a_source_is_too_large_by_one_byte(tmp_path):
    assert read(tmp_path, "note", "a" * 50, limits=Limits(num_bytes=50))[0].text == "a" * 50
    with pytest.raises(InputError) as caught:
        read(tmp_path, "note", "a" * 51, limits=Limits(num_bytes=50))
    assert code_of(caught) == "too-large"


def test_fifty_megabytes_are_refused_without_being_read(tmp_path):
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(InputError) as caught:
        read_documents(str(path))
    assert code_of(caught) == "too-large"


def test_a_sentence_of_a_hundred_thousand_characters_is_a_text(tmp_path):
    (document,) = read(tmp_path, "note.txt", "word " * 20_000)
    assert len(document.text) == 99_999


def test_a_text_beyond_the_limit_of_characters_is_refused(tmp_path):
    with pytest.raises(InputError) as caught:
        read(tmp_path, "note.txt", "word " * 100, limits=Limits(num_characters=400))
    assert code_of(caught) == "text-too-long"


def test_a_source_with_too_many_documents_is_refused(tmp_path):
    with pytest.raises(InputError) as caught:
        read(tmp_path, "note.jsonl", '{"text": "a"}\n' * 4, limits=Limits(num_documents=3))
    assert code_of(caught) == "too-many-documents"


def test_the_language_is_detected_and_not_assumed(tmp_path):
    (document,) = read(
        tmp_path, "note.txt", "Die Marine schickte am Montag zwei Fregatten in die Meerenge von Nordland."
    )
    assert document.language == "de"


def test_offsets_count_the_normal_form(tmp_path):
    (document,) = read(tmp_path, "note.txt", "\ufeffThe cafe\u0301\r\n\x1b[31mtalks\u202e began.")
    assert document.text == "The café\n[31mtalks began."
    assert unicodedata.is_normalized("NFC", document.text)


@pytest.mark.parametrize(
    "unwritable", ["\x0b", "&#1;", "&#xD800;", "&#55296;", "&#x110000;", "&amp;#2;", "&#" + "9" * 5_000 + ";"]
)
@pytest.mark.parametrize("content", [PAGE, RSS])
def test_a_forbidden_character_does_not_spoil_a_page_or_feed(tmp_path, content, unwritable):
    documents = read(
        tmp_path,
        "note",
        content.replace("frigates", f"fri{unwritable}gates").replace("Frigates", f"Fri{unwritable}gates"),
    )
    assert [document.text for document in documents] == [document.text for document in read(tmp_path, "note", content)]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("no/such/file", "no-such-file"),
        ("a\0b", "no-such-file"),
        (os.devnull, "not-a-file"),
        (".", "not-a-file"),
        ("ftp://example.org/x", "bad-address"),
        ("file:///etc/hostname", "bad-address"),
    ],
)
def test_a_source_that_is_neither_file_nor_page_is_refused(source, code):
    with pytest.raises(InputError) as caught:
        read_documents(source)
    assert code_of(caught) == code


def test_a_pipe_is_read_to_its_end():
    end, start = os.pipe()
    with os.fdopen(start, "wb") as file:
        file.write(SENTENCE.encode())
    try:
        (document,) = read_documents(f"/dev/fd/{end}")
    finally:
        os.close(end)
    assert document.text == SENTENCE


@pytest.mark.parametrize(("limits", "code"), [(Limits(seconds=0.2), "too-slow"), (Limits(num_bytes=5), "too-large")])
def test_a_pipe_that_does_not_end_is_refused_when_time_is_up(limits, code):
    end, start = os.pipe()
    os.write(start, b"Northland")
    try:
        with pytest.raises(InputError) as caught:
            read_documents(f"/dev/fd/{end}", limits=limits)
    finally:
        os.close(end)
        os.close(start)
    assert code_of(caught) == code


def test_standard_input_is_read():
    code = "from standoff.news.readers import read_documents; [d] = read_documents('-'); print(d.address, d.text)"
    run = subprocess.run([sys.executable, "-c", code], input=SENTENCE, capture_output=True, text=True, check=True)
    assert run.stdout == f"- {SENTENCE}\n"


def test_closed_standard_input_is_reported(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("no file at all"))
    with pytest.raises(InputError) as caught:
        read_documents("-")
    assert code_of(caught) == "cannot-read"


@pytest.mark.parametrize(
    ("module", "content"),
    [("trafilatura", PAGE), ("feedparser", RSS), ("pypdf", pdf_of([SENTENCE])), ("charset_normalizer", "é" * 90)],
)
def test_a_missing_library_is_named_with_its_extra(tmp_path, monkeypatch, module, content):
    monkeypatch.setitem(sys.modules, module, None)
    content = content if isinstance(content, bytes) else content.encode("utf-8" if "<" in content else "latin-1")
    with pytest.raises(MissingExtraError, match=r"pip install 'standoff\[news\]'"):
        read(tmp_path, "note", content)


def test_a_parser_that_hangs_is_ended_and_the_next_page_is_read(tmp_path):
    page = "<html><body><p " + " ".join(f"a{number}=1" for number in range(200_000)) + f">{SENTENCE}</p>"
    with pytest.raises(InputError) as caught:
        read(tmp_path, "slow.html", page, limits=Limits(seconds=1.5))
    assert code_of(caught) == "too-slow"
    assert PROTEST in read(tmp_path, "next.html", PAGE)[0].text


@dataclass(frozen=True)
class PassedMeanwhile(ReadingDeadline):
    """A deadline that passes while the child answers, and whose watchdog has not rung yet."""

    def has_passed(self):
        return True


def test_a_late_answer_of_the_parser_is_refused_and_the_next_page_is_read(tmp_path):
    with pytest.raises(InputError) as caught:
        parse_in_process("web page", PAGE.encode(), address="late.html", deadline=PassedMeanwhile("late.html", 60.0))
    assert code_of(caught) == "too-slow"
    assert PROTEST in read(tmp_path, "next.html", PAGE)[0].text


def test_threads_get_their_own_documents(tmp_path):
    paths = [tmp_path / f"{number}.html" for number in range(12)]
    for number, path in enumerate(paths):
        path.write_text(PAGE.replace("two frigates", f"{number} frigates"))
    with ThreadPoolExecutor(4) as pool:
        texts = list(pool.map(lambda path: next(read_documents(str(path))).text, paths))
    assert all(f"sent {number} frigates" in text for number, text in enumerate(texts))


@pytest.mark.parametrize(
    ("given", "is_kept"),
    [
        ("https://x.example/1", True),
        ("archive/1.txt", True),
        ("javascript:alert(1)", False),
        (" java\u200bscript:x", False),
        ("file:///x", False),
    ],
)
def test_an_address_with_an_active_scheme_is_not_kept(tmp_path, given, is_kept):
    (document,) = read(tmp_path, "note.jsonl", json.dumps({"text": SENTENCE, "address": given}))
    assert (document.address == given) is is_kept
    assert is_kept or document.address == str(tmp_path / "note.jsonl")


def test_limits_are_positive():
    with pytest.raises(ValueError, match="above 0"):
        Limits(seconds=0)
