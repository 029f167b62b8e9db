"""What a person who is signed in changes about themselves: details, mails, addresses."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from iatp_events.lib import clock
from iatp_events.lib.doors import by_link
from registrations import links
from registrations.doors import signed_in
from registrations.forms.profile import NewAddressForm, ProfileForm
from registrations.models import AddressClaim, Attendee
from registrations.services import addresses, initiatives, people, profile
from registrations.views import personal
from registrations.views.stopping import field as announcements_field

SAID = ("saved", "name", "mails", "asked", "removed")


@signed_in
@gzip_page
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest, attendee: Attendee) -> HttpResponse:
    if request.method != "POST":
        said = request.GET.get("said", "")
        return _page(request, attendee, said=said if said in SAID else "")
    form = ProfileForm(request.POST, attendee=attendee, name_locked=profile.locks_name(attendee))
    if not form.is_valid():
        return _page(request, attendee, form=form, status=422)
    asked = profile.change(attendee=attendee, details=form.details(), now=clock.now())
    # The page answers in the language that was chosen just now.
    with translation.override(attendee.language):
        return _back("name" if asked else "saved")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def mails(request: HttpRequest, attendee: Attendee) -> HttpResponse:
    if request.method == "POST":
        people.choose_mails(
            attendee=attendee,
            reminders="reminders" in request.POST,
            announcements=_wanted(request.POST, people.choices_of(attendee)),
            now=clock.now(),
        )
        return _back("mails")
    return redirect("registrations:profile")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def add_address(request: HttpRequest, attendee: Attendee) -> HttpResponse:
    """The answer is the same whoever the address belongs to."""
    if request.method != "POST":
        return redirect("registrations:profile")
    form = NewAddressForm(request.POST)
    if not form.is_valid():
        return _page(request, attendee, new_address=form, status=422)
    try:
        addresses.ask(attendee=attendee, address=form.cleaned_data["email"], now=clock.now())
    except addresses.TooMany:
        form.add_error("email", gettext("You asked for many addresses today. Try again tomorrow."))
        return _page(request, attendee, new_address=form, status=429)
    return _back("asked")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def remove_address(request: HttpRequest, attendee: Attendee) -> HttpResponse:
    if request.method != "POST":
        return redirect("registrations:profile")
    typed = request.POST.get("address", "")
    key = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else 0
    address = get_object_or_404(attendee.addresses, pk=key)
    try:
        addresses.remove(attendee=attendee, address=address)
    except addresses.LastAddress:
        return _page(request, attendee, said="last", status=409)
    return _back("removed")


@csrf_exempt
@by_link(links.ADDRESS)
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_address(request: HttpRequest, token: str, key: int) -> HttpResponse:
    """By the link in the mail to the new address: looking changes nothing, the button confirms."""
    claim = AddressClaim.objects.select_related("attendee").filter(pk=key).first()
    if claim is None:
        raise Http404
    now, outcome, status = clock.now(), "", 200
    if addresses.is_over(claim, now):
        outcome, status = "over", 410
    elif request.method == "POST":
        try:
            addresses.confirm(claim=claim, now=now)
            outcome = "confirmed"
        except addresses.ClaimOver:
            outcome, status = "over", 410
        except addresses.BelongsToAnother:
            outcome, status = "another", 409
    elif claim.confirmed_at is not None:
        outcome = "confirmed"
    with personal.in_words_of(request, claim.attendee.language, personal.known_zone(claim.attendee.timezone)):
        context = {"claim": claim, "outcome": outcome}
        return render(request, "registrations/me/confirm_address.html", context, status=status)


def _back(said: str) -> HttpResponse:
    return redirect(f"{reverse('registrations:profile')}?said={said}")


def _wanted(typed: Mapping[str, str], choices: list[people.Choice]) -> dict[Any, bool]:
    """What the ticks ask for; who never chose and leaves the tick away has still said nothing."""
    ticked = {choice.series: announcements_field(choice) in typed for choice in choices}
    silent = {choice.series for choice in choices if choice.wanted is None}
    return {series: wanted for series, wanted in ticked.items() if wanted or series not in silent}


def _page(
    request: HttpRequest,
    attendee: Attendee,
    *,
    form: ProfileForm | None = None,
    new_address: NewAddressForm | None = None,
    said: str = "",
    status: int = 200,
) -> HttpResponse:
    zone, choices = personal.known_zone(attendee.timezone), people.choices_of(attendee)
    context = {
        "attendee": attendee,
        "form": form or ProfileForm(attendee=attendee, name_locked=profile.locks_name(attendee)),
        "new_address": new_address or NewAddressForm(),
        "initiatives": initiatives.suggestions(),
        "addresses": addresses.of(attendee),
        "series": choices[0].series if len(choices) == 1 else None,
        "claims": addresses.waiting_claims(attendee, clock.now()),
        "choices": choices,
        "said": said,
        "here": "profile",
    }
    with timezone.override(ZoneInfo(zone)):
        return render(request, "registrations/me/profile.html", context, status=status)
