"""`standoff code` with a language model that answers by a script, so that every claim is about the command alone."""

import json
import os
import signal
import time

import pytest

from articles import ATOM, BOMB, web_server
from model_server import KEY, TEXT, claim, coding, completion, event, failing, model_server

EVENTS = (
    event(actor={"text": "navy of Northland", "code": "IRN MIL"}),
    event(
        type="REJECT", quote="Southland protested", actor={"text": "Southland", "code": "USA"}, speaker="", outlet=""
    ),
)
ANSWER = coding(*EVENTS, claims=[claim(quote="two frigates more")])
HEAD = "Title: Frigates leave port\nOutlet: Northland Gazette\nDate: 2031-05-06\n\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.txt").write_text(HEAD + TEXT, encoding="utf-8")
    return tmp_path


@pytest.fixture
def code(warm, folder):
    """Run `standoff code` in the folder, with a server that answers by a script."""

    def run(*arguments, script=(ANSWER,)):
        with model_server(*script) as (address, asked):
            options = ("--coder", "llm", "--llm-url", address, "--llm-model", "scripted-1", "--llm-cache", "cache")
            finished = warm("code", *arguments, *options, cwd=folder)
        run.asked = asked
        return finished

    return run


def test_it_says_who_did_what_with_the_words(code):
    finished = code("a.txt")
    assert (finished.code, finished.err) == (0, "")
    assert "Frigates leave port" in finished.out
    output = " ".join(finished.out.split())
    assert "MOBILIZE/troops IRN MIL, 2031-05-05, happened, confidence 75 %" in output
    assert "sent two frigates" in output
    assert "– said by its minister to the Gazette" in output
    for word in ("MOBILIZE/troops", "IRN MIL", "2031-05-05", "happened", "75 %", "force_level", "two frigates"):
        assert word in finished.out
    assert "1 document, 2 events, 1 claim; coded by llm:scripted-1 prompt 1." in finished.out
    assert "was never measured, and is capped at 90 %" in finished.out


def test_the_json_is_as_promised_and_its_offsets_are_of_its_text(code):
    finished = code("a.txt", "--json")
    found = finished.document
    (report,) = found["documents"]
    assert (found["method"], found["json_version"]) == ("llm:scripted-1 prompt 1", 2)
    assert {"standoff", "python"} <= set(found["versions"])
    assert (report["title"], report["outlet"], report["date"]) == (
        "Frigates leave port", "Northland Gazette", "2031-05-06"
    )  # fmt: skip
    assert set(report["events"][0]) >= {
        "type", "mode", "contexts", "actor", "target", "date", "place", "span", "quote", "attribution", "factuality",
        "confidence", "method",
    }  # fmt: skip
    assert set(report["claims"][0]) == {
        "kind", "issue", "holder", "about", "value", "unit", "qualifier", "span", "quote", "attribution", "factuality"
    }  # fmt: skip
    for item in [*report["events"], *report["claims"]]:
        assert report["text"][slice(*item["span"])] == item["quote"]


def options(address, **more):
    """The options that ask a scripted server."""
    given = {"--coder": "llm", "--llm-url": address, "--llm-model": "scripted-1", "--llm-cache": "cache"} | more
    return [word for pair in given.items() for word in pair]


def test_what_was_paid_for_is_not_asked_again(warm, folder):
    with model_server(ANSWER, failing(500)) as (address, asked):
        first = warm("code", "a.txt", "--json", "--llm-prices", 1, 2, *options(address), cwd=folder).document
        again = warm("code", "a.txt", "--json", "--llm-prices", 1, 2, *options(address), cwd=folder).document
    assert len(asked.bodies) == 1
    assert again["documents"][0]["events"] == first["documents"][0]["events"]
    assert [one["language_model"]["cost"] for one in (first, again)] == [pytest.approx(0.0011), 0]


def test_a_scenario_fills_in_the_other_side_and_names_its_events(code, folder):
    finished = code("a.txt", "--scenario", "iran-us-2026", "--output", "coded.json")
    events = json.loads((folder / "coded.json").read_text())["documents"][0]["events"]
    assert events[1]["target"] == {"code": "IRN", "text": "", "span": None, "inferred": True}
    assert [one["could_be"] for one in events] == [["reply.iran.drill"], ["round_answer.usa.reject"]]
    assert "(IRN)" in finished.out
    assert "reply.iran.drill" in finished.out


def test_without_a_scenario_nothing_is_inferred(code):
    events = code("a.txt", "--json").document["documents"][0]["events"]
    assert [(one["target"], one["could_be"]) for one in events] == [(None, []), (None, [])]


