import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standoff.errors import ScenarioError
from standoff.scenario import load_scenario, parse_scenario
from standoff.scenario.reader import read_text


def codes(caught: pytest.ExceptionInfo[ScenarioError]) -> list[str]:
    return [problem.code for problem in caught.value.problems]


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="there is no file") as caught:
        load_scenario(tmp_path / "none.yaml")
    assert codes(caught) == ["file-not-found"]


def test_a_directory_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(tmp_path)
    assert codes(caught) == ["file-is-directory"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "closed.yaml"
    path.write_text("standoff: 1\n")
    path.chmod(0)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert codes(caught) == ["file-unreadable"]


def test_a_refused_read_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ScenarioError) as caught:
        load_scenario("closed.yaml")
    assert codes(caught) == ["file-unreadable"]


def test_an_impossible_file_name_is_reported() -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario("a\0b.yaml")
    assert codes(caught) == ["file-unreadable"]


def test_bytes_that_are_not_utf8_are_reported_with_their_position(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"title: \xe9t\xe9\n")
    with pytest.raises(ScenarioError, match="byte 7 is `0xe9`") as caught:
        load_scenario(path)
    assert codes(caught) == ["not-utf8"]


def test_a_large_file_is_reported_and_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"# " + b"x" * 1_000_000)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert codes(caught) == ["file-too-large"]


def test_a_byte_order_mark_is_ignored(tmp_path: Path, good_text: str) -> None:
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + good_text.encode())
    assert load_scenario(path).id == "strait-2026"


def test_scalars_are_read_as_yaml_1_2() -> None:
    text = "{a: 1, b: 0x10, c: 0o10, d: 1_000, e: -2.5, f: yes, g: true, h: ~, i: 2026-02-02, j: '1', k: none, l: +1}"
    plain = {"a": 1, "b": 16, "c": 8, "d": 1000, "e": -2.5, "f": "yes", "g": True, "h": None}
    assert read_text(text, "x").content == plain | {"i": "2026-02-02", "j": "1", "k": "none", "l": 1}


def test_lines_are_those_of_the_keys() -> None:
    lines = read_text("a:\n  b:\n    - x\n    - {c: 1,\n       d: 2}\n", "x").lines
    assert lines["a"] == 1
    assert lines["a.b"] == 2
    assert lines["a.b.1"] == 4
    assert lines["a.b.1.d"] == 5


@pytest.mark.parametrize("text", ["%YAML 1.1\n---\na: yes\n", "a: 1\n---\nb: 2\n", "a: \x07\n", "a: [1\n", "\ta: 1\n"])
def test_text_that_is_not_one_plain_document_is_refused(text: str) -> None:
    with pytest.raises(ScenarioError):
        read_text(text, "x")


def test_a_bomb_is_refused_before_it_grows() -> None:
    layers = "\n".join(f"b{n}: &b{n} [{', '.join([f'*b{n - 1}'] * 9)}]" for n in range(1, 12))
    with pytest.raises(ScenarioError) as caught:
        parse_scenario("b0: &b0 [x]\n" + layers)
    assert codes(caught) == ["yaml-feature"]


def test_a_list_as_a_key_is_reported() -> None:
    assert [problem.code for problem in read_text("{[a, b]: 1, c: 2}", "x").problems] == ["bad-key"]


@given(st.text(alphabet="ab:-,[]{}#&*!|>'\"%@`?~< \n\t01.\\", max_size=60) | st.text(max_size=40))
def test_any_text_is_read_or_reported(text: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text)
    assert str(caught.value)
