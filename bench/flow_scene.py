"""The scene for visitors who register: a session with room for all, one with 180 places, and the bare tables."""

import json
from collections.abc import Iterator

import django
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import scene
from bench.people import form

BASE = "/es/series/community-in-practice"
PLACES = 180
# Each round of the bare flow counts at a meeting of its own, or counting would grow dearer from round to round.
MEETINGS = 40
_MEETING = (
    """CREATE TABLE bench_meeting (id bigserial PRIMARY KEY, title varchar(200) NOT NULL, capacity int NOT NULL)"""
)
_GUEST = """
CREATE TABLE bench_guest (
    id bigserial PRIMARY KEY, meeting_id bigint NOT NULL REFERENCES bench_meeting, name varchar(200) NOT NULL,
    email varchar(254) NOT NULL, country varchar(2) NOT NULL, organisation varchar(200) NOT NULL, waits bool NOT NULL
);
CREATE INDEX ON bench_guest (meeting_id)
"""


def set_scene() -> None:
    from workshops.models import Session

    scene.set_scene()
    first = Session.objects.get(number=1)
    second = Session.objects.get(number=2)
    second.day, second.start_time, second.minutes = first.day, first.start_time, first.minutes
    second.state, second.meeting_link = "open", first.meeting_link
    second.save()
    second.revise()
    second.places.get().set_capacity(PLACES)
    with connection.cursor() as cursor:
        cursor.execute(_MEETING)
        cursor.execute(_GUEST)
        cursor.execute(
            "INSERT INTO bench_meeting (title, capacity) SELECT %s, %s FROM generate_series(1, %s)",
            ["¿Cómo trabajar juntos?", PLACES, MEETINGS],
        )


def statements() -> list[int]:
    """What each of the four requests costs once everything is warm, savepoints included."""
    client = Client(SERVER_NAME="localhost")
    for number in range(2):
        counted = list(_visit(client, number))
    return counted


def _visit(client: Client, number: int) -> Iterator[int]:
    person = form(f"count.{number}@example.org")
    for path, sent in (
        ("1/", None),
        ("register/?session=1", None),
        ("register/?session=1", person),
        ("registered/", None),
    ):
        with CaptureQueriesContext(connection) as queries:
            answer = client.post(f"{BASE}/{path}", sent) if sent else client.get(f"{BASE}/{path}")
        assert answer.status_code in (200, 302), (path, answer.status_code)
        yield sum(query["sql"] not in ("BEGIN", "COMMIT") for query in queries.captured_queries)


if __name__ == "__main__":
    django.setup()
    set_scene()
    print(json.dumps({"base": BASE, "statements": statements()}))
