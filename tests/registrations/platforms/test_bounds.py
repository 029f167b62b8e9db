"""How long and how much memory the longest files take, in processes of their own."""

import io
import os
import subprocess
import sys
import textwrap

import pytest
from django.conf import settings

pytestmark = pytest.mark.real_time

HEAD = b"Name,User Email,Join Time,Leave Time,Duration (Minutes)\n"
ROW = "Ana {0},p{0}@apl.example,11/28/2024 11:{1:02}:{2:02} AM,11/28/2024 12:20:00 PM,60\n"


class Endless(io.RawIOBase):
    """A long file that is not held in memory: a beginning, then a piece again and again."""

    def __init__(self, start: bytes, piece: bytes, size: int) -> None:
        self._start, self._piece, self._size, self._at = start, piece * (2**16 // len(piece) + 1), size, 0

    def seek(self, offset, whence=0):
        self._at = offset if whence == 0 else self._size
        return self._at

    def tell(self):
        return self._at

    def read(self, size=-1):
        rest = self._start[self._at :] or self._piece
        chunk = rest[: min(size, self._size - self._at)]
        self._at += len(chunk)
        return chunk


def rows(count: int) -> bytes:
    return HEAD + "".join(ROW.format(number, number % 60, number % 59) for number in range(count)).encode()


def measured(program: str) -> list[int]:
    """What a program prints, with the megabytes and the seconds of processor it took after its imports."""
    start = """
        import io, resource, django
        django.setup()
        from registrations.platforms import grouping, placing, reading
        from registrations.platforms.rows import Unreadable
        from tests.registrations.platforms import test_bounds
        from tests.registrations.platforms.truth import SCHEDULE, ZONE
        usage = lambda: resource.getrusage(resource.RUSAGE_SELF)
    """
    end = """
        print((usage().ru_maxrss - before.ru_maxrss) // 1024, int(usage().ru_utime - before.ru_utime))
    """
    ran = subprocess.run(
        [sys.executable, "-c", "\n".join(textwrap.dedent(part) for part in (start, program, end))],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    return [int(number) for number in ran.stdout.split()]


@pytest.mark.parametrize(
    "piece", [ROW, "x" * 999, '"' + "x" * 99 + "\n", "," * 999], ids=["rows", "one line", "quotes", "columns"]
)
def test_a_hundred_megabytes_are_refused_by_line(piece):
    line, megabytes, seconds = measured(
        f"""
        before = usage()
        try:
            reading.read(test_bounds.Endless(test_bounds.HEAD, {piece!r}.encode(), 100 * 1024**2))
        except Unreadable as refused:
            print(refused.line)
        """
    )

    assert line > 1
    assert megabytes < 300
    assert seconds < 10


def test_a_hundred_thousand_rows_are_read_in_seconds():
    people, megabytes, seconds = measured(
        """
        raw = io.BytesIO(test_bounds.rows(100_000))
        before = usage()
        placed = placing.place(reading.read(raw), schedule=SCHEDULE, zone=ZONE)
        print(len(grouping.people(placed, schedule=SCHEDULE)))
        """
    )

    assert people == 100_000
    assert megabytes < 300
    assert seconds < 15
