"""`standoff brief`: everything on one page, as HTML or Markdown, with its figures."""

import re

import pytest

QUICK = ("--draws", 8, "--belief-points", 5)


@pytest.fixture(scope="module")
def made(warm, starter, tmp_path_factory):
    """Write full briefs of the starter scenario as HTML and Markdown, and return their folder."""
    folder = tmp_path_factory.mktemp("brief")
    for name, kind in (("brief.html", "svg"), ("brief.md", "png")):
        done = warm(
            "brief", starter, "--output", folder / name, *QUICK, "--variant", "a costlier war: war_cost=0.7",
            "--figures", folder / "figures", "--figure-format", kind,
        )  # fmt: skip
        assert done.code == 0, done.err
        assert f"brief written to {folder / name}" in done.out
    return folder


def ids(html):
    return re.findall(r'<h2 id="([\w-]+)"', html)


def test_a_brief_answers_every_question_in_the_order_of_a_reader_in_a_hurry(made):
    found = ids((made / "brief.html").read_text(encoding="utf-8"))
    assert found[:5] == ["bottom-line", "outcomes", "uncertainty", "drivers", "changes"]
    assert found[-3:] == ["limits", "assumptions", "certificate"]
    assert {"indicators", "window", "bargaining", "moves", "beliefs", "paths"} <= set(found)


def test_the_bottom_line_has_bands(made):
    html = (made / "brief.html").read_text(encoding="utf-8")
    assert "nine draws in ten put the probability of" in html
    assert "a costlier war" in html


def test_every_chart_is_a_file_of_both_kinds_and_linked_from_markdown(made):
    files = sorted(path.name for path in (made / "figures").iterdir())
    charts = sorted({name.rpartition(".")[0] for name in files})
    assert {"outcomes", "milestones", "beliefs", "fan-1", "tornado-1", "window"} <= set(charts)
    assert files == sorted(f"{name}.{kind}" for name in charts for kind in ("png", "svg"))
    text = (made / "brief.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"\]\(figures/([\w-]+)\.png\)", text)) == charts


def test_markdown_has_the_sections_of_the_page(made):
    titles = re.findall(r"<h2[^>]*>(.*?)</h2>", (made / "brief.html").read_text(encoding="utf-8"))
    assert re.findall(r"^## (.*)$", (made / "brief.md").read_text(encoding="utf-8"), re.MULTILINE) == titles


def test_every_text_is_formatted(made):
    for name in ("brief.html", "brief.md"):
        text = (made / name).read_text(encoding="utf-8")
        assert not re.search(r"\bnan\b|\bNone\b|np\.float|Markup\(|\{\{|0x[0-9a-f]{6}", text)


def test_a_brief_gives_the_settings_of_its_draws(made):
    html = (made / "brief.html").read_text(encoding="utf-8")
    assert re.search(r"draws 8, seed 0, ensemble [0-9a-f]{64}", html)


def test_parts_can_be_left_out(warm, starter, tmp_path):
    omitted = [
        word
        for part in ("ensemble", "drivers", "tripwires", "bargain", "window", "paths")
        for word in ("--without", part)
    ]
    done = warm("brief", starter, "--output", tmp_path / "b.html", *QUICK, *omitted)
    assert done.code == 0, done.err
    found = ids((tmp_path / "b.html").read_text(encoding="utf-8"))
    assert "indicators" in found
    assert {"uncertainty", "drivers", "changes", "window", "paths"}.isdisjoint(found)


def test_an_unknown_part_is_refused_with_the_nearest_name(warm, starter, tmp_path):
    done = warm("brief", starter, "--output", tmp_path / "b.html", "--without", "pathes")
    assert done.code == 2
    assert "unknown-part: a brief has no part `pathes`" in done.err
    assert "did you mean `paths`?" in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_faulty_variant_is_refused_before_anything_is_written(warm, starter, tmp_path):
    done = warm("brief", starter, "--output", tmp_path / "b.html", *QUICK, "--variant", "war_csot=1")
    assert done.code == 2
    assert "did you mean `war_cost`?" in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_refused_before_the_work(warm, starter, tmp_path):
    done = warm("brief", starter, "--output", tmp_path / "none" / "b.html")
    assert done.code == 2
    assert "cannot-write" in done.err


def test_a_file_of_another_format_is_refused_before_the_work(warm, starter, tmp_path):
    done = warm("brief", starter, "--output", tmp_path / "b.pdf")
    assert done.code == 2
    assert "a brief is HTML or Markdown, and" in done.err
    assert "ends in `.pdf`" in done.err
    assert list(tmp_path.iterdir()) == []
