"""What is made of coded documents, with a coder that knows a few phrases."""

import pytest

import standoff
from scripted_coder import ScriptedCoder
from standoff import code, load
from standoff.desk.coded_news import code_lines, find_dyad
from standoff.errors import CoderError, InputError, MissingExtraError, Problem

SOURCE_TEXT = """Date: 2026-02-09

America sent more forces. Iran threatened. France held talks with Iran. America drew up plans against Iran."""


@pytest.fixture(scope="module")
def scenario():
    return load("iran-us-2026")


@pytest.fixture
def dispatch(tmp_path):
    path = tmp_path / "dispatch.txt"
    path.write_text(SOURCE_TEXT, encoding="utf-8")
    return path


def test_one_source_is_as_good_as_a_list_of_one(dispatch):
    one, many = code(dispatch, coder=ScriptedCoder()), code([str(dispatch)], coder=ScriptedCoder())
    assert one.reports[0].coded == many.reports[0].coded
    assert (one.method, one.scenario, one.spent) == ("scripted 1", "", None)


def test_a_source_that_is_named_twice_is_read_once(dispatch):
    assert code([dispatch, dispatch], coder=ScriptedCoder()).reports[0].repeats == ()


def test_the_sides_of_a_scenario_are_those_who_bargain(scenario):
    assert find_dyad(scenario) == standoff.news.coder.Dyad(("USA",), ("IRN",))


def test_events_are_held_against_a_scenario(dispatch, scenario):
    (report,) = code(dispatch, coder=ScriptedCoder(), scenario=scenario).reports
    mobilised, threatened, talked, planned = report.coded.events
    assert (threatened.target.code, threatened.target.is_inferred) == ("USA", True)
    assert (mobilised.target, talked.target.is_inferred) == (None, False)
    could_be = dict(zip(("mobilised", "threatened", "talked", "planned"), report.could_be, strict=True))
    assert could_be["mobilised"] == ("pressure.usa.reinforce",)
    assert could_be["talked"] == ()  # between others
    assert (planned.factuality, could_be["planned"]) == ("announced", ())  # what is planned has not happened


def test_progress_ends_with_everything(dispatch, tmp_path):
    (tmp_path / "other.txt").write_text("Date: 2026-02-10\n\nIsrael struck Iran after weeks of warnings to both sides.")
    shares = []
    code([dispatch, tmp_path / "other.txt"], coder=ScriptedCoder(), progress=shares.append)
    assert shares == [0.0, 0.5, 1.0]


def test_lines_keep_their_numbers(tmp_path):
    (tmp_path / "lines.txt").write_text("America struck Iran\r\n\u200b\r\nNothing happened\r\n", encoding="utf-8")
    found = list(code_lines(tmp_path / "lines.txt", coder=ScriptedCoder()))
    assert [(one["line"], one["text"], len(one["events"])) for one in found] == [
        (1, "America struck Iran", 1), (2, "", 0), (3, "Nothing happened", 0)
    ]  # fmt: skip


class Stumbling(ScriptedCoder):
    """Cannot make anything of what Iran does."""

    def __init__(self, error):
        super().__init__()
        self.error = error

    def code(self, document):
        if "Iran threatened" in document.text:
            raise self.error
        return super().code(document)


def test_a_line_that_cannot_be_coded_does_not_hold_up_the_others(tmp_path):
    (tmp_path / "lines.txt").write_text("Iran threatened\nAmerica struck Iran\n", encoding="utf-8")
    stumbling = Stumbling(InputError(Problem("llm-answer", "the answer cannot be read")))
    found = list(code_lines(tmp_path / "lines.txt", coder=stumbling))
    assert [(one["refused"], len(one["events"])) for one in found] == [("the answer cannot be read", 0), ("", 1)]


@pytest.mark.parametrize("error", [CoderError(Problem("llm-status", "no")), MissingExtraError("news", "coding news")])
def test_a_coder_that_could_code_no_other_line_ends_it(tmp_path, error):
    (tmp_path / "lines.txt").write_text("Iran threatened\n", encoding="utf-8")
    with pytest.raises(type(error)):
        list(code_lines(tmp_path / "lines.txt", coder=Stumbling(error)))


def test_a_missing_extra_is_no_fault_of_a_source(monkeypatch, dispatch):
    def missing(*_, **__):
        raise MissingExtraError("news", "reading pages")

    monkeypatch.setattr("standoff.desk.coding.read_documents", missing)
    with pytest.raises(MissingExtraError):
        code(dispatch, coder=ScriptedCoder())
