"""`standoff code` as it is without any option: on this machine alone, from a process in which the parser is loaded once."""

import json

import pytest

DISPATCH = """Title: Warships leave port
Outlet: Northland Gazette
Date: 2031-05-06

Iran sent two warships to the strait on Monday, its navy said. The United States condemned the move.
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("offline")
    (folder / "dispatch.txt").write_text(DISPATCH, encoding="utf-8")
    return folder


def test_a_report_is_coded_and_every_quotation_stands_in_its_text(warm, folder):
    finished = warm("code", "dispatch.txt", "--scenario", "iran-us-2026", "--json", cwd=folder)
    assert (finished.code, finished.err) == (0, "")
    (report,) = finished.document["documents"]
    found = {one["type"]: one for one in report["events"]}
    assert (found["MOBILIZE"]["actor"]["code"][:3], found["MOBILIZE"]["date"]) == ("IRN", "2031-05-05")
    assert "reply.iran.drill" in found["MOBILIZE"]["could_be"]
    for coded in [*report["events"], *report["claims"]]:
        assert report["text"][slice(*coded["span"])] == coded["quote"]
    assert finished.document["method"].startswith("offline/")
    assert finished.document["language_model"] is None


def test_a_text_in_another_language_is_not_coded_and_that_is_said(warm, folder):
    text = "Die Marine schickte am Montag zwei Fregatten in die Meerenge, sagte der Minister der Zeitung."
    (folder / "german.txt").write_text(text, encoding="utf-8")
    finished = warm("code", "german.txt", "dispatch.txt", cwd=folder)
    assert finished.code == 0
    assert "the text is in a language other than English (`de`), which this coder does not read" in finished.out
    assert "MOBILIZE" in finished.out


def test_lines_are_coded_without_a_document(warm, folder):
    (folder / "lines.txt").write_text("Iran sent two warships to the strait.\n\nNothing happened on the hill.\n")
    finished = warm("code", "--lines", "lines.txt", cwd=folder)
    found = [json.loads(line) for line in finished.out.splitlines()]
    assert [[one["type"] for one in line["events"]] for line in found] == [["MOBILIZE"], [], []]


def test_options_of_a_language_model_need_the_language_model(warm, folder):
    finished = warm("code", "dispatch.txt", "--llm-model", "small", cwd=folder)
    assert (finished.code, finished.out) == (2, "")
    assert finished.err.startswith("llm-settings: `--llm-model` applies to the coder `llm`, and the coder is `offline`")
