"""What staff say of a report: the file and its hours, what its columns hold, and whose its lines are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iatp_events.lib import zones
from registrations.choices import Decision
from registrations.forms.fields import city_choices
from registrations.models import Registration, Report, ReportRow
from registrations.models.attendees import normalise
from registrations.platforms.dates import DateOrder
from registrations.platforms.limits import MAX_BYTES
from registrations.platforms.rows import MAPPABLE, Meaning
from registrations.services.reconciliation import Choice
from workshops.models import Session

MEANINGS = {
    Meaning.NAME: pgettext_lazy("column", "Name"),
    Meaning.GIVEN: pgettext_lazy("column", "Given name"),
    Meaning.FAMILY: pgettext_lazy("column", "Family name"),
    Meaning.EMAIL: pgettext_lazy("column", "E-mail address"),
    Meaning.ROLE: pgettext_lazy("column", "Role"),
    Meaning.JOINED: pgettext_lazy("column", "Joined at"),
    Meaning.LEFT: pgettext_lazy("column", "Left at"),
    Meaning.DURATION: pgettext_lazy("column", "Duration"),
    Meaning.WAITING: pgettext_lazy("column", "In the waiting room"),
    Meaning.ROOM: pgettext_lazy("column", "Room"),
    Meaning.ATTENDED: pgettext_lazy("column", "Attended: yes or no"),
}
ORDERS = {
    DateOrder.MONTH_FIRST: _("the month first: 12/31/2026"),
    DateOrder.DAY_FIRST: _("the day first: 31/12/2026"),
}
_WHO = {Meaning.NAME, Meaning.GIVEN, Meaning.FAMILY, Meaning.EMAIL}


def _zone_choices(zone: str) -> list[tuple[str, str]]:
    """The cities of the region, and the session's own."""
    known = [(key, label) for key, label in city_choices() if key]
    return known if zone in dict(known) else [(zone, zones.city(zone)), *known]


class FileForm(forms.Form):
    """A file, and in which city’s hours it was written."""

    file = forms.FileField(label=_("File"), help_text=_("As the platform gives it: CSV or XLSX."))
    timezone = forms.ChoiceField(
        label=_("Hours in the file are those of"),
        help_text=_("Platforms write the hours of whoever downloads the file."),
    )

    def __init__(self, *args: Any, session: Session, **options: Any) -> None:
        super().__init__(*args, **options)
        zone: Any = self.fields["timezone"]
        zone.choices, zone.initial = _zone_choices(session.timezone), session.timezone
        self.fields["file"].widget.attrs["accept"] = ".csv,.tsv,.txt,.xlsx"

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise ValidationError(_("This file is larger than %(most)s MB."), params={"most": MAX_BYTES // 1024**2})
        return bytes(file.read())


class AgainForm(forms.Form):
    """Read the same file in another way."""

    timezone = forms.ChoiceField(label=_("Hours in the file are those of"))
    date_order = forms.ChoiceField(label=_("Dates are written with"), required=False)

    def __init__(self, *args: Any, report: Report, **options: Any) -> None:
        super().__init__(*args, **options)
        zone, order = (self.fields[name] for name in ("timezone", "date_order"))
        zone.choices, zone.initial = _zone_choices(report.timezone), report.timezone  # type: ignore[attr-defined]
        offered = report.asks.get("choices") or [each for each in ORDERS if each == report.date_order]
        if not offered:
            del self.fields["date_order"]
            return
        labels = [(each, ORDERS.get(DateOrder(each), each)) for each in offered]
        others = [(each, label) for each, label in ORDERS.items() if each not in offered]
        # Where both could be meant nothing is chosen beforehand: whoever presses on would be guessing.
        order.choices = [("", "–"), *labels] if report.asks else [*labels, *others]  # type: ignore[attr-defined]
        order.initial, order.required = report.date_order, bool(report.asks)

    def order(self) -> DateOrder | None:
        said = self.cleaned_data.get("date_order")
        return DateOrder(said) if said else None


class ColumnsForm(forms.Form):
    """What each column of an unknown header holds."""

    def __init__(self, *args: Any, asks: Mapping[str, Any], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [("", _("nothing of use")), *((each, MEANINGS[each]) for each in MAPPABLE)]
        for position, title in enumerate(asks["header"]):
            self.fields[f"column-{position}"] = forms.ChoiceField(
                label=title or format_lazy(_("Column {number}"), number=position + 1),
                choices=choices,
                required=False,
                initial=asks["suggested"].get(str(position), ""),
            )

    def clean(self) -> dict[str, Any]:
        said = [value for value in self.cleaned_data.values() if value]
        if len(said) > len(set(said)):
            raise ValidationError(_("Two columns cannot hold the same; choose one of them."))
        if not _WHO.intersection(Meaning(value) for value in said):
            raise ValidationError(_("Say at least where the name or the e-mail address stands."))
        return self.cleaned_data

    def meanings(self) -> dict[int, Meaning]:
        return {int(name.partition("-")[2]): Meaning(said) for name, said in self.cleaned_data.items() if said}


class LinesForm:
    """Decisions about the lines that one page shows; a registration is chosen, or named by its address."""

    def __init__(self, data: Mapping[str, str], *, rows: Iterable[ReportRow], session: Session) -> None:
        self.errors: dict[int, str] = {}
        self.choices: dict[int, Choice | None] = {}
        people: QuerySet[Registration] = Registration.objects.filter(session=session)
        for row in rows:
            if address := data.get(f"address-{row.pk}", "").strip():
                self._named(row, address, people)
            elif (said := data.get(f"line-{row.pk}")) is not None:
                self.choices[row.pk] = _choice(said)

    def _named(self, row: ReportRow, address: str, people: QuerySet[Registration]) -> None:
        try:
            found = people.filter(attendee__addresses__normalised=normalise(address)).first()
        except ValueError:
            found = None
        if found is None:
            self.errors[row.pk] = str(_("Nobody is registered for this session with “%(address)s”.")) % {
                "address": address
            }
        else:
            self.choices[row.pk] = Choice(Decision.CREDIT, found.pk)


def _choice(said: str) -> Choice | None:
    if said in (Decision.WALK_IN, Decision.IGNORE):
        return Choice(Decision(said))
    return Choice(Decision.CREDIT, int(said)) if said.isascii() and said.isdecimal() and len(said) < 16 else None
