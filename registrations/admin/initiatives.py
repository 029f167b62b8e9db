"""Initiatives: what they are called, where they are, who coordinates them; doubles are merged."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iatp_events.lib import clock
from registrations.admin import initiative_merging
from registrations.admin.filters import CountryFilter, is_key
from registrations.choices import Suggest
from registrations.models import Attendee, Initiative
from registrations.services import aliases, initiatives
from workshops.admin.pages import FoldedSearch, changed_columns

SHOWN = 100


class PeopleFilter(admin.SimpleListFilter):
    """Those that nobody coordinates are often slips of the pen."""

    title = _("coordinators")
    parameter_name = "people"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("none", _("Nobody")), ("one", _("One person")), ("several", pgettext_lazy("people", "Several"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        asked = {"none": Q(people_count=0), "one": Q(people_count=1), "several": Q(people_count__gt=1)}
        return queryset.filter(asked.get(self.value() or "", Q()))


class DoublesFilter(admin.SimpleListFilter):
    """The same name in two countries is often one initiative."""

    title = _("likely doubles")
    parameter_name = "doubles"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("country", _("Same name in another country"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        others = Initiative.objects.parties().filter(folded=OuterRef("folded")).exclude(pk=OuterRef("pk"))
        return queryset.filter(Exists(others)) if self.value() else queryset


class InitiativeForm(forms.ModelForm):  # type: ignore[type-arg]
    suggest = forms.ChoiceField(
        label=_("Suggested in forms"),
        required=False,
        choices=Suggest.choices,
        help_text=_("What forms suggest, everybody can read; it takes a minute."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        name, country = cleaned.get("name", ""), cleaned.get("country") or ""
        if name and not initiatives.key_of(name, "")[0]:
            raise ValidationError({"name": _("Write a name with letters.")})
        other = aliases.taken(name=name, country=str(country), besides=self.instance.pk)
        if name and other is not None:
            said = _("“%(name)s” has this name in this country already. Merge the two in the list instead.")
            raise ValidationError({"name": said % {"name": other}})
        return cleaned


@admin.register(Initiative)
class InitiativeAdmin(FoldedSearch):
    form = InitiativeForm
    list_display = ["name", "country_name", "sector", "people", "registrations", "is_suggested"]
    list_filter = [CountryFilter, "sector", PeopleFilter, DoublesFilter, "suggest"]
    search_fields = ["folded", "also__folded"]
    search_help_text = _("Any of its names; accents don’t matter.")
    ordering = ["name", "pk"]
    actions = ["merge"]
    fields = ["name", "country", "sector", "suggest", "other_names", "coordinators_shown"]
    readonly_fields = ["other_names", "coordinators_shown"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Initiative]:
        return initiatives.with_counts(Initiative.objects.parties())

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found: Any = super().get_object(request, object_id, from_field)
        if found is not None:
            found.may_separate = self.has_merge_permission(request)
        return found

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Who may not see people does not see them here either."""
        sees_people = obj is not None and request.user.has_perm("registrations.view_attendee")
        hidden = set() if sees_people else {"coordinators_shown"}
        return [name for name in self.fields if name not in hidden | ({"other_names"} if obj is None else set())]

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("merge/", guard(initiative_merging.merge), name="registrations_initiative_merge"),
            path("<int:pk>/separate/", guard(initiative_merging.separate), name="registrations_initiative_separate"),
            *super().get_urls(),
        ]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist: Any = super().get_changelist_instance(request)
        offered = {one.number for one in initiatives.offered_to_everyone()}
        for row in changelist.result_list:
            row.offered = row.pk in offered
        return changelist

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        # What staff write down themselves is meant to be found.
        return {"suggest": Suggest.ALWAYS} | super().get_changeform_initial_data(request)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **options: Any) -> HttpResponse:
        """The page of a name that was merged, which the history still names, is that of its initiative."""
        name = Initiative.objects.filter(pk=object_id, merged_into__isnull=False) if is_key(object_id) else None
        party = name.values_list("merged_into", flat=True).first() if name is not None else None
        if party is not None:
            return redirect("admin:registrations_initiative_change", party)
        return super().change_view(request, object_id, *args, **options)

    def save_model(self, request: HttpRequest, obj: Initiative, form: forms.ModelForm[Any], change: bool) -> None:
        columns = changed_columns(obj._meta, form.changed_data)
        if not change:
            obj.save()
        elif columns:
            aliases.write(initiative=obj, columns=columns, by=request.user.pk, now=clock.now())
        initiatives.look_again()

    def has_merge_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(initiative_merging.PERMISSION)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Whoever coordinates it would be left without; a double is merged.
        unused = obj is not None and getattr(obj, "people_count", 1) == 0 and not obj.also.exists()
        return super().has_delete_permission(request, obj) and unused

    def delete_model(self, request: HttpRequest, obj: Initiative) -> None:
        initiatives.forget_unused(Initiative.objects.filter(pk=obj.pk))
        initiatives.look_again()

    @admin.action(description=_("Merge doubles…"), permissions=["merge"])
    def merge(self, request: HttpRequest, queryset: QuerySet[Initiative]) -> HttpResponse:
        numbers = queryset.order_by("pk").values_list("pk", flat=True)[: initiative_merging.MOST + 1]
        return redirect(f"{reverse('admin:registrations_initiative_merge')}?{urlencode({'pk': numbers}, doseq=True)}")

    @admin.display(description=_("country"), ordering="country")
    def country_name(self, initiative: Initiative) -> str:
        return str(initiative.country.name)

    @admin.display(description=_("coordinators"), ordering="people_count")
    def people(self, initiative: Any) -> int:
        return int(initiative.people_count)

    @admin.display(description=_("registrations"), ordering="registration_count")
    def registrations(self, initiative: Any) -> int:
        return int(initiative.registration_count)

    @admin.display(description=_("suggested"), boolean=True)
    def is_suggested(self, initiative: Any) -> bool:
        return bool(initiative.offered)

    @admin.display(description=_("other names"))
    def other_names(self, initiative: Any) -> SafeString | str:
        names = list(initiative.also.select_related("merged_by").order_by("merged_at", "pk"))
        if not names:
            return "–"
        context = {"names": names, "may_separate": initiative.may_separate}
        return render_to_string("admin/registrations/initiative/names.html", context)

    @admin.display(description=_("coordinators"))
    def coordinators_shown(self, initiative: Any) -> SafeString | str:
        people = Attendee.objects.coordinating(initiative.pk).order_by("full_name", "pk")
        shown = list(people[:SHOWN])
        if not shown:
            return "–"
        everyone = format_html("{}?initiative={}", reverse("admin:registrations_attendee_changelist"), initiative.pk)
        context = {"people": shown, "count": initiative.people_count, "everyone": everyone}
        return render_to_string("admin/registrations/initiative/people.html", context)
