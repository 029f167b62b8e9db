"""A file as records, whichever way it has to be cut; read anew as often as asked, never held whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Protocol

from registrations.platforms import decoding, records, workbook
from registrations.platforms.records import DELIMITERS, Problems, Record


class Source(Protocol):
    """ways: how the file may be cut, the likelier first: delimiters of a text, sheets of a workbook."""

    @property
    def ways(self) -> tuple[str, ...]: ...

    def records(self, way: str, problems: Problems) -> Iterator[Record]: ...


class Text:
    """A file with delimiters."""

    ways = DELIMITERS

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._encoding = file, decoding.encoding(file)

    def records(self, way: str, problems: Problems) -> Iterator[Record]:
        return records.split(decoding.lines(self._file, self._encoding), way, problems)


def of(file: BinaryIO) -> Source:
    """Look at the first bytes: a workbook or text. Raises Unreadable for what is neither."""
    return workbook.Workbook(file) if decoding.head(file, 4) == decoding.ZIP else Text(file)
