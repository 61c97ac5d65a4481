import io

import pytest

from articles import code_of
from standoff.errors import InputError
from standoff.news.readers import Limits, read_lines


def test_every_line_is_read_in_normal_form(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_bytes("\ufeffCafe\u0301 at  noon\r\n\r\n \u202eTwo\u0085parts\nlast".encode())
    assert read_lines(str(path)) == ("Café at noon", "", "Two parts", "last")


def test_a_final_newline_starts_no_line(tmp_path):
    (tmp_path / "lines.txt").write_text("one\ntwo\n\n")
    assert read_lines(str(tmp_path / "lines.txt")) == ("one", "two", "")


def test_every_line_that_is_too_long_is_reported(tmp_path):
    (tmp_path / "lines.txt").write_text("a" * 30 + "\nshort\n" + "b" * 31)
    with pytest.raises(InputError) as caught:
        read_lines(str(tmp_path / "lines.txt"), limits=Limits(num_characters=20))
    assert [(one.code, one.line) for one in caught.value.problems] == [("text-too-long", 1), ("text-too-long", 3)]


@pytest.mark.parametrize(("content", "code"), [(b"\x89PNG\x00", "binary-file"), (b"", "empty-file")])
def test_a_source_that_is_not_text_is_refused(tmp_path, content, code):
    (tmp_path / "lines.txt").write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_lines(str(tmp_path / "lines.txt"))
    assert code_of(caught) == code


def test_the_encoding_may_be_named(tmp_path):
    (tmp_path / "lines.txt").write_bytes("Переговоры\nкончились".encode("cp1251"))
    assert read_lines(str(tmp_path / "lines.txt"), encoding="windows-1251") == ("Переговоры", "кончились")


def test_standard_input_is_read(monkeypatch, tmp_path):
    (tmp_path / "lines.txt").write_text("one\ntwo\n")
    with (tmp_path / "lines.txt").open("rb") as file:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(file))
        assert read_lines("-") == ("one", "two")
