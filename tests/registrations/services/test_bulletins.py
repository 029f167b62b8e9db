"""A message to a group: one query says whom it means, and sending twice is sending once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from registrations.choices import RegistrationState
from registrations.models import Attendee, Bulletin, Enrolment, Message, Registration
from registrations.services import bulletins, people
from tests.factories import NOW, create_attendee, create_series, create_session, note, register
from workshops.models import Series, Session

pytestmark = pytest.mark.django_db


def write(session: Session | None = None, series: Series | None = None, **fields: Any) -> Bulletin:
    """A draft as the admin finds it in the database."""
    text = {"subject": {"es": "Una cosa"}, "body": {"es": "Hola, {name}."}}
    series = session.series if session else series or create_series()
    made = Bulletin.objects.create(session=session, series=series, created_at=NOW, **(text | fields))
    return Bulletin.objects.get(pk=made.pk)


def meant(bulletin: Bulletin) -> list[str]:
    return sorted(Attendee.objects.meant_by(bulletin).values_list("full_name", flat=True))


def send(bulletin: Bulletin, **seen: Any) -> int:
    shown: dict[str, Any] = {"people": Attendee.objects.meant_by(bulletin).count(), "digest": bulletin.digest}
    return bulletins.send(bulletin=bulletin, now=NOW, **(shown | seen))


def came(registration: Registration) -> None:
    note(registration, at=NOW)


def put(registration: Registration, state: RegistrationState) -> None:
    Registration.objects.filter(pk=registration.pk).update(state=state, joined_waitlist_at=NOW)


def test_of_a_session_it_means_who_is_confirmed_unless_staff_say_otherwise():
    session = create_session()
    _ana, luis, rosa = (register(session, name) for name in ("Ana", "Luis", "Rosa"))
    put(luis, RegistrationState.WAITLISTED)
    put(rosa, RegistrationState.CANCELLED)
    register(create_session(number=2), "Marta")

    assert meant(write(session)) == ["Ana"]
    assert meant(write(session, states=["waitlisted", "cancelled"])) == ["Luis", "Rosa"]


def test_it_tells_who_came_from_who_did_not():
    session = create_session()
    came(register(session, "Ana"))
    register(session, "Luis")

    assert meant(write(session, came="yes")) == ["Ana"]
    assert meant(write(session, came="no")) == ["Luis"]


def test_who_came_twice_is_one_person():
    ana = register(create_session(), "Ana")
    came(ana)
    came(ana)

    assert bulletins.group(write(ana.session, came="yes")).people == 1


def test_where_nobody_wrote_down_who_came_nobody_is_missed():
    session = create_session(mode="hybrid")
    came(register(session, "Ana"))
    register(session, "Luis")
    register(session, "Rosa", mode="in_person")

    assert meant(write(session, came="no")) == ["Luis"]


def test_the_coming_to_one_session_says_nothing_of_another():
    first, second = create_session(), create_session(number=2)
    came(register(first, "Ana"))
    register(second, "Ana")
    came(register(second, "Luis"))

    assert meant(write(second, came="yes")) == ["Luis"]
    assert meant(write(second, came="no")) == ["Ana"]


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        ({"countries": ["PE", "BR"]}, ["Luis", "Zé"]),
        ({"languages": ["pt"]}, ["Zé"]),
        ({"initiative": "red andina"}, ["Luis"]),
        ({"countries": ["PE"], "languages": ["pt"]}, []),
    ],
)
def test_it_chooses_by_country_language_and_initiative(choice, names):
    session = create_session()
    for name, country, language in (("Ana", "CO", "es"), ("Luis", "PE", "es"), ("Zé", "BR", "pt")):
        register(session, name, country=country, language=language)
    Attendee.objects.filter(full_name="Luis").update(initiative="Red Andina")

    assert meant(write(session, **choice)) == names


def test_of_a_series_it_means_who_ever_registered_or_is_enrolled_now():
    session = create_session()
    put(register(session, "Ana"), RegistrationState.CANCELLED)
    for name, left in (("Luis", None), ("Rosa", NOW)):
        person = create_attendee(name)
        Enrolment.objects.create(series=session.series, attendee=person, enrolled_at=NOW, left_at=left)
    register(create_session(create_series("another")), "Marta")

    assert meant(write(series=session.series)) == ["Ana", "Luis"]


def test_who_stopped_announcements_is_left_out_of_the_series_but_not_of_their_session():
    registration = register(create_session(), "Ana")
    series, ana = registration.session.series, registration.attendee
    people.stop_announcements(attendee=ana, series=series, now=NOW)

    assert (meant(write(series=series)), meant(write(registration.session))) == ([], ["Ana"])

    people.take_announcements(attendee=ana, series=series, now=NOW)
    assert meant(write(series=series)) == ["Ana"]


def test_the_stop_is_the_one_that_the_page_of_stops_speaks_of():
    registration = register(create_session(), "Ana")
    series, ana = registration.session.series, registration.attendee
    other = create_series("another")
    people.stop_announcements(attendee=ana, series=other, now=NOW)

    stopped = [Attendee.objects.stopped_announcements(one.pk).filter(pk=ana.pk).exists() for one in (series, other)]

    assert stopped == [people.has_stopped_announcements(ana, one) for one in (series, other)] == [False, True]


def test_the_count_says_who_is_left_out_and_why():
    session = create_session()
    for name, country in (("Ana", "CO"), ("Luis", "PE"), ("Rosa", "CO")):
        register(session, name, country=country)
    stopped, silent = Attendee.objects.get(full_name="Rosa"), Attendee.objects.get(full_name="Luis")
    people.stop_announcements(attendee=stopped, series=session.series, now=NOW)
    silent.addresses.all().delete()

    group = bulletins.group(write(series=session.series))

    assert group == bulletins.Group(
        people=1, languages=[("es", 1)], countries=[("CO", 1)], without_address=1, stopped=1
    )


def test_everyone_it_means_gets_one_message_about_their_registration():
    session = create_session()
    ana = register(session, "Ana")
    register(create_session(number=2), "Luis")
    bulletin = write(session)

    assert send(bulletin) == 1

    message = Message.objects.get(kind="bulletin")
    assert (message.attendee, message.registration, message.session, message.bulletin) == (
        ana.attendee,
        ana,
        session,
        bulletin,
    )
    assert (message.due_at, message.expires_at) == (NOW, NOW + timedelta(days=3))
    assert message.key == f"bulletin:{bulletin.pk}:{ana.attendee_id}"
    bulletin.refresh_from_db()
    assert bulletin.queued_at == NOW


def test_a_group_larger_than_a_batch_is_written_whole(monkeypatch):
    monkeypatch.setattr(bulletins, "BATCH", 2)
    session = create_session()
    for name in ("Ana", "Luis", "Rosa", "Zé", "Eva"):
        register(session, name)

    assert send(write(session)) == 5
    assert Message.objects.filter(kind="bulletin").values("attendee").distinct().count() == 5


def test_two_clicks_send_once():
    register(create_session(), "Ana")
    bulletin = write(Session.objects.get())
    send(bulletin)

    with pytest.raises(bulletins.OnItsWay):
        send(bulletin)

    assert Message.objects.filter(kind="bulletin").count() == 1


def test_a_group_that_changed_since_it_was_counted_is_not_written_to():
    session = create_session()
    register(session, "Ana")
    bulletin = write(session)
    register(session, "Luis")

    with pytest.raises(bulletins.ChangedMeanwhile):
        send(bulletin, people=1)

    assert (Message.objects.filter(kind="bulletin").count(), Bulletin.objects.get().queued_at) == (0, None)


@pytest.mark.parametrize(
    "change", [{"body": {"es": "Otra cosa."}}, {"subject": {"es": "Otra"}}, {"countries": ["CO"]}, {"came": "yes"}]
)
def test_a_text_or_group_that_another_hand_changed_is_not_sent_unread(change):
    session = create_session()
    came(register(session, "Ana"))
    bulletin = write(session)
    Bulletin.objects.update(**change)

    with pytest.raises(bulletins.ChangedMeanwhile):
        send(bulletin)

    assert not Message.objects.filter(kind="bulletin").exists()


def test_to_nobody_nothing_is_sent_and_the_draft_stays_a_draft():
    bulletin = write(create_session())

    with pytest.raises(bulletins.NobodyMeant):
        send(bulletin)

    assert Bulletin.objects.get().queued_at is None


def test_a_similar_one_is_a_draft_of_its_own():
    session = create_session()
    register(session, "Ana")
    bulletin = write(session, countries=["CO"])
    send(bulletin)
    eva = User.objects.create(username="eva")

    another = bulletins.copy(bulletin=Bulletin.objects.get(), user=eva, now=NOW)

    another.refresh_from_db()
    assert (another.digest, another.author, another.queued_at) == (bulletin.digest, eva, None)
    assert send(another) == 1
    assert Message.objects.filter(kind="bulletin").count() == 2


@pytest.mark.parametrize("crowd", [1, 30])
def test_counting_and_sending_cost_the_same_for_one_and_for_thirty(crowd, django_assert_num_queries):
    session = create_session()
    for number in range(crowd):
        register(session, f"Ana {number}")
    bulletin = write(session)

    with django_assert_num_queries(4):
        bulletins.group(bulletin)
    with django_assert_num_queries(9):
        assert bulletins.send(bulletin=bulletin, people=crowd, digest=bulletin.digest, now=NOW) == crowd


def test_who_registers_between_the_count_and_the_writing_makes_the_sender_look_again(monkeypatch):
    session = create_session()
    register(session, "Ana")
    bulletin, mark_queued = write(session), Bulletin.mark_queued

    def register_another(self: Bulletin, **options: Any) -> None:
        register(session, "Luis")
        mark_queued(self, **options)

    monkeypatch.setattr(Bulletin, "mark_queued", register_another)

    with pytest.raises(bulletins.ChangedMeanwhile):
        send(bulletin)

    assert not Message.objects.filter(kind="bulletin").exists()
    assert Bulletin.objects.get().queued_at is None
