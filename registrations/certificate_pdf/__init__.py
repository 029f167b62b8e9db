"""A certificate as one sheet of A4, to print and to send on: everything it needs is inside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm

from iatp_events.lib import qr
from registrations.certificate_pdf import fonts
from registrations.certificate_pdf.sheet import HEIGHT, WIDTH, Sheet

if TYPE_CHECKING:
    from registrations.models import Certificate
    from registrations.statements import Statement

NAVY, SKY, AMBER = HexColor(0x0B2E4A), HexColor(0x009EDB), HexColor(0xE8A33D)
INK, INK_2, LINE, PURPLE, WHITE = (HexColor(value) for value in (0x10202E, 0x3D4F5F, 0xD5DEE5, 0x6B2C73, 0xFFFFFF))
WARN, WARN_SOFT = HexColor(0x7A4A00), HexColor(0xFDF0D5)
EDGE = 22 * mm
BAND = 30 * mm
STRIPE = 8 * mm
ACROSS = WIDTH - 2 * EDGE
SQUARE = 30 * mm
FOOT = 50 * mm


def render(certificate: Certificate, statement: Statement, *, address: str, stops: list[bool]) -> bytes:
    """The sheet in the certificate's own language.

    address: where it is verified. stops: the planned sessions, and which of them it is about.
    """
    with translation.override(certificate.language):
        sheet = Sheet(
            title=" · ".join([*_warning(statement), statement.word, certificate.name]),
            author=str(statement.organiser or statement.series),
            subject=str(statement.title),
            language=certificate.language,
        )
        _band(sheet, str(statement.series), stops)
        if statement.is_demonstration:
            _stripe(sheet)
        _body(sheet, certificate.name, statement)
        _foot(sheet, certificate, statement, address)
        return sheet.close()


def shown(address: str) -> str:
    """An address as people read it."""
    return address.partition("://")[2]


def _band(sheet: Sheet, series: str, stops: list[bool]) -> None:
    with sheet.artifact():
        sheet.box(0, HEIGHT - BAND, WIDTH, BAND, NAVY)
        step = min(6.4 * mm, ACROSS * 0.45 / max(len(stops), 1))
        right, middle = WIDTH - EDGE, HEIGHT - BAND / 2
        for place, here in enumerate(reversed(stops)):
            sheet.dot(
                right - 2.4 * mm - place * step, middle, 2.4 * mm if here else 1.5 * mm, AMBER if here else SKY, here
            )
    room = ACROSS - len(stops) * step - 8 * mm
    size, lines = fonts.fit(series, fonts.BOLD, (15, 9), width=room, most_lines=2)
    top = HEIGHT - BAND / 2 + (len(lines) * size * 1.2) / 2
    sheet.lines("P", lines, EDGE, top, size, WHITE)


def _warning(statement: Statement) -> list[str]:
    return [pgettext("certificate", "Demonstration")] if statement.is_demonstration else []


def _stripe(sheet: Sheet) -> None:
    """Between the band and the text, where nobody takes it for a part of either."""
    top = HEIGHT - BAND
    with sheet.artifact():
        sheet.box(0, top - STRIPE, WIDTH, STRIPE, WARN_SOFT)
    said = _("Demonstration: the people are made up, and this certifies nothing.")
    sheet.paragraph("P", said, EDGE, top - 1.6 * mm, (12, 9), WARN, font=fonts.BOLD, width=ACROSS)


def _body(sheet: Sheet, name: str, statement: Statement) -> None:
    """From the top down, whatever room the lines before took; the last ones shrink to what is left."""
    top = HEIGHT - BAND - 13 * mm
    top = sheet.paragraph("H1", statement.word, EDGE, top, (15, 12), PURPLE, font=fonts.BOLD, width=ACROSS)
    top = sheet.paragraph(
        "P", pgettext("certificate", "This confirms that"), EDGE, top - 7 * mm, (12, 10), INK_2, width=ACROSS
    )
    top = sheet.paragraph(
        "P", name, EDGE, top - 2 * mm, (38, 8.5), INK, font=fonts.BOLD, width=ACROSS, most_lines=3, one_line_from=22
    )
    top = sheet.paragraph("P", statement.took_part, EDGE, top - 4 * mm, (12, 9), INK_2, width=ACROSS, most_lines=2)
    top = sheet.paragraph(
        "P", str(statement.title), EDGE, top - 2 * mm, (18, 9), INK, font=fonts.BOLD, width=ACROSS, most_lines=3
    )
    when = " · ".join(part for part in (statement.date, statement.minutes) if part)
    top = sheet.paragraph("P", when, EDGE, top - 2 * mm, (12, 9), INK_2, width=ACROSS, most_lines=2)
    if fonts.has_marks(name):
        told = _("Signs that this sheet cannot show are drawn as %(mark)s; the address below shows the name in full.")
        sheet.paragraph("P", told % {"mark": fonts.MARK}, EDGE, top - 1 * mm, (9, 7), INK_2, width=ACROSS, most_lines=2)


def _foot(sheet: Sheet, certificate: Certificate, statement: Statement, address: str) -> None:
    with sheet.artifact():
        sheet.box(EDGE, FOOT, ACROSS, 0.3 * mm, LINE)
        sheet.square(qr.modules(address), EDGE, FOOT - 5 * mm - SQUARE, SQUARE, INK)
    left, room = EDGE + SQUARE + 8 * mm, ACROSS - SQUARE - 8 * mm
    top = FOOT - 6 * mm
    if statement.organiser:
        text = str(statement.organiser)
        top = sheet.paragraph("P", text, left, top, (11, 8), INK, font=fonts.BOLD, width=room, most_lines=2) - 2 * mm
    top = sheet.paragraph(
        "P", f"{_('Folio')}  {certificate.folio}", left, top, (13, 11), INK, font=fonts.BOLD, width=room
    )
    said = f"{_('Anyone can check it:')} {shown(address)}"
    top = sheet.paragraph("P", said, left, top - 1.5 * mm, (9.5, 7), INK_2, width=room, most_lines=2)
    sheet.link(address, left, top, room, 5 * mm)
