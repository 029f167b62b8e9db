"""Cities of the region, the zone each country keeps, and hours as people say them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

# North to south. The names are English; the catalogue says how each language calls a city where it differs.
CITIES: dict[str, str] = {
    "America/Tijuana": "Tijuana",
    "America/Hermosillo": "Hermosillo",
    "America/Monterrey": "Monterrey",
    "America/Mexico_City": _("Mexico City"),
    "America/Cancun": "Cancún",
    "America/Havana": _("Havana"),
    "America/Guatemala": _("Guatemala City"),
    "America/Belize": _("Belize City"),
    "America/El_Salvador": "San Salvador",
    "America/Tegucigalpa": "Tegucigalpa",
    "America/Managua": "Managua",
    "America/Costa_Rica": "San José",
    "America/Panama": _("Panama City"),
    "America/Jamaica": "Kingston",
    "America/Port-au-Prince": _("Port-au-Prince"),
    "America/Santo_Domingo": _("Santo Domingo"),
    "America/Puerto_Rico": "San Juan",
    "America/Barbados": "Bridgetown",
    "America/Port_of_Spain": _("Port of Spain"),
    "America/Bogota": "Bogotá",
    "America/Caracas": "Caracas",
    "America/Guyana": "Georgetown",
    "America/Paramaribo": "Paramaribo",
    "America/Guayaquil": "Guayaquil",
    "America/Lima": "Lima",
    "America/La_Paz": "La Paz",
    "America/Manaus": "Manaus",
    "America/Sao_Paulo": "São Paulo",
    "America/Asuncion": _("Asunción"),
    "America/Argentina/Buenos_Aires": "Buenos Aires",
    "America/Montevideo": _("Montevideo"),
    "America/Santiago": "Santiago",
    "America/Punta_Arenas": "Punta Arenas",
    "America/New_York": _("New York"),
    "America/Los_Angeles": _("Los Angeles"),
    "Europe/Madrid": "Madrid",
    "Europe/Lisbon": _("Lisbon"),
    "Europe/Paris": _("Paris"),
    "UTC": "UTC",
}
# What the staff form shows beside an hour: one city per habit of the region's clocks.
TEN_CITIES = (
    "America/Tijuana",
    "America/Mexico_City",
    "America/Guatemala",
    "America/Bogota",
    "America/Lima",
    "America/La_Paz",
    "America/Asuncion",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/Punta_Arenas",
)
# Where zone.tab does not begin with the zone that most people of the country keep.
_PRINCIPAL = {
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "AU": "Australia/Sydney",
    "RU": "Europe/Moscow",
    "ID": "Asia/Jakarta",
    "PT": "Europe/Lisbon",
    "ES": "Europe/Madrid",
    "NZ": "Pacific/Auckland",
}


@dataclass(frozen=True, slots=True)
class LocalTime:
    """One moment on the wall clock of one city."""

    zone: str
    city: str
    at: datetime
    offset: str


def exists(zone: str) -> bool:
    return zone in _known()


@cache
def _known() -> frozenset[str]:
    # A page asks a dozen times; the list is read from the package's files each time.
    # "Factory" says that nobody set a clock; it is nobody's zone.
    return frozenset(available_timezones() - {"Factory", "localtime"})


def city(zone: str) -> str:
    """The city's name in the reader's language; an unlisted zone by the last part of its identifier."""
    known = CITIES.get(zone)
    return gettext(known) if known else zone.rsplit("/", 1)[-1].replace("_", " ")


def of_country(country: str, default: str = "America/Santiago") -> str:
    """The zone most people of a country (ISO 3166 alpha-2) keep."""
    return _PRINCIPAL.get(country) or _zone_tab().get(country, default)


@cache
def _zone_tab() -> dict[str, str]:
    lines = resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8").splitlines()
    first: dict[str, str] = {}
    for line in lines:
        if line and not line.startswith("#"):
            country, _position, zone = line.split("\t")[:3]
            first.setdefault(country, zone)
    return first


def to_utc(day: date, start: time, zone: str) -> datetime:
    """The moment at which a wall clock in `zone` shows `start` on `day`.

    An hour that the clock skips in spring is read as the hour after it; one that it shows twice, as the first.
    """
    return datetime.combine(day, start, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def offset(moment: datetime, zone: str) -> str:
    """The distance from UTC as people read it: "UTC−5", "UTC+5:30", "UTC"."""
    distance = moment.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    minutes = round(distance.total_seconds() / 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")


def local_times(moment: datetime, zones: Iterable[str] = CITIES) -> list[LocalTime]:
    """The moment in each listed city, north to south."""
    return [LocalTime(zone, city(zone), moment.astimezone(ZoneInfo(zone)), offset(moment, zone)) for zone in zones]
