"""The form by which a coordinator invites colleagues, and the one by which each of them accepts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from crispy_forms.layout import Div, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy, ngettext

from registrations import pasted
from registrations.forms import caps
from registrations.forms.fields import AddressField, LineField, likely_address
from registrations.forms.page import REQUIRED, PageForm
from registrations.forms.person import DETAILS, PersonForm, agreement, who
from registrations.models import Attendee
from registrations.models.attendees import normalise
from registrations.pasted import Line, Problem
from registrations.services.invitations import MOST, Colleague, NotAll
from registrations.services.profile import Details
from workshops.choices import Mode, PlaceMode
from workshops.models import Session

_ = gettext_lazy
_SHOWN_OF_A_LINE = 60


class ColleaguesForm(PageForm):
    lines = forms.CharField(
        label=_("Your colleagues"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off", "wrap": "off"}),
        help_text=_(
            "One line each, at most ten, as in: Eva Soto &lt;eva@example.org&gt;. "
            "Lines from a spreadsheet or a mail work as well."
        ),
    )
    # Addresses that look like a slip and were asked about once.
    kept = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput)
    initiative = LineField(
        label=_("The initiative for which all of you come"),
        max_length=200,
        widget=forms.TextInput(attrs={"list": "initiatives", "autocomplete": "off"}),
    )
    mode = forms.ChoiceField(label=_("How will they take part?"), choices=PlaceMode.choices, widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, session: Session, inviter: Attendee, own: Collection[str] = ()) -> None:
        """own: the addresses of who invites, as they are compared."""
        # A copy: the form notes in a hidden field that it asked about an address.
        self._typed: Any = data.copy() if data is not None else None
        super().__init__(self._typed, initial={"mode": PlaceMode.ONLINE})
        self._session, self._own = session, frozenset(own)
        self.read: list[Line] = []
        if inviter.initiative:
            del self.fields["initiative"]
        if session.mode != Mode.HYBRID:
            del self.fields["mode"]

    def clean_lines(self) -> str:
        text: str = self.cleaned_data["lines"]
        found = pasted.count(text)
        if not found:
            raise ValidationError(REQUIRED)
        if found > MOST:
            # Not read: a whole list is refused as cheaply as it was pasted.
            raise ValidationError(
                _("These are %(found)s lines. At most %(most)s colleagues at a time; nobody was invited."),
                params={"found": found, "most": MOST},
            )
        self.read = [self._judged(line) for line in pasted.read(text)]
        wrong = {line: self._sentence(line) for line in self.read if line.problem} | self._slips()
        if wrong:
            raise ValidationError(
                [
                    gettext("Nobody was invited yet. Mend these lines and send the form again."),
                    *(wrong[line] for line in self.read if line in wrong),
                ]
            )
        return text

    def colleagues(self) -> list[Colleague]:
        """What `invitations.invite` takes, from a valid form."""
        return [Colleague(line.name, line.address) for line in self.read]

    def refuse(self, refusal: NotAll) -> None:
        """Say of each line why not everybody fits."""
        self.add_error("lines", gettext("Nobody was invited: not all of your colleagues fit."))
        for position, line in enumerate(self.read):
            for sentence in caps.of_group(refusal.capped.get(position, [])):
                self.add_error("lines", self._about(line, sentence))
            if refusal.free is not None and position >= refusal.free:
                self.add_error("lines", self._about(line, _free(refusal.free)))

    def _judged(self, line: Line) -> Line:
        """The line, with what only a form knows to be wrong with it."""
        if line.problem:
            return line
        try:
            AddressField(max_length=254).clean(line.address)
        except ValidationError:
            return Line(line.number, line.text, line.name, line.address, Problem.NOT_AN_ADDRESS)
        own = normalise(line.address) in self._own
        return Line(line.number, line.text, line.name, line.address, Problem.OWN if own else None)

    def _slips(self) -> dict[Line, str]:
        """Ask once about addresses that look like a slip; who sends them again means them."""
        asked = str(self.data.get("kept", "")).split()
        sound = [line for line in self.read if not line.problem and line.address not in asked]
        slips = {line: meant for line in sound if (meant := likely_address(line.address))}
        self._typed["kept"] = " ".join([*asked, *(line.address for line in slips)])
        said = gettext("Did you mean %(meant)s? Correct it, or send the form again to keep what you wrote.")
        return {line: self._about(line, said % {"meant": meant}) for line, meant in slips.items()}

    def _sentence(self, line: Line) -> str:
        said = {
            Problem.NO_ADDRESS: gettext("There is no e-mail address."),
            Problem.NO_NAME: gettext("The name is missing."),
            Problem.SEVERAL: gettext("There are several addresses. Write one colleague on each line."),
            Problem.NOT_AN_ADDRESS: gettext("Write an address like name@example.org."),
            Problem.NOT_A_NAME: gettext("Write the name in letters, without a link."),
            Problem.TOO_LONG: gettext("The line is too long for a name and an address."),
            Problem.DOUBLE: gettext("The same address stands in a line above."),
            Problem.OWN: gettext("This is your own address. For yourself there is a button on My sessions."),
        }
        return self._about(line, said[line.problem or Problem.NO_ADDRESS])

    def _about(self, line: Line, sentence: str) -> str:
        cut = line.text if len(line.text) <= _SHOWN_OF_A_LINE else f"{line.text[: _SHOWN_OF_A_LINE - 1]}…"
        said = {"number": line.number, "line": cut, "sentence": sentence}
        return gettext("Line %(number)s (%(line)s): %(sentence)s") % said


class InvitationForm(PersonForm):
    """Who is new to us completes what the colleague typed; who is known only accepts the code of conduct."""

    email = None  # type: ignore[assignment]
    email_kept = None  # type: ignore[assignment]

    def __init__(self, data: Any = None, *, attendee: Attendee) -> None:
        said = {name: getattr(attendee, name) for name in DETAILS} | {"country": attendee.country.code or ""}
        super().__init__(data, initial=said)
        self._initiative = attendee.initiative
        self.is_short = not attendee.must_agree
        if self.is_short:
            self.fields = {"code_of_conduct": self.fields["code_of_conduct"]}

    def details(self) -> Details | None:
        """What `invitations.accept` takes, from a valid form; None of who is known."""
        if self.is_short:
            return None
        return Details(**{name: self.cleaned_data[name] for name in DETAILS}, initiative=self._initiative)

    def _layout(self) -> Layout:
        agreed = agreement(*(name for name in ("code_of_conduct", "announcements") if name in self.fields))
        if self.is_short:
            return Layout(agreed)
        return Layout(who(Div("sector", "gender", css_class="form-pair"), "language", email=False), agreed)


def _free(free: int) -> str:
    if not free:
        return gettext("There is no free place.")
    return ngettext("There is %(n)s free place.", "There are %(n)s free places.", free) % {"n": free}
