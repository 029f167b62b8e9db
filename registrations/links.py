"""The personal links of mails: signed, one purpose each, nothing stored."""

from iatp_events.lib import signing
from iatp_events.lib.addresses import absolute
from registrations.models import Attendee, Registration

REGISTRATION, JOIN, STOP, CALENDAR = "registration", "join", "stop", "calendar"


def token(registration: Registration) -> str:
    return signing.token(REGISTRATION, registration.pk, registration.link_version)


def manage(registration: Registration) -> str:
    """Opens one registration; nothing else of the person."""
    return absolute("links:registration", token(registration))


def join_token(registration: Registration) -> str:
    """Opens the room's door and nothing else: it stands in calendars, which are shared more freely than mails."""
    return signing.token(JOIN, registration.pk, registration.link_version)


def join(registration: Registration) -> str:
    return absolute("links:join", join_token(registration))


def cancel(registration: Registration) -> str:
    return absolute("links:cancel", token(registration))


def stop(attendee: Attendee) -> str:
    """Stops reminders (RFC 8058)."""
    return absolute("links:stop", signing.token(STOP, attendee.pk))


def calendar(attendee: Attendee) -> str:
    """The feed of everything a person is registered for."""
    return absolute("links:calendar", signing.token(CALENDAR, attendee.pk))
