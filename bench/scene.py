"""Set the scene in the database, count statements, and print what the clients need as JSON."""

import io
import json
from datetime import date, time, timedelta
from typing import Any

import django
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.people import form

REGISTRATION = "/es/series/community-in-practice/register/?session=1"
PAGE = "/es/series/community-in-practice/1/"


def set_scene() -> None:
    """The real series, its first workshop with its whole panel open and a month ahead; a table for the bare views."""
    from workshops.models import Session

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_series", "workshops/data/community_in_practice.json", stdout=io.StringIO())
    session = Session.objects.get(number=1)
    session.day, session.start_time, session.minutes = date.today() + timedelta(days=30), time(11), 90  # noqa: DTZ011
    session.state, session.meeting_link = "open", "https://zoom.us/j/5550001234"
    session.save()
    session.revise()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_note (id bigserial PRIMARY KEY, text varchar(200) NOT NULL)")
        cursor.execute("INSERT INTO bench_note (text) SELECT 'Row ' || number FROM generate_series(1, 40) AS number")


def statements() -> dict[str, int]:
    """How many statements each measured request costs once everything is warm, savepoints included."""
    client = Client(SERVER_NAME="localhost")
    requests: dict[str, Any] = {
        "page_from_cache": lambda number: client.get(PAGE),
        "session_page": lambda number: client.get(f"{PAGE}?session={number}"),
        "registration_post": lambda number: client.post(REGISTRATION, form(f"count.{number}@example.org")),
    }
    counted = {}
    for name, ask in requests.items():
        ask(1)
        with CaptureQueriesContext(connection) as queries:
            answer = ask(2)
        assert answer.status_code in (200, 302), (name, answer.status_code)
        counted[name] = sum(query["sql"] not in ("BEGIN", "COMMIT") for query in queries.captured_queries)
    return counted


if __name__ == "__main__":
    django.setup()
    set_scene()
    print(json.dumps({"page": PAGE, "registration": REGISTRATION, "statements": statements()}))
