"""Every address there is, found in the resolver and looked at by whoever it is for: the database stays as it was.

An address that is new stands here without being named; where its page has no row to show, this says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from iatp_events.lib import alarm
from registrations.models import (
    Alias,
    Appeal,
    Attendee,
    Batch,
    BlockedAddress,
    Bulletin,
    ColumnMap,
    Enrolment,
    Initiative,
    MailText,
    Merge,
)
from registrations.services import drafts, reconciliation
from tests.admin_pages import staff_client
from tests.factories import NOW, create_session, note, register
from tests.registrations.views.mine import signed_in
from tests.test_doors import needed, walk
from tests.test_links_are_safe import dump
from workshops.models import Series, Session

pytestmark = pytest.mark.django_db
METHODS = ("get", "head")
REPORT = b"Name,Email,Join Time,Leave Time\nAna,ana@example.org,11:00,12:00\nEva,,11:00,12:00\n"
# No page is behind these, or it is shut here, or it asks which rows one looks for.
SHOW_NOTHING = {
    "metrics": 404,
    "feeds:photo": 404,
    "admin:autocomplete": 403,
    "admin:view_on_site": 404,
    "admin:registrations_initiative_merge": 404,
    "admin:(?P<url>.*)$": 404,
}
_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
_SLOT = re.compile(r"<(?:\w+:)?(\w+)>")


@pytest.fixture(autouse=True)
def _quiet_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarm, "ring", lambda task: None)


def furnish() -> dict[str, tuple[object, ...]]:
    """One row of whatever has a page; at this moment a session takes place in a room and online, and Ana is there."""
    arguments = needed()
    ana, series = Attendee.objects.get(full_name="Ana"), Series.objects.get()
    live = create_session(number=2, mode="hybrid", starts_at=NOW)
    held = register(live, "Ana", mode="in_person")
    note(held, "staff")
    _draft, taken = (
        drafts.take_in(session=live, content=REPORT, zone=live.timezone, by=None, now=NOW) for _time in range(2)
    )
    reconciliation.take_over(report=taken, choices={}, by=None, now=NOW)
    Appeal.objects.create(registration=held, words="I was.", said_at=NOW)
    BlockedAddress.objects.create(digest="1", until=NOW)
    Bulletin.objects.create(series=series, session=live, subject="A word", body="Yes.", created_at=NOW)
    Initiative.objects.create(name="Norte Verde", country="CO")
    ColumnMap.objects.create(fingerprint="1", meanings={"0": "name"}, at=NOW)
    Enrolment.objects.create(series=series, attendee=ana, enrolled_at=NOW)
    Alias.objects.create(attendee=ana, name_key="somebody else", confirmed_at=NOW)
    Merge.objects.create(kept=ana, gone=ana, at=NOW)
    text = {"wording": "reminder", "language": "es", "subject": "Ven", "body": "Hola, {name}"}
    MailText.objects.create(series=series, changed_at=NOW, **text)
    Group.objects.create(name="Door")
    return {name: (live.pk,) if name.startswith("staff:") else given for name, given in arguments.items()}


def slots(route: str) -> dict[str, object]:
    """What stands in the address of an admin page: the row that its path speaks of."""
    _admin, app, model, *more = [*route.split("/"), "", ""]
    known = {f"{one._meta.app_label}/{one._meta.model_name}": one for one in apps.get_models()}
    of = {"session": Session, "series": Series, "name": Attendee}.get(more[0]) if model == "certificate" else None
    row = (of or known.get(f"{app}/{model}", Session))._default_manager.order_by("pk").last()
    assert row is not None, f"{route}: there is no row that this page could show; make one in furnish()"
    return {
        "pk": row.pk,
        "id": row.pk,
        "object_id": row.pk,
        "batch": Batch.objects.values_list("pk", flat=True).last(),
        "kind": "csv",
        "slug": Series.objects.get().slug,
        "wording": "reminder",
        "language": "es",
        "app_label": "registrations",
        "content_type_id": ContentType.objects.get_for_model(Session).pk,
        "url": "nothing-here",
    }


def addresses() -> Iterator[tuple[str, str]]:
    """Every address with its name, or where it has none with its route."""
    arguments = furnish()
    for route, name, pattern in walk(get_resolver().url_patterns):
        if not route.startswith("admin/"):
            yield name or route, reverse(name or route, args=arguments.get(name, ()))
            continue
        regex = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", route).replace("^", "").replace("$", "")
        said = slots(route) if _SLOT.search(regex) else {}
        known = name if pattern.name else f"admin:{route.removeprefix('admin/')}"
        pieces = enumerate(_SLOT.split(regex))
        yield known, "/" + "".join(str(said[piece]) if number % 2 else piece for number, piece in pieces)


def looked_at(client: Client, method: str, address: str) -> tuple[int, list[str]]:
    """What a look is answered, and every statement that would write."""
    with CaptureQueriesContext(connection) as asked:
        answer: Any = getattr(client, method)(address)
        # A file that is sent piece by piece asks its questions while it is read.
        list(answer.streaming_content) if answer.streaming else answer.content
    return answer.status_code, [one["sql"] for one in asked.captured_queries if _WRITES.match(one["sql"])]


def test_looking_at_any_address_writes_nothing() -> None:
    staff = staff_client()
    found = dict(addresses())
    ana, nobody = signed_in(Attendee.objects.get(full_name="Ana")), Client()
    before = dump()

    answers: dict[str, int] = {}
    written: dict[tuple[str, str], list[str]] = {}
    for name, address in found.items():
        at_home = staff if name.startswith(("admin:", "staff:")) else ana if "/me/" in address else nobody
        for method in METHODS:
            answers[name], writes = looked_at(at_home, method, address)
            written |= {(name, method): writes} if writes else {}

    assert written == {}
    assert dump() == before
    assert len(found) > 150
    blind = {name: status for name, status in answers.items() if status not in (200, 302, 405)}
    # Not even a superuser adds or deletes what the product itself writes.
    refused = {name for name, status in blind.items() if status == 403 and name.endswith(("_add", "_delete"))}
    assert {name: status for name, status in blind.items() if name not in refused} == SHOW_NOTHING
