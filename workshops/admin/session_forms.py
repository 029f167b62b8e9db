"""What staff may say about a session, and what they would have to mend before people read it."""

from __future__ import annotations

import copy
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.models import construct_instance
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from i18nfield.forms import I18nFormField

from iatp_events.lib import meeting_links
from workshops.admin.fields import ZoneField
from workshops.admin.multilingual import LineSideBySide
from workshops.choices import SessionState
from workshops.models import Places, Session

SHORTEST, LONGEST = 5, 24 * 60  # minutes


class SessionForm(forms.ModelForm):  # type: ignore[type-arg]
    number = forms.IntegerField(label=_("Number"), min_value=1, max_value=999)
    timezone = ZoneField()
    recording = forms.URLField(label=_("Recording"), required=False, max_length=500, assume_scheme="https")
    minutes = forms.IntegerField(
        label=_("Minutes"), required=False, min_value=SHORTEST, max_value=LONGEST, help_text=_("From start to end.")
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages spoken"), required=False, choices=settings.LANGUAGES, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        help_texts = {
            "day": _("Unknown yet? Leave it empty: people read “to be announced”."),
            "state": _("To open, it needs a full when, a question, a panel and a meeting link or venue."),
        }

    def clean_meeting_link(self) -> str:
        link = str(self.cleaned_data["meeting_link"])
        if link:
            meeting_links.validate(link)
        return link

    def clean(self) -> dict[str, Any]:
        super().clean()
        # The instance gets its new values only after this; a copy has them already.
        session = construct_instance(self, copy.copy(self.instance))
        if self._number_is_taken(session):
            self.add_error("number", _("Another session of this series has this number."))
        if session.start_time is not None and session.day is None and "day" not in self.errors:
            self.add_error("day", _("An hour needs a day."))
        # The panel is not in this form; its rows answer for themselves (PanelFormSet).
        missing = session.missing_for_opening(has_panel=True)
        if session.state == SessionState.OPEN and missing and not self.errors:
            self.add_error("state", opening_needs(missing))
        return self.cleaned_data

    def _number_is_taken(self, session: Session) -> bool:
        # On the page of a session its series cannot be typed over, so Django leaves this constraint out.
        if session.series_id is None or "number" not in self.cleaned_data:
            return False
        namesakes = Session.objects.filter(series=session.series_id, number=session.number)
        return namesakes.exclude(pk=session.pk).exists()


def opening_needs(missing: list[str]) -> ValidationError:
    sentence = gettext("Registration can open once there is: %(what)s.")
    return ValidationError(sentence, params={"what": ", ".join(missing)})


class CapacityForm(forms.Form):
    """One number per kind of place; empty for no limit."""

    def __init__(self, *args: Any, rows: list[Places], **options: Any) -> None:
        super().__init__(*args, **options)
        self.rows = rows
        for places in rows:
            self.fields[places.mode] = forms.IntegerField(
                label=places.get_mode_display(),
                required=False,
                min_value=0,
                max_value=1_000_000,
                initial=places.capacity,
                help_text=_("Empty: without a limit."),
            )

    def changes(self) -> list[tuple[Places, int | None]]:
        """The places whose capacity is to be another, in the order in which they are locked."""
        return [(places, self.cleaned_data[places.mode]) for places in self.rows if places.mode in self.changed_data]


class CancelForm(forms.Form):
    reason = I18nFormField(
        label=_("Reason"),
        required=False,
        widget=LineSideBySide,
        max_length=300,
        help_text=_("Optional. People read it in their language, or in another one that is there."),
    )
