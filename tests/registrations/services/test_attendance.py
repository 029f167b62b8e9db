"""Joins are written down, a button pressed twice as one."""

from datetime import timedelta

import pytest

from registrations.models import Evidence
from registrations.services import attendance
from tests.factories import NOW, create_session, register

pytestmark = pytest.mark.django_db


def test_several_joins_are_several_rows_but_not_more_than_one_per_minute():
    session = create_session()
    ana, luis = register(session, "Ana"), register(session, "Luis")
    moments = [NOW + timedelta(seconds=seconds) for seconds in (0, 1, 59, 60, 125)]

    written = [attendance.note_join(registration=ana, now=now) for now in moments]
    attendance.note_join(registration=luis, now=NOW + timedelta(seconds=1))

    assert written == [True, False, False, True, True]
    assert list(Evidence.objects.filter(registration=ana).order_by("at").values_list("kind", "at")) == [
        ("join", moments[0]),
        ("join", moments[3]),
        ("join", moments[4]),
    ]
    assert Evidence.objects.filter(registration=luis).count() == 1
