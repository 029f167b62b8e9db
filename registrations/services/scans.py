"""The usual check-in, as one statement that is one transaction; `door` knows all the others.

Usual is: a confirmed registration of this session, its door open, the event new, the pass good, and its holder still
of the staff. Anything else writes nothing and is left to `door.check_in`, which does the same in more steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from iatp_events.lib.prepared import PreparedSql
from registrations.door_pass import Pass
from registrations.services.door import CLOSES_AFTER, OPENS_BEFORE, Badge, Mark
from workshops.choices import PlaceMode

# The registration is locked as every act on evidence locks it, so none of them misses this line or is missed by it.
# What the verdict becomes hangs on the row that stands at that moment, not on what was read before the lock: a check-in
# makes present whoever was not confirmed, and changes nothing else (`presence`).
_SQL = """
WITH held AS (
    SELECT r.id, r.mode, r.attendee_id, u.id AS by, p.version, moment.at
    FROM (SELECT clock_timestamp() AS now, clock_timestamp() - %s * interval '1 millisecond' AS at) AS moment
    JOIN registrations_registration AS r ON r.id = %s AND r.session_id = %s
    JOIN workshops_session AS s ON s.id = r.session_id
    JOIN registrations_attendancepolicy AS p ON p.session_id = r.session_id
    JOIN auth_user AS u ON u.id = %s AND u.is_active AND u.is_staff
    WHERE r.state = 'confirmed' AND r.link_version = coalesce(nullif(%s, 0), r.link_version)
        AND s.mode <> 'online' AND s.state NOT IN ('cancelled', 'draft')
        AND moment.at BETWEEN s.starts_at - %s AND s.ends_at + %s
        AND moment.now <= to_timestamp(%s)
    FOR NO KEY UPDATE OF r
), line AS (
    INSERT INTO registrations_evidence (registration_id, kind, part, at, by_id, origin, key, again)
    SELECT id, 'scan', 'audience', at, by, 'door', %s, 0 FROM held
    ON CONFLICT DO NOTHING
    RETURNING registration_id
), verdict AS (
    INSERT INTO registrations_attendance AS known (registration_id, status, because, part, policy_version)
    SELECT held.id, 'present', 'door', 'audience', held.version FROM held JOIN line ON line.registration_id = held.id
    ON CONFLICT (registration_id) DO UPDATE
    SET status = excluded.status, because = excluded.because, policy_version = excluded.policy_version
    WHERE known.because NOT IN ('door', 'confirmed')
)
SELECT a.full_name, held.mode, held.at, (
    SELECT min(before.at) FROM registrations_evidence AS before
    WHERE before.registration_id = held.id AND before.origin = 'door' AND before.kind IN ('scan', 'walk_in')
        AND NOT EXISTS (SELECT 1 FROM registrations_retraction AS gone WHERE gone.evidence_id = before.id)
)
FROM held
JOIN line ON line.registration_id = held.id
JOIN registrations_attendee AS a ON a.id = held.attendee_id
"""


def _written(
    late: int, registration: int, session: int, by: int, version: int, until: int, key: str
) -> tuple[str, tuple[Any, ...]]:
    return _SQL, (late, registration, session, by, version, OPENS_BEFORE, CLOSES_AFTER, until, key)


_STATEMENT = PreparedSql(_written, int, int, int, int, int, int, str)


@dataclass(frozen=True, slots=True)
class Came:
    """Who came, when by the database's clock, and when they first did."""

    name: str
    mark: Mark
    at: datetime
    since: datetime


def check_in(*, badge: Badge, event: UUID, late: timedelta, shown: Pass) -> Came | None:
    """Write down that somebody came, in one statement; None where that was not the usual, and nothing is written.

    late: how long ago it happened. Only PostgreSQL can do it so.
    """
    if connection.vendor != "postgresql":
        return None
    ago = round(late.total_seconds() * 1000)
    who = (badge.registration, shown.session, shown.by, badge.version or 0)
    for name, mode, at, before in _STATEMENT.rows(ago, *who, shown.until, f"scan:{event}"):
        mark = Mark.ONLINE if mode == PlaceMode.ONLINE else Mark.NONE
        return Came(name, mark, at, min(before or at, at))
    return None
