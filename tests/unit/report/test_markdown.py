"""The brief as Markdown."""

import re

import pytest
from markdown_it import MarkdownIt

from standoff.errors import InputError
from standoff.report.brief import render_html, render_markdown, write_figures
from unit.report.fakes import HOSTILE, FakeSolution, relabelled

MARKUP = "# <b>x</b> *a* _b_ `c` [d](javascript:e) | f\n- g\n1. h ![i](j)"


def rendered(text):
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(text)


@pytest.fixture(scope="module")
def text():
    return render_markdown(FakeSolution())


def test_it_has_the_sections_of_the_page(text):
    headings = re.findall(r"<h2[^>]*>(.*?)</h2>", render_html(FakeSolution()))
    assert re.findall(r"<h2>(.*?)</h2>", rendered(text)) == headings


def test_every_table_is_a_table(text):
    assert rendered(text).count("<table>") == text.count("\n| --- |")


def test_it_has_the_numbers_of_the_page(text):
    assert "- First strike on Southland by 28\xa0April\xa02031: **" in text or "First strike on Southland" in text
    assert FakeSolution().scenario.scenario_hash in text


def test_charts_without_a_file_are_described(text):
    assert "![" not in text
    assert "By 1\xa0September\xa02031, after 26" in text


def test_charts_with_a_file_are_linked():
    assert "](figures/outcomes.svg)" in render_markdown(FakeSolution(), {"outcomes": "figures/outcomes.svg"})


@pytest.mark.parametrize("label", [HOSTILE, MARKUP])
def test_a_label_is_never_markup(label):
    html = rendered(render_markdown(relabelled(label)))
    usual = rendered(render_markdown(relabelled("a label")))
    assert re.findall(r"<(\w+)", html) == re.findall(r"<(\w+)", usual)


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_every_chart_is_written(tmp_path, kind):
    written = write_figures(FakeSolution(), tmp_path / "new" / "figures", kind)
    assert sorted(written) == ["beliefs", "milestones", "outcomes"]
    assert sorted(path.name for path in (tmp_path / "new" / "figures").iterdir()) == [
        f"{name}.{kind}" for name in sorted(written)
    ]


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(InputError, match="it is a file"):
        write_figures(FakeSolution(), tmp_path / "taken")
