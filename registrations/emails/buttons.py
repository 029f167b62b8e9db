"""The buttons of mails: what stands on each, and where it leads in one mail; to nowhere, and it falls away."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext

from iatp_events.lib.addresses import absolute
from registrations import links
from registrations.emails import certificates
from registrations.emails.scene import Entry, Scene, my_sessions, series_page


def of_entry(read: Callable[[Entry], object]) -> Callable[[Scene], str]:
    return lambda scene: str(read(scene.entry) or "") if scene.entry else ""


def _calendar(scene: Scene) -> str:
    return links.calendar(scene.reader.attendee) if scene.reader.attendee else ""


def _confirm_address(scene: Scene) -> str:
    claim = scene.message.claim
    # A preview has nothing to confirm: its button leads to a page that says so.
    return links.address(claim) if claim else links.no_address()


def _series_page(scene: Scene) -> str:
    return series_page(scene.message.series, scene.reader.language)


def _sign_in(scene: Scene) -> str:
    asked = scene.message.sign_in
    return links.sign_in(asked) if asked else absolute("registrations:sign_in", language=scene.reader.language)


# Where a mail asks for something, these stand back.
QUIET = ("see_session", "see_series", "my_calendar", "cant_come")
BUTTONS: dict[str, tuple[Callable[[], str], Callable[[Scene], str]]] = {
    "my_registration": (lambda: gettext("See my registration"), of_entry(lambda entry: entry.manage)),
    "my_place": (lambda: gettext("See my place on the list"), of_entry(lambda entry: entry.manage)),
    "take_place": (lambda: gettext("Take the place"), of_entry(lambda entry: entry.manage)),
    "answer": (lambda: gettext("Answer the invitation"), of_entry(lambda entry: entry.invitation)),
    "badge": (lambda: gettext("My badge for the door"), of_entry(lambda entry: entry.badge)),
    "join": (lambda: gettext("Join the room"), of_entry(lambda entry: "" if entry.is_in_person else entry.join)),
    "cant_come": (lambda: gettext("I can’t come"), of_entry(lambda entry: entry.cancel)),
    "register": (lambda: gettext("Register"), of_entry(lambda entry: entry.register)),
    "see_session": (lambda: gettext("See the session"), of_entry(lambda entry: entry.page)),
    "see_series": (lambda: gettext("See the series"), _series_page),
    "my_sessions": (lambda: gettext("My sessions"), lambda scene: my_sessions(scene.reader.language)),
    "my_calendar": (lambda: gettext("My calendar"), _calendar),
    "not_me": (lambda: gettext("This wasn’t me"), lambda scene: links.not_me(scene.message)),
    "certificate": (lambda: gettext("See the certificate"), certificates.page),
    "confirm_address": (lambda: gettext("Confirm this address"), _confirm_address),
    "take_back": (lambda: gettext("This wasn’t me"), lambda scene: links.take_back(scene.message)),
    "sign_in": (lambda: gettext("Sign in"), _sign_in),
}
