"""Invite colleagues by a page of one's own, and answer by the link of the mail: every answer, and what it must hide."""

import re
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from registrations import links
from registrations.models import Attendee, Message, Registration
from registrations.services import blocking, invitations
from registrations.services.invitations import Colleague
from tests.admin_pages import staff_client
from tests.factories import NOW, address_of, create_attendee, create_session, register, states
from tests.registrations.views.mine import signed_in, text
from tests.test_queries import queries

pytestmark = pytest.mark.django_db
PAGE = "/en/me/colleagues/"
HERE = f"{PAGE}?session=community-in-practice%2F1"
PASTED = "Eva Soto <eva.soto@example.org>\nLuis Mora; luis.mora@example.org"


@pytest.fixture(autouse=True)
def _now():
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def rosa() -> Attendee:
    return create_attendee("Rosa Vega", "CL", initiative="Clúster Textil", language="en")


def post(person: Attendee, lines: str, address: str = HERE, **fields):
    return signed_in(person).post(address, {"lines": lines, **fields})


def invited(name: str = "Eva Soto", *, session=None, inviter: Attendee) -> Registration:
    session = session or create_session()
    colleagues = [Colleague(name, address_of(name))]
    invitations.invite(
        inviter=inviter, session=session, colleagues=colleagues, initiative="Clúster Textil", mode="", now=NOW
    )
    return Registration.objects.select_related("attendee", "session__series").get(attendee__full_name=name)


def path(registration: Registration) -> str:
    return f"/r/{links.token(registration)}/invitation/"


def details(**changes) -> dict[str, object]:
    said = {"full_name": "Eva Soto Paz", "country": "PE", "language": "es", "code_of_conduct": "on"}
    return {name: value for name, value in (said | changes).items() if value is not None}


def downloaded(person: Attendee) -> bytes:
    answer: Any = signed_in(person).get("/en/me/data/json/")
    return b"".join(answer.streaming_content)


def test_the_way_leads_from_my_sessions_over_the_choice_of_a_session_to_the_form(rosa: Attendee) -> None:
    register(create_session(), "Rosa Vega")
    create_session(number=2, state="closed")
    client = signed_in(rosa)

    mine, choice, form = (text(client.get(page)) for page in ("/en/me/", PAGE, HERE))

    assert mine.count(f'href="{HERE}"') == 1
    assert f'href="{PAGE}"' in mine
    assert re.findall(r'href="\?session=([^"]+)"', choice) == ["community-in-practice%2F1"]
    assert "All come for your initiative: Clúster Textil." in form
    assert "id_initiative" not in form


def test_a_good_paste_invites_everyone_and_says_how_many_lines_it_took(rosa: Attendee) -> None:
    session = create_session()

    answer = post(rosa, PASTED)

    assert (answer.status_code, answer["Location"]) == (302, f"{HERE}&sent=2")
    assert states(session) == {"Eva Soto": "offered", "Luis Mora": "offered"}
    assert "We have your 2 invitations" in text(signed_in(rosa).get(answer["Location"]))


def test_a_spreadsheet_with_a_byte_order_mark_and_hard_blanks_works(rosa: Attendee) -> None:
    session = create_session()

    answer = post(rosa, '\ufeff"Soto, Eva"\teva@example.org\r\nLuis\u00a0Mora\tluis@example.org\r\n\r\n')

    assert answer.status_code == 302
    assert states(session) == {"Soto, Eva": "offered", "Luis Mora": "offered"}


def test_every_wrong_line_is_named_and_nobody_is_invited(rosa: Attendee) -> None:
    session = create_session()
    lines = (
        "Eva Soto <eva@example.org>\nLuis Mora\n<ana@example.org>\nEva <EVA@example.org>\nRosa <rosa.vega@example.org>"
        "\nMara <mara@gmial.com>"
    )

    answer = post(rosa, lines)

    page = text(answer)
    assert (answer.status_code, states(session)) == (422, {})
    for said in (
        "Line 2 (Luis Mora): There is no e-mail address.",
        "Line 3 (&lt;ana@example.org&gt;): The name is missing.",
        "Line 4 (Eva &lt;EVA@example.org&gt;): The same address stands in a line above.",
        "Line 5 (Rosa &lt;rosa.vega@example.org&gt;): This is your own address.",
        "Line 6 (Mara &lt;mara@gmial.com&gt;): Did you mean mara@gmail.com?",
    ):
        assert said in page
    assert "Line 1 (" not in page
    assert "Luis Mora &lt;ana@example.org&gt; Eva &lt;EVA@example.org&gt;" in page.replace("\n", " ")
    assert Message.objects.count() == 0


