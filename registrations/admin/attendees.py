"""People who come: their profile and addresses; everything else about them is shown."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from iatp_events.lib import clock
from registrations.admin import erasing, hours, merging
from registrations.admin.filters import CountryFilter, InitiativeFilter, is_key
from registrations.admin.message_rows import MessageInline
from registrations.admin.readonly import ReadInline
from registrations.choices import Source
from registrations.models import Attendee, Consent, EmailAddress, Enrolment, Registration
from registrations.models.attendees import normalise
from registrations.services import initiatives
from workshops.admin.fields import ZoneField
from workshops.admin.pages import Page, Rows, folded_term


class AttendeeForm(forms.ModelForm):  # type: ignore[type-arg]
    timezone = ZoneField()


class AddressForm(forms.ModelForm):  # type: ignore[type-arg]
    # A table's heading names the column; who listens to the page hears only the input's own label.
    address = forms.EmailField(
        label=_("Address"), max_length=254, widget=forms.EmailInput(attrs={"aria-label": _("E-mail address")})
    )

    class Meta:
        model = EmailAddress
        fields = ["address"]

    def clean_address(self) -> str:
        """Set the compared form beside the typed one, so that one address stays one person's."""
        address = str(self.cleaned_data["address"])
        try:
            self.instance.normalised = normalise(address)
        except ValueError:
            raise forms.ValidationError(_("This is not an e-mail address.")) from None
        others = EmailAddress.objects.filter(normalised=self.instance.normalised).exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError(_("Another person, or this one, has this address already."))
        if "address" in self.changed_data:
            self.instance.source, self.instance.verified_at = Source.STAFF, None
        return address


# Of a person by their own clock, of what they asked for by that of its session or series.
_OF_PERSON = [
    hours.column(Attendee, name, lambda attendee: attendee.timezone)
    for name in ("reminders_stopped_at", "created_at", "erased_at")
]
_VERIFIED = hours.column(EmailAddress, "verified_at")
_CONFIRMED = hours.column(Registration, "confirmed_at", lambda registration: registration.session.timezone)
_ENROLLED, _LEFT = (
    hours.column(Enrolment, name, lambda enrolment: enrolment.series.timezone) for name in ("enrolled_at", "left_at")
)
_GIVEN, _WITHDRAWN = (
    hours.column(Consent, name, lambda consent: consent.series.timezone) for name in ("given_at", "withdrawn_at")
)


class AddressInline(admin.TabularInline):  # type: ignore[type-arg]
    model = EmailAddress
    form = AddressForm
    formset = Rows
    fields = ["address", "source", _VERIFIED]
    readonly_fields = ["source", _VERIFIED]
    ordering = ["pk"]
    extra = 0


class RegistrationInline(ReadInline):
    model = Registration
    fk_name = "attendee"
    fields = ["session", "state", "mode", _CONFIRMED, "source"]
    readonly_fields = [_CONFIRMED]
    ordering = ["session__starts_at", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Registration]:
        return super().get_queryset(request).select_related("session__series", "attendee")


class EnrolmentInline(ReadInline):
    model = Enrolment
    fields = ["series", "mode", _ENROLLED, _LEFT]
    readonly_fields = [_ENROLLED, _LEFT]
    ordering = ["enrolled_at", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Enrolment]:
        return super().get_queryset(request).select_related("series", "attendee")


class ConsentInline(ReadInline):
    model = Consent
    fields = ["series", "kind", "version", _GIVEN, _WITHDRAWN]
    readonly_fields = [_GIVEN, _WITHDRAWN]
    ordering = ["given_at", "pk"]
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Consent]:
        return super().get_queryset(request).select_related("series")


# Beside the rows of one page only: counted by a join, everybody's would be, before the page is cut.
_REGISTRATIONS = (
    Registration.objects.filter(attendee=OuterRef("pk"))
    .order_by()
    .values("attendee")
    .annotate(n=Count("pk"))
    .values("n")
)
_EMPTY_OR_NOT = [(name, admin.EmptyFieldListFilter) for name in ("wanted_name", "erased_at")]


@admin.register(Attendee)
class AttendeeAdmin(Page):
    form = AttendeeForm
    inlines = [AddressInline, RegistrationInline, MessageInline, EnrolmentInline, ConsentInline]
    list_display = ["name", "country_name", "organisation", "initiative", "registration_count", "language"]
    list_filter = [CountryFilter, InitiativeFilter, "sector", "language", *_EMPTY_OR_NOT]
    search_fields = ["folded", "addresses__normalised"]
    search_help_text = _("Name, organisation, initiative or e-mail address; accents don’t matter.")
    ordering = ["full_name", "pk"]
    list_select_related = ["coordinates__merged_into"]
    readonly_fields = ["party", "wanted_name", *_OF_PERSON]
    fieldsets = [
        (None, {"fields": ["full_name", "wanted_name", "language", "country", "timezone"]}),
        (_("What they do"), {"fields": ["position", "organisation", "initiative", "party", "sector", "gender"]}),
        (_("History"), {"fields": _OF_PERSON}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attendee]:
        attendees: QuerySet[Attendee] = (
            super().get_queryset(request).annotate(session_count=Coalesce(Subquery(_REGISTRATIONS), 0))
        )
        return attendees

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Attendee], search_term: str
    ) -> tuple[QuerySet[Attendee], bool]:
        """Of who was erased nothing is left to search in but the number."""
        found = Q(pk__in=Attendee.objects.matching(folded_term(search_term).split()).values("pk"))
        if is_key(search_term):
            found |= Q(pk=search_term, erased_at__isnull=False)
        return (queryset.filter(found) if search_term.strip() else queryset), False

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("<int:pk>/erase/", guard(erasing.erase), name="registrations_attendee_erase"),
            path("<int:pk>/merge/", guard(merging.merge), name="registrations_attendee_merge"),
            *super().get_urls(),
        ]

    def save_model(self, request: HttpRequest, obj: Attendee, form: forms.ModelForm[Any], change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "initiative" in form.changed_data:
            initiatives.join(obj, now=clock.now())
            obj.save(update_fields=["coordinates"])

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Whoever typed over the empty row would make up a person that nobody is.
        return super().has_change_permission(request, obj) and not (obj and obj.is_erased)

    def has_add_permission(self, request: HttpRequest) -> bool:
        # People come by registering: only that asks for their consent and tells them.
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Their registrations would go with them and leave the count of places untrue.
        return False

    @admin.display(description=_("full name"), ordering="full_name")
    def name(self, attendee: Attendee) -> str:
        return str(attendee)

    @admin.display(description=_("coordinates"))
    def party(self, attendee: Attendee) -> SafeString | str:
        if attendee.coordinates is None:
            return "–"
        party = attendee.coordinates.party
        url = reverse("admin:registrations_initiative_change", args=[party.pk])
        return format_html('<a href="{}">{}</a>', url, party)

    @admin.display(description=_("country"), ordering="country")
    def country_name(self, attendee: Attendee) -> str:
        return str(attendee.country.name)

    @admin.display(description=_("sessions"))
    def registration_count(self, attendee: Any) -> int:
        return int(attendee.session_count)
