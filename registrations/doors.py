"""The door of a person's own pages; those that need no model are in iatp_events.lib.doors."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from registrations import sign_in_cookie
from registrations.models import Attendee, Registration
from registrations.services import people

P = ParamSpec("P")
Guarded = Callable[Concatenate[HttpRequest, Attendee, P], HttpResponse]
Door = Callable[Concatenate[HttpRequest, P], HttpResponse]

# No dot and no backslash: nothing that a browser could read as a way up or out.
_MINE = re.compile(r"/(?:es|pt|en|fr)/me/(?:[A-Za-z0-9_-]+/)*(?:\?[A-Za-z0-9_=&%+-]*)?")


def signed_in(view: Guarded[P]) -> Door[P]:
    """Whoever signed in by mail; the view gets the attendee after the request. Others are led to sign in.

    Such pages stand below `/{lang}/me/`, where iatp_events.middleware lets nobody store or index them.
    """

    @wraps(view)
    def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        attendee = sign_in_cookie.attendee_of(request)
        if attendee is None:
            return _lead_to_sign_in(request)
        try:
            return view(request, attendee, *args, **kwargs)
        except (people.Gone, Registration.DoesNotExist):
            # Erased on another device, or merged by staff, between our look and the act: nothing was done.
            return _start_again(request)

    door.door = "signed_in"  # type: ignore[attr-defined]
    return door


def own_page(path: str) -> str:
    """The path when it is one of a person's own pages, else "": a sign-in leads nowhere else."""
    return path if _MINE.fullmatch(path) else ""


def _start_again(request: HttpRequest) -> HttpResponse:
    """Whoever was merged is still signed in, as the person who stayed."""
    known = sign_in_cookie.attendee_of(request) is not None
    return HttpResponseRedirect(reverse("registrations:me")) if known else _lead_to_sign_in(request)


def _lead_to_sign_in(request: HttpRequest) -> HttpResponse:
    # What a form wanted to do is not done by looking at its address later.
    wanted = own_page(request.get_full_path()) if request.method in ("GET", "HEAD") else ""
    query = f"?{urlencode({'next': wanted})}" if wanted else ""
    return HttpResponseRedirect(f"{reverse('registrations:sign_in')}{query}")