def test_eleven_lines_and_five_hundred_are_refused_unread(rosa: Attendee) -> None:
    create_session()

    for count in (11, 500, 20_000):
        answer = post(rosa, "\n".join(f"P{n} <p{n}@example.org>" for n in range(count)))
        assert answer.status_code == 422
        assert f"These are {count} lines. At most 10 colleagues at a time; nobody was invited." in text(answer)

    assert Attendee.objects.count() == 1


def test_a_slip_is_asked_about_once(rosa: Attendee) -> None:
    session = create_session()

    asked = post(rosa, "Eva <eva@gmial.com>")
    kept = re.search(r'name="kept" value="([^"]*)"', asked.content.decode())
    meant = post(rosa, "Eva <eva@gmial.com>", kept=kept[1] if kept else "")

    assert "Did you mean eva@gmail.com?" in text(asked)
    assert (asked.status_code, meant.status_code, states(session)) == (422, 302, {"Eva": "offered"})


def test_a_cap_reached_in_the_middle_and_places_that_do_not_suffice_are_said_line_by_line(rosa: Attendee) -> None:
    session = create_session(most_per_initiative=1, capacity=1)

    answer = post(rosa, PASTED)

    page = text(answer)
    assert (answer.status_code, states(session)) == (422, {})
    assert "Nobody was invited: not all of your colleagues fit." in page
    assert (
        "Line 2 (Luis Mora; luis.mora@example.org): The session takes 1 person of each initiative; "
        "with the lines above there is one too many." in page
    )
    assert "Line 2 (Luis Mora; luis.mora@example.org): There is 1 free place." in page
    assert "Line 1 (" not in page


def test_known_registered_blocked_and_unknown_people_get_the_same_answer() -> None:
    session = create_session(capacity=40)
    register(session, "Ana")
    register(session, "Inés")
    Registration.objects.filter(attendee__full_name="Inés").update(state="cancelled")
    create_attendee("Known")
    blocking.block(addresses=[address_of("Blocked")], now=NOW)
    coordinators = [create_attendee(f"Rosa {n}", initiative="Norte", language="en") for n in range(5)]

    answers = [
        post(coordinator, f"{name} <{address_of(name)}>\nB{n} <b{n}@example.org>")
        for n, (coordinator, name) in enumerate(
            zip(coordinators, ("Ana", "Inés", "Known", "Blocked", "Nobody"), strict=True)
        )
    ]

    assert len({(answer.status_code, str(dict(answer.headers)), answer.content) for answer in answers}) == 1


def test_the_same_group_again_changes_nothing_and_is_answered_alike(rosa: Attendee) -> None:
    session = create_session(capacity=5)

    first, second = post(rosa, PASTED), post(rosa, PASTED)

    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert (Registration.objects.count(), Message.objects.count()) == (2, 2)
    assert session.places.get().taken == 2


def test_who_has_no_initiative_names_one_for_all(rosa: Attendee) -> None:
    create_session()
    Attendee.objects.update(initiative="")

    missing, given = post(rosa, PASTED), post(rosa, PASTED, initiative="Norte Verde")

    assert (missing.status_code, given.status_code) == (422, 302)
    assert set(Registration.objects.values_list("initiative", flat=True)) == {"Norte Verde"}


def test_at_a_hybrid_session_the_coordinator_says_how_they_take_part(rosa: Attendee) -> None:
    create_session(mode="hybrid", capacity=5)

    post(rosa, PASTED, mode="in_person")

    assert set(Registration.objects.values_list("mode", flat=True)) == {"in_person"}


