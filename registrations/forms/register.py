"""The registration form: one page, no account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from crispy_forms.layout import Div, Field, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from iatp_events.lib import languages
from registrations.forms.fields import LineField
from registrations.forms.person import DETAILS, PersonForm, agreement, who
from registrations.services.people import Person
from registrations.services.places import Answers
from workshops import when
from workshops.choices import Mode, Phase, PlaceMode
from workshops.models import Series, Session

_ = gettext_lazy
LONGEST_TEXT = 2000


class SessionChoiceField(forms.MultipleChoiceField):
    """Session numbers; what is no choice is judged by the form, which can say why."""

    def valid_value(self, value: str) -> bool:
        return True


class RegisterForm(PersonForm):
    initiative = LineField(
        label=_("Initiative you coordinate"),
        required=False,
        max_length=200,
        help_text=_("A cluster or another territorial initiative."),
        widget=forms.TextInput(attrs={"list": "initiatives", "autocomplete": "off"}),
    )
    sessions = SessionChoiceField(label=_("Sessions"), required=False, widget=forms.CheckboxSelectMultiple)
    whole_series = forms.BooleanField(
        label=_("The whole series"),
        required=False,
        help_text=_("All that is open now; and when another session opens, we register you and write to you."),
    )
    mode = forms.ChoiceField(
        label=_("How will you take part?"), required=False, choices=PlaceMode.choices, widget=forms.RadioSelect
    )
    support_needed = forms.CharField(
        label=_("Support you need"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For example captions, sign language or step-free access."),
    )
    question = forms.CharField(
        label=_("A question for the panel"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        series: Series,
        sessions: Sequence[Session],
        now: datetime,
        chosen: int | None = None,
        whole_series: bool = False,
    ) -> None:
        """sessions: the open ones of the series and whatever was asked for; chosen: the number to tick at first."""
        self.series = series
        self.by_number = {session.number: session for session in sessions}
        self.open_sessions = [session for session in sessions if session.takes_registrations(now)]
        self.now = now
        # Whoever followed a link to a session that cannot be chosen must not be registered for another unawares.
        self.shut_number = chosen if chosen not in (None, *(session.number for session in self.open_sessions)) else None
        super().__init__(data, initial=self._first_values(chosen, whole_series))
        fields: dict[str, Any] = self.fields
        fields["sessions"].choices = self._session_choices
        if not any(session.mode == Mode.HYBRID for session in self.by_number.values()):
            del fields["mode"]
        else:
            fields["mode"].choices = self._mode_choices

    def registration(self) -> dict[str, Any]:
        """What `places.register` takes, from a valid form."""
        cleaned = self.cleaned_data
        return {
            "series": self.series,
            "sessions": [self.by_number[number] for number in cleaned["sessions"]],
            "whole_series": cleaned["whole_series"],
            "person": Person(**{name: cleaned[name] for name in (*DETAILS, "email", "initiative")}),
            "answers": Answers(
                **{name: cleaned[name] for name in ("mode", "support_needed", "question", "announcements")},
            ),
        }

    def clean_sessions(self) -> list[int]:
        numbers = []
        for value in dict.fromkeys(self.cleaned_data["sessions"]):
            session = self.by_number.get(int(value)) if value.isascii() and value.isdigit() and len(value) < 6 else None
            if session is None:
                raise ValidationError(_("There is no such session in this series."), code="unknown")
            if not session.takes_registrations(self.now):
                raise ValidationError(self._why_shut(session), code="shut")
            numbers.append(session.number)
        return numbers

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "sessions" in cleaned and not cleaned["sessions"] and not cleaned.get("whole_series"):
            self.add_error("sessions", ValidationError(_("Choose at least one session, or the whole series.")))
        cleaned["mode"] = cleaned.get("mode") or PlaceMode.ONLINE
        return cleaned

    def _why_shut(self, session: Session) -> str:
        reasons = {
            Phase.CANCELLED: gettext("Session %(number)s was cancelled."),
            Phase.ENDED: gettext("Session %(number)s is over."),
            Phase.CLOSED: gettext("Registration for session %(number)s is closed."),
        }
        later = gettext("Registration for session %(number)s is not open yet.")
        return reasons.get(session.phase(self.now), later) % {"number": session.number}

    def _first_values(self, chosen: int | None, whole_series: bool) -> dict[str, Any]:
        ticked = [session.number for session in self.open_sessions if chosen in (None, session.number)][:1]
        return {
            "language": languages.current(),
            "sessions": [] if whole_series else ticked,
            "whole_series": whole_series,
            "mode": PlaceMode.ONLINE,
        }

    def _mode_choices(self) -> list[tuple[str, str]]:
        """The two ways of taking part; one that is full everywhere says so."""
        prefetch_related_objects(self.open_sessions, "places")
        hybrid = [
            places for session in self.open_sessions if session.mode == Mode.HYBRID for places in session.places.all()
        ]
        full = gettext("full: waiting list")
        choices = []
        for mode in PlaceMode:
            rows = [places for places in hybrid if places.mode == mode]
            is_full = bool(rows) and all(places.are_full for places in rows)
            choices.append((mode.value, f"{mode.label} · {full}" if is_full else str(mode.label)))
        return choices

    def _session_choices(self) -> list[tuple[int, str]]:
        prefetch_related_objects(self.open_sessions, "places")
        return [(session.number, self._session_label(session)) for session in self.open_sessions]

    def _session_label(self, session: Session) -> str:
        moment = when.of(session)
        full = gettext("full: waiting list") if all(places.are_full for places in session.places.all()) else ""
        return format_html(
            '<span class="choice-title" lang="{}">{}. {}</span> <span class="choice-when">{}, {} {}{}</span>',
            session.heading.language,
            session.number,
            session.heading,
            moment.date,
            moment.hour,
            moment.place,
            f" · {full}" if full else "",
        )

    def _layout(self) -> Layout:
        choice = [Field("sessions"), Field("whole_series")] + ([Field("mode")] if "mode" in self.fields else [])
        return Layout(
            Fieldset(_("What do you register for?"), *choice, css_class="form-section"),
            who(
                Div("initiative", "sector", css_class="form-pair"),
                Div("gender", "language", css_class="form-pair"),
            ),
            Fieldset(pgettext_lazy("form", "For the session"), "support_needed", "question", css_class="form-section"),
            agreement("code_of_conduct", "announcements"),
        )
