"""Detection of the language of a text."""

import pytest

from standoff.news.language import detect_language

TEXTS = {
    "en": "The navy of Northland sent two frigates to the strait on Monday, its minister said.",
    "de": "Die Marine von Nordland schickte am Montag zwei Fregatten in die Meerenge, sagte ihr Minister.",
    "fr": "La marine a envoyé lundi deux frégates dans le détroit, a déclaré le ministre.",
    "ru": "Военно-морской флот направил в понедельник два фрегата в пролив, заявил министр.",
    "ar": "أرسلت البحرية فرقاطتين إلى المضيق يوم الاثنين، بحسب ما قال الوزير.",
    "fa": "نیروی دریایی روز دوشنبه دو ناوچه به تنگه فرستاد، وزیر این کشور گفت.",
    "zh": "北国海军周一向海峡派遣了两艘护卫舰，该国部长说，谈判将于下周在首都举行。",
}


@pytest.mark.parametrize("language", TEXTS)
def test_the_language_is_detected_from_the_text(language):
    assert detect_language(TEXTS[language], declared="sv") == language


@pytest.mark.parametrize(
    ("declared", "language"), [("en-GB", "en"), ("pt_BR", "pt"), ("EN", "en"), ("", ""), ("e1", ""), ("日本", "")]
)  # fmt: skip
def test_a_text_that_is_too_short_gets_the_declared_language(declared, language):
    assert detect_language("OK, 12:30.", declared=declared) == language


def test_a_declaration_that_contradicts_the_text_is_rejected():
    mixed = "The minister met. Der Minister traf den Botschafter am Montag."
    assert detect_language(mixed, declared="de") == "de"
    assert detect_language(mixed, declared="zh") == ""


def test_a_text_in_no_language_gets_none():
    assert detect_language("asdkjh qweoiu zmxncb alskdjf qpwoei", declared="en") == ""


def test_figures_have_no_language():
    assert detect_language("12 345 678 " * 50) == ""
