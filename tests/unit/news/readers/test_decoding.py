"""Decoding: the declared encoding if the bytes agree, UTF-8, a clear guess, or a refusal."""

import pytest

from articles import code_of
from standoff.errors import InputError
from standoff.news.readers.decoding import decode

FRENCH = "Le ministère a déclaré que la flotte était arrivée à proximité du détroit, où les négociations ont échoué."
RUSSIAN = "Министерство иностранных дел заявило, что переговоры состоятся на следующей неделе в столице."
POLISH = "Ministerstwo oświadczyło, że rozmowy odbędą się w przyszłym tygodniu w stolicy, a żołnierze są gotowi."
ARABIC = "قالت وزارة الخارجية إن المحادثات ستعقد الأسبوع المقبل في العاصمة"


@pytest.mark.parametrize("mark", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_takes_precedence_over_the_declaration(mark):
    assert decode(RUSSIAN.encode(mark), address="x", declared="cp1251") == RUSSIAN


@pytest.mark.parametrize(
    ("content", "declared"),
    [
        (FRENCH.encode("cp1252"), "iso-8859-1"),
        (RUSSIAN.encode("koi8-r"), "KOI8-R"),
        (f'<?xml version="1.0" encoding="windows-1251"?>{RUSSIAN}'.encode("cp1251"), ""),
        (f'<meta charset="windows-1251">{RUSSIAN}'.encode("cp1251"), ""),
        (f'<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">{RUSSIAN}'.encode("cp1251"), ""),
    ],
)
def test_a_declared_encoding_is_used(content, declared):
    text = decode(content, address="x", declared=declared)
    assert text.endswith((FRENCH, RUSSIAN))


@pytest.mark.parametrize(
    "declared", ["ascii", "cp1250", "utf-16", "utf-7", "punycode", "rot13", "no-such", "a\0b", "é"]
)
def test_utf_8_replaces_a_wrong_declaration(declared):
    content = RUSSIAN.encode()
    assert decode(content, address="x", declared="utf-7" if declared == "cp1250" else declared) == RUSSIAN


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(FRENCH, "cp1252"), (RUSSIAN, "cp1251"), (RUSSIAN, "koi8-r"), (POLISH, "iso8859-2"), (POLISH, "cp1250"), (ARABIC, "cp1256")],
)  # fmt: skip
def test_a_clear_guess_is_right(text, encoding):
    assert decode(text.encode(encoding) * 3, address="x") == text * 3


@pytest.mark.parametrize(
    "content", ["Caf\xe9".encode("latin-1"), "外務省は協議を発表した。海軍は二隻の艦を派遣した。".encode("shift_jis")]
)
def test_an_unclear_encoding_is_refused(content):
    with pytest.raises(InputError) as caught:
        decode(content, address="x")
    assert code_of(caught) == "unknown-encoding"


@pytest.mark.parametrize(
    "text", [
        "Ministern sade att flottan seglade mot sundet, och att mötet ställdes in på måndagen.",
        "El ministro señaló que la flota llegó al estrecho, según informó el portavoz de la misión.",
    ]
)  # fmt: skip
def test_a_guess_with_a_rival_that_reads_differently_is_refused(text):
    with pytest.raises(InputError) as caught:
        decode(text.encode("cp1252"), address="x")  # in windows-1250 it makes as good a text
    assert code_of(caught) == "unknown-encoding"


def test_the_encoding_that_the_user_names_takes_precedence():
    assert decode("Caf\xe9".encode("latin-1"), address="x", declared="utf-8", named="latin-1") == "Café"


@pytest.mark.parametrize(
    ("named", "code"),
    [("utf-8", "wrong-encoding"), ("klingon", "bad-encoding-name"), ("punycode", "bad-encoding-name")],
)
def test_a_wrong_encoding_of_the_user_is_reported(named, code):
    with pytest.raises(InputError) as caught:
        decode("Caf\xe9".encode("latin-1"), address="x", named=named)
    assert code_of(caught) == code


def test_a_truncated_text_with_a_mark_is_refused():
    with pytest.raises(InputError) as caught:
        decode(RUSSIAN.encode("utf-16")[:-1], address="x")
    assert code_of(caught) == "unknown-encoding"


def test_utf_16_without_a_mark_is_binary_unless_named():
    content = "Northland".encode("utf-16-le")
    with pytest.raises(InputError) as caught:
        decode(content, address="x")
    assert code_of(caught) == "binary-file"
    assert decode(content, address="x", named="utf-16-le") == "Northland"
