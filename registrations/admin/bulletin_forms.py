"""What staff write to a group, and the group as they describe it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from iatp_events.lib import languages
from registrations.admin.text_forms import LONGEST_BODY, check, tidy
from registrations.choices import Came, RegistrationState
from registrations.emails.wording import BULLETIN_PLACEHOLDERS, Text
from registrations.models import Attendee, Bulletin, Evidence
from registrations.models.initiatives import LONGEST_NAME
from registrations.services import initiatives

# Whoever was removed from a session is not written to by the hundreds.
_STATES = [(state.value, state.label) for state in RegistrationState if state != RegistrationState.REMOVED]

# The others speak of a session, and would leave a gap in a message that is about none.
_WITHOUT_SESSION = ("name", "series", "see_series", "next_session")


class Suggesting(forms.TextInput):
    """A line with a few suggestions, which no browser needs a script for."""

    suggestions: list[str] = []

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        line = super().render(name, value, (attrs or {}) | {"list": f"{name}-suggestions"}, renderer)
        options = format_html_join("", '<option value="{}">', ((one,) for one in self.suggestions))
        return format_html('{}<datalist id="{}-suggestions">{}</datalist>', line, name, options)


class BulletinForm(forms.ModelForm):  # type: ignore[type-arg]
    states = forms.MultipleChoiceField(
        label=_("State of the registration"),
        required=False,
        choices=_STATES,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Of the session. None chosen: those whose place is confirmed."),
    )
    came = forms.ChoiceField(
        label=_("Who came"),
        required=False,
        choices=[("", _("Whether they came or not")), *Came.choices],
        help_text=_("Where attendance was not recorded, nobody counts as absent."),
    )
    countries = forms.MultipleChoiceField(
        label=_("Countries"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: every country."),
    )
    initiative = forms.CharField(
        label=_("Initiative"),
        required=False,
        max_length=LONGEST_NAME,
        widget=Suggesting(attrs={"class": "vTextField"}),
        help_text=_("Any of its names; accents don’t matter. Empty: every initiative."),
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages of the mails"),
        required=False,
        choices=settings.LANGUAGES,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: every language."),
    )

    class Meta:
        model = Bulletin
        fields = ["series", "session", "subject", "body", "states", "came", "countries", "initiative", "languages"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for area in self.fields["body"].widget.widgets:
            area.attrs["rows"] = 10
        self.fields["countries"].choices = _countries(self.instance.countries)  # type: ignore[attr-defined]
        self.fields["initiative"].widget.suggestions = initiatives.most_coordinated()

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.errors.keys() & {"subject", "body"}:
            return self.cleaned_data
        self._clean_texts()
        self._clean_group()
        return self.cleaned_data

    def clean_initiative(self) -> str:
        name: str = self.cleaned_data["initiative"]
        if name and not initiatives.is_known(name):
            raise ValidationError(_("No initiative has this name. Its names stand in the list of initiatives."))
        return name

    def _clean_texts(self) -> None:
        subjects, bodies = (_by_language(self.cleaned_data.get(name)) for name in ("subject", "body"))
        if not subjects and not bodies:
            self.add_error("subject", _("Write it in one language at least."))
        for code in languages.CODES:
            subject, body = subjects.get(code, ""), bodies.get(code, "")
            if subject and not body:
                self.add_error("body", _in(code, gettext("there is a subject but no text.")))
            elif body and not subject:
                self.add_error("subject", _in(code, gettext("there is a text but no subject.")))
            elif subject:
                self._clean_text(code, Text(subject, tidy(body)))

    def _clean_text(self, code: str, text: Text) -> None:
        allowed = BULLETIN_PLACEHOLDERS if self.cleaned_data.get("session") else _WITHOUT_SESSION
        if len(text.body) > LONGEST_BODY:
            said = gettext("the text is longer than %(limit)s characters.") % {"limit": LONGEST_BODY}
            self.add_error("body", _in(code, said))
            return
        for name, part in (("subject", Text(text.subject, "text")), ("body", Text("subject", text.body))):
            try:
                check(part, allowed)
            except ValidationError as fault:
                self.add_error(name, [_in(code, message) for message in fault.messages])

    def _clean_group(self) -> None:
        series, session = self.cleaned_data.get("series"), self.cleaned_data.get("session")
        if session is not None and series is not None and session.series_id != series.pk:
            self.add_error("session", _("This session belongs to another series."))
        if session is None and self.cleaned_data.get("states"):
            self.add_error("states", _("Choose the session whose registrations you mean."))
        if self.cleaned_data.get("came") and not _is_recorded(session):
            self.add_error("came", _("Choose a session at which it was recorded who came."))


def _by_language(translations: Any) -> dict[str, str]:
    data = getattr(translations, "data", translations)
    if not isinstance(data, dict):
        data = {languages.CODES[0]: data}
    return {code: str(text).strip() for code, text in data.items() if str(text or "").strip()}


def _in(code: str, sentence: str) -> str:
    return f"{languages.NAMES[code]}: {sentence}"


def _is_recorded(session: Any) -> bool:
    return session is not None and Evidence.objects.filter(registration__session=session).exists()


def _countries(chosen: list[str]) -> list[tuple[str, str]]:
    """Those that people come from, by name."""
    present = Attendee.objects.exclude(country="").order_by().values_list("country", flat=True).distinct()
    codes = {str(code) for code in present} | set(chosen)
    return sorted(((code, str(countries.name(code))) for code in codes), key=lambda pair: pair[1])
