"""Write to a group: a draft, who will get it, and one button that sends it once."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import resolve, reverse

from registrations.models import Attendee, Bulletin, Message
from registrations.services import people
from tests.admin_pages import form_of, queries_of, staff_client
from tests.factories import NOW, create_attendee, create_series, create_session, note, register
from workshops.models import Series, Session

pytestmark = pytest.mark.django_db
LIST, ADD = "/admin/registrations/bulletin/", "/admin/registrations/bulletin/add/"
DOORS = {"group": "view", "send": "change", "copy": "add", "preview": "view", "preview_html": "view"}


def url(page: str, bulletin: Bulletin) -> str:
    return reverse(f"admin:registrations_bulletin_{page}", args=[bulletin.pk])


def draft(session: Session | None = None, series: Series | None = None, **fields: Any) -> Bulletin:
    text = {"subject": {"es": "Una cosa, {name}"}, "body": {"es": "Hola, {name}.\n"}}
    series = session.series if session else series or create_series()
    return Bulletin.objects.create(session=session, series=series, created_at=NOW, **(text | fields))


def write(client: Client, **changes: Any) -> Any:
    """Fill in the form of a new message: subject_0 is its Spanish, subject_1 its Portuguese."""
    text = {"subject_0": "Una cosa", "body_0": "Hola, {name}."}
    return client.post(ADD, form_of(client, ADD) | text | changes)


def press(client: Client, bulletin: Bulletin, **changes: Any) -> Any:
    """Press the button of the page on which the group is counted."""
    page = client.get(url("group", bulletin)).context
    seen = {"people": page["group"].people, "digest": page["bulletin"].digest}
    return client.post(url("send", bulletin), seen | changes)


def queued() -> int:
    return Message.objects.filter(kind="bulletin").count()


def notes(page: Any) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def test_a_draft_leads_to_who_will_get_it_and_writes_to_nobody() -> None:
    session = create_session()
    register(session, "Ana")
    client = staff_client()

    answer = write(client, session=session.pk, states=["confirmed"], languages=["es"])

    bulletin = Bulletin.objects.get()
    assert answer["Location"] == url("group", bulletin)
    assert (bulletin.subject.data, bulletin.states, bulletin.languages) == ({"es": "Una cosa"}, ["confirmed"], ["es"])
    assert (bulletin.author.username, bulletin.created_at, bulletin.queued_at) == ("staff-0", NOW, None)
    assert queued() == 0


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"subject_0": "", "body_0": ""}, "subject", "This field is required."),
        ({"subject_1": "Uma coisa"}, "body", "Português: there is a subject but no text."),
        ({"body_3": "Bonjour"}, "subject", "Français: there is a text but no subject."),
        ({"body_0": "{nobody}"}, "body", "Español: Unknown in this mail: {nobody}."),
        ({"subject_0": "{name.__class__}"}, "subject", "Español: Unknown in this mail: {name.__class__}."),
        ({"body_0": "{a{name}}"}, "body", "Español: A brace stands alone"),
        ({"body_0": "x" * 10_001}, "body", "Español: the text is longer than 10000 characters."),
        ({"subject_0": "x" * 201}, "subject", "Español: The subject is longer than 200 characters."),
        ({"subject_0": "Hi\nBcc: x@example.org"}, "subject", "Español: The subject must be one line."),
        ({"states": ["waitlisted"]}, "states", "Choose the session whose registrations you mean."),
        ({"states": ["removed"]}, "states", "Select a valid choice."),
        ({"came": "no"}, "came", "Choose a session at which it was recorded who came."),
        ({"countries": ["XX"]}, "countries", "Select a valid choice."),
        ({"initiative": "Nadie"}, "initiative", "No initiative has this name."),
    ],
)
def test_what_cannot_be_sent_is_refused_at_its_field(typed: dict[str, Any], field: str, said: str) -> None:
    create_series()

    page = write(staff_client(), **typed)

    errors = page.context["adminform"].form.errors
    assert errors[field][0].startswith(said), errors
    assert not Bulletin.objects.exists()


def test_who_came_can_be_asked_of_a_session_that_recorded_it() -> None:
    session, other = create_session(), create_session(create_series("another"))
    client = staff_client()
    write(client, session=session.pk, came="yes")
    assert not Bulletin.objects.exists()

    note(register(session), at=NOW)
    write(client, session=session.pk, series=session.series.pk, came="yes")
    assert Bulletin.objects.get().came == "yes"

    page = write(client, session=other.pk, series=session.series.pk)
    assert page.context["adminform"].form.errors["session"] == ["This session belongs to another series."]


def test_countries_are_those_that_occur() -> None:
    for name, country in (("Ana", "CO"), ("Luis", "PE"), ("Rosa", "PE")):
        create_attendee(name, country)

    form = staff_client().get(ADD).context["adminform"].form

    assert [code for code, _name in form.fields["countries"].choices] == ["CO", "PE"]


def test_the_page_counts_by_language_and_country_and_says_who_is_left_out() -> None:
    session = create_session()
    for name, country, language in (("Ana", "CO", "es"), ("Zé", "BR", "pt"), ("Luis", "PE", "es")):
        register(session, name, country=country, language=language)
    luis = Attendee.objects.get(full_name="Luis")
    people.stop_announcements(attendee=luis, series=session.series, now=NOW)

    page = staff_client().get(url("group", draft(series=session.series)))

    text = page.content.decode()
    assert "2 people will get it" in text
    assert page.context["languages"] == [("Español", "es", "", 1), ("Português", "pt", "Español", 1)]
    assert sorted(page.context["countries"]) == [("Brazil", 1), ("Colombia", 1)]
    assert "<strong>1</strong> · stopped announcements of this series" in text
    assert [person.full_name for person in page.context["names"]] == ["Ana", "Zé"]


def test_names_are_for_those_who_may_see_people() -> None:
    session = create_session()
    register(session, "Ana Ruiz")

    page = staff_client("registrations.view_bulletin").get(url("group", draft(session)))

    assert "1 person will get it" in page.content.decode()
    assert "Ana Ruiz" not in page.content.decode()
    assert "Send to" not in page.content.decode()


def test_the_button_sends_to_everyone_counted_and_the_page_says_what_became_of_it() -> None:
    session = create_session()
    for name in ("Ana", "Luis", "Rosa"):
        register(session, name)
    bulletin, client = draft(session), staff_client()

    answer = press(client, bulletin)

    assert (answer.status_code, queued()) == (302, 3)
    assert notes(client.get(answer["Location"])) == ["On its way to 3 people."]
    Message.objects.filter(attendee__full_name="Ana").update(state="sent", sent_at=NOW)
    Message.objects.filter(attendee__full_name="Luis").update(state="skipped", skip_reason="cancelled")
    page = client.get(url("group", bulletin))
    progress = page.context["progress"]
    assert (progress.waiting, progress.sent, progress.failed, progress.skipped) == (1, 1, 0, 1)
    assert "the registration was cancelled: 1" in page.content.decode()
    assert LogEntry.objects.get().get_change_message() == "Sent to 3 people."


def test_a_second_click_sends_nothing_and_says_so() -> None:
    register(create_session(), "Ana")
    bulletin, client = draft(Session.objects.get()), staff_client()
    seen = {"people": "1", "digest": Bulletin.objects.get().digest}
    for _ in range(2):
        answer = client.post(url("send", bulletin), seen)

    assert queued() == 1
    assert notes(client.get(answer["Location"]))[-1] == "It was on its way already; nobody gets it twice."


def test_a_group_that_changed_is_shown_again_before_anything_leaves() -> None:
    session = create_session()
    register(session, "Ana")
    bulletin, client = draft(session), staff_client()
    register(session, "Luis")

    answer = press(client, bulletin, people="1")

    assert (answer.status_code, queued()) == (422, 0)
    page = answer.content.decode()
    assert "changed since you saw it" in page
    assert "Send to 2 people" in page
    assert page.split("<title>")[1].startswith("Error:")


@pytest.mark.parametrize("people", ["", "-1", "many", "9" * 5000, "¹"])
def test_a_number_that_nobody_saw_sends_nothing(people: str) -> None:
    session = create_session()
    register(session, "Ana")

    answer = press(staff_client(), draft(session), people=people)

    assert (answer.status_code, queued()) == (422, 0)


def test_to_nobody_there_is_no_button() -> None:
    bulletin, client = draft(create_session()), staff_client()

    assert "Send to" not in client.get(url("group", bulletin)).content.decode()
    assert press(client, bulletin).status_code == 422
    assert Bulletin.objects.get().queued_at is None


def test_what_was_sent_can_neither_be_changed_nor_deleted() -> None:
    session = create_session()
    register(session, "Ana")
    bulletin, client = draft(session), staff_client()
    form = form_of(client, url("change", bulletin))
    press(client, bulletin)

    answer = client.post(url("change", bulletin), form | {"body_0": "Otra cosa"})

    assert answer["Location"] == url("group", bulletin)
    assert "Nothing was saved." in notes(client.get(answer["Location"]))[-1]
    assert Bulletin.objects.get().body.data == {"es": "Hola, {name}.\n"}
    assert client.get(url("change", bulletin))["Location"] == url("group", bulletin)
    assert client.post(url("delete", bulletin), {"post": "yes"}).status_code == 403


def test_a_draft_can_be_changed_and_deleted() -> None:
    bulletin, client = draft(create_session()), staff_client()

    client.post(url("change", bulletin), form_of(client, url("change", bulletin)) | {"body_0": "Otra cosa"})
    assert Bulletin.objects.get().body.data == {"es": "Otra cosa"}

    client.post(url("delete", bulletin), {"post": "yes"})
    assert not Bulletin.objects.exists()


def test_a_similar_one_begins_as_a_draft_with_the_same_words() -> None:
    bulletin, client = draft(create_session(), queued_at=NOW), staff_client()

    answer = client.post(url("copy", bulletin))

    another = Bulletin.objects.exclude(pk=bulletin.pk).get()
    assert answer["Location"] == url("change", another)
    assert (another.queued_at, another.body.data) == (None, {"es": "Hola, {name}.\n"})


def test_a_preview_is_one_person_of_the_group_in_their_language() -> None:
    session = create_session()
    register(session, "Ana")
    register(session, "Zé", country="BR", language="pt")
    text: dict[str, Any] = {"subject": {"es": "Hola, {name}", "pt": "Oi, {name}"}, "body": {"es": "Uno.", "pt": "Um."}}
    bulletin, client = draft(session, **text), staff_client()

    subjects = [
        client.get(url("preview", bulletin), {"language": code}).context["mail"].subject for code in ("es", "pt")
    ]

    assert subjects == ["Hola, Ana", "Oi, Zé"]


def test_a_preview_can_do_nothing_to_who_looks() -> None:
    session = create_session()
    register(session, "Ana")
    bulletin = draft(session, body={"es": "<script>alert(1)</script> <img src=x onerror=alert(1)>"})

    answer = staff_client().get(url("preview_html", bulletin))

    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none';")
    assert "<script" not in answer.content.decode()
    assert "<img" not in answer.content.decode()


def test_looking_changes_nothing() -> None:
    session = create_session()
    register(session, "Ana")
    bulletin, client = draft(session), staff_client()
    before = [*Bulletin.objects.values(), *Message.objects.values()]

    answers = {page: client.get(url(page, bulletin)).status_code for page in DOORS}

    assert answers == {"group": 200, "send": 302, "copy": 405, "preview": 200, "preview_html": 200}
    assert [*Bulletin.objects.values(), *Message.objects.values()] == before


@pytest.mark.parametrize(("page", "right"), DOORS.items())
def test_each_door_asks_for_its_right(page: str, right: str) -> None:
    bulletin = draft(create_session())
    other = "registrations.view_message" if right == "view" else "registrations.view_bulletin"

    assert staff_client(other).post(url(page, bulletin)).status_code == 403
    assert Client().post(url(page, bulletin)).status_code == 302
    assert resolve(url(page, bulletin)).func.door == f"staff:registrations.{right}_bulletin"  # type: ignore[attr-defined]


@pytest.mark.parametrize("sent", [False, True])
def test_the_page_costs_the_same_for_one_and_for_many(sent: bool) -> None:
    session, client = create_session(), staff_client()
    register(session, "Ana")
    costs = []
    for crowd in (0, 30):
        for number in range(crowd):
            register(session, f"Ana {number}")
        bulletin = draft(session)
        if sent:
            press(client, bulletin)
        client.get(LIST)
        costs.append(queries_of(client, url("group", bulletin)))

    assert costs[0] == costs[1] <= 9


def test_the_list_counts_without_asking_for_each_message() -> None:
    session, client = create_session(), staff_client()
    register(session, "Ana")
    press(client, draft(session))
    client.get(LIST)
    few = queries_of(client, LIST)
    for _ in range(5):
        press(client, draft(session))
        client.get(LIST)

    assert queries_of(client, LIST) == few
    assert [row.waiting for row in client.get(LIST).context["cl"].result_list] == [1] * 6


def test_a_message_about_no_session_has_no_gap_where_a_session_would_stand() -> None:
    create_session()
    client = staff_client()

    page = write(client, body_0="{when}")
    assert page.context["adminform"].form.errors["body"] == [
        "Español: Unknown in this mail: {when}. What it knows: {name}, {series}, {see_series}, {next_session}."
    ]

    write(client, body_0="{when}", session=Session.objects.get().pk)
    assert Bulletin.objects.get().body.data == {"es": "{when}"}


def test_a_preview_of_an_empty_group_is_written_to_somebody_made_up() -> None:
    answer = staff_client().get(url("preview", draft(create_session())))

    assert answer.status_code == 200
    assert answer.context["mail"].subject.startswith("Una cosa, ")
