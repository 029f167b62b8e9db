"""Staff make, announce, open and move sessions on one page that catches what people would have to guess."""

from datetime import date, time
from typing import Any

import pytest
from django.urls import reverse

from tests.admin_pages import form_of, send, staff_client
from tests.factories import NOW, create_series, create_session, create_speaker, seat
from workshops.admin.pages import TextSearch
from workshops.models import Session

pytestmark = pytest.mark.django_db


def change_url(session: Session) -> str:
    return reverse("admin:workshops_session_change", args=[session.pk])


def panel_row(place: int, speaker_id: int, role: str = "panellist", **texts: str) -> dict[str, Any]:
    row = {"id": "", "speaker": speaker_id, "role": role, "order": place, "topic_0": "", "point_0": ""} | texts
    return {f"panellists-{place}-{name}": value for name, value in row.items()}


def test_a_session_with_its_panel_is_made_and_opened_in_one_go() -> None:
    series = create_series()
    ana, luis = create_speaker("Ana Pérez"), create_speaker("Luis Muñoz")

    response = send(
        staff_client(),
        reverse("admin:workshops_session_add"),
        question_0="¿Qué sigue?",
        question_2="What next?",
        state="open",
        day="2026-11-12",
        start_time="11:00",
        minutes="90",
        meeting_link="https://zoom.us/j/1",
        **{"panellists-TOTAL_FORMS": 2},
        **panel_row(0, ana.pk, "moderator"),
        **panel_row(1, luis.pk, topic_0="Los comienzos"),
    )

    session = Session.objects.get()
    assert response.status_code == 302
    assert (session.series, session.number, session.state, session.revision) == (series, 1, "open", 1)
    assert session.question.data["es"] == "¿Qué sigue?"
    assert f"{session.starts_at:%Y-%m-%d %H:%M}" == "2026-11-12 14:00"
    assert [str(chair.speaker) for chair in session.panel.seats] == ["Ana Pérez", "Luis Muñoz"]
    assert [places.mode for places in session.places.all()] == ["online"]


def test_the_form_proposes_the_next_number_in_the_zone_of_the_series() -> None:
    series = create_series(timezone="America/Bogota")
    create_session(series, number=4)

    page = staff_client().get(reverse("admin:workshops_session_add"))

    initial = page.context["adminform"].form.initial
    assert (initial["series"], initial["number"], initial["timezone"]) == (series.pk, 5, "America/Bogota")


def test_a_session_of_which_nothing_is_known_can_be_announced() -> None:
    create_series()

    response = send(staff_client(), reverse("admin:workshops_session_add"), state="announced")

    assert response.status_code == 302
    assert Session.objects.get().starts_at is None


def test_opening_says_everything_that_is_missing_and_changes_nothing() -> None:
    session = create_session(
        state="announced",
        day=None,
        start_time=None,
        minutes=None,
        meeting_link="",
        question="",
        panel_to_be_announced=False,
    )

    page = send(staff_client(), change_url(session), state="open")

    (of_form,) = page.context["adminform"].form.errors["state"]
    (of_panel,) = page.context["inline_admin_formsets"][0].formset.non_form_errors()
    assert of_form == (
        "Registration can open once there is: a day, an hour and a length, a central question, a meeting link."
    )
    assert of_panel == "Registration can open once there is a panel, or the mark “panel to be announced”."
    session.refresh_from_db()
    assert session.state == "announced"


def test_a_panel_that_is_taken_away_in_the_same_form_does_not_count() -> None:
    session = create_session(state="announced", panel_to_be_announced=False)
    seat(create_speaker(), session)

    page = send(staff_client(), change_url(session), state="open", **{"panellists-0-DELETE": "on"})

    assert page.context["inline_admin_formsets"][0].formset.non_form_errors()
    assert session.panellists.count() == 1


def test_the_panel_is_shown_in_the_order_in_which_people_meet_it() -> None:
    session = create_session()
    for name, role, order in (("Z", "closing", 0), ("B", "panellist", 2), ("A", "panellist", 1), ("O", "opening", 0)):
        seat(create_speaker(name), session, role, order=order)

    page = staff_client().get(change_url(session))

    forms = page.context["inline_admin_formsets"][0].formset.initial_forms
    assert [form.instance.speaker.name for form in forms] == ["O", "A", "B", "Z"]


