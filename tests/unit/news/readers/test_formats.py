"""Documents of each format: text, title, outlet, author, date, language, address."""

import datetime as dt
import json

import pytest

from articles import ATOM, PAGE, PROTEST, RSS, SENTENCE, code_of, pdf_of
from standoff.errors import InputError
from standoff.news.readers.feed import looks_like_feed, read_feed
from standoff.news.readers.json_lines import read_json_lines
from standoff.news.readers.paragraphs import join_broken_lines
from standoff.news.readers.pdf import read_pdf
from standoff.news.readers.plain_text import read_plain_text
from standoff.news.readers.web_page import read_web_page

DAY = dt.date(2031, 5, 4)


def test_a_page_gives_its_article_and_its_metadata():
    (draft,) = read_web_page(PAGE, address="page.html")
    assert (draft.title, draft.outlet, draft.author) == ("Frigates leave port", "Northland Gazette", "Anna Hand")
    assert draft.date == DAY  # on the clock of the publisher
    assert SENTENCE in draft.text
    assert PROTEST in draft.text


def test_scripts_styles_menus_and_footers_are_not_text():
    (draft,) = read_web_page(PAGE, address="page.html")
    assert not any(word in draft.text for word in ("stolen", "color", "Sport", "Copyright"))


def test_a_page_full_of_scripts_gives_its_article():
    scripts = ("<script>" + "var stolen = 1;" * 500 + "</script>") * 100
    (draft,) = read_web_page(PAGE.replace("<article>", scripts + "<article>"), address="page.html")
    assert SENTENCE in draft.text
    assert "stolen" not in draft.text


NO_DATE = PAGE.replace("article:published_time", "x")


def linked(text):
    return NO_DATE.replace("</head>", f'<script type="application/ld+json">{text}</script></head>')


@pytest.mark.parametrize(
    ("page", "address", "day"),
    [
        (NO_DATE, "page.html", None),  # the footer's and the text's days are others
        (NO_DATE.replace(SENTENCE, SENTENCE + " It was 2 March 2019, or 2019-03-02."), "page.html", None),
        (NO_DATE, "https://gazette.example/2031/05/04/frigates", DAY),
        (NO_DATE, "/home/2031/05/04/frigates.html", None),
        (NO_DATE.replace("<h1>", '<time itemprop="datePublished" datetime="2031-05-04">today</time><h1>'), "p", DAY),
        (linked('{"@graph": [{"datePublished": "2031-05-04"}]}'), "p", DAY),
        (linked('{"datePublished": 3, ['), "p", None),
        (linked('{"datePublished": 3}'), "p", None),
        (PAGE.replace("2031-05-04T", "2031-15-04T"), "p", None),
    ],
)  # fmt: skip
def test_the_day_of_a_page_is_declared_and_never_guessed(page, address, day):
    (draft,) = read_web_page(page, address=address)
    assert draft.date == day


def test_an_xhtml_page_that_declares_another_encoding_is_read_as_decoded():
    (draft,) = read_web_page(
        '<?xml version="1.0" encoding="iso-8859-1"?>' + PAGE.replace("strait", "détroit"), address="p"
    )
    assert "détroit" in draft.text


def test_an_entity_of_a_page_is_not_expanded_to_a_file(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("stolen")
    page = PAGE.replace("<!doctype html>", f'<!DOCTYPE html [<!ENTITY s SYSTEM "{secret.as_uri()}">]>')
    (draft,) = read_web_page(page.replace(PROTEST, f"{PROTEST} &s;"), address="p")
    assert "stolen" not in draft.text


def test_an_item_of_a_feed_is_a_document():
    first, second = read_feed(RSS, address="feed.xml")
    assert [line for line in first.text.split("\n") if line] == [SENTENCE, PROTEST]
    assert (first.title, first.outlet, first.author) == ("Frigates & talks", "Northland Gazette", "Anna Hand")
    assert (first.date, first.language, first.address) == (DAY, "en-gb", "https://gazette.example/1")
    assert second.text == second.title == "The ambassador of Southland leaves the capital"


def test_the_address_of_an_item_is_a_web_address_or_empty():
    assert read_feed(RSS, address="feed.xml")[1].address == ""


def test_full_content_takes_precedence_over_a_summary():
    (draft,) = read_feed(ATOM, address="feed.xml")
    assert draft.text.strip() == SENTENCE
    assert (draft.author, draft.date, draft.outlet) == ("B. Quill", dt.date(2031, 5, 5), "Courier")


def test_an_empty_feed_gives_nothing():
    assert read_feed('<rss version="2.0"><channel><title>Quiet</title></channel></rss>', address="f") == []


def test_a_feed_that_is_cut_off_gives_its_whole_items():
    assert len(read_feed(RSS[: RSS.index("</channel>")], address="f")) == 2


def test_the_document_type_of_an_old_feed_is_accepted():
    old = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://example.org/rss-0.91.dtd">'
    text = RSS.replace("<rss", old + "<rss", 1)
    assert looks_like_feed(text)
    assert len(read_feed(text, address="f")) == 2


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE rss [<!ENTITY a "b">]>',
        '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE rss [<!ENTITY % a "b">]>',
        '<!-- <rss> --><!DOCTYPE rss [<!ENTITY a "b">]>',
        '<?faulty?><!DOCTYPE rss [ broken <!ENTITY a "b">]>',
    ],
)
def test_a_feed_that_declares_entities_is_refused(prolog):
    with pytest.raises(InputError) as caught:
        read_feed(prolog + RSS.partition("?>")[2], address="f")
    assert code_of(caught) == "entity-declaration"


