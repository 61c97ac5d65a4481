import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from standoff.analysis.brief import Brief
from standoff.errors import InputError
from standoff.report import render_html, write_brief
from unit.report.fakes import FakeSolution, by_name, half_weeks, relabelled, some_forecast, some_game, some_scenario

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }} {% include 'x' %}",
    "</style></svg></title><b>",
    "$\\frac{1}$ & %s {0}",
    "\u202e reversed \u2066",
]


class Page(HTMLParser):
    """Elements, ids, headings and addresses of a page."""

    VOID = frozenset({"meta", "link", "br", "img", "rect", "path", "use", "image"})

    def __init__(self, html):
        super().__init__()
        self.tags, self.ids, self.headings, self.attributes = [], [], [], []
        self.tables = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *attribute) for attribute in attrs]
        self.ids += [value for name, value in attrs if name == "id"]
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "table":
            self.tables.append([])
        elif self.tables:
            self.tables[-1].append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def page():
    return Page(render_html(FakeSolution()))


def test_headings_begin_with_one_title_and_skip_no_level(page):
    assert page.headings.count(1) == 1
    assert page.headings[0] == 1
    assert all(after - before <= 1 for before, after in zip(page.headings, page.headings[1:], strict=False))


def test_every_table_has_a_caption_and_every_head_cell_a_scope(page):
    for table in page.tables:
        assert "caption" in [tag for tag, _ in table]
        assert all("scope" in attributes for tag, attributes in table if tag == "th")


def test_no_id_is_used_twice_and_every_reference_has_its_target(page):
    assert len(page.ids) == len(set(page.ids))
    inside = [value[1:] for tag, name, value in page.attributes if name.endswith("href") and value.startswith("#")]
    named = [part for _, name, value in page.attributes if name == "aria-labelledby" for part in value.split()]
    assert set(inside) | set(named) <= set(page.ids)


def test_the_page_names_its_language_and_forbids_fetching(page):
    assert ("html", "lang", "en") in page.attributes
    assert any(name == "content" and "default-src 'none'" in value for _, name, value in page.attributes)


def test_nothing_is_fetched_and_nothing_runs(page):
    assert not {"script", "iframe", "object", "embed", "img", "image"} & set(page.tags)
    assert not [value for _, name, value in page.attributes if name.startswith("on") or name in {"src", "srcset"}]
    addresses = [(tag, value) for tag, name, value in page.attributes if name == "href" and not value.startswith("#")]
    assert addresses == [("link", "data:,"), ("a", "https://example.org/talks")]
    assert "@import" not in render_html(FakeSolution())


def test_a_link_out_of_the_page_reveals_nothing_to_its_target(page):
    assert ("a", "rel", "noopener noreferrer") in page.attributes


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_label_is_shown_as_text(text):
    html, usual = render_html(relabelled(text)), render_html(relabelled("a label"))
    assert elements(html) == elements(usual)
    assert set(Page(html).tags) == set(Page(usual).tags)
    assert not [name for _, name, _ in Page(html).attributes if name.startswith("on")]


def test_a_label_is_never_a_template():
    assert "<h1>{{ 7 * 7 }}</h1>" in render_html(relabelled("{{ 7 * 7 }}"))


def elements(html):
    """The elements outside the charts, which break names into lines, and but for addresses, which may be links."""
    return [tag for tag in Page(re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL)).tags if tag not in {"a", "code"}]


def test_invisible_characters_are_replaced_by_visible_escapes():
    html = render_html(relabelled("probabilities \u202e90 % \u2066\x07\x9b"))
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x7f-\x9f]", html)
    assert "<h1>probabilities \\u202e90 % \\u2066\\x07\\x9b</h1>" in html


def test_the_same_solution_gives_the_same_bytes():
    assert render_html(FakeSolution()) == render_html(FakeSolution())


def test_the_users_own_settings_of_matplotlib_change_nothing():
    import matplotlib as mpl

    usual = render_html(FakeSolution())
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.fonttype": "path", "text.parse_math": True}):
        assert render_html(FakeSolution()) == usual


def test_overrides_are_listed_at_the_top():
    html = render_html(FakeSolution(overrides=("care=9",)))
    assert html.index("What if") < html.index("Bottom line")
    assert "<code>care=9</code>" in html


def test_a_parameter_without_basis_is_named():
    assert "Without any stated basis:</strong> Cost of the fleet" in render_html(FakeSolution())


def test_the_page_names_scenario_settings_and_versions():
    solution = FakeSolution()
    html = render_html(solution)
    assert solution.scenario.scenario_hash in html
    assert "numpy 2.4.6" in html
    assert "belief tolerance 0.001" in html


def test_the_limits_are_stated_with_the_rationality_used():
    html = render_html(FakeSolution())
    assert "The probabilities are conditional on the model." in html
    assert "6 for Northland" in html


def test_a_part_without_an_answer_is_named_with_the_reason():
    brief = Brief(solution=FakeSolution(), targets=(), missing=(("drivers", "it lies at a <fold>"),))
    assert "Missing: drivers.</strong> It was requested but has no answer: it lies at a &lt;fold&gt;." in render_html(
        brief
    )


def test_half_week_periods_give_the_dates_and_lengths_of_weeks():
    html = render_html(half_weeks())
    assert "within 4\xa0weeks" in html
    assert "in steps of 0.5\xa0weeks" in html


def test_a_crisis_without_types_packages_milestones_and_sources_has_a_brief():
    base = FakeSolution()
    players = tuple(replace(player, player_types=player.player_types[:1], prior=(1.0,)) for player in base.game.players)
    outcomes = by_name(*(replace(series, parts=(), by_type=()) for series in base.found.outcomes.values()))
    bare = FakeSolution(
        scenario=some_scenario(parameters={"care": {"value": 6}, "stern_prior": {"value": 0.45}}, documents={}),
        found=replace(base.found, outcomes=outcomes, milestones={}, first_moves=(), beliefs={}),
        game=some_game(players, packages=()),
    )
    page = Page(render_html(bare))
    assert {"packages", "types", "moves", "beliefs"}.isdisjoint(page.ids)
    assert page.headings[:3] == [1, 2, 2]


def test_a_short_horizon_has_a_brief():
    scenario = some_scenario(period={"unit": "day", "horizon": 1})
    assert "within 1\xa0day" in render_html(FakeSolution(scenario=scenario, found=some_forecast(1)))


def test_the_brief_is_written_as_it_is_made(tmp_path):
    write_brief(FakeSolution(), tmp_path / "brief.html")
    assert (tmp_path / "brief.html").read_text(encoding="utf-8") == render_html(FakeSolution())


def test_a_lone_surrogate_is_written_as_an_escape(tmp_path):
    write_brief(FakeSolution(overrides=("care=\udce9",)), str(tmp_path / "brief.html"))
    assert "care=\\udce9" in (tmp_path / "brief.html").read_text(encoding="utf-8")


def test_a_path_that_cannot_be_written_is_refused_before_any_work(tmp_path):
    with pytest.raises(InputError, match="cannot-write") as caught:
        write_brief(None, tmp_path / "none" / "brief.html")
    assert "create the folder first" in str(caught.value)
