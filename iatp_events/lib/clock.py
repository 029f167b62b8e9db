"""One clock for everything that gives or expires something: the database's.

Web servers and workers may disagree about the time; the database they share cannot disagree with itself.
"""

from datetime import UTC, datetime

from django.db import connection

_SQL = {
    # Not now(): inside a transaction that is the moment the transaction began.
    "postgresql": "SELECT clock_timestamp()",
    "sqlite": "SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')",
}


def now() -> datetime:
    """The database's time, aware, in UTC. Costs one query."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL[connection.vendor])
        (value,) = cursor.fetchone()
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    moment: datetime = value
    return moment.astimezone(UTC)