@pytest.mark.parametrize(
    "session", ["x/1", "community-in-practice/9", "community-in-practice/", "/1", "a/b/c", "community-in-practice/１"]
)
def test_a_session_that_is_none_is_not_found(session: str, rosa: Attendee) -> None:
    create_session()

    assert signed_in(rosa).get(PAGE, {"session": session}).status_code == 404


def test_a_draft_is_not_found_and_a_closed_session_invites_nobody(rosa: Attendee) -> None:
    create_session(state="draft")
    create_session(number=2, state="closed")
    soon = create_session(number=3, starts_at=NOW + timedelta(hours=1))

    answers = [post(rosa, PASTED, HERE.replace("%2F1", f"%2F{number}")) for number in (1, 2, 3)]

    assert [answer.status_code for answer in answers] == [404, 409, 409]
    assert "In the last two hours no place is kept for anybody." in text(answers[2])
    assert states(soon) == {}


def test_too_many_groups_in_a_minute_are_refused_and_a_double_press_is_not(rosa: Attendee, settings) -> None:
    create_session()
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"groups_per_person": 2}

    statuses = [post(rosa, f"P{n} <p{n}@example.org>").status_code for n in (1, 1, 1, 2, 3)]

    assert statuses == [302, 302, 302, 302, 429]


def test_too_many_groups_in_a_day_are_refused(rosa: Attendee, settings) -> None:
    create_session()
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"groups_per_person_and_day": 1}
    first = post(rosa, "P1 <p1@example.org>").status_code

    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        second = post(rosa, "P2 <p2@example.org>").status_code
    with time_machine.travel(NOW + timedelta(hours=24), tick=False):
        third = post(rosa, "P3 <p3@example.org>").status_code

    assert (first, second, third) == (302, 429, 302)


def test_one_line_and_ten_cost_the_same(rosa: Attendee) -> None:
    create_session(capacity=50)
    client = signed_in(rosa)
    # The first group of an initiative nobody named before writes that down.
    client.post(HERE, {"lines": "First <first@example.org>"})

    costs = []
    for size in (1, 10):
        lines = "\n".join(f"P <p{size}.{n}@example.org>" for n in range(size))
        costs.append(len(queries(partial(client.post, HERE, {"lines": lines}))))

    assert costs[0] == costs[1]
    assert Registration.objects.count() == 12


def test_the_page_of_an_invitation_names_who_invites_and_what_was_typed(rosa: Attendee) -> None:
    eva = invited(inviter=rosa)

    page = text(Client().get(path(eva)))

    assert "Rosa Vega invites you" in page
    assert ('value="Eva Soto"' in page, "Take the place" in page, "Decline: I can’t come" in page) == (True,) * 3
    assert "email" not in re.findall(r'name="(\w+)"', page)


def test_accepting_without_the_code_of_conduct_is_refused_and_keeps_what_was_typed(rosa: Attendee) -> None:
    eva = invited(inviter=rosa)

    answer = Client().post(path(eva), details(code_of_conduct=None, organisation="CAF"))

    assert (answer.status_code, states(eva.session)) == (422, {"Eva Soto": "offered"})
    assert ("Please accept the code of conduct." in text(answer), 'value="CAF"' in text(answer)) == (True, True)


def test_accepting_leads_to_the_registration(rosa: Attendee) -> None:
    eva = invited(inviter=rosa)

    answer = Client().post(path(eva), details(announcements="on"))

    eva.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (302, f"/r/{links.token(eva)}/")
    assert states(eva.session) == {"Eva Soto Paz": "confirmed"}
    assert set(eva.attendee.consents.values_list("kind", flat=True)) == {"code_of_conduct", "announcements"}
    assert "You are registered for session 1" in text(Client().get(f"{path(eva)}?lang=en"))


