"""Parts of a page are rendered once, and never shown when anything they tell has changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils import translation

from tests.factories import NOW, create_series, create_session, create_speaker, seat
from workshops.models import Panellist, Places, Series, Session, Speaker
from workshops.templatetags import kept

pytestmark = pytest.mark.django_db
PAGE = "/en/series/community-in-practice/2/"


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    kept._fragments.clear()
    yield
    kept._fragments.clear()


def furnish() -> None:
    """A page on which everything is shown that a session can show."""
    texts = {"en": "Some *words*", "es": "Unas palabras"}
    series = create_series(privacy_notice=texts, platform=texts, unit=texts, purpose=texts)
    for number in (1, 2, 3):
        create_session(series, number=number, mode="hybrid", capacity=10, summary=texts, agenda=texts, languages=["en"])
    shown = Session.objects.get(number=2)
    for name, role in (("Rosa Vega", "moderator"), ("Luis Paz", "panellist")):
        seat(create_speaker(name, country="CL", position=texts), shown, role, topic=texts, point=texts)


TEXT = {"en": "Other <words>"}
OTHER: dict[type[Any], dict[str, Any]] = {
    Series: dict.fromkeys(("name", "organiser", "platform", "unit", "purpose", "privacy_notice"), TEXT)
    | {"contact": "other@example.org", "planned_sessions": 7, "demonstration": True, "languages": ["fr", "en"]},
    Session: dict.fromkeys(
        ("question", "title", "summary", "agenda", "materials", "takeaways", "cancellation_reason"), TEXT
    )
    | {"languages": ["pt"], "format": "panel", "mode": "online", "venue": "Elsewhere", "address": "Street 3"}
    | {"recording": "https://example.org/r", "attendance_published": "more than 9", "minutes": 45}
    | {"starts_at": NOW + timedelta(days=3), "ends_at": NOW + timedelta(days=4), "day": NOW.date()}
    | {"timezone": "America/Lima", "state": "closed", "panel_to_be_announced": False},
    Speaker: {"position": TEXT, "name": "Ada", "organisation": "Else", "sector": "education", "country": "PE"}
    | {"photo": "speakers/ada.webp"},
    Panellist: {"role": "closing", "order": 9, "topic": TEXT, "point": TEXT},
    Places: {"capacity": 3, "taken": 1},
}


@pytest.mark.parametrize(
    ("model", "column"), [(model, column) for model, columns in OTHER.items() for column in columns]
)
@pytest.mark.parametrize("later", [timedelta(), timedelta(days=30)], ids=["ahead", "over"])
def test_whatever_changes_the_page_is_what_it_would_be_if_nothing_were_kept(
    model: Any, column: str, later: timedelta, time_machine: Any
) -> None:
    furnish()
    time_machine.move_to(NOW + later)
    Client().get(PAGE)

    row = model.objects.order_by("-pk")[0] if model in (Speaker, Panellist) else model.objects.order_by("pk")[0]
    rows = Session.objects.filter(number=2) if model is Session else model.objects.filter(pk=row.pk)
    rows.update(**{column: OTHER[model][column]} | ({"ceiling": 3} if column == "capacity" else {}))
    warm = Client().get(PAGE).content
    kept._fragments.clear()

    assert warm == Client().get(PAGE).content


def test_language_city_and_moment_have_parts_of_their_own(time_machine: Any) -> None:
    furnish()
    create_session(number=4, start_time=None, minutes=None, state="announced")
    asked = (
        PAGE,
        PAGE.replace("/2/", "/4/"),
        PAGE.replace("/en/", "/es/"),
        f"{PAGE}?tz=America/Lima",
        f"{PAGE}?session=3",
    )
    moments = [NOW, Session.objects.get(number=2).starts_at, NOW + timedelta(days=30)]

    for moment in moments:
        time_machine.move_to(moment)
        warm = [Client().get(path).content for path in asked]
        for path, page in zip(asked, warm, strict=True):
            kept._fragments.clear()
            assert Client().get(path).content == page


def test_a_neighbour_that_comes_or_goes_shows(client: Client) -> None:
    furnish()
    assert 'rel="next"' in client.get(PAGE).content.decode()

    Session.objects.filter(number=3).update(state="draft")

    assert 'rel="next"' not in client.get(PAGE).content.decode()


def test_a_part_is_made_once_unless_templates_are_edited(settings: Any) -> None:
    made = count(1)
    template = Template("{% load kept %}{% kept 'x' row %}{{ made }}{% endkept %}")

    def render(row: object) -> str:
        return template.render(Context({"row": row, "made": lambda: next(made)}))

    create_series()
    series = Series.objects.get()
    assert [render(series), render(Series.objects.get()), render([series]), render(None)] == ["1", "1", "2", "3"]
    with translation.override("fr"):
        assert render(series) == "4"
    settings.DEBUG = True
    assert [render(series), render(series)] == ["5", "6"]
