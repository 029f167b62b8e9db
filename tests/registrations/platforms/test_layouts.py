"""The layouts that are known and of which there is no sample, written out of the truth."""

from datetime import UTC, datetime
from unicodedata import normalize

import pytest

from registrations.platforms.rows import Flag, Role, Schedule, Unreadable
from tests.registrations.platforms import exports
from tests.registrations.platforms.truth import minutes, people, report, true_minutes

ZOOM_ES = (
    "Nombre (nombre original),Correo electrónico,Hora de entrada,Hora de salida,Duración (minutos),Invitado,"
    "Respuesta al descargo de responsabilidad relativa a la grabación"
)
ZOOM_ES_OLD = (
    "Nombre (nombre original),E-mail del usuario,Hora para unirse,Hora para salir,Duración (minutos),Invitado,X"
)
ZOOM_PT = "Nome (nome original),E-mail,Ingressar na hora,Hora de saída,Duração (minutos),Convidado,Na sala de espera"
TEAMS_ES = "Nombre,Hora de unión,Hora de salida,Duración,Correo electrónico,Rol"
TEAMS_FR = "Nom,Heure d'arrivée,Heure de départ,Durée,E-mail,Rôle"


def utf16(text: str) -> bytes:
    return text.encode("utf-16")


EXACT = {
    "Z1, 24 hours": (exports.zoom(written=exports.US_24).encode(), "zoom-participants", "en"),
    "Z5": (exports.zoom(ZOOM_ES).encode(), "zoom-participants", "es"),
    "Z5, old, saved by Excel": (
        normalize("NFC", exports.zoom(ZOOM_ES_OLD, written=exports.DAY_FIRST, delimiter=";")).encode("cp1252"),
        "zoom-participants",
        "es",
    ),
    "Z6": (exports.zoom(ZOOM_PT, written=exports.DAY_FIRST_12).encode(), "zoom-participants", "pt"),
    "Z8": (exports.webinar_es().encode(), "zoom-webinar", "es"),
    "T2": (utf16(exports.teams("es")), "teams-report", "es"),
    "T3": (utf16(exports.teams("pt")), "teams-report", "pt"),
    "T4, es": (utf16(exports.activity(TEAMS_ES, "es", exports.US, "h m s")), "teams-report", "es"),
    "T4, fr": (utf16(exports.activity(TEAMS_FR, "fr", exports.DAY_FIRST, "h min s")), "teams-report", "fr"),
}


@pytest.mark.parametrize("name", EXACT)
def test_a_layout_with_seconds_gives_the_truth_to_the_second(name):
    raw, layout, language = EXACT[name]

    assert minutes(raw) == true_minutes()
    assert (report(raw).layout, report(raw).language) == (layout, language)
    assert report(raw).problems == ()


@pytest.mark.parametrize("name", ["Z8", "T2", "T3", "T4, es", "T4, fr"])
def test_hosts_and_speakers_are_told_in_every_language(name):
    found = people(EXACT[name][0])

    assert [person.email for person in found if person.role is Role.HOST] == ["equipo@iapt.example"]
    assert len([person for person in found if person.role is Role.SPEAKER]) == 3


def test_of_two_columns_of_one_name_the_persons_own_are_read():
    """Z4, whose hours are whole minutes."""
    found = minutes(exports.zoom_flat().encode())

    for (name, email, seconds), true in zip(found, true_minutes(), strict=True):
        assert (name, email) == true[:2]
        assert abs(seconds - true[2]) <= 120
    assert report(exports.zoom_flat().encode()).layout == "zoom-flat"


@pytest.mark.parametrize(
    "header",
    [
        "Name (Original Name),User Email,Total Duration (Minutes),Guest",
        "Nombre (nombre original),E-mail del usuario,Duración total (minutos),Invitado",
    ],
)
def test_lengths_without_hours_leave_the_minutes_unknown(header):
    """Z3."""
    raw = exports.zoom_unique(header).encode()

    assert [line[:2] for line in minutes(raw)] == [line[:2] for line in true_minutes()]
    assert {person.seconds for person in people(raw)} == {None}
    assert next(person.stated for person in people(raw) if person.name == "Hernán Yegros") == 90 * 60
    assert report(raw).layout == "zoom-unique"


def test_the_newer_preamble_names_the_host():
    """Z2 as it is since 2024, in Portuguese."""
    preamble = exports.table(
        "Tópico,ID,Anfitrião,Duração (minutos),Hora de início,Hora de término,Participantes".split(","),
        ["Sessão 2", "861 2345", "Equipo IAPT", 116, "28/11/2024 10:41:00", "28/11/2024 12:37:00", 30],
        [],
    )
    raw = (preamble + exports.zoom(ZOOM_PT, written=exports.DAY_FIRST)).encode()

    assert minutes(raw) == true_minutes()
    assert [person.email for person in people(raw) if person.role is Role.HOST] == ["equipo@iapt.example"]


