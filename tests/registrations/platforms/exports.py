"""Writes the session of the truth as the platforms would: the layouts of which there is no sample."""

import csv
import io
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.registrations.platforms.truth import TRUTH, ZONE

US = "%m/%d/%Y %I:%M:%S %p"
US_24 = "%m/%d/%Y %H:%M:%S"
DAY_FIRST = "%d/%m/%Y %H:%M:%S"
DAY_FIRST_12 = "%d/%m/%Y %I:%M:%S %p"
ROLES = {
    "en": {"host": "Organizer", "panelist": "Presenter"},
    "es": {"host": "Organizador", "panelist": "Moderador"},
    "pt": {"host": "Organizador", "panelist": "Apresentador"},
    "fr": {"host": "Organisateur", "panelist": "Présentateur"},
}
AUDIENCE = {"en": "Attendee", "es": "Asistente", "pt": "Participante", "fr": "Participant"}


@dataclass(frozen=True)
class Stay:
    """One connection, on the clock of the host's zone."""

    name: str
    email: str
    kind: str
    joined: datetime
    left: datetime

    @property
    def length(self) -> timedelta:
        return self.left - self.joined

    @property
    def minutes(self) -> int:
        return math.ceil(self.length.total_seconds() / 60)

    def role(self, language: str) -> str:
        return ROLES[language].get(self.kind, AUDIENCE[language])


def stays(*, addresses: bool = True) -> list[Stay]:
    zone = ZoneInfo(ZONE)
    return [
        Stay(
            person["display"],
            person["reported_email"] if addresses else "",
            person["kind"],
            *(datetime.fromisoformat(moment).astimezone(zone).replace(tzinfo=None) for moment in interval),
        )
        for person in TRUTH["people"]
        for interval in person["intervals_utc"]
    ]


def by_person() -> list[list[Stay]]:
    together: dict[tuple[str, str], list[Stay]] = {}
    for stay in stays():
        together.setdefault((stay.name, stay.email), []).append(stay)
    return list(together.values())


