"""Calendar files by the rules: one UID, times in UTC, folded by octets, nothing secret."""

from datetime import UTC, timedelta

import pytest
from icalendar import Calendar

from tests.factories import NOW, create_session
from workshops import ical

pytestmark = pytest.mark.django_db
PAGE = "https://events.example.org/es/series/community-in-practice/1/"


def parse(*events, method=ical.PUBLISH):
    return Calendar.from_ical(ical.calendar(events, method=method, name="Comunidad en Práctica"))


def test_an_event_says_when_where_and_who_and_never_the_meeting_link():
    session = create_session(question={"en": "What, exactly; and why?"})

    content = ical.calendar([ical.event(session, url=PAGE, sequence=1)], method=ical.PUBLISH)
    event = Calendar.from_ical(content).walk("VEVENT")[0]

    assert event.decoded("dtstart") == session.starts_at.astimezone(UTC)
    assert event["UID"] == f"{session.calendar_uid}@localhost"
    assert str(event["SUMMARY"]).startswith("What, exactly; and why?")
    assert str(event["URL"]) == PAGE
    assert b"DTSTART:20261015T140000Z" in content
    assert session.meeting_link.encode() not in content.replace(b"\r\n ", b"")
    assert Calendar.from_ical(content)["METHOD"] == "PUBLISH"
    assert not event.walk("VALARM")


def test_lines_are_folded_by_octets_and_never_inside_a_character():
    session = create_session(question={"en": "¿" + "ñandú y clúster " * 20})

    content = ical.calendar([ical.event(session, url=PAGE, sequence=1)], method=ical.PUBLISH)

    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    for line in content.split(b"\r\n"):
        line.decode()


def test_a_session_without_an_hour_gives_no_event():
    assert ical.event(create_session(start_time=None, state="announced"), url=PAGE, sequence=1) is None


def test_a_cancelled_session_says_so():
    session = create_session()
    session.state = "cancelled"
    session.revise(now=NOW)

    event = parse(ical.event(session, url=PAGE, sequence=2)).walk("VEVENT")[0]

    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 2)


def test_names_cannot_write_lines_of_their_own():
    guest = ical.Guest('Eve";X=1\r\nATTENDEE:MAILTO:evil@example.org', "eve@example.org")

    calendar = parse(ical.event(create_session(), url=PAGE, sequence=1, guest=guest), method=ical.REQUEST)

    assert len(calendar.walk("VEVENT")[0].get("ATTENDEE").split("\n")) == 1
    assert str(calendar.walk("VEVENT")[0]["ATTENDEE"]) == "MAILTO:eve@example.org"


def test_a_feed_says_how_often_to_look_again():
    content = ical.calendar([], method=ical.PUBLISH, name="Series", refresh=timedelta(hours=6))

    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT6H" in content


@pytest.mark.parametrize(
    "guest",
    [
        ical.Guest("Rosa Quispe", "rosa@example.org"),
        ical.Guest('José "Pepe" Ñúñez, Jr; ' + "de la Cruz " * 8, "jose@xn--maana-pta.com"),
        ical.Guest("", "nobody@example.org"),
    ],
)
@pytest.mark.parametrize("mode", ["online", "in_person"])
def test_an_invitation_is_the_event_with_its_guest_and_method(guest, mode):
    session = create_session(mode=mode, venue="Sala 1, piso 2", question={"es": "¿Qué; y por qué?"})
    other = ical.Guest("Ana", "ana@example.org")
    facts = {"sequence": 3, "stamp": NOW}

    ical.invitation(session, url=PAGE, guest=other, **facts)
    content = ical.invitation(session, url=f"{PAGE}own/", guest=guest, **facts)

    event = ical.event(session, url=f"{PAGE}own/", guest=guest, **facts)
    assert content == ical.calendar([event], method=ical.REQUEST)


def test_there_is_no_invitation_to_an_hour_that_is_unknown():
    session = create_session(start_time=None, state="announced")

    assert ical.invitation(session, url=PAGE, sequence=1, guest=ical.Guest("Ana", "ana@example.org")) == b""
