"""One sheet of A4: each text that is drawn is also told, as an element in the order of reading, to those who hear it.

reportlab draws but does not tag; the tree of elements (ISO 32000, 14.7) is written here with its own parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName
from reportlab.pdfgen.canvas import Canvas

from registrations.certificate_pdf import fonts

WIDTH, HEIGHT = landscape(A4)
LEADING = 1.2


class Sheet:
    def __init__(self, *, title: str, author: str, subject: str, language: str) -> None:
        for font in (fonts.REGULAR, fonts.BOLD, fonts.WIDER):
            fonts.face(font)
        self._file = BytesIO()
        self._kinds: list[str] = []
        # invariant: the same certificate is the same file, byte for byte.
        self._canvas: Any = Canvas(
            self._file, (WIDTH, HEIGHT), pageCompression=1, invariant=1, lang=language, initialFontName=fonts.REGULAR
        )
        self._canvas.setTitle(title)
        self._canvas.setAuthor(author)
        self._canvas.setSubject(subject)
        self._canvas.setViewerPreference("DisplayDocTitle", "true")

    def paragraph(
        self,
        kind: str,
        text: str,
        left: float,
        top: float,
        sizes: tuple[float, float],
        colour: Any,
        *,
        width: float,
        font: str = fonts.REGULAR,
        most_lines: int = 1,
        one_line_from: float = 0,
    ) -> float:
        """Draw a text as large as it fits. Returns where it ends."""
        if not text:
            return top
        size, lines = fonts.fit(text, font, sizes, width=width, most_lines=most_lines, one_line_from=one_line_from)
        return self.lines(kind, lines, left, top, size, colour, told=text)

    def lines(
        self, kind: str, lines: list[fonts.Line], left: float, top: float, size: float, colour: Any, told: str = ""
    ) -> float:
        """told: what is said in place of what is drawn, where that is marked or cut."""
        drawn = " ".join(text for _font, text in lines)
        with self._element(kind, told if told and (fonts.MARK in drawn or "…" in drawn) else ""):
            self._canvas.setFillColor(colour)
            for font, text in lines:
                top -= size * LEADING
                self._canvas.setFont(font, size)
                self._canvas.drawString(left, top + size * (LEADING - 1), text)
        return top

    def box(self, left: float, bottom: float, width: float, height: float, colour: Any) -> None:
        self._canvas.setFillColor(colour)
        self._canvas.rect(left, bottom, width, height, stroke=0, fill=1)

    def dot(self, x: float, y: float, radius: float, colour: Any, filled: bool) -> None:
        self._canvas.setFillColor(colour)
        self._canvas.setStrokeColor(colour)
        self._canvas.setLineWidth(1.4)
        self._canvas.circle(x, y, radius, stroke=1, fill=int(filled))

    def square(self, modules: list[list[bool]], left: float, bottom: float, side: float, colour: Any) -> None:
        step = side / len(modules)
        path = self._canvas.beginPath()
        for row, line in enumerate(modules):
            for column, dark in enumerate(line):
                if dark:
                    path.rect(left + column * step, bottom + side - (row + 1) * step, step, step)
        self._canvas.setFillColor(colour)
        self._canvas.drawPath(path, stroke=0, fill=1)

    def link(self, address: str, left: float, bottom: float, width: float, height: float) -> None:
        self._canvas.linkURL(address, (left, bottom, left + width, bottom + height), relative=0)

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """What is drawn here is for the eyes only."""
        self._canvas.addLiteral("/Artifact BMC")
        yield
        self._canvas.addLiteral("EMC")

    def close(self) -> bytes:
        document = self._canvas._doc
        page = document.thisPageRef()
        self._canvas.showPage()
        written = document.Pages.pages[-1]
        # The library knows no such entry of a page.
        written.__NoDefault__ = [*written.__NoDefault__, "StructParents", "Tabs"]
        written.StructParents, written.Tabs = 0, PDFName("S")
        document.Catalog.StructTreeRoot = self._tree(document, page)
        document.Catalog.MarkInfo = PDFDictionary({"Marked": "true"})
        self._canvas.save()
        return self._file.getvalue()

    @contextmanager
    def _element(self, kind: str, told: str) -> Iterator[None]:
        # Said where the text is, so that whoever copies it has it as well.
        actual = f"/ActualText <FEFF{told.encode('utf-16-be').hex().upper()}>" if told else ""
        self._canvas.addLiteral(f"/{kind} <</MCID {len(self._kinds)} {actual}>> BDC")
        yield
        self._canvas.addLiteral("EMC")
        self._kinds.append(kind)

    def _tree(self, document: Any, page: Any) -> Any:
        root, whole = PDFDictionary({"Type": PDFName("StructTreeRoot")}), PDFDictionary({"Type": PDFName("StructElem")})
        above, around = document.Reference(root), document.Reference(whole)
        parts = []
        for number, kind in enumerate(self._kinds):
            said = {"Type": PDFName("StructElem"), "S": PDFName(kind), "P": around, "Pg": page, "K": number}
            parts.append(document.Reference(PDFDictionary(said)))
        whole.dict |= {"S": PDFName("Document"), "P": above, "K": PDFArray(parts)}
        by_number = PDFDictionary({"Nums": PDFArray([0, PDFArray(parts)])})
        root.dict |= {"K": around, "ParentTree": document.Reference(by_number), "ParentTreeNextKey": 1}
        return root