def table(*rows, delimiter=",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


def zoom(
    header="Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,Recording Consent",
    *,
    written=US,
    delimiter=",",
    addresses=True,
) -> str:
    rows = [
        (stay.name, stay.email, f"{stay.joined:{written}}", f"{stay.left:{written}}", stay.minutes, "Yes", "")
        for stay in stays(addresses=addresses)
    ]
    return table(header.split(","), *rows, delimiter=delimiter)


def zoom_flat() -> str:
    """Z4: two columns of one name twice, of which the second speak of the person."""
    header = (
        "Topic,Meeting ID,User Name,User Email,Department,Start Time,End Time,Duration (Minutes),Participants,"
        "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest"
    )
    meeting = (
        "Sesión 2",
        "861 2345 6789",
        "Equipo IAPT",
        "equipo@iapt.example",
        "",
        "28/11/2024 10:41",
        "28/11/2024 12:37",
    )
    rows = [
        (
            *meeting,
            116,
            30,
            stay.name,
            stay.email,
            f"{stay.joined:%d/%m/%Y %H:%M}",
            f"{stay.left:%d/%m/%Y %H:%M}",
            stay.minutes,
            "Yes",
        )
        for stay in stays()
    ]
    return table(header.split(","), *rows)


def zoom_unique(header="Name (Original Name),User Email,Total Duration (Minutes),Guest") -> str:
    rows = [(own[0].name, own[0].email, sum(stay.minutes for stay in own), "Yes") for own in by_person()]
    return table(header.split(","), *rows)


def webinar_es() -> str:
    """Z8."""
    person = (
        "Asistió,Nombre de usuario (nombre original),Correo electrónico,Hora de entrada,"
        "Hora de salida,Tiempo en la sesión (minutos),Es invitado,Nombre de país/región"
    )
    attendee = person.replace("Correo", "Nombre,Apellido,Correo").replace(
        "Hora de entrada", "Hora de registro,Hora de entrada"
    )

    of = {kind: [stay for stay in stays() if stay.kind == kind] for kind in ("host", "panelist")}
    audience = [stay for stay in stays() if stay.kind not in of]
    return table(
        ["Informe de asistentes"],
        ["Informe generado:", "28/11/2024 05:30:00 PM"],
        "Tema,ID del seminario web,Hora de inicio real,Duración real (minutos),N.º inscritos,Usuarios totales".split(
            ","
        ),
        ["Sesión 2", "931 4567 8901", "28/11/2024 10:48:00 AM", 109, 18, 23],
        ["Detalles del anfitrión"],
        person.split(","),
        *(_webinar_row(stay, registered=False) for stay in of["host"]),
        ["Detalles de los panelistas"],
        person.split(","),
        *(_webinar_row(stay, registered=False) for stay in of["panelist"]),
        ["Detalles de los asistentes"],
        attendee.split(","),
        *(_webinar_row(stay, registered=True) for stay in audience),
        "No,Tomás Echeverría,Tomás,Echeverría,tomas@minero.example,18/11/2024 09:00:00 PM,--,--,--,--,".split(","),
    )


def _webinar_row(stay, *, registered):
    times = (
        f"{stay.joined:%d/%m/%Y %I:%M:%S %p}",
        f"{stay.left:%d/%m/%Y %I:%M:%S %p}",
        stay.minutes,
        "Sí",
        "Chile",
    )
    if not registered:
        return ("Sí", stay.name, stay.email, *times)
    return ("Sí", stay.name, "", "", stay.email, "18/11/2024 09:00:00 PM", *times)


def registrations() -> str:
    """Z9."""
    return table(
        ["Registration Report"],
        ["Report Generated:", "Nov 28, 2024 17:30:00"],
        "First Name,Last Name,Email,Registration Time,Approval Status".split(","),
        ["Ana", "Ruiz", "ana@apl.example", "Nov 18, 2024 21:00:00", "approved"],
    )


def spelled(length: timedelta, form: str) -> str:
    """A length as Teams spells it: "1h 27m 51s", or in Spanish "1 h 27 min 51 s" with spaces that do not break."""
    seconds = int(length.total_seconds())
    parts = zip((seconds // 3600, seconds // 60 % 60, seconds % 60), form.split(), strict=True)
    return " ".join(f"{number}{unit}" for number, unit in parts if number)


TEAMS = {
    "es": (
        ("1. Resumen", "Título de la reunión", "Duración de la reunión"),
        (
            "2. Participantes",
            "Nombre,Primera entrada,Última salida,Duración de la reunión,Correo electrónico,"
            "Id. de participante (UPN),Rol",
        ),
        ("3. Actividades de la reunión", "Nombre,Hora de unión,Hora de salida,Duración,Correo electrónico,Rol"),
        "%m/%d/%y, %I:%M:%S\u202f%p",
        "\u00a0h \u00a0min \u00a0s",
    ),
    "pt": (
        ("1. Resumo", "Título da reunião", "Duração da reunião"),
        (
            "2. Participantes",
            "Nome,Primeira Entrada,Última Saída,Duração da Reunião,Email,ID do participante (UPN),Função",
        ),
        ("3. Atividades em Reunião", "Nome,Horário de Entrada,Horário de Saída,Duração,Email,Função"),
        DAY_FIRST,
        "h m s",
    ),
}


def teams(language: str, *, detail=True) -> str:
    """T2 and T3."""
    summary, participants, activities, written, form = TEAMS[language]
    firsts = [
        (
            own[0].name,
            f"{own[0].joined:{written}}",
            f"{own[-1].left:{written}}",
            spelled(sum((stay.length for stay in own), timedelta()), form),
            own[0].email,
            own[0].email,
            own[0].role(language),
        )
        for own in by_person()
    ]
    text = table(
        [summary[0]],
        [summary[1], "Sesión 2"],
        [summary[2], "1h 55m"],
        [],
        [participants[0]],
        participants[1].split(","),
        *firsts,
        delimiter="\t",
    )
    return text + (
        table([], [activities[0]], delimiter="\t") + activity(activities[1], language, written, form) if detail else ""
    )


def activity(header: str, language: str, written: str, form: str) -> str:
    """The third section of a Teams report, which other reports (T4) consist of."""
    rows = [
        (
            stay.name,
            f"{stay.joined:{written}}",
            f"{stay.left:{written}}",
            spelled(stay.length, form),
            stay.email,
            stay.role(language),
        )
        for stay in stays()
    ]
    return table(header.split(","), *rows, delimiter="\t")


def actions(header: str, joined: str, left: str, written="%d/%m/%Y, %I:%M:%S %p") -> str:
    """T5: one line for each arrival and departure."""
    rows = [
        (stay.name, word, f"{moment:{written}}")
        for stay in stays()
        for word, moment in ((joined, stay.joined), (left, stay.left))
    ]
    return table(header.split(","), *rows, delimiter="\t")


def live_event() -> str:
    """T6, whose hours are in UTC."""
    away = timedelta(hours=3)
    rows = [
        ("s1", f"p{number}", stay.name, "Mozilla", f"{moment + away:%m/%d/%Y %I:%M:%S %p}", word, stay.role("en"))
        for number, stay in enumerate(stays())
        for word, moment in (("Joined", stay.joined), ("Left", stay.left))
    ]
    return table("SessionId,ParticipantId,FullName,UserAgent,UtcEventTimestamp,Action,Role".split(","), *rows)


def webex_without_hours() -> str:
    """W1 as it was seen: lengths only, and a row for each breakout room."""
    header = "Meeting Name,Meeting Start Time,Display Name,Attendee Email,Attendance Duration,Session Name"
    rows = [
        (
            "Sesión 2",
            "2024-11-28 11:00:00",
            stay.name,
            stay.email or "x@guest.webex.localhost",
            f"{stay.minutes} min",
            room,
        )
        for stay in stays()
        for room in ("Main Session", "Breakout Session 1")
    ]
    return table(header.split(","), *rows)


def meet(header="Name,Email,Duration,Time joined,Time exited", *titles, written="%H:%M", minutes="{}m") -> str:
    """G1: one row per person, hours without a day."""
    rows = [
        (
            own[0].name,
            own[0].email,
            minutes.format(int(sum(stay.length.total_seconds() for stay in own)) // 60),
            f"{own[0].joined:{written}}",
            f"{own[-1].left:{written}}",
        )
        for own in by_person()
    ]
    return table(*([title] for title in titles), header.split(","), *rows)
