"""Mail scanners open every link, some press on every address twice: looking changes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client

from iatp_events.lib import alarm
from registrations import cases, emails
from registrations import links as personal
from registrations.choices import MessageKind
from registrations.models import Attendee, Bulletin, Message, Registration
from registrations.services import (
    addresses,
    announcements,
    appeals,
    bulletins,
    certificates,
    invitations,
    notices,
    offers,
    people,
    places,
    reminders,
    sign_in,
    substitutes,
    upkeep,
)
from tests.factories import (
    NOW,
    create_rule,
    create_series,
    create_session,
    create_speaker,
    note,
    register,
    register_for,
    seat,
)
from tests.servers.mailbox import links, parsed
from workshops.models import Series, Session

pytestmark = pytest.mark.django_db
# The one page behind a mail's link that asks who one is.
MY_SESSIONS = f"{settings.SITE_URL}/es/me/"


def dump() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of ours and of Django's."""
    return {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in apps.get_models()}


def send_every_kind_of_mail() -> list[Message]:
    """Live through everything that makes the product write, and return what it wrote."""
    series = create_series()
    furnish_plan(series)
    first, second = create_session(number=1, capacity=1), create_session(number=2)
    third = create_session(number=3, starts_at=NOW + timedelta(days=20))
    ana = register(first, "Ana")
    register(first, "Luis", announcements=True)
    register(first, "Eva")
    seat(create_speaker(email="rosa@example.org"), second)
    announcements.notice_open(now=NOW)
    register_for([second, third], "Mara")
    register(third, "Ana", now=NOW + timedelta(minutes=11))
    register(third, "Ana", now=NOW + timedelta(minutes=30))
    register_for([second], "Nora", whole_series=True)
    places.cancel(registration=ana, now=NOW + timedelta(hours=1))
    pass_to_colleague(register(third, "Inés"))
    invite_to(third, ana.attendee)
    pass_places_on(first)
    create_session(number=4, starts_at=NOW + timedelta(days=30))
    upkeep.register_enrolled(now=NOW + timedelta(hours=1))
    announcements.notice_open(now=NOW + timedelta(hours=1))
    announcements.queue_due(now=NOW + timedelta(hours=2))
    write_to_all(series)
    register_for([], "Pía", series=create_series("later"), whole_series=True)
    addresses.ask(attendee=ana.attendee, address="ana.new@example.org", now=NOW)
    answer_appeal(second)
    add_address("Mara")
    tell_everyone()
    move(second)
    cancel(third)
    reminders.queue_due(now=NOW + timedelta(days=9))
    notices.queue_due(now=NOW + timedelta(days=2))
    sign_in.ask(email="ana@example.org", browser="a", leads_to="", now=NOW)
    sign_in.queue_due(now=NOW)
    certify_all(first)
    return [case.message for case in cases.read(Message.objects.all())]


def pass_places_on(session: Session) -> None:
    """Luis lets his offer lapse, Eva takes hers and gives it back as the session is about to begin."""
    register(session, "Iván", now=NOW + timedelta(hours=1))
    offers.pass_on_lapsed(now=NOW + timedelta(days=3))
    (eva,) = Registration.objects.filter(session=session, state="offered")
    offers.take(registration=eva, now=NOW + timedelta(days=3))
    places.cancel(registration=eva, now=session.starts_at - timedelta(hours=1))


def pass_to_colleague(held: Registration) -> None:
    person = people.Person(full_name="Olga", email="olga@example.org", country="CL", timezone="America/Santiago")
    substitutes.take_over(registration=held, round=held.round, person=person, announcements=False, now=NOW)


def answer_appeal(session: Session) -> None:
    over = session.ends_at + timedelta(hours=1)
    held = Registration.objects.filter(session=session, state="confirmed").first()
    appeal = appeals.say(registration=held, words="I was.", now=over)
    appeals.answer(appeal=appeal, granted=True, reason="So you were.", by=None, now=over)