def test_what_is_wrong_with_one_source_hides_nothing_of_the_others(code, folder):
    (folder / "empty.txt").write_text("")
    (folder / "broken.jsonl").write_text('{"text": ""}\n{"text": "x", "date": "May"}\n')
    finished = code("missing.txt", "a.txt", "empty.txt", "broken.jsonl")
    assert finished.code == 2
    assert "MOBILIZE/troops" in finished.out
    faults = [line.split(": ")[:2] for line in finished.err.splitlines() if not line.startswith("  ")]
    assert faults == [
        ["missing.txt", "no-such-file"], ["empty.txt", "empty-file"],
        ["broken.jsonl:1", "missing-text"], ["broken.jsonl:2", "bad-date"],
    ]  # fmt: skip


def test_faults_are_in_the_json_too(code):
    finished = code("missing.txt", "a.txt", "--json")
    assert (finished.code, len(finished.document["documents"])) == (2, 1)
    assert [one["code"] for one in finished.document["faults"]] == ["no-such-file"]


def test_a_coder_that_fails_leaves_what_was_coded_and_says_what_was_not(code, folder):
    (folder / "b.txt").write_text("Date: 2031-05-07\n\nThe talks of the two sides ended without any date.")
    (folder / "c.txt").write_text("Date: 2031-05-08\n\nA tanker of Southland was stopped for some hours.")
    finished = code("a.txt", "b.txt", "c.txt", script=(ANSWER, failing(401)))
    assert finished.code == 2
    assert "1 document, 2 events, 1 claim" in finished.out
    assert finished.err.startswith("llm-key: ")
    assert "b.txt: not-coded: " in finished.err
    assert "c.txt: not-coded: " in finished.err


def test_an_answer_that_cannot_be_used_costs_its_document_alone(code, folder):
    (folder / "b.txt").write_text("Date: 2031-05-01\n\nThe talks of the two sides ended without any date.")
    finished = code("b.txt", "a.txt", script=(completion("{"), ANSWER))
    assert finished.code == 2
    assert finished.err.startswith("b.txt: llm-answer: ")
    assert "MOBILIZE/troops" in finished.out


def test_one_report_in_two_outlets_is_coded_once_with_both_as_witnesses(code, folder):
    (folder / "b.txt").write_text(HEAD.replace("Northland Gazette", "Courier") + "CAPITAL - " + TEXT)
    finished = code("a.txt", "b.txt")
    assert len(code.asked.bodies) == 1
    assert "2 nearly identical reports, coded once; sources: Courier, Northland Gazette" in finished.out
    (report,) = code("a.txt", "b.txt", "--json").document["documents"]
    assert (report["witnesses"], len(report["repeats"])) == (["Courier", "Northland Gazette"], 1)


HOSTILE = "[bold]\x1b[31m\u202egnp.exe\u202c [link=https://bad.example]here[/link]"


def test_nothing_untrusted_is_read_as_markup_or_commands_the_terminal(code, folder):
    line = {"text": TEXT, "title": f"T {HOSTILE}", "outlet": f"O {HOSTILE}", "author": HOSTILE, "date": "2031-05-06"}
    (folder / "a.jsonl").write_text(json.dumps(line))
    hostile = claim(quote="two frigates more", issue=HOSTILE, unit=HOSTILE)
    finished = code("a.jsonl", script=(coding(*EVENTS, claims=[hostile]),))
    assert finished.code == 0
    assert "[bold]" in finished.out
    assert "[link=https://bad.example]here[/link]" in finished.out
    assert [sign for sign in finished.out if sign in "\x1b\x07\x9b\u202e\u202c\u200b"] == []


def test_lines_are_coded_one_by_one(code, folder):
    (folder / "lines.txt").write_text("Northland sent two frigates.\n\n  \nSouthland protested.\n")
    finished = code("--lines", "lines.txt")
    found = [json.loads(line) for line in finished.out.splitlines()]
    assert [(one["line"], one["text"], len(one["events"])) for one in found] == [
        (1, "Northland sent two frigates.", 1), (2, "", 0), (3, "", 0), (4, "Southland protested.", 1)
    ]  # fmt: skip
    assert found[0]["text"][slice(*found[0]["events"][0]["span"])] == "sent two frigates"