def test_an_item_about_entities_is_not_a_declaration():
    text = RSS.replace("Frigates &amp; talks", "What &lt;!ENTITY does")
    assert read_feed(text, address="f")[0].title == "What <!ENTITY does"


def test_headers_of_a_text_give_its_metadata():
    text = f"Title: Frigates\nOutlet: Gazette\nauthor: A. Hand\nDate: 2031-05-04\nLanguage: en\n\n{SENTENCE}\n"
    (draft,) = read_plain_text(text, address="t")
    assert (draft.title, draft.outlet, draft.author, draft.date, draft.language) == (
        "Frigates",
        "Gazette",
        "A. Hand",
        DAY,
        "en",
    )
    assert draft.text.strip() == SENTENCE


def test_a_sentence_that_begins_like_a_header_stays_text():
    (draft,) = read_plain_text("Date: 2031-05-04 is when it began.\nIt went on.", address="t")
    assert draft.text.startswith("Date: 2031-05-04 is when")


def test_a_text_of_headers_only_is_text():
    text = "Title: x\n" * 1_000 + "\n" + SENTENCE
    assert read_plain_text(text, address="t")[0].text == text


def test_all_faulty_headers_are_reported_with_their_lines():
    with pytest.raises(InputError) as caught:
        read_plain_text(f"Title: a\nDate: 2031-02-30\nTitle: b\n\n{SENTENCE}", address="t")
    assert [(problem.code, problem.line) for problem in caught.value.problems] == [
        ("bad-date", 2),
        ("duplicate-key", 3),
    ]


def test_json_lines_keep_their_order_and_ignore_other_keys():
    lines = [
        {"text": SENTENCE, "date": "2031-05-04T10:00:00Z", "url": "https://x.example", "score": 3},
        {"text": PROTEST},
    ]
    first, second = read_json_lines("\n\n".join(json.dumps(line) for line in lines), address="j")
    assert (first.text, first.date, first.address) == (SENTENCE, DAY, "https://x.example")
    assert second.text == PROTEST


def test_all_faulty_lines_are_reported_and_none_is_read():
    lines = [
        '{"text": "a"}',
        "[1]",
        '{"text": 3}',
        '{"title": "x"}',
        '{"text": "a", "date": "May"}',
        "{" * 9,
        "[" * 99_999,
    ]
    with pytest.raises(InputError) as caught:
        read_json_lines("\n".join(lines), address="j")
    faults = [(problem.line, problem.code) for problem in caught.value.problems]
    assert faults == [
        (2, "bad-json"),
        (3, "bad-value"),
        (4, "missing-text"),
        (5, "bad-date"),
        (6, "bad-json"),
        (7, "bad-json"),
    ]


def test_a_pdf_gives_its_text_but_not_the_day_it_was_made():
    lines = [
        "The navy of Northland sent two frigates to the",
        "strait on Monday, its minister said. The ambas-",
        "sador left.",
    ]
    (draft,) = read_pdf(pdf_of(lines), address="p")
    assert draft.text.strip() == f"{SENTENCE} The ambassador left."
    assert (draft.title, draft.author, draft.date) == ("Frigates leave port", "Anna Hand", None)


def test_wrapped_lines_are_joined_and_others_are_not():
    broken = "The navy of Northland sent two frigates to the\nstrait on Monday, its minister said.\n\nIt was late."
    assert join_broken_lines(broken) == f"{SENTENCE}\n\nIt was late."
    listed = (
        "Two frigates of Northland left the port on Monday\nTalks\nThe ambassador of Southland was recalled by his king"
    )
    assert join_broken_lines(listed) == listed
