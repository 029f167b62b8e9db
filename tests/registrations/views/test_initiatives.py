"""What the type-ahead asks for: public names only, a few at a time, at most so often."""

import pytest

from registrations.models import Initiative
from tests.factories import create_attendee

pytestmark = pytest.mark.django_db
PAGE = "/es/initiatives/"


def offer(*names: str) -> None:
    for name in names:
        Initiative.objects.create(name=name, country="CO", suggest="always")


def test_names_and_their_labels_are_found_without_accents(client):
    offer("Clúster Andino", "Valle Verde")

    answers = [client.get(PAGE, {"q": typed}) for typed in ("CLUSTER", "verde", "zzz", "", "x" * 5000)]

    assert [answer.json() for answer in answers] == [
        [["Clúster Andino", "cluster andino"]],
        [["Valle Verde", ""]],
        [],
        [],
        [],
    ]
    assert answers[0]["Cache-Control"] == "public, max-age=60"
    assert client.post(PAGE).status_code == 405


def test_at_most_eight_are_answered(client):
    offer(*(f"Clúster {number}" for number in range(20)))

    assert len(client.get(PAGE, {"q": "cluster"}).json()) == 8


def test_what_one_person_wrote_is_not_found(client):
    lonely = Initiative.objects.create(name="Secreto de Inés", country="CO")
    create_attendee("Inés", initiative="Secreto de Inés", coordinates=lonely)

    assert client.get(PAGE, {"q": "secreto"}).content == client.get(PAGE, {"q": "nothing of the kind"}).content == b"[]"


def test_who_asks_too_often_waits(client, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"initiatives_per_address": 1}

    answers = [client.get(PAGE, {"q": "a"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 429]
    assert "Cache-Control" not in answers[1]
