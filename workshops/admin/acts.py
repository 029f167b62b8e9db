"""Acts on one session that staff perform by a button. Each changes a state and lets the session revise itself.

Nobody is mailed from here: the next tick finds who was told otherwise.
"""

from __future__ import annotations

from django.db import transaction
from i18nfield.strings import LazyI18nString

from workshops.choices import SessionState
from workshops.models import Session


class NotReadyToOpen(Exception):
    """People would have to guess something if registration opened now; `missing` names it."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


@transaction.atomic
def open_registration(*, pk: int) -> bool:
    """Take registrations from now on; False when it did already. Raises NotReadyToOpen."""
    session = _locked(pk)
    if session.state == SessionState.OPEN:
        return False
    if missing := session.missing_for_opening(has_panel=session.panellists.exists()):
        raise NotReadyToOpen(missing)
    session.state = SessionState.OPEN
    session.revise()
    return True


@transaction.atomic
def close_registration(*, pk: int) -> bool:
    """Take no more registrations; False when the session takes none anyway."""
    session = _locked(pk)
    if session.state != SessionState.OPEN:
        return False
    session.state = SessionState.CLOSED
    session.revise()
    return True


@transaction.atomic
def cancel(*, pk: int, reason: LazyI18nString) -> bool:
    """Call the session off; False when it was already."""
    session = _locked(pk)
    if session.is_cancelled:
        return False
    session.state, session.cancellation_reason = SessionState.CANCELLED, reason
    session.save(update_fields=["cancellation_reason"])
    session.revise()
    return True


def _locked(pk: int) -> Session:
    """The session as it is now, kept so until the transaction ends."""
    return Session.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
