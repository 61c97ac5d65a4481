"""Whatever a user hands over as a scenario: one clear message, exit 2, no traceback. How quickly: benchmarks/test_limits.py."""

import functools
import os
import threading
from pathlib import Path

import pytest

from standoff.catalog import find_scenario_path, list_scenarios

EVERY_NAME = ", ".join(f"`{name}`" for name in list_scenarios())

ONE_MB = 1_000_000


@pytest.fixture(scope="module")
def refused(standoff, tmp_path_factory):
    """Hand some bytes over as a file, once."""
    folder = tmp_path_factory.mktemp("hostile")

    @functools.cache
    def refusal(content: bytes) -> str:
        (folder / "crisis.yaml").write_bytes(content)
        finished = standoff("check", "crisis.yaml", cwd=folder)
        assert (finished.code, finished.out) == (2, "")
        return finished.err.replace("crisis.yaml", "FILE")

    return refusal


FILES = {
    "empty": (b"", "FILE: empty-file: the file is empty"),
    "comments only": (b"# nothing\n\n", "FILE: empty-file: the file is empty"),
    "not UTF-8": ("title: Zürich\n".encode("latin-1"), "FILE: not-utf8: the file is not UTF-8: byte 8 is `0xfc`"),
    "UTF-16": ("title: a\n".encode("utf-16"), "FILE: not-utf8: the file is not UTF-8: byte 0 is `0xff`"),
    "an image": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "FILE: not-utf8: the file is not UTF-8: byte 0 is `0x89`"),
    "zero bytes": (b"\0" * 64, "FILE: yaml-syntax: this is not valid YAML: "),
    "control characters": (b"title: a\x1b[31mred\n", "FILE: yaml-syntax: this is not valid YAML: "),
    "a list": (b"- standoff: 1\n", "FILE:1: not-a-mapping: the file is not a mapping of names to values"),
    "a text": (b"hello\n", "FILE:1: not-a-mapping: the file is not a mapping of names to values"),
    "JSON cut short": (b'{"standoff": 1, "id": ', "FILE:1: yaml-syntax: this is not valid YAML: "),
    "a web page": (b"<!doctype html>\n<title>a: b</title>\n", "FILE:2: yaml-syntax: this is not valid YAML: "),
    "two documents": (b"standoff: 1\n---\nstandoff: 1\n", "FILE:2: yaml-syntax: this is not valid YAML: "),
    "tabs": (b"players:\n\tnorth: 1\n", "FILE:2: yaml-syntax: this is not valid YAML: "),
    "five megabytes": (b"# " + b"x" * (5 * ONE_MB), "FILE: file-too-large: the file is larger than 1 MB"),
    "half a million parts": (
        b"[" + b"a," * 480_000 + b"]",
        "FILE:1: file-too-large: the file has more than 20,000 keys and values",
    ),
    "a hundred thousand keys": (
        b"".join(b"k%d: 1\n" % n for n in range(100_000)),
        "FILE:10000: file-too-large: the file has more than 20,000 keys and values",
    ),
    "a bomb of aliases": (
        b"a: &a [x,x,x,x,x,x,x,x,x]\n"
        + b"".join(b"%c: &%c [%s]\n" % (98 + n, 98 + n, b",".join([b"*%c" % (97 + n)] * 9)) for n in range(8)),
        "FILE:1: yaml-feature: the anchor `&a` is not allowed in scenarios",
    ),
    "code": (b"title: !!python/object/apply:os.system [id]\n", "FILE:1: yaml-feature: the tag `!!python/object/apply:"),
    "brackets a hundred thousand deep": (
        b"[" * 100_000,
        "FILE:1: too-deep: the file is nested more than 30 levels deep",
    ),
    "braces a hundred thousand deep": (
        b"{a: " * 100_000,
        "FILE:1: too-deep: the file is nested more than 30 levels deep",
    ),
    "dashes a hundred thousand deep": (
        b"- " * 100_000,
        "FILE:1: too-deep: the file is nested more than 30 levels deep",
    ),
    "only an old version": (b"standoff: 0\n", "FILE:1: version: `0` is not a known version of the language"),
    "a number of half a million digits": (b"standoff: " + b"9" * 500_000, "FILE:1: bad-number: `9999"),
    "the key twice": (b"standoff: 1\nstandoff: 1\n", "FILE:2: duplicate-key: `standoff` is written twice"),
}


SEVERAL_FAULTS = {"the key twice", "a number of half a million digits"}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_with_a_clear_message(refused, name):
    content, message = FILES[name]
    assert message in refused(content)


