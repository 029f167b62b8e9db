"""The door as a page: who came, by hand. Works without JavaScript; with it, devices talk to `door_events`."""

from __future__ import annotations

import hashlib
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from iatp_events.lib import clock
from iatp_events.lib.doors import staff
from registrations.forms.door import LARGEST_KEY, WalkInForm
from registrations.services import door as act
from registrations.services import door_list
from registrations.services.door import Badge, Event, Mark, Refused
from registrations.views import personal
from workshops.choices import Mode
from workshops.models import Session

PERMISSION = "registrations.check_in"
# What the page needs to open without a network.
KEPT_FILES = (
    "fonts/figtree-latin-wght-normal.woff2",
    "vendor/bootstrap.min.css",
    "css/site.css",
    "css/door.css",
    "js/door-store.js",
    "js/door.js",
    "js/door-scan.js",
    "vendor/jsqr.min.js",
    "img/icon.svg",
)


@staff(PERMISSION)
@gzip_page
@require_safe
def door(request: HttpRequest, pk: int) -> HttpResponse:
    """What was searched for stands in the address, as in the admin; whom the last press was about by number only."""
    return page(request, session_at(pk))


@staff(PERMISSION)
@require_POST
def check_in(request: HttpRequest, pk: int) -> HttpResponse:
    session, now = session_at(pk), clock.now()
    event = Event(_number(request), now, request.user.pk)
    try:
        admitted = act.check_in(session=session, badge=_badge(request), event=event)
    except Refused as refusal:
        return page(request, session, refused=refusal.reason, status=409)
    return _back(session, admitted, "in" if admitted.since == now else "again")


@staff(PERMISSION)
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    session, now = session_at(pk), clock.now()
    try:
        act.undo_all(session=session, badge=_badge(request), by=request.user.pk, now=now)
    except Refused as refusal:
        return page(request, session, refused=refusal.reason, status=409)
    return redirect(f"{reverse('staff:door', args=[pk])}?guest={_badge(request).registration}&said=undone")


@staff(PERMISSION)
@require_POST
def walk_in(request: HttpRequest, pk: int) -> HttpResponse:
    session, now = session_at(pk), clock.now()
    form = WalkInForm(request.POST)
    if not form.is_valid():
        return page(request, session, form=form, status=422)
    event = Event(_number(request), now, request.user.pk)
    try:
        admitted = act.walk_in(session=session, person=form.person(session.timezone), event=event, now=now)
    except Refused as refusal:
        return page(request, session, form=form, refused=refusal.reason, status=409)
    return _back(session, admitted, "in")


@staff(PERMISSION)
@require_safe
def worker(request: HttpRequest, pk: int) -> HttpResponse:
    """What keeps this page, and no other, on a device: a browser takes its scope from its address."""
    context = {"session": session_at(pk), "files": KEPT_FILES, "version": _version()}
    return render(request, "staff/door_worker.js", context, content_type="text/javascript")


def session_at(pk: int) -> Session:
    """A session that has a door. Raises Http404."""
    rows = Session.objects.without_texts().select_related("series").exclude(mode=Mode.ONLINE)
    session = rows.filter(pk=pk).first()
    if session is None:
        raise Http404
    return session


def page(
    request: HttpRequest, session: Session, *, form: WalkInForm | None = None, refused: str = "", status: int = 200
) -> HttpResponse:
    now, words = clock.now(), request.GET.get("q", "")[:200]
    hours, zone = act.hours(session), personal.known_zone(session.timezone)
    is_open = hours is not None and hours.start <= now <= hours.end
    said, mark = request.GET.get("said", ""), request.GET.get("mark", "")
    context = {
        "session": session,
        "hours": hours,
        "is_open": is_open,
        "counted": door_list.counted(session),
        "words": words,
        "found": door_list.search(session, words) if is_open else [],
        "guest": _guest(request, session) if is_open and not refused else None,
        "said": said if said in ("in", "again", "undone") else "",
        "mark": mark if mark in list(Mark) else "",
        "refused": refused,
        "form": form or WalkInForm(),
        "event": uuid4(),
        "now": now,
        "zone": zone,
    }
    with timezone.override(ZoneInfo(zone)):
        return render(request, "staff/door.html", context, status=status)


def _version() -> str:
    """Another one whenever one of the files is."""
    return hashlib.sha256(" ".join(static(file) for file in KEPT_FILES).encode()).hexdigest()[:16]


def _back(session: Session, admitted: act.Admitted, said: str) -> HttpResponse:
    """Show whom the press was about; an arrival that was undone before it came is nobody."""
    guest = admitted.registration.pk if admitted.registration else ""
    address = reverse("staff:door", args=[session.pk])
    return redirect(f"{address}?guest={guest}&said={said if admitted.since else 'undone'}&mark={admitted.mark}")


def _guest(request: HttpRequest, session: Session) -> door_list.Guest | None:
    number = _whole(request.GET.get("guest", ""))
    return door_list.guest(session, number) if number else None


def _badge(request: HttpRequest) -> Badge:
    return Badge(_whole(request.POST.get("registration", "")))


def _whole(text: str) -> int:
    """0 names nobody."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
    return number if number <= LARGEST_KEY else 0


def _number(request: HttpRequest) -> UUID:
    """That of the form, so that a press that is sent twice is one; a form without one is a new event."""
    try:
        return UUID(request.POST.get("event", ""))
    except ValueError:
        return uuid4()
