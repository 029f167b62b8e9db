"""What happens at a door on PostgreSQL, told from inside the product: each function plays a scene and returns facts."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import combinations
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from iatp_events.lib import clock, signing
from registrations import door_pass, links
from registrations.choices import EvidenceKind, Origin, Part
from registrations.door_pass import Pass
from registrations.models import Attendance, Evidence, Registration
from registrations.services import attendance, door, policies, scans
from registrations.services.attendance import Observation
from registrations.services.door import Badge, Event
from tests import factories
from workshops.models import Session

HERE: dict[str, Any] = {"mode": "in_person"}
MINUTE = timedelta(minutes=1)


def opened(number: int = 1, **fields: Any) -> Session:
    """A session in a room that began an hour ago, under a policy."""
    began = clock.now() - 60 * MINUTE
    session = factories.create_session(number=number, starts_at=began, revised_at=began, **({**HERE, **fields}))
    policies.of(session)
    return session


def guest(session: Session, name: str = "Ana", mode: str = "in_person") -> Registration:
    return factories.register(session, name, clock.now() - 90 * MINUTE, mode=mode)


def staff() -> User:
    user = User.objects.create(username=str(uuid4()), is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="check_in"))
    return user


def shown(session: Session, by: User, lasts: timedelta = MINUTE) -> Pass:
    return Pass(by.pk, session.pk, int((clock.now() + lasts).timestamp()))


def come(
    held: Registration, by: User, number: int = 1, late: timedelta = timedelta(), version: int | None = None
) -> Any:
    badge = Badge(held.pk, version)
    return scans.check_in(badge=badge, event=UUID(int=number), late=late, shown=shown(held.session, by))


def verdicts(session: Session) -> dict[str, list[object]]:
    columns = ("status", "because", "part", "seconds", "policy_version")
    rows = Attendance.objects.filter(registration__session=session)
    return {name: row for name, *row in rows.values_list("registration__attendee__full_name", *columns)}


def twice_the_same() -> dict[str, object]:
    """Whatever was known of somebody before, the one statement leaves the verdict that all the steps leave."""
    by, one, other = staff(), opened(1), opened(2)
    known = [kinds for size in range(3) for kinds in combinations(EvidenceKind, size)]
    for number, kinds in enumerate(known, start=1):
        name = " ".join(kinds) or "nothing"
        part = Part.SPEAKER if number % 5 == 0 else Part.AUDIENCE
        short, long = guest(one, name), guest(other, name)
        for held in (short, long):
            for kind in kinds:
                _note(held, kind, part)
        assert come(short, by, number) is not None
        badge, event = Badge(long.pk), Event(UUID(int=number), clock.now(), by.pk)
        assert door.check_in(session=other, badge=badge, event=event).is_new
    return {"known": len(known), "one": verdicts(one), "other": verdicts(other)}


def _note(held: Registration, kind: EvidenceKind, part: Part) -> None:
    start = held.session.starts_at
    assert start is not None
    stretch: dict[str, Any] = {"since": start, "until": start + 30 * MINUTE} if kind == EvidenceKind.REPORT else {}
    seen = Observation(kind, f"{kind}:before", part, **stretch)
    attendance.record(registration=held, seen=seen, origin=Origin.STAFF, now=clock.now())


def usual() -> dict[str, object]:
    """What is answered and written: a first time, a second time, later told, and somebody from the meeting."""
    by, session = staff(), opened(mode="hybrid")
    ana, luis = guest(session), guest(session, "Luis", "online")
    first = come(ana, by, 1)
    late = come(ana, by, 2, 5 * MINUTE, ana.link_version)
    beside = come(luis, by, 3)
    line = Evidence.objects.get(key=f"scan:{UUID(int=2)}")
    return {
        "names": [first.name, beside.name],
        "marks": [first.mark, beside.mark],
        "since": [first.since == first.at, late.since == late.at, first.at - late.at > 4 * MINUTE],
        "line": [line.kind, line.part, line.origin, line.by_id == by.pk, line.again, line.at == late.at],
    }


def unusual() -> list[str]:
    """Which of these was checked in by the one statement, or wrote anything; none may be."""
    by, session = staff(), opened()
    policies.of(other := opened(2))
    gone, held = staff(), guest(session)
    come(held, by, 1)
    door.undo(session=session, badge=Badge(held.pk), event=Event(UUID(int=2), clock.now(), by.pk), now=clock.now())
    waits, online = guest(opened(3, capacity=0), "Luis"), guest(opened(4, mode="online"), "Eva", "online")
    cancelled, unstamped = guest(opened(5), "Paz"), guest(opened(6), "Rosa")
    Session.objects.filter(pk=cancelled.session_id).update(state="cancelled")
    unstamped.session.attendance_policy.delete()
    before = Evidence.objects.count()
    tries: dict[str, Callable[[], Any]] = {
        "told before": lambda: come(held, by, 1),
        "undone before it was told": lambda: come(held, by, 2),
        "waits": lambda: come(waits, by, 3),
        "of a meeting": lambda: come(online, by, 4),
        "cancelled": lambda: come(cancelled, by, 5),
        "no policy": lambda: come(unstamped, by, 6),
        "an old badge": lambda: come(held, by, 7, version=held.link_version + 1),
        "too early": lambda: come(held, by, 8, timedelta(hours=14)),
        "another door": lambda: _with(held, shown(other, by)),
        "over": lambda: _with(held, shown(session, by, -MINUTE)),
        "nobody": lambda: _with(held, Pass(0, session.pk, 2**32)),
        "no longer active": lambda: _changed(gone, held, is_active=False, is_staff=True),
        "no longer staff": lambda: _changed(gone, held, is_active=True, is_staff=False),
    }
    in_spite = [name for name, act in tries.items() if act() is not None]
    return in_spite + ["written"] * (Evidence.objects.count() - before)


def _with(held: Registration, one: Pass) -> Any:
    return scans.check_in(badge=Badge(held.pk), event=uuid4(), late=timedelta(), shown=one)


def _changed(user: User, held: Registration, **now: bool) -> Any:
    User.objects.filter(pk=user.pk).update(**now)
    return _with(held, shown(held.session, user))


def posted() -> dict[str, object]:
    """Over HTTP: what it costs among few and many, and what a pass does not open."""
    user, session = staff(), opened()
    held, path = guest(session), f"/staff/sessions/{session.pk}/door/events/"
    signed_in, device = Client(SERVER_NAME="localhost"), Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    signed_in.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    given = _post(signed_in, path, _scan(held)).json()["pass"]
    few = _cost(device, path, held, given)
    for number in range(200):
        guest(session, f"Person {number}")
    many = _cost(device, path, held, given)
    forged = signing.token("badge", user.pk, session.pk, 2**32)
    over = door_pass.give(by=user.pk, session=session.pk, now=clock.now() - 2 * MINUTE)
    elsewhere = door_pass.give(by=user.pk, session=session.pk + 1, now=clock.now())
    refused = [_post(device, path, _scan(held), one).status_code for one in (forged, over, elsewhere, "nonsense")]
    refused.append(_post(device, path, _scan(held) | {"kind": "undo"}, given).status_code)
    refused.append(device.get(path, headers={"X-Pass": given}).status_code)
    refused.append(device.get(f"/staff/sessions/{session.pk}/door/list/", headers={"X-Pass": given}).status_code)
    user.user_permissions.clear()
    withdrawn = [_post(device, path, _scan(held), given).status_code, _post(signed_in, path, _scan(held)).status_code]
    answer = _post(device, path, _scan(held), given)
    kept = {name: answer[name] for name in ("Cache-Control", "X-Content-Type-Options")}
    by_badge = _post(device, path, _scan(held) | {"badge": links.badge_token(held)}, given).json()["answers"][0]["name"]
    return {"few": few, "many": many, "refused": refused, "withdrawn": withdrawn, "kept": kept, "by badge": by_badge}


def _scan(held: Registration) -> dict[str, object]:
    return {"id": str(uuid4()), "kind": "check_in", "at": _by_the_device(), "registration": held.pk}


def _by_the_device() -> int:
    return round(time.time() * 1000)


def _post(client: Client, path: str, event: dict[str, object], given: str = "") -> Any:
    said = json.dumps({"sent": _by_the_device(), "events": [event]})
    return client.post(path, said, content_type="application/json", headers={"X-Pass": given} if given else {})


def _cost(client: Client, path: str, held: Registration, given: str) -> list[int]:
    """Statements of one check-in and of three, transactions included, once the plan is kept."""
    costs = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as queries:
            assert _post(client, path, _scan(held), given).status_code == 200
        costs.append(len(queries))
    return costs


def beside_an_undo() -> dict[str, object]:
    """Somebody is checked in between the moment when an undo weighed what is left and the moment when it writes it."""
    by, session = staff(), opened()
    held = guest(session)
    come(held, by, 1)
    told: list[object] = []
    scan = threading.Thread(target=lambda: told.append(come(held, by, 2)))
    weigh = attendance._live

    def meanwhile(registrations: Any) -> Any:
        lines = weigh(registrations)
        scan.start()
        scan.join(0.5)
        return lines

    attendance._live = meanwhile
    door.undo(session=session, badge=Badge(held.pk), event=Event(UUID(int=1), clock.now(), by.pk), now=clock.now())
    attendance._live = weigh
    scan.join()
    return {"told": len(told), "lines": Evidence.objects.live().count(), "verdicts": verdicts(session)}
