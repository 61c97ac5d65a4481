"""The brief in a real browser: readable without network or script, on a phone, in dark mode and on paper."""

import os
import shutil

import pytest
from playwright.sync_api import Error, sync_playwright

from standoff.report import write_brief
from unit.report.fakes import HOSTILE, FakeSolution, relabelled

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


@pytest.fixture(scope="module")
def browser():
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        message = "no Chromium is installed, so the brief was not opened in a browser"
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def brief(tmp_path_factory):
    path = tmp_path_factory.mktemp("brief") / "brief.html"
    write_brief(FakeSolution(), path)
    return path


@pytest.fixture(scope="module")
def hostile_brief(tmp_path_factory):
    path = tmp_path_factory.mktemp("hostile") / "brief.html"
    write_brief(relabelled(HOSTILE + "x" * 150), path)
    return path


class Visit:
    """An open page, with everything that it requested and reported to the console."""

    def __init__(self, browser, path, width, **options):
        self.context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        self.page = self.context.new_page()
        self.requests, self.complaints = [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(path.as_uri())
        self.page.wait_for_load_state("networkidle")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    def overflow(self):
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_the_page_fetches_nothing_and_reports_no_error(browser, brief):
    with Visit(browser, brief, 1200) as visit:
        assert [url for url in visit.requests if not url.startswith("data:")] == [brief.as_uri()]
        assert visit.complaints == []


def test_the_page_is_read_without_script(browser, brief):
    with Visit(browser, brief, 1200, java_script_enabled=False) as visit:
        assert visit.page.get_by_role("heading", level=1).inner_text() == "Northland and Southland, talks over a strait"


@pytest.mark.parametrize("width", [320, 360, 390, 768, 1200])
def test_nothing_sticks_out_of_the_window(browser, brief, width):
    with Visit(browser, brief, width) as visit:
        assert visit.overflow() <= 0


def test_labels_of_hostile_length_do_not_stick_out_and_do_not_run(browser, hostile_brief):
    with Visit(browser, hostile_brief, 360) as visit:
        assert visit.overflow() <= 0
        assert visit.complaints == []


@pytest.mark.parametrize("width", [360, 1200])
def test_the_charts_are_seen_within_the_window(browser, brief, width):
    with Visit(browser, brief, width) as visit:
        boxes = [chart.bounding_box() for chart in visit.page.locator("figure svg:visible").all()]
        assert len(boxes) == 3
        assert all(box["width"] > 300 and box["height"] > 250 for box in boxes)
        assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)


@pytest.mark.parametrize("width", [360, 1200])
def test_no_name_in_a_chart_is_cut_off(browser, brief, width):
    with Visit(browser, brief, width) as visit:
        outside = visit.page.evaluate(
            """() => [...document.querySelectorAll('figure svg')].filter(svg => svg.checkVisibility()).flatMap(svg => {
                const frame = svg.getBoundingClientRect()
                return [...svg.querySelectorAll('text')].filter(text => {
                    const box = text.getBoundingClientRect()
                    return box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1
                }).map(text => text.textContent)
            })"""
        )
        assert outside == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast_in_light_and_dark_mode(browser, brief, scheme):
    with Visit(browser, brief, 1200, color_scheme=scheme) as visit:
        colours = visit.page.evaluate(
            """() => {
                const look = (element, property) => getComputedStyle(element)[property].match(/[0-9.]+/g).map(Number)
                const page = look(document.body, 'backgroundColor')
                const texts = [...document.querySelectorAll('p, td, th, small, dt, dd, a, figure svg text')]
                return texts.map(text => [look(text, text.closest('svg') ? 'fill' : 'color'), page])
            }"""
        )
        assert min(contrast(text, page) for text, page in colours) >= 4.5


def contrast(first, second):
    """Contrast ratio of two colours, as the Web Content Accessibility Guidelines define it."""

    def luminance(colour):
        parts = [c / 255 for c in colour[:3]]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted([luminance(first), luminance(second)])
    return (light + 0.05) / (dark + 0.05)


def test_a_table_scrolls_in_its_own_box_and_by_keyboard(browser, brief):
    with Visit(browser, brief, 360) as visit:
        box = visit.page.locator(".scroll").first
        assert box.evaluate("box => box.scrollWidth > box.clientWidth")
        box.focus()
        visit.page.keyboard.press("End")
        visit.page.keyboard.press("ArrowRight")
        visit.page.wait_for_function("() => document.querySelector('.scroll').scrollLeft > 0")


def test_the_page_can_be_printed(browser, brief):
    with Visit(browser, brief, 1200) as visit:
        try:
            pdf = visit.page.pdf(prefer_css_page_size=True, print_background=True)
        except Error as error:  # pragma: no cover
            pytest.fail(f"printing failed: {error}")
        assert pdf.startswith(b"%PDF")
        assert 3 <= pdf.count(b"/Type /Page\n") <= 9