def test_a_list_of_registrations_does_not_say_who_came():
    """Z9."""
    with pytest.raises(Unreadable) as refused:
        report(exports.registrations().encode())

    assert refused.value.line == 3


def test_a_summary_alone_gives_no_more_than_the_lengths_it_states():
    found = {person.email: person.seconds for person in people(utf16(exports.teams("pt", detail=False)))}

    assert found["joao.araujo@apl.example"] == 4978
    assert found["hyegros@stevia.example"] == 5400


@pytest.mark.parametrize(
    ("header", "joined", "left"),
    [
        ("Full Name,User Action,Timestamp", "Joined", "Left"),
        ("Nome Completo,Atividade,Carimbo de data/hora", "Ingressou", "Saiu"),
        ("Nombre completo,Acción del usuario,Marca de tiempo", "Se unió", "Salió"),
    ],
)
def test_a_list_of_arrivals_and_departures_gives_the_truth(header, joined, left):
    """T5, which has no addresses."""
    raw = utf16(exports.actions(header, joined, left))

    assert minutes(raw) == true_minutes(addresses=False)
    assert report(raw).layout == "teams-classic"


def test_who_never_leaves_the_list_was_there_until_its_last_line():
    whole = exports.actions("Full Name,User Action,Timestamp", "Joined before", "Left")
    without_ana = "\r\n".join(line for line in whole.split("\r\n") if "Quispe\tLeft" not in line)
    person = next(person for person in people(utf16(without_ana)) if person.name == "Ñusta Quispe")

    assert person.seconds == 5380
    assert Flag.STILL_THERE in person.flags


def test_a_list_taken_during_the_session_leaves_their_minutes_unknown():
    lines = [
        "Full Name\tUser Action\tTimestamp",
        "Ana\tJoined\t11/28/2024, 11:00:00 AM",
        "Luz\tJoined\t11/28/2024, 11:10:00 AM",
    ]
    raw = utf16("\n".join([*lines, "Luz\tLeft\t11/28/2024, 11:30:00 AM"]))

    assert minutes(raw) == [("ana", "", None), ("luz", "", 1200)]


def test_a_live_event_writes_in_utc_whatever_zone_is_chosen():
    """T6."""
    raw = exports.live_event().encode()
    seconds = sorted(person.seconds for person in people(raw, zone="Asia/Tokyo"))

    parts = [
        person["seconds_inside_schedule"] for person in exports.TRUTH["people"] if len(person["intervals_utc"]) == 1
    ]
    assert report(raw).zone == "UTC"
    assert set(parts) <= set(seconds)


def test_webex_without_hours_skips_breakouts_and_leaves_minutes_unknown():
    raw = exports.webex_without_hours().encode()

    assert report(raw).layout == "webex"
    assert report(raw).breakout_rows == len(exports.stays())
    assert {person.seconds for person in people(raw)} == {None}


@pytest.mark.parametrize(
    "raw",
    [
        exports.meet().encode(),
        exports.meet(
            "Name,Email,Duration,Time joined,Time exited", "Sesión 2", "2024-11-28", written="%I:%M %p"
        ).encode(),
        exports.meet("Nome,E-mail,Duração,Horário de entrada,Horário de saída", "Relatório de participação").encode(),
        exports.meet(written="%d de nov. de %Y %H:%M", minutes="{} min").encode(),
    ],
)
def test_meet_gives_the_truth_to_the_minute(raw):
    hidden = {"hernan yegros": 5400, "yadira pena ibanez": 5400}

    for (name, email, seconds), true in zip(minutes(raw), true_minutes(), strict=True):
        assert (name, email) == true[:2]
        assert abs(seconds - hidden.get(name, true[2])) <= 60, name
    assert report(raw).layout == "meet"


def test_hours_without_a_day_may_pass_midnight():
    late = Schedule(datetime(2024, 11, 29, 2, 0, tzinfo=UTC), datetime(2024, 11, 29, 4, 0, tzinfo=UTC))
    raw = b"Name,Email,Duration,Time joined,Time exited\nAna,ana@apl.example,2 hr,22:50,00:50\nLuz,,,00:10,01:30\n"

    assert minutes(raw, schedule=late) == [("ana", "ana@apl.example", 110 * 60), ("luz", "", 50 * 60)]
