"""The pages on which staff read, write, try out and restore the texts of mails."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import resolve, reverse

from registrations.choices import Wording
from registrations.emails import wording as wordings
from registrations.models import MailText, Message, Registration
from registrations.services import texts
from tests.admin_pages import form_of, queries_of, staff_client
from tests.factories import NOW, create_series, create_session, register
from workshops.models import Series

pytestmark = pytest.mark.django_db
PAGES = ("edit", "preview", "preview_html", "send_test", "restore")
OVERVIEW = "/admin/registrations/mailtext/"


def url(page: str = "edit", series: str = "community-in-practice", wording: str = "reminder", code: str = "es") -> str:
    return reverse(f"admin:registrations_mailtext_{page}", args=[series, wording, code])


def written(series: Series, subject: str = "Mañana", code: str = "es", **fields: Any) -> MailText:
    said = {"subject": subject, "body": "Hola, {name}.\n", "changed_at": NOW}
    return MailText.objects.create(series=series, wording="reminder", language=code, **(said | fields))


def post(client: Client, page: str = "edit", **changes: Any) -> Any:
    return client.post(url(page), form_of(client, url()) | changes)


def stored() -> list[Any]:
    return [*MailText.objects.values(), *Message.objects.values(), *Registration.objects.values()]


def test_the_overview_says_which_texts_were_changed_by_whom_and_when() -> None:
    series = create_series()
    written(series, changed_by=User.objects.create(username="eva"))

    page = staff_client().get(OVERVIEW).content.decode()

    assert page.count("text-changed") == 1
    assert page.count("/reminder/") == 4
    assert "by eva, 10/05/2026" in page
    assert page.count("Original\n") + page.count(">Original<") == len(Wording) * 4 - 1


def test_the_overview_shows_one_series_at_a_time() -> None:
    written(create_series())
    create_series("another")

    client = staff_client()

    assert "text-changed" in client.get(OVERVIEW, {"series": "community-in-practice"}).content.decode()
    assert "text-changed" not in client.get(OVERVIEW, {"series": "another"}).content.decode()
    assert client.get(OVERVIEW, {"series": "none"}).status_code == 404


def test_without_a_series_the_overview_says_so() -> None:
    assert "There is no series yet." in staff_client().get(OVERVIEW).content.decode()


def test_the_overview_costs_the_same_however_much_was_written() -> None:
    series, client = create_series(), staff_client()

    def change(number: int) -> None:
        eva = User.objects.create(username=f"eva-{number}")
        said = {"series": series, "language": "es", "subject": "x", "changed_at": NOW, "changed_by": eva}
        MailText.objects.create(wording=Wording.values[number], **said)

    change(0)
    few = queries_of(client, OVERVIEW)
    for number in range(1, 12):
        change(number)

    assert queries_of(client, OVERVIEW) == few <= 6


def test_the_page_of_a_text_costs_the_same_however_many_people_there_are() -> None:
    session, client = create_session(), staff_client()
    register(session, "Ana")
    few = queries_of(client, url())
    for number in range(20):
        register(session, f"Ana {number}")

    assert queries_of(client, url()) == few <= 7
    assert len(client.get(url()).context["reader"].fields["reader"].choices) == 10 + 1


def test_the_page_starts_from_what_holds_now() -> None:
    series = create_series()
    original = wordings.original(Wording.REMINDER, "es")

    shown = form_of(staff_client(), url())
    assert (shown["subject"], shown["body"].strip()) == (original.subject, original.body.strip())

    written(series, "Nos vemos mañana")
    assert form_of(staff_client(), url())["subject"] == "Nos vemos mañana"


def test_the_page_lists_the_placeholders_of_its_mail() -> None:
    create_series()

    page = staff_client().get(url()).content.decode()

    for name in wordings.placeholders(Wording.REMINDER):
        assert f"<code>{{{name}}}</code>" in page


def test_looking_changes_nothing() -> None:
    written(register(create_session()).session.series)
    before = stored()
    client = staff_client()

    answers = {page: client.get(url(page)).status_code for page in PAGES}

    assert answers == {"edit": 200, "preview": 405, "preview_html": 405, "send_test": 405, "restore": 200}
    assert stored() == before


def test_saving_an_untouched_page_writes_nothing() -> None:
    create_series()

    assert post(staff_client()).status_code == 302
    assert not MailText.objects.exists()


def test_what_is_saved_holds_and_stands_in_the_history_of_the_series() -> None:
    series = create_series()

    answer = post(staff_client(), subject="Mañana, {name}", body="Hola\r\n\r\n{when}\r\n")

    assert (answer.status_code, answer["Location"]) == (302, url())
    assert wordings.written(series, Wording.REMINDER, "es") == wordings.Text("Mañana, {name}", "Hola\n\n{when}\n")
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.get_change_message()) == (str(series.pk), "Wrote the text “Reminder · Español”.")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("subject", "{__class__}", "{name}, {series}"),
        ("body", "{name!r}", "{name}, {series}"),
        ("body", "{0}", "{name}, {series}"),
        ("body", "{name.__init__.__globals__}", "{name}, {series}"),
        ("body", "{role}", "{name}, {series}"),
        ("subject", "{name", "A brace stands alone"),
        ("body", "}{", "A brace stands alone"),
        ("body", "{a{name}}", "A brace stands alone"),
        ("subject", "", "The subject is empty."),
        ("body", "  ", "The text is empty."),
        ("subject", "Hi\nBcc: x@example.org", "The subject must be one line."),
        ("subject", "Hi\u2028there", "The subject must be one line."),
        ("subject", "x" * 201, "longer than 200 characters"),
        ("body", "x" * 100_000, "at most 10000 characters"),
    ],
)
@pytest.mark.parametrize("page", ["edit", "preview", "preview_html", "send_test"])
def test_what_no_mail_can_be_made_of_is_refused_at_its_field(page: str, field: str, typed: str, said: str) -> None:
    create_series()

    answer = post(staff_client(), page, **{field: typed})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert said in str(answer.context["form"].errors[field][0]) + str(answer.context["form"].errors[field][-1])
    assert answer.context["form"][field].value() == typed
    assert not MailText.objects.exists()


def test_the_page_of_a_refusal_begins_its_title_with_it() -> None:
    create_series()

    page = post(staff_client(), subject="{nobody}").content.decode()

    assert page.split("<title>")[1].startswith("Error:")


def test_what_somebody_else_saved_meanwhile_is_shown_beside_what_was_typed() -> None:
    series = create_series()
    client = staff_client()
    mine = form_of(client, url()) | {"subject": "Lo mío"}
    written(series, "Lo suyo", changed_by=User.objects.create(username="rosa"))

    answer = client.post(url(), mine)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "rosa saved this text" in page
    assert "Lo suyo" in page
    assert answer.context["form"]["subject"].value() == "Lo mío"
    assert MailText.objects.get().subject == "Lo suyo"

    again = client.post(url(), mine | {"seen": answer.context["form"]["seen"].value()})
    assert (again.status_code, MailText.objects.get().subject) == (302, "Lo mío")


def test_restoring_asks_once() -> None:
    series = create_series()
    written(series)
    client = staff_client()

    answer = client.post(url("restore"), form_of(client, url("restore")))

    assert (answer.status_code, MailText.objects.exists()) == (302, False)
    assert [entry.get_change_message() for entry in LogEntry.objects.all()] == [
        "Restored the original of the text “Reminder · Español”."
    ]


def test_a_text_that_changed_since_is_not_thrown_away_unread() -> None:
    series = create_series()
    written(series)
    client = staff_client()
    form = form_of(client, url("restore"))
    MailText.objects.update(subject="Lo de Rosa")

    answer = client.post(url("restore"), form)

    assert (answer.status_code, MailText.objects.get().subject) == (422, "Lo de Rosa")
    assert "Lo de Rosa" in answer.content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_each_door_asks_for_its_right(page: str) -> None:
    create_series()

    assert staff_client("registrations.view_mailtext").post(url(page)).status_code == 403
    assert Client().post(url(page)).status_code == 302
    assert resolve(url(page)).func.door == "staff:registrations.change_mailtext"  # type: ignore[attr-defined]


def test_who_may_look_sees_the_overview_without_links() -> None:
    create_series()

    page = staff_client("registrations.view_mailtext").get(OVERVIEW)

    assert page.status_code == 200
    assert url() not in page.content.decode()
    assert staff_client("registrations.view_message").get(OVERVIEW).status_code == 403


@pytest.mark.parametrize(("wording", "code"), [("bulletin", "es"), ("reminder", "de"), ("reminder", "pt-br")])
def test_a_text_that_there_is_not_is_not_found(wording: str, code: str) -> None:
    create_series()

    assert staff_client().get(url(wording=wording, code=code)).status_code == 404
    assert staff_client().get(url(series="none")).status_code == 404


def test_a_version_tells_subject_and_body_apart() -> None:
    one, other = wordings.Text("a b", "c"), wordings.Text("a", "b c")

    assert texts.version(one) != texts.version(other)
