"""The night may give two rules one moment: then one of them speaks, and staff read which."""

from datetime import time, timedelta
from typing import Any

import pytest
import time_machine

from registrations.models import Message
from registrations.services import delivery, outlook, reminders
from tests.factories import NOW, create_rule, create_session, create_speaker, register, seat
from workshops.models import Session

pytestmark = pytest.mark.django_db
EIGHT, SEVEN = timedelta(hours=8), timedelta(hours=7)


def early(**of_rules: Any) -> Session:
    """At six in the morning: what would ring at ten or eleven at night is said at nine in the evening."""
    session = create_session(start_time=time(6))
    for offset in (EIGHT, SEVEN):
        create_rule(session=session, offset=offset, **of_rules)
    return session


def foreseen(session: Session) -> dict[timedelta, dict[str, int]]:
    return {said.rule.offset: said.outcomes for said in outlook.of_session(session, now=NOW) if said.outcomes}


def sent() -> dict[timedelta, str]:
    rows = Message.objects.filter(rule__isnull=False).select_related("rule")
    (due,) = {row.due_at for row in rows}
    with time_machine.travel(due, tick=False):
        delivery.deliver_due(clock=lambda: due)
    return {row.rule.offset: row.skip_reason or row.state for row in rows.all() if row.rule}


def test_of_two_reminders_at_one_moment_the_nearer_is_foreseen_and_sent() -> None:
    session = early()
    for name in ("Ana", "Luis"):
        register(session, name, country="CL")
    reminders.queue_due(now=NOW)

    assert foreseen(session) == {EIGHT: {"superseded": 2}, SEVEN: {"ahead": 2}}
    assert sent() == {EIGHT: "superseded", SEVEN: "sent"}


def test_so_it_is_for_the_panel() -> None:
    session = early(audience="panel")
    seat(create_speaker("Rosa Vega", email="rosa@example.org"), session)
    reminders.queue_due(now=NOW)

    assert foreseen(session) == {EIGHT: {"superseded": 1}, SEVEN: {"ahead": 1}}
    assert sent() == {EIGHT: "superseded", SEVEN: "sent"}
