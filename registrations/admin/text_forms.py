"""The input of one text: a subject line and a body in Markdown, with named placeholders."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from registrations.emails import wording as wordings
from registrations.emails.wording import Text

# A mail weighs at most 40 kB with its frame, its links and its calendar part.
LONGEST_BODY = 10_000
_FINE = Text("subject", "text")


class TextForm(forms.Form):
    subject = forms.CharField(label=_("Subject"), required=False)
    body = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=LONGEST_BODY,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "true"}),
        help_text=_(
            "Markdown: # heading, **bold**, [link](https://…), lists with “-”. An empty line begins a paragraph."
        ),
    )
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, allowed: Collection[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self._allowed = allowed

    def clean_subject(self) -> str:
        subject = str(self.cleaned_data["subject"])
        check(Text(subject, _FINE.body), self._allowed)
        return subject

    def clean_body(self) -> str:
        body = tidy(str(self.cleaned_data["body"]))
        check(Text(_FINE.subject, body), self._allowed)
        return body

    @property
    def text(self) -> Text:
        return Text(self.cleaned_data["subject"], self.cleaned_data["body"])


def tidy(body: str) -> str:
    """A text as it is stored: the lines as the house ends them."""
    return body.replace("\r\n", "\n").strip() + "\n"


def check(text: Text, allowed: Collection[str]) -> None:
    """Raise ValidationError with everything that is to mend in a text."""
    try:
        wordings.check(text, allowed)
    except wordings.Misspelt as fault:
        raise ValidationError(fault.messages) from None