def test_output_goes_to_a_file_whole(code, folder):
    assert code("a.txt", "--output", "coded.json").out.endswith("written to coded.json\n")
    written = json.loads((folder / "coded.json").read_text())
    assert len(written["documents"][0]["events"]) == 2
    (folder / "lines.txt").write_text("Southland protested.")
    assert code("--lines", "lines.txt", "--output", "coded.jsonl").out == ""
    assert json.loads((folder / "coded.jsonl").read_text())["line"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "code-request: no source to code"),
        (["a.txt", "--lines", "b.txt"], "code-request: `--lines` cannot be combined with other sources"),
        (["--lines", "a.txt", "--scenario", "iran-us-2026"], "code-request: `--scenario` cannot be combined"),
        (["a.txt", "--scenario", "iran-us-206"], "unknown-scenario: "),
        (["a.txt", "--coder", "ofline"], "unknown-coder: there is no coder `ofline`"),
        (["a.txt", "--coder", "llm", "--llm-url", "llm.example"], "llm-settings: `llm.example` is not the address"),
        (["a.txt", "--coder", "llm", "--llm-prices", "-1", "2"], "llm-settings: no server is named"),
        (["a.txt", "--output", "no/such/folder.json"], "cannot-write: "),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(warm, folder, arguments, message):
    finished = warm("code", *arguments, cwd=folder)
    assert (finished.code, finished.out) == (2, "")
    assert finished.err.startswith(message)
    assert "Traceback" not in finished.err


def test_the_key_is_in_nothing_that_is_shown_or_written(standoff, folder):
    (folder / "b.txt").write_text("Date: 2031-05-07\n\nThe talks of the two sides ended without any date.")
    echo = failing(401, json.dumps({"error": {"message": f"no such key: {KEY}"}}))
    with model_server(ANSWER, echo) as (address, asked):
        words = ("code", "a.txt", "b.txt", "--json", "--output", "coded.json", *options(address))
        finished = standoff(*words, cwd=folder, STANDOFF_LLM_KEY=KEY)
    assert [one["Authorization"] for one in asked.headers] == [f"Bearer {KEY}"] * 2
    assert (finished.code, len(finished.document["documents"])) == (2, 1)
    assert "no such key: [key]" in finished.err
    written = [path.read_text() for path in folder.rglob("*") if path.is_file()]
    assert len(written) == 4  # both reports, the coding, and the answer in the cache
    assert [text for text in (*written, finished.out, finished.err) if KEY in text] == []


def test_ctrl_c_stops_without_a_traceback(start, folder):
    def silent(handler):
        handler.is_over.wait(30)

    with model_server(silent) as (address, asked), start("code", "a.txt", *options(address), cwd=folder) as process:
        end = time.monotonic() + 60
        while not asked.bodies and time.monotonic() < end:
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "", "")


def endless(handler):
    handler.send_response(200)
    handler.send_header("Content-Type", "application/rss+xml")
    handler.end_headers()
    item = b"<item><title>Talks</title></item>" * 2000
    handler.wfile.write(b"<rss version='2.0'><channel>")
    while not handler.is_over.is_set():
        handler.wfile.write(item)


BAD = {
    "empty-file": b"",
    "binary-file": b"\x7fELF" + bytes(100),
    "too-large": b"A sentence about two frigates. " * 700_000,
    "unknown-encoding": "Переговоры завершились.".encode("cp1251")[:12],
    "entity-declaration": BOMB.encode(),
    "bad-json": b'{"text": "Talks ended."}\n{"text": ',
}


@pytest.mark.parametrize("expected", BAD)
def test_a_source_that_is_no_news_is_refused_and_sent_nowhere(code, folder, expected):
    (folder / "bad").write_bytes(BAD[expected])
    finished = code("bad")
    assert finished.code == 2
    assert f": {expected}: " in finished.err
    assert code.asked.bodies == []


def test_a_feed_without_end_is_refused(code):
    with web_server(endless) as (address, _):
        finished = code(address, "--allow-private")
    assert (finished.code, ": too-large: " in finished.err) == (2, True)


def test_an_address_in_a_private_network_is_not_asked_unless_that_is_allowed(code):
    def feed(handler):
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(ATOM.encode())

    with web_server(feed) as (address, asked):
        assert ": private-address: " in code(address).err
        assert asked == []
        assert "MOBILIZE/troops" in code(address, "--allow-private").out


def test_a_page_full_of_scripts_is_coded_without_them(code, folder):
    scripts = "".join(f"<script>var s{k} = 'stolen {k}';</script>" for k in range(500))
    page = f"<html><body>{scripts}<article><p>{TEXT}</p></article>{scripts}</body></html>"
    (folder / "page.html").write_text(page)
    assert code("page.html").code == 0
    assert "stolen" not in json.dumps(code.asked.bodies)


def test_a_sentence_without_end_is_asked_about_in_passages(code, folder):
    (folder / "long.txt").write_text(" ".join(f"frigate {number}" for number in range(7000)))
    finished = code("long.txt", script=(coding(),))
    assert finished.code == 0
    assert max(len(body["messages"][1]["content"]) for body in code.asked.bodies) < 6_200
    assert len(code.asked.bodies) == 15
    assert "frigate 6999" in code.asked.bodies[-1]["messages"][1]["content"]
