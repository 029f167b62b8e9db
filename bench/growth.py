"""What the pages that people and staff open cost beside a million registrations, as against a thousand.

BENCH_PEOPLE and BENCH_REGISTRATIONS say how many there are in the large database (100,000 and 1,000,000).
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import django

from bench.rows import Rows, bounded
from bench.servers import Machine

if TYPE_CHECKING:
    from django.test import Client

    from registrations.models import Attendee

View = Callable[[], None]

FEW = {"BENCH_PEOPLE": "1000", "BENCH_REGISTRATIONS": "1000", "BENCH_SESSIONS": "100"}
MANY = {
    "BENCH_PEOPLE": os.environ.get("BENCH_PEOPLE", "100000"),
    "BENCH_REGISTRATIONS": os.environ.get("BENCH_REGISTRATIONS", "1000000"),
    "BENCH_SESSIONS": "100",
}
VIEWS = 7
LISTS = ("registration", "attendee", "initiative", "enrolment", "message", "certificate", "appeal", "report")
ADMIN = "/admin/registrations"


def measure(machine: Machine) -> Rows:
    # Public pages are made each time, or they would be answered from memory.
    each = {"PAGES_KEPT": "0"}
    few, many = (
        json.loads(machine.run("bench.growth", machine.environment(name) | size | each)) for name, size in _SIZES
    )
    loading, most = many.pop("load"), MANY["BENCH_REGISTRATIONS"]
    few.pop("load")
    grown = {page: many[page] / few[page] for page in many}
    worst = sorted(grown, key=lambda page: -grown[page])
    said = ", ".join(f"{page} {grown[page]:.1f} ({few[page]:.0f} to {many[page]:.0f} ms)" for page in worst[:6])
    what = f"the slowest of {len(grown)} pages beside {most} registrations / beside 1000: {said}"
    load = f"seconds to load {MANY['BENCH_PEOPLE']} people and {most} registrations at 102 sessions"
    return {
        "growth": bounded(grown[worst[0]], list(grown.values()), 2, what),
        "load": bounded(loading, [loading], 300, load),
    }


_SIZES = (("few", FEW), ("many", MANY))


def main() -> None:
    """Load a database, view each page, and print the median of its milliseconds."""
    from django.core.management import call_command
    from django.db import connection

    call_command("collectstatic", interactive=False, verbosity=0)
    started = time.monotonic()
    _load()
    taken: dict[str, float] = {"load": time.monotonic() - started}
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    for name, view in _views().items():
        view()
        taken[name] = statistics.median(_milliseconds(view) for _ in range(VIEWS))
    print(json.dumps(taken))


def _load() -> None:
    from iatp_events.lib import clock
    from registrations.services import demonstration
    from workshops.models import Series

    sizes = {name: int(os.environ[f"BENCH_{name.upper()}"]) for name in ("people", "registrations", "sessions")}
    demonstration.make(series=Series.objects.get(), now=clock.now(), **sizes)


def _milliseconds(view: View) -> float:
    started = time.perf_counter()
    view()
    return (time.perf_counter() - started) * 1000


def _views() -> dict[str, View]:
    from django.contrib.auth.models import User
    from django.test import Client
    from django.urls import reverse

    from registrations.models import Attendee, Registration
    from workshops.models import Session

    staff = Client(SERVER_NAME="localhost")
    staff.force_login(User.objects.create_superuser("bench"))
    visitor, session = Client(SERVER_NAME="localhost"), Session.objects.get(number=2)
    someone = Registration.objects.filter(session=session).latest("pk")
    person = Attendee.objects.get(pk=someone.attendee_id)
    of_session, of_series = f"/admin/workshops/session/{session.pk}", f"/admin/workshops/series/{session.series_id}"
    pages = {name: f"{ADMIN}/{name}/" for name in LISTS} | {
        "people by a name": f"{ADMIN}/attendee/?q={person.full_name.split()[0]}",
        "registrations by a name": f"{ADMIN}/registration/?q={person.full_name.split()[0]}",
        "registrations of a session": f"{ADMIN}/registration/?session={session.pk}",
        "a person": f"{ADMIN}/attendee/{person.pk}/change/",
        "a registration": f"{ADMIN}/registration/{someone.pk}/change/",
        "sessions": "/admin/workshops/session/",
        "a session": f"{of_session}/change/",
        "what will be sent": f"{of_session}/messages/",
        "attendance": f"{of_session}/attendance/",
        "figures of a session": f"{of_session}/figures/",
        "figures of the series": f"{of_series}/figures/",
    }
    pages |= {"figures as a file": reverse("admin:workshops_series_figures_file", args=[session.series_id, "csv"])}
    public = {"series": "/en/", "session": f"/en/series/{session.series.slug}/2/"}
    signed_in = _signed_in(person)
    return (
        {name: _view(staff, path) for name, path in pages.items()}
        | {name: _view(visitor, path) for name, path in public.items()}
        | {"my sessions": _view(signed_in, "/en/me/")}
    )


def _view(client: Client, path: str) -> View:
    def view() -> None:
        answer = client.get(path)
        if answer.status_code != 200:
            sys.exit(f"{path} answers {answer.status_code}.")
        # A file that streams is made while it is read.
        sum(map(len, answer))

    return view


def _signed_in(person: Attendee) -> Client:
    from django.http import HttpResponse
    from django.test import Client

    from registrations import sign_in_cookie

    client, answer = Client(SERVER_NAME="localhost"), HttpResponse()
    sign_in_cookie.remember(answer, person)
    client.cookies.update(answer.cookies)
    return client


if __name__ == "__main__":
    django.setup()
    main()