@pytest.mark.parametrize("name", sorted(FILES.keys() - SEVERAL_FAULTS))
def test_it_is_refused_in_one_message_that_says_what_to_do(refused, name):
    lines = refused(FILES[name][0]).splitlines()
    assert [line for line in lines if not line.startswith("  ")] == lines[:1]
    assert lines[-1].startswith("  help: ")


@pytest.mark.parametrize("name", FILES)
def test_the_message_can_be_shown_in_a_terminal(refused, name):
    message = refused(FILES[name][0])
    assert message.replace("\n", "").isprintable()
    assert len(message) < 3_000


def test_a_formula_of_fifty_thousand_brackets_is_refused(refused):
    text = b"standoff: 1\nparameters: {a: {value: " + b"(" * 50_000 + b"1" + b")" * 50_000 + b"}}\n"
    message = "FILE:2: expression-limit: the formula is 100001 characters long; the limit is 2000"
    assert message in refused(text)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("iran-us-2062", "did you mean `iran-us-2026`?"),
        ("cuba", "did you mean `cuba-1962`?"),
        ("nonsense", f"use one of {EVERY_NAME}"),
        ("a name with spaces", f"use one of {EVERY_NAME}"),
    ],
)
def test_an_unknown_name_is_reported_with_the_nearest(warm, name, advice):
    message = (
        f"unknown-scenario: there is no scenario `{name}` in the catalogue and no file of that name\n  help: {advice}\n"
    )
    finished = warm("run", name)
    assert (finished.code, finished.out, finished.err) == (2, "", message)


def test_a_missing_file_is_reported(warm):
    message = "no/crisis.yaml: file-not-found: there is no file `no/crisis.yaml`\n  help: check the path\n"
    finished = warm("run", "no/crisis.yaml")
    assert (finished.code, finished.out, finished.err) == (2, "", message)


def test_a_directory_is_reported(warm, tmp_path):
    message = f"{tmp_path}: file-is-directory: `{tmp_path}` is a directory\n  help: give the name of a file in it\n"
    finished = warm("run", tmp_path)
    assert (finished.code, finished.out, finished.err) == (2, "", message)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_reported(standoff, tmp_path):
    (tmp_path / "closed.yaml").touch(mode=0)
    message = (
        "closed.yaml: file-unreadable: there is no permission to read `closed.yaml`\n  help: check its permissions\n"
    )
    finished = standoff("run", "closed.yaml", cwd=tmp_path)
    assert (finished.code, finished.out, finished.err) == (2, "", message)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="a file that even root cannot read is needed")
def test_a_file_whose_reading_fails_is_reported(standoff):
    message = "file-unreadable: `/proc/self/mem` cannot be read: Input/output error\n  help: check the path\n"
    finished = standoff("run", "/proc/self/mem")
    assert (finished.code, finished.out, finished.err) == (2, "", f"/proc/self/mem: {message}")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="an endless file is needed")
def test_an_endless_file_is_refused(standoff):
    finished = standoff("check", "/dev/zero")
    assert (finished.code, finished.out) == (2, "")
    assert "file-too-large: the file is larger than 1 MB" in finished.err


def test_a_path_that_is_too_long_is_reported(warm):
    finished = warm("check", "x" * 5_000 + ".yaml")
    assert (finished.code, finished.out) == (2, "")
    assert "cannot be read: File name too long" in finished.err


def test_a_pipe_is_read_like_a_file(standoff, starter, tmp_path):
    pipe = tmp_path / "crisis.yaml"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(starter.read_bytes()), daemon=True)
    writer.start()
    finished = standoff("check", pipe)
    assert (finished.code, finished.err) == (0, "")
    writer.join(timeout=5)


def test_a_byte_order_mark_and_line_ends_of_windows_do_no_harm(warm, starter, tmp_path):
    path = tmp_path / "windows.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + starter.read_bytes().replace(b"\n", b"\r\n"))
    finished, plain = warm("check", path, "--json"), warm("check", starter, "--json")
    assert (finished.code, finished.err) == (0, "")
    assert finished.document == plain.document


def test_a_file_named_like_a_scenario_does_not_stand_in_for_it(warm, tmp_path):
    (tmp_path / "cuba-1962").write_text("no scenario\n", encoding="utf-8")
    finished = warm("check", "cuba-1962", "--json", cwd=tmp_path)
    assert (finished.code, finished.document["scenario"]) == (0, "cuba-1962")


def test_a_copy_of_a_scenario_is_the_same_scenario(warm, tmp_path):
    path = tmp_path / "copy.yaml"
    path.write_bytes(find_scenario_path("cuba-1962").read_bytes())
    assert warm("check", path, "--json").document == warm("check", "cuba-1962", "--json").document
