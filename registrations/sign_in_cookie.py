"""Who is signed in, as their browser remembers it: a cookie of our own, apart from the session of staff.

It is signed and holds the attendee and the version that "sign out everywhere" raises; nothing is stored.
"""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from registrations.models import Attendee

LASTS = timedelta(days=30)
_SALT = "iatp.signed_in"


def attendee_of(request: HttpRequest) -> Attendee | None:
    """The attendee who signed in with this browser; None when nobody did, or they signed out everywhere since."""
    value = request.COOKIES.get(settings.SIGN_IN_COOKIE_NAME, "")
    try:
        attendee, version = signing.loads(value, salt=_SALT, max_age=LASTS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Attendee.objects.led_to_by(attendee, sign_in_version=version).first()


def remember(response: HttpResponseBase, attendee: Attendee) -> None:
    response.set_cookie(
        settings.SIGN_IN_COOKIE_NAME,
        signing.dumps([attendee.pk, attendee.sign_in_version], salt=_SALT),
        max_age=LASTS,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def forget(response: HttpResponseBase) -> None:
    # Not delete_cookie: a browser refuses to change a `__Host-` cookie by an answer that is not `Secure`.
    response.set_cookie(
        settings.SIGN_IN_COOKIE_NAME, "", max_age=0, secure=settings.HTTPS, httponly=True, samesite="Lax"
    )