def invite_to(session: Session, inviter: Attendee) -> None:
    tita = invitations.Colleague("Tita", "tita@example.org")
    invitations.invite(inviter=inviter, session=session, colleagues=[tita], initiative="", mode="", now=NOW)


def certify_all(session: Session) -> None:
    note(Registration.objects.filter(session=session).first(), "staff")
    scope = certificates.Scope(session.series, session)
    certificates.issue(scope=scope, by=None, now=session.ends_at)


def add_address(name: str) -> None:
    person = Attendee.objects.get(full_name=name)
    person.addresses.update(verified_at=NOW)
    claim = addresses.ask(attendee=person, address="added@example.org", now=NOW)
    addresses.confirm(claim=claim, now=NOW)


def furnish_plan(series: Series) -> None:
    create_rule(series=series, kind="starting", offset=timedelta(minutes=10))
    create_rule(series=series, kind="follow_up", offset=timedelta(days=1))
    create_rule(series=series, audience="panel", offset=timedelta(days=1))


def write_to_all(series: Series) -> None:
    bulletin = Bulletin.objects.create(series=series, subject="Hello", body="{name}, {see_series}", created_at=NOW)
    bulletin.refresh_from_db()
    people = bulletins.group(bulletin).people
    bulletins.send(bulletin=bulletin, people=people, digest=bulletin.digest, now=NOW)


def tell_everyone() -> None:
    """Pretend that every mail so far has left and said what it says."""
    for registration in Registration.objects.select_related("session"):
        Registration.objects.filter(pk=registration.pk).update(told_facts=registration.session.revised_facts)


def move(session: Session) -> None:
    session.start_time = "16:00"
    session.revise(now=NOW + timedelta(days=1))


def cancel(session: Session) -> None:
    session.state = "cancelled"
    session.revise(now=NOW + timedelta(days=1))


def links_of(message: Message) -> list[str]:
    return links(parsed(emails.compose(message).mail.message().as_bytes()))


@pytest.fixture(autouse=True)
def _quiet_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarm, "ring", lambda task: None)


def test_every_kind_of_mail_is_written_here() -> None:
    written = {message.kind for message in send_every_kind_of_mail()}

    assert written == set(MessageKind.values)


def test_looking_at_any_link_of_any_mail_changes_nothing() -> None:
    written = {link for message in send_every_kind_of_mail() for link in links_of(message)}
    ours = {link for link in written if link.startswith(settings.SITE_URL)}
    before = dump()

    answers = {
        (link, method): getattr(Client(), method)(link.removeprefix(settings.SITE_URL)).status_code
        for link in sorted(ours)
        for method in ("get", "head", "options")
    }

    looked_at = {(link, status) for (link, method), status in answers.items() if method != "options"}
    assert {(link, status) for link, status in looked_at if status != 200} == {(MY_SESSIONS, 302)}
    assert dump() == before
    assert any("/u/" in link for link in ours)
    assert any("/cancel/" in link for link in ours)


def test_links_lead_to_this_site_or_to_a_calendar_or_to_whatsapp() -> None:
    hosts = {link.split("/")[2] for message in send_every_kind_of_mail() for link in links_of(message)}

    assert hosts <= {settings.SITE_URL.split("/")[2], "calendar.google.com", "outlook.live.com", "wa.me"}


def test_the_button_is_what_cancels() -> None:
    session = create_session()
    registration = register(session)
    page = f"/r/{personal.token(registration)}/cancel/"

    Client().get(page)
    registration.refresh_from_db()
    seen = registration.state
    Client().post(page)
    registration.refresh_from_db()

    assert (seen, registration.state) == ("confirmed", "cancelled")


def test_one_click_stops_reminders_without_cookie_or_redirect() -> None:
    registration = register(create_session())
    path = personal.stop(registration.attendee).removeprefix(settings.SITE_URL)

    answer = Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})
    registration.attendee.refresh_from_db()

    assert (answer.status_code, dict(answer.cookies)) == (200, {})
    assert registration.attendee.reminders_stopped_at == NOW