def test_somebody_we_know_only_accepts_the_code_of_conduct(rosa: Attendee) -> None:
    create_attendee("Ana Ruiz", language="en", organisation="CAF")
    session = create_session()
    colleagues = [Colleague("Anita", address_of("Ana Ruiz"))]
    invitations.invite(inviter=rosa, session=session, colleagues=colleagues, initiative="", mode="", now=NOW)
    ana = Registration.objects.get()

    page = text(Client().get(path(ana)))
    refused, taken = Client().post(path(ana), {}), Client().post(path(ana), {"code_of_conduct": "on"})

    assert set(re.findall(r'<input[^>]* name="(\w+)"', page)) == {"code_of_conduct"}
    assert ("CAF" in page, "Anita" in page) == (False, False)
    assert (refused.status_code, taken.status_code, states(session)) == (422, 302, {"Ana Ruiz": "confirmed"})


def test_declining_is_one_button(rosa: Attendee) -> None:
    eva = invited(inviter=rosa, session=create_session(capacity=1))
    decline = re.search(
        r'<form class="actions" method="post" action="([^"]+)"', Client().get(path(eva)).content.decode()
    )

    Client().post(decline[1] if decline else "")

    assert (states(eva.session), eva.session.places.get().taken) == ({"Eva Soto": "cancelled"}, 0)
    page = text(Client().get(f"/r/{links.token(eva)}/?lang=en"))
    assert "register/?session=1" in page
    assert "Take my place back" not in page


def test_buttons_elsewhere_lead_to_where_the_code_is_accepted(rosa: Attendee) -> None:
    eva = invited(inviter=rosa)
    other, client = create_session(number=2), signed_in(eva.attendee)

    to_invitation = [
        Client().post(f"/r/{links.token(eva)}/take/"),
        client.post("/en/me/take/", {"registration": eva.pk}),
    ]
    to_form = [
        client.post("/en/me/register/", {"session": other.pk}),
        client.post("/en/me/enrol/", {"series": other.series_id}),
        Client().post(links.one_tap(eva.attendee, other).removeprefix("http://localhost:8000")),
    ]

    assert {answer["Location"] for answer in to_invitation} == {path(eva)}
    assert {answer["Location"].split("/", 2)[2] for answer in to_form} == {"series/community-in-practice/register/"}
    assert (states(eva.session), states(other)) == ({"Eva Soto": "offered"}, {})
    mine = text(client.get("/en/me/"))
    assert f'href="{path(eva)}"' in mine
    assert f'href="{path(eva)}"' in text(Client().get(f"/r/{links.token(eva)}/"))


def test_after_its_time_an_invitation_says_so_and_gives_nothing(rosa: Attendee) -> None:
    eva = invited(inviter=rosa)

    with time_machine.travel(eva.offered_until, tick=False):
        answers = [Client().get(path(eva)), Client().post(path(eva), details())]

    assert [answer.status_code for answer in answers] == [410, 410]
    assert states(eva.session) == {"Eva Soto": "offered"}


def test_the_page_names_nobody_once_who_invited_is_erased(rosa: Attendee) -> None:
    eva = invited(inviter=rosa)
    rosa.empty(at=NOW)

    assert "A colleague invites you" in text(Client().get(f"{path(eva)}?lang=en"))


def test_looking_changes_nothing_and_is_never_stored(rosa: Attendee) -> None:
    eva = invited(inviter=rosa)
    before = list(Registration.objects.values()), list(Attendee.objects.values()), Message.objects.count()

    answers = [Client().get(path(eva)), Client().head(path(eva)), signed_in(rosa).get(HERE), signed_in(rosa).get(PAGE)]

    assert (list(Registration.objects.values()), list(Attendee.objects.values()), Message.objects.count()) == before
    assert all("no-store" in answer["Cache-Control"] for answer in answers)
    assert {answer["Referrer-Policy"] for answer in answers} <= {"no-referrer", "same-origin"}


def test_staff_see_who_invited_and_nobody_elses_data_names_it(rosa: Attendee) -> None:
    eva = invited(inviter=rosa)

    page = text(
        staff_client("registrations.view_registration").get(
            reverse("admin:registrations_registration_change", args=[eva.pk])
        )
    )
    hers, theirs = (downloaded(person) for person in (rosa, eva.attendee))

    assert re.search(r"[Ii]nvited by.{0,300}Rosa Vega", page)
    assert b"Eva" not in hers
    assert b"Rosa" not in theirs
