"""Two doors, one with few and one with many registrations, and staff who may check in; printed as JSON."""

import json
import os
from datetime import timedelta
from typing import Any

import django
from django.db import connection
from django.test.utils import CaptureQueriesContext

FEW = 100
TOKEN = "a" * 32


def main() -> None:
    from bench import audience
    from iatp_events.lib import clock

    now = clock.now()
    guests = audience.invite(int(os.environ["BENCH_GUESTS"]), now=now)
    audience.gather(guests[:FEW], [now + timedelta(minutes=20)], now=now)
    audience.gather(guests, [now + timedelta(minutes=20)], now=now)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE workshops_session SET mode = 'in_person'")
        cursor.execute("UPDATE registrations_registration SET mode = 'in_person'")
        cursor.execute("CREATE TABLE bench_note (id bigserial PRIMARY KEY, text varchar(200) NOT NULL)")
        cursor.execute("INSERT INTO bench_note (text) SELECT 'Expected.' FROM generate_series(1, 100)")
        cursor.execute("ANALYZE")
    few, many = _doors()
    headers = {"Cookie": f"sessionid={_staff()}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN}
    headers |= {"Content-Type": "application/json", "Origin": "http://localhost"}
    answer = {"few": few, "many": many, "headers": headers}
    print(json.dumps(answer | {"statements": _statements(many, headers)}))


def _doors() -> list[dict[str, Any]]:
    from django.db.models import Count, Max, Min

    from registrations.models import Registration

    rows = Registration.objects.order_by().values("session").annotate(n=Count("pk"), first=Min("pk"), last=Max("pk"))
    return [
        {"path": f"/staff/sessions/{row['session']}/door/events/", "first": row["first"], "last": row["last"]}
        for row in rows.order_by("n")
    ]


def _staff() -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import Permission, User
    from django.contrib.sessions.backends.db import SessionStore

    staff = User.objects.create(username="door", is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="check_in"))
    signed_in = SessionStore()
    signed_in[SESSION_KEY], signed_in[HASH_SESSION_KEY] = str(staff.pk), staff.get_session_auth_hash()
    signed_in[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    signed_in.create()
    return str(signed_in.session_key)


def _statements(door: dict[str, Any], headers: dict[str, str]) -> dict[str, int]:
    """Of one check-in once everything is warm: by who was let in a moment ago, and by who is asked who they are."""
    from django.test import Client

    from bench.clients import scan

    client = Client(SERVER_NAME="localhost", headers={key.lower(): value for key, value in headers.items()})
    shown: dict[str, str] = {}
    counted = []
    for _ in range(4):
        with CaptureQueriesContext(connection) as queries:
            said = scan(door["first"], door["last"])
            answer = client.post(door["path"], said, content_type="application/json", headers=shown)
            assert answer.status_code == 200
        counted.append(sum(query["sql"] not in ("BEGIN", "COMMIT") for query in queries.captured_queries))
        shown = {"X-Pass": answer.json()["pass"]} if len(counted) == 2 else shown
    return {"asked": counted[1], "let_in": counted[3]}


if __name__ == "__main__":
    django.setup()
    main()