def test_the_same_person_in_the_same_role_twice_is_refused_in_words() -> None:
    session = create_session()
    ana = create_speaker("Ana")
    rows = panel_row(0, ana.pk) | panel_row(1, ana.pk)

    page = send(staff_client(), change_url(session), **{"panellists-TOTAL_FORMS": 2}, **rows)

    assert page.context["inline_admin_formsets"][0].formset.non_form_errors()
    assert session.panellists.count() == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"minutes": "4"}, "minutes"),
        ({"minutes": "1441"}, "minutes"),
        ({"minutes": "long"}, "minutes"),
        ({"day": "31/31/2026"}, "day"),
        ({"day": ""}, "day"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"number": "0"}, "number"),
        ({"number": "2"}, "number"),
        ({"meeting_link": "http://zoom.us/j/1"}, "meeting_link"),
        ({"meeting_link": "https://zoom.us@evil.example/"}, "meeting_link"),
        ({"mode": "hybrid", "venue": ""}, "state"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(change: dict[str, str], field: str) -> None:
    session = create_session()
    create_session(number=2)

    page = send(staff_client(), change_url(session), **change)

    assert page.status_code == 200
    assert field in page.context["adminform"].form.errors


def test_moving_a_session_raises_its_revision_once() -> None:
    session = create_session()

    send(staff_client(), change_url(session), start_time="15:30")

    session.refresh_from_db()
    assert (session.revision, session.revised_at) == (2, NOW)
    assert f"{session.starts_at:%H:%M}" == "18:30"


@pytest.mark.parametrize(
    "change", [{"state": "closed"}, {"summary_2": "News"}, {"meeting_link": "https://zoom.us/j/9"}]
)
def test_what_people_do_not_rely_on_is_no_revision(change: dict[str, str]) -> None:
    session = create_session()

    send(staff_client(), change_url(session), **change)

    session.refresh_from_db()
    assert session.revision == 1


def test_a_form_that_was_open_while_someone_else_moved_the_session_moves_nothing_back() -> None:
    session = create_session()
    client = staff_client()
    url = change_url(session)
    opened = form_of(client, url)
    page_was_loaded_with = Session.objects.get(pk=session.pk)
    Session.objects.filter(pk=session.pk).update(start_time=time(17))
    Session.objects.get(pk=session.pk).revise()
    # The browser sends the old hour back; the field that differs from the row now counts as a change of its own …
    client.post(url, opened | {"summary_2": "News", "start_time": "17:00:00"})

    session.refresh_from_db()
    assert page_was_loaded_with.start_time == time(11)
    assert (session.start_time, session.revision, session.summary.data["en"]) == (time(17), 2, "News")


def test_a_save_writes_the_columns_that_changed_and_leaves_the_rest_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    session = create_session()
    original = TextSearch.save_model

    def someone_else_comes_first(self: Any, request: Any, obj: Any, form: Any, change: bool) -> None:
        Session.objects.filter(pk=session.pk).update(venue="Casa Central")
        Session.objects.get(pk=session.pk).revise()
        original(self, request, obj, form, change)

    monkeypatch.setattr(TextSearch, "save_model", someone_else_comes_first)

    send(staff_client(), change_url(session), day="2026-10-16")

    session.refresh_from_db()
    assert (session.day, session.venue, session.revision) == (date(2026, 10, 16), "Casa Central", 3)


def test_the_page_says_what_the_hour_means_in_ten_cities() -> None:
    page = staff_client().get(change_url(create_session(day=date(2026, 12, 3)))).content.decode()

    assert page.count('<span class="city">') == 10
    assert "<strong>06:00</strong>" in page
    assert "<strong>09:00</strong>" in page


def test_a_clock_that_moved_since_the_session_before_is_pointed_out() -> None:
    series = create_series()
    create_session(series, number=1, day=date(2026, 9, 3))
    spring = create_session(series, number=2, day=date(2026, 10, 15))

    page = staff_client().get(change_url(spring)).content.decode()

    assert "The clock of Santiago moves by 60 minutes between session 1 and this one" in page


def test_a_clock_that_stood_still_is_not_mentioned() -> None:
    series = create_series()
    create_session(series, number=1, day=date(2026, 10, 8))

    page = staff_client().get(change_url(create_session(series, number=2))).content.decode()

    assert 'class="caution"' not in page


def test_a_start_in_the_past_is_allowed_and_pointed_out() -> None:
    session = create_session()

    client = staff_client()

    send(client, change_url(session), day="2026-10-01")

    assert "This session lies in the past." in client.get(change_url(session)).content.decode()
    session.refresh_from_db()
    assert session.day == date(2026, 10, 1)


def test_search_ignores_accents_in_every_language() -> None:
    create_session(number=1, question={"es": "¿Qué beneficios trae un clúster?"})
    create_session(number=2, question={"fr": "Comment démarrer ?"})

    def found(term: str) -> list[int]:
        page = staff_client().get(reverse("admin:workshops_session_changelist"), {"q": term})
        return [session.number for session in page.context["cl"].result_list]

    assert (found("que CLUSTER"), found("demarrer"), found("nada")) == ([1], [2], [])


def test_every_text_has_one_labelled_input_per_language_and_no_inline_style() -> None:
    page = staff_client().get(change_url(create_session())).content.decode()

    for place, language in enumerate(("Español", "Português", "English", "Français")):
        assert f'<label class="language" for="id_question_{place}">{language}</label>' in page
    assert "style=" not in page
    assert "<style" not in page
