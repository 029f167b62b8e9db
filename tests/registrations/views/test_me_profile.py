"""My details: what a person who is signed in changes about themselves."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from iatp_events.lib import signing
from registrations import emails, links, truth
from registrations.cases import read
from registrations.models import AddressClaim, Attendee, Consent, EmailAddress, Initiative, Message
from registrations.services import blocking, outbox
from tests.factories import NOW, create_attendee, create_series, create_session, register
from tests.registrations.views.mine import signed_in, text
from tests.servers.forms import shown

pytestmark = pytest.mark.django_db
PAGE = "/en/me/profile/"
ADD, REMOVE = "/en/me/addresses/", "/en/me/addresses/remove/"


def ana(**fields) -> Attendee:
    register(create_session(), "Ana")
    Attendee.objects.update(**fields)
    return Attendee.objects.get(full_name=fields.get("full_name", "Ana"))


def typed(attendee: Attendee, **changes) -> dict[str, str]:
    """The form as the page shows it, with what the person changed."""
    names = ("full_name", "country", "timezone", "language", "organisation", "position", "initiative", "sector")
    found = shown(signed_in(attendee).get(PAGE).content.decode())
    return {name: (found.get(name) or [""])[0] for name in (*names, "gender")} | changes


def path(address: str) -> str:
    return address.removeprefix("http://localhost:8000")


def test_what_is_typed_is_what_one_is_from_now_on():
    attendee = ana()
    said = {
        "full_name": "Ana María Quispe",
        "country": "PE",
        "timezone": "America/Lima",
        "language": "pt",
        "organisation": "Cámara",
        "position": "Directora",
        "initiative": "Clúster Minero",
        "sector": "energy",
        "gender": "woman",
    }

    answer = signed_in(attendee).post(PAGE, said)

    attendee.refresh_from_db()
    assert {name: str(getattr(attendee, name)) for name in said} == said
    assert attendee.folded == "ana maria quispe camara cluster minero"
    assert answer["Location"] == "/pt/me/profile/?said=saved"


def test_saving_the_page_as_it_stands_changes_nothing():
    attendee = ana(timezone="America/Argentina/Ushuaia")
    before = Attendee.objects.values().get()

    answer = signed_in(attendee).post(PAGE, typed(attendee))

    assert (answer.status_code, Attendee.objects.values().get()) == (302, before)


def test_without_a_city_one_keeps_the_hour_of_ones_country():
    attendee = ana()

    signed_in(attendee).post(PAGE, typed(attendee, country="MX", timezone=""))

    attendee.refresh_from_db()
    assert attendee.timezone == "America/Mexico_City"


def test_a_form_with_errors_comes_back_with_what_was_typed():
    attendee = ana()

    answer = signed_in(attendee).post(PAGE, typed(attendee, full_name="", organisation="Cámara"))

    assert (answer.status_code, 'value="Cámara"' in text(answer), "Error:" in text(answer)) == (422, True, True)
    assert Attendee.objects.get().organisation == ""


@pytest.mark.parametrize("written", ["cluster  minero", "CLÚSTER MINERO", "Clúster Minero"])
def test_an_initiative_is_known_again_without_its_accents(written):
    Initiative.objects.create(name="Clúster Minero", country="CO", suggest="always")
    attendee = create_attendee("Eva")

    signed_in(attendee).post(PAGE, typed(attendee, initiative=written))

    attendee.refresh_from_db()
    assert attendee.initiative == "Clúster Minero"


def test_the_page_suggests_what_is_offered_to_everyone_and_escapes_it():
    Initiative.objects.create(name='Café & "Co" <b>', suggest="always")
    Initiative.objects.create(name="Valle Verde", suggest="always")
    Initiative.objects.create(name="Named by one")

    page = text(signed_in(create_attendee("Ana")).get(PAGE))

    assert 'list="initiatives"' in page
    assert (
        '<datalist id="initiatives" data-more="/en/initiatives/">'
        '<option value="Café &amp; &quot;Co&quot; &lt;b&gt;" label="cafe &amp; &quot;co&quot; &lt;b&gt;">'
        '<option value="Valle Verde"></datalist>'
    ) in page
    assert "Named by one" not in page


def test_mails_are_stopped_and_taken_up_by_ticks():
    attendee, series = ana(), create_series("other")
    register(create_session(series), "Ana")
    client = signed_in(attendee)

    client.post("/en/me/mails/", {"announcements-other": "on"})
    attendee.refresh_from_db()
    stopped = attendee.reminders_stopped_at
    client.post("/en/me/mails/", {"reminders": "on"})

    attendee.refresh_from_db()
    assert (stopped, attendee.reminders_stopped_at) == (NOW, None)
    said = Consent.objects.filter(kind="announcements").values_list("series__slug", "withdrawn_at")
    assert list(said) == [("other", NOW)]


def test_a_new_address_counts_once_the_button_in_its_own_mail_was_pressed():
    attendee = ana()

    answer = signed_in(attendee).post(ADD, {"email": "Ana.Nueva@Example.com"})

    message = read(Message.objects.filter(kind="address"))[0].message
    mail = emails.compose(message).mail
    address = links.address(AddressClaim.objects.get())
    assert answer["Location"] == f"{PAGE}?said=asked"
    assert (mail.to, address in mail.body) == (["Ana <Ana.Nueva@example.com>"], True)
    # It may be a stranger's: neither a name nor what Ana is registered for.
    html = str(mail.alternatives[0].content)
    assert ("Ana," in mail.body, 'class="path"' in html, "registered this address" in html) == (False, False, False)
    assert list(EmailAddress.objects.values_list("normalised", flat=True)) == ["ana@example.org"]

    Client().get(path(address))
    assert EmailAddress.objects.count() == 1
    pressed = [Client(enforce_csrf_checks=True).post(path(address)).status_code for _ in range(2)]

    assert pressed == [200, 200]
    assert EmailAddress.objects.get(normalised="ana.nueva@example.com").verified_at == NOW
    assert emails.compose(read(Message.objects.filter(kind="confirmation"))[0].message).mail.to == [
        "Ana <Ana.Nueva@example.com>"
    ]


def test_the_button_in_the_mail_works_for_one_day():
    attendee = ana()
    signed_in(attendee).post(ADD, {"email": "new@example.com"})
    address = path(links.address(AddressClaim.objects.get()))

    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        answers = [Client().get(address).status_code, Client().post(address).status_code]

    assert (answers, EmailAddress.objects.count()) == ([410, 410], 1)


def test_an_address_of_somebody_else_gets_the_same_answer_and_never_moves():
    create_attendee("Luis", email="luis@example.org")
    attendee = ana()
    client = signed_in(attendee)

    answers, costs = [], []
    for address in ("luis@example.org", "free@example.org"):
        with CaptureQueriesContext(connection) as asked:
            answers.append(client.post(ADD, {"email": address}))
        costs.append(len(asked))
    claim = AddressClaim.objects.get(normalised="luis@example.org")
    pressed = Client().post(path(links.address(claim)))

    same = [(answer.status_code, sorted(answer.headers.items()), answer.cookies, answer.content) for answer in answers]
    assert same[0] == same[1]
    assert costs[0] == costs[1]
    assert Message.objects.filter(kind="address").count() == 2
    assert (pressed.status_code, EmailAddress.objects.get(normalised="luis@example.org").attendee.full_name) == (
        409,
        "Luis",
    )


def test_nobody_writes_to_many_strangers_on_one_day():
    attendee = ana()
    client = signed_in(attendee)

    answers = [client.post(ADD, {"email": f"a{number}@example.org"}).status_code for number in range(6)]

    assert (answers, Message.objects.filter(kind="address").count()) == ([302] * 5 + [429], 5)


def test_a_copy_of_the_mail_goes_to_the_new_address_as_well():
    attendee = ana()
    signed_in(attendee).post(ADD, {"email": "new@example.com"})

    copy = outbox.send_again(message=Message.objects.get(kind="address"), now=NOW)

    assert emails.compose(read(Message.objects.filter(pk=copy.pk))[0].message).mail.to == ["Ana <new@example.com>"]


def test_what_was_confirmed_asks_no_more():
    attendee = ana()
    signed_in(attendee).post(ADD, {"email": "new@example.com"})
    Client().post(path(links.address(AddressClaim.objects.get())))

    case = read(Message.objects.filter(kind="address"))[0]

    assert truth.reason_to_skip(case, NOW) == "superseded"


@pytest.mark.parametrize("address", ["", "nonsense", "two@at@example", 'a"b@example.org'])
def test_what_is_no_address_is_said_so(address):
    answer = signed_in(ana()).post(ADD, {"email": address})

    assert (answer.status_code, AddressClaim.objects.count()) == (422, 0)


def test_an_address_is_removed_but_never_the_last():
    attendee = ana()
    first = attendee.addresses.get()
    second = EmailAddress.objects.create(attendee=attendee, address="b@example.org", normalised="b@example.org")
    client = signed_in(attendee)

    removed, refused = (client.post(REMOVE, {"address": row.pk}) for row in (first, second))

    assert (removed.status_code, refused.status_code) == (302, 409)
    assert list(attendee.addresses.values_list("normalised", flat=True)) == ["b@example.org"]


def test_somebody_elses_address_is_answered_like_nonsense():
    theirs = create_attendee("Luis").addresses.get()
    client = signed_in(ana())

    answers = [client.post(REMOVE, {"address": key}) for key in (theirs.pk, 999_999, "nonsense", "")]

    assert ({answer.status_code for answer in answers}, len({answer.content for answer in answers})) == ({404}, 1)
    assert EmailAddress.objects.filter(pk=theirs.pk).exists()


def test_a_confirmation_that_does_not_exist_is_answered_like_nonsense():
    tokens = (signing.token(links.ADDRESS, 999_999), signing.token("stop", 1), "nonsense")

    answers = [Client().post(f"/a/{token}/") for token in tokens]

    assert ({answer.status_code for answer in answers}, len({answer.content for answer in answers})) == ({404}, 1)


# The attendee; addresses, claims, and the series with what was said of each. Initiatives are kept for a minute.
QUERIES = 6


@pytest.mark.parametrize("people", [1, 30])
def test_the_page_costs_the_same_with_many(people):
    series = [create_series(f"series-{number}") for number in range(people)]
    for one in series:
        register(create_session(one), "Ana")
    for number in range(people):
        create_attendee(f"Person {number}", initiative=f"Initiative {number}")
    client = signed_in(Attendee.objects.get(full_name="Ana"))
    client.get(PAGE)

    with CaptureQueriesContext(connection) as asked:
        assert client.get(PAGE).status_code == 200

    assert len(asked) == QUERIES, [query["sql"] for query in asked.captured_queries]


def test_who_said_this_was_not_me_is_not_written_to_and_nothing_tells():
    blocking.block(addresses=["tired@example.org"], now=NOW)

    answer = signed_in(ana()).post(ADD, {"email": "tired@example.org"})

    assert answer["Location"] == f"{PAGE}?said=asked"
    assert Message.objects.filter(kind="address").count() == 0
