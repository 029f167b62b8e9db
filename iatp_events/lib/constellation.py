"""Countries as a constellation: a dot where each lies, as big as it is present, joined to what lies near."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import hypot, sqrt

from iatp_events.lib import zones

WIDTH, HEIGHT = 320, 300
_MARGIN = 16
# Latin America and the Caribbean, in degrees; what lies elsewhere is drawn at the edge it lies beyond.
_WEST, _EAST, _NORTH, _SOUTH = -107.0, -43.0, 24.0, -37.0
_SMALLEST, _BIGGEST = 4.0, 12.0


@dataclass(frozen=True, slots=True)
class Dot:
    country: str
    people: int
    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Picture:
    dots: tuple[Dot, ...]
    lines: tuple[Line, ...]
    width: int = WIDTH
    height: int = HEIGHT


def draw(people: Mapping[str, int]) -> Picture:
    """Place the countries (ISO 3166 alpha-2 → people), most present first; unknown codes are left out."""
    most = max(people.values(), default=1)
    ordered = sorted(people.items(), key=lambda item: (-item[1], item[0]))
    dots = tuple(_dot(country, count, most) for country, count in ordered if country in _positions())
    return Picture(dots, _joined(dots))


def _dot(country: str, people: int, most: int) -> Dot:
    latitude, longitude = _positions()[country]
    x = _within(_MARGIN + (longitude - _WEST) / (_EAST - _WEST) * (WIDTH - 2 * _MARGIN), WIDTH)
    y = _within(_MARGIN + (_NORTH - latitude) / (_NORTH - _SOUTH) * (HEIGHT - 2 * _MARGIN), HEIGHT)
    radius = _SMALLEST + (_BIGGEST - _SMALLEST) * sqrt(people / most)
    return Dot(country, people, x, y, round(radius, 1))


def _within(value: float, size: int) -> float:
    return round(min(max(value, _MARGIN), size - _MARGIN), 1)


def _joined(dots: tuple[Dot, ...]) -> tuple[Line, ...]:
    """The shortest net that joins all dots (Prim)."""
    joined, apart, lines = list(dots[:1]), list(dots[1:]), []
    while apart:
        near, far = min(((a, b) for a in joined for b in apart), key=lambda pair: _distance(*pair))
        lines.append(Line(near.x, near.y, far.x, far.y))
        apart.remove(far)
        joined.append(far)
    return tuple(lines)


def _distance(a: Dot, b: Dot) -> float:
    return hypot(a.x - b.x, a.y - b.y)


@cache
def _positions() -> dict[str, tuple[float, float]]:
    """Latitude and longitude of the city whose clock most people of each country keep, from tzdata's own table."""
    lines = resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {country: _degrees(position) for country, position, zone, *_ in rows if zone == zones.of_country(country)}


def _degrees(position: str) -> tuple[float, float]:
    """ISO 6709 as tzdata writes it: "-3327-07040" or "+404251-0740023"."""
    split = max(position.rfind("+"), position.rfind("-"))
    return _angle(position[:split], whole=3), _angle(position[split:], whole=4)


def _angle(text: str, *, whole: int) -> float:
    size = float(text[1:whole]) + float(text[whole : whole + 2]) / 60
    return -size if text.startswith("-") else size
