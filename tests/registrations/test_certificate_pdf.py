"""The file: small, one sheet, the same text for eyes and ears, whatever the name."""

import re
import zlib
from base64 import a85decode

import pytest

from registrations import certificate_pdf
from registrations.certificate_pdf import fonts
from registrations.models import Certificate
from registrations.statements import Facts, Statement

ADDRESS = "https://talleres.example.org/es/certificates/K7QM-2XWD-9RTA/"
TITLE = "¿Cómo se mantiene viva una comunidad de práctica?"
LONG = ("Maximiliana Bartholomäus-Wolfeschlegelsteinhausenbergerdorff " * 4)[:200]
LARGEST = 80_000


def drawn(
    name: str, *, title: str = TITLE, language: str = "es", number: int | None = 3, demonstration: bool = False
) -> bytes:
    facts = Facts(
        title=(title, "es"),
        series=("Comunidad en Práctica", "es"),
        organiser=("The platform", "en"),
        number=number,
        planned=10,
        attended=1,
        caught_up=0,
        first_day="2026-10-15",
        day="2026-10-15",
        minutes=82,
        length=90,
        demonstration=demonstration,
    )
    certificate = Certificate(
        folio="K7QM-2XWD-9RTA", name=name, language=language, document="constancia", facts=facts.stored()
    )
    statement = Statement(certificate)
    return certificate_pdf.render(certificate, statement, address=ADDRESS, stops=statement.stops)


def streams(file: bytes) -> list[str]:
    found = []
    for filters, stream in re.findall(rb"/Filter \[([^\]]*)\].*?stream\r?\n(.*?)endstream", file, re.S):
        packed = a85decode(stream.strip().removesuffix(b"~>")) if b"ASCII85" in filters else stream
        found.append(zlib.decompressobj().decompress(packed).decode("latin-1"))
    return found


def said(file: bytes) -> str:
    """What somebody copies from the page: shown codes, read back by the tables that the fonts bring along."""
    (page,) = [stream for stream in streams(file) if " BDC" in stream]
    tables = [stream for stream in streams(file) if "endbfchar" in stream]
    order = sorted(set(re.findall(r"/F(\d+\+0) ", page)))
    letters = dict(zip(order, (_letters(table) for table in tables), strict=True))
    words = []
    for font, text in re.findall(r"/F(\d+\+0) [\d.]+ Tf.*?\(((?:\\.|[^\\)])*)\) Tj", page, re.S):
        words.append("".join(letters[font][code] for code in _codes(text)))
    return "\n".join(words)


def _letters(table: str) -> dict[int, str]:
    pairs = re.findall(r"<(..)> <([0-9A-F]{4,})>\n", table)
    return {int(code, 16): bytes.fromhex(letters).decode("utf-16-be") for code, letters in pairs}


def _codes(text: str) -> list[int]:
    plain = re.sub(r"\\([0-7]{3}|.)", lambda m: chr(int(m[1], 8)) if len(m[1]) == 3 else m[1], text)
    return [ord(sign) for sign in plain]


@pytest.mark.parametrize("language", ["es", "pt", "en", "fr"])
@pytest.mark.parametrize("name", ["Ana", LONG, "W" * 200, "Ysapỹ Ñandutĩ", "王小明 محمد", "Елена Димитрова", ""])
def test_it_is_one_small_sheet_whatever_the_name(name: str, language: str) -> None:
    file = drawn(name, language=language, title=TITLE * 6)

    assert len(file) <= LARGEST
    assert len(re.findall(rb"/Type /Page\b", file)) == 1
    assert f"/Lang ({language})".encode() in file


def test_what_is_drawn_can_be_read_and_copied() -> None:
    text = said(drawn("María de los Ángeles Ñáñez Güemes"))

    for words in ("María de los Ángeles Ñáñez Güemes", TITLE, "jueves 15 de octubre de 2026", "K7QM-2XWD-9RTA"):
        assert words in text
    assert "talleres.example.org/es/certificates/K7QM-2XWD-9RTA/" in text


def test_the_fonts_are_inside() -> None:
    file = drawn("Ysapỹ")

    assert set(re.findall(rb"/FontName /[A-Z0-9]+\+([A-Za-z-]+)", file)) == {
        b"Figtree-Regular",
        b"Figtree-Bold",
        b"NotoSans-Bold",
    }
    assert file.count(b"/FontFile2") == 3


def test_every_text_is_an_element_in_the_order_of_reading() -> None:
    file = drawn("Ana")
    (page,) = [stream for stream in streams(file) if " BDC" in stream]

    numbers = [int(number) for number in re.findall(r"/MCID (\d+)", page)]
    assert numbers == list(range(len(numbers)))
    assert file.count(b"/Type /StructElem") == len(numbers) + 1
    assert page.count("BDC") + page.count("BMC") == page.count("EMC")
    for mark in (b"/StructTreeRoot", b"/Marked true", b"/DisplayDocTitle true", b"/S /H1", b"/StructParents 0"):
        assert mark in file


def test_a_sign_that_no_font_has_is_marked_and_said_in_full() -> None:
    (page,) = [stream for stream in streams(drawn("王小明 Wang")) if " BDC" in stream]

    assert fonts.set_in("王小明 Wang", fonts.BOLD) == (fonts.WIDER, f"{fonts.MARK * 3} Wang")
    assert f"/ActualText <FEFF{'王小明 Wang'.encode('utf-16-be').hex().upper()}>" in page


def test_a_long_name_is_shrunk_or_broken_and_never_cut() -> None:
    for name in (LONG, "W" * 200):
        size, lines = fonts.fit(name, fonts.BOLD, (38, 8.5), width=700, most_lines=3, one_line_from=22)
        joined = "".join(text for _font, text in lines).replace(" ", "")
        assert joined == name.strip().replace(" ", "")
        assert all(fonts.width(line, size) <= 700 for line in lines)


@pytest.mark.parametrize("name", ["Ana", LONG])
def test_a_demonstration_says_so_before_anything_else(name: str) -> None:
    file = drawn(name, demonstration=True, language="en")

    assert "this certifies nothing" in said(file).partition("Statement of attendance")[0]
    assert "this certifies nothing" not in said(drawn(name, language="en"))


def test_the_same_certificate_is_the_same_file() -> None:
    assert drawn("Ana") == drawn("Ana")
