"""Through whose eyes staff look at a text before it leaves: a person, a language and a zone."""

from __future__ import annotations

import copy
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from registrations import invented
from registrations.choices import RegistrationState
from registrations.models import Attendee, Registration
from workshops.admin.fields import zone_choices
from workshops.models import Series, Session

NEWEST = 10
# The key of nobody: what is asked of the database about them is empty, and their links open no page.
_NOBODY = 0


class ReaderForm(forms.Form):
    """Without a person the mail is written to one who is made up."""

    reader = forms.ChoiceField(label=_("Reader"), required=False)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    zone = forms.ChoiceField(label=_("Time zone"), required=False)

    def __init__(self, *args: Any, registrations: list[Registration], series: Series, **options: Any) -> None:
        super().__init__(*args, **options)
        self._series = series
        self._known = {str(registration.pk): registration for registration in registrations}
        people = [(pk, Truncator(f"{row.attendee} · {row.session}").chars(60)) for pk, row in self._known.items()]
        self.fields["reader"].choices = [*people, ("", _("A made-up person"))]  # type: ignore[attr-defined]
        self.fields["zone"].choices = [("", _("The reader’s own")), *zone_choices()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        super().clean()
        if not self._known and self._session() is None:
            self.add_error(None, _("A preview speaks of a session, and there is none yet."))
        return self.cleaned_data

    def registration(self, *, now: datetime, waiting: bool = False) -> Registration:
        """Whom to write to, with the language and the zone that were chosen; nothing of it is stored.

        waiting: whether somebody who is made up waits for a place or holds one.
        """
        language = self.cleaned_data["language"]
        known = self._known.get(self.cleaned_data["reader"])
        found = known or _made_up(self._session(), language, now, waiting=waiting)
        registration, attendee = copy.copy(found), copy.copy(found.attendee)
        attendee.language, attendee.timezone = language, self.cleaned_data["zone"] or attendee.timezone
        registration.attendee = attendee
        return registration

    def _session(self) -> Session | None:
        sessions = Session.objects.filter(series=self._series).select_related("series")
        return sessions.order_by(F("starts_at").desc(nulls_last=True), "-number").first()


def newest(request: HttpRequest, registrations: QuerySet[Registration]) -> list[Registration]:
    """The people to choose from; none for staff who may not see who is registered."""
    if not request.user.has_perm("registrations.view_registration"):
        return []
    return list(registrations.select_related("attendee", "session__series").order_by("-created_at", "-pk")[:NEWEST])


def as_nobody(registration: Registration) -> Registration:
    """The same words to read, but links that open nothing: a mail to staff must not act for somebody else."""
    double = copy.copy(registration)
    double.attendee = copy.copy(registration.attendee)
    double.attendee.pk = double.pk = _NOBODY
    return double


def _made_up(session: Session | None, language: str, now: datetime, *, waiting: bool) -> Registration:
    person = next(person for person in map(invented.person, range(100)) if person.language == language)
    attendee = Attendee(pk=_NOBODY, full_name=person.full_name, country=person.country, timezone=person.timezone)
    state = RegistrationState.WAITLISTED if waiting else RegistrationState.CONFIRMED
    moments = {"confirmed_at": now, "joined_waitlist_at": now, "created_at": now}
    return Registration(pk=_NOBODY, session=session, attendee=attendee, state=state, round=1, **moments)
