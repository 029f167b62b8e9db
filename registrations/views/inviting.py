"""Invite colleagues in one go, and answer such an invitation."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from iatp_events.lib import clock, ratelimit
from iatp_events.lib.doors import by_link
from registrations import links
from registrations.doors import signed_in
from registrations.forms import caps as words
from registrations.forms.invitations import ColleaguesForm, InvitationForm
from registrations.models import Attendee
from registrations.services import caps, initiatives, invitations, my_sessions, offers, people, places
from registrations.views import personal
from workshops import when
from workshops.choices import PlaceMode
from workshops.models import Session


@signed_in
@gzip_page
@require_http_methods(["GET", "HEAD", "POST"])
def colleagues(request: HttpRequest, attendee: Attendee) -> HttpResponse:
    """Without a session in the address a page to choose one."""
    now = clock.now()
    if "/" not in request.GET.get("session", ""):
        zone = personal.known_zone(attendee.timezone)
        found = [(session, when.of(session, zone)) for session in my_sessions.open_to_groups(now=now)]
        return _page(request, attendee, {"sessions": found}, status=422 if request.method == "POST" else 200)
    session = _session(request)
    if not session.takes_registrations(now):
        return _page(request, attendee, {"session": session, "refused": "closed"}, status=409)
    form = _form(request, attendee, session)
    if request.method != "POST":
        return _page(request, attendee, {"session": session, "form": form, "sent": _sent(request)})
    if form.is_valid() and not _is_within_limits(attendee, form):
        form.add_error(None, gettext("You sent many groups just now. Try again later."))
        return _page(request, attendee, {"session": session, "form": form}, status=429)
    return _invite(request, attendee, session, form)


@csrf_exempt
@by_link(links.REGISTRATION)
@require_http_methods(["GET", "HEAD", "POST"])
@personal.opens_anew
def invitation(request: HttpRequest, token: str, pk: int, version: int) -> HttpResponse:
    """To the colleague: what they are invited to, and the form by which they accept."""
    place = personal.place(token, pk, version)
    held = place.registration
    if place.link_is_over or (held.is_invitation and not invitations.can_answer(held, place.now)):
        return _answer(request, place, None, status=410)
    if not held.is_invitation:
        return personal.page(request, "registrations/registration.html", place)
    form = InvitationForm(request.POST if request.method == "POST" else None, attendee=held.attendee)
    if request.method != "POST":
        return _answer(request, place, form)
    with personal.in_words_of(request, held.attendee.language, "UTC"):
        if not form.is_valid():
            return _answer(request, place, form, status=422)
        try:
            said = form.cleaned_data.get("announcements", False)
            invitations.accept(registration=held, details=form.details(), announcements=said, now=place.now)
        except offers.OfferOver:
            return _answer(request, place, None, status=410)
        except caps.CapReached as refusal:
            for sentence in words.sentences(refusal):
                form.add_error(None, sentence)
            return _answer(request, place, form, status=422)
    return redirect("links:registration", token)


def _invite(request: HttpRequest, attendee: Attendee, session: Session, form: ColleaguesForm) -> HttpResponse:
    context: dict[str, Any] = {"session": session, "form": form}
    if not form.is_valid():
        return _page(request, attendee, context, status=422)
    said = form.cleaned_data
    try:
        invitations.invite(
            inviter=attendee,
            session=session,
            colleagues=form.colleagues(),
            initiative=said.get("initiative", attendee.initiative),
            mode=said.get("mode", PlaceMode.ONLINE),
            now=clock.now(),
        )
    except invitations.NotAll as refusal:
        form.refuse(refusal)
        return _page(request, attendee, context, status=422)
    except invitations.TooSoon:
        return _page(request, attendee, context | {"refused": "soon"}, status=409)
    except places.RegistrationClosed:
        return _page(request, attendee, {"session": session, "refused": "closed"}, status=409)
    except people.MustAgree as refusal:
        return personal.to_agree(refusal)
    # How many lines there were, whoever they are.
    query = f"session={session.series.slug}%2F{session.number}&sent={len(form.read)}"
    return redirect(f"{reverse('registrations:me_colleagues')}?{query}")


def _session(request: HttpRequest) -> Session:
    slug, _slash, number = request.GET["session"].rpartition("/")
    if not (number.isascii() and number.isdigit() and len(number) < 6):
        raise Http404
    found = my_sessions.session_named(slug, int(number))
    if found is None:
        raise Http404
    return found


def _form(request: HttpRequest, attendee: Attendee, session: Session) -> ColleaguesForm:
    if request.method != "POST":
        return ColleaguesForm(session=session, inviter=attendee)
    own = attendee.addresses.values_list("normalised", flat=True)
    return ColleaguesForm(request.POST, session=session, inviter=attendee, own=own)


def _is_within_limits(attendee: Attendee, form: ColleaguesForm) -> bool:
    """By person: the same group once more is a double press."""
    who, what = str(attendee.pk), repr(sorted(form.cleaned_data.items()))
    return ratelimit.allows("groups_per_person", who, what) and ratelimit.allows(
        "groups_per_person_and_day", who, what, window=ratelimit.DAY
    )


def _sent(request: HttpRequest) -> int:
    said = request.GET.get("sent", "")
    return min(int(said), invitations.MOST) if said.isascii() and said.isdigit() and len(said) < 3 else 0


def _page(request: HttpRequest, attendee: Attendee, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    zone = personal.known_zone(attendee.timezone)
    form = context.get("form")
    context |= {
        "attendee": attendee,
        "series": context["session"].series if "session" in context else None,
        "initiatives": initiatives.suggestions() if form and "initiative" in form.fields else [],
        "reader_zone": zone,
        "here": "colleagues",
    }
    with timezone.override(ZoneInfo(zone)):
        return render(request, "registrations/me/colleagues.html", context, status=status)


def _answer(
    request: HttpRequest, place: personal.Place, form: InvitationForm | None, *, status: int = 200
) -> HttpResponse:
    by = place.registration.invited_by
    more = {"form": form, "by": by.full_name if by else ""}
    return personal.page(request, "registrations/invitation.html", place, status=status, **more)
