"""The personal links of mails: signed, one purpose each, nothing stored."""

from iatp_events.lib import signing
from iatp_events.lib.addresses import absolute, with_token
from registrations.models import AddressClaim, Attendee, Message, Registration, SignIn
from workshops.models import Series, Session, Speaker

REGISTRATION, JOIN, STOP, CALENDAR, ONE_TAP, PANEL = "registration", "join", "stop", "calendar", "one_tap", "panel"
NOT_ME = "not_me"
ADDRESS = "address"
SIGN_IN = "sign_in"
SUBSTITUTE = "substitute"
BADGE = "badge"
TAKE_BACK = "take_back"


def token(registration: Registration) -> str:
    return signing.token(REGISTRATION, registration.pk, registration.link_version)


def manage(registration: Registration) -> str:
    """Opens one registration; nothing else of the person."""
    return with_token("links:registration", token(registration))


def join_token(registration: Registration) -> str:
    """Opens the room's door and nothing else: it stands in calendars, which are shared more freely than mails."""
    return signing.token(JOIN, registration.pk, registration.link_version)


def join(registration: Registration) -> str:
    return with_token("links:join", join_token(registration))


def badge_token(registration: Registration) -> str:
    """What the QR says that somebody shows at the door; who reads it can check that person in, and nothing else."""
    return signing.token(BADGE, registration.pk, registration.link_version)


def badge(registration: Registration) -> str:
    return with_token("links:badge", badge_token(registration))


def cancel(registration: Registration) -> str:
    return with_token("links:cancel", token(registration))


def invitation(registration: Registration) -> str:
    """Shows who is invited by a colleague what to accept or decline."""
    return with_token("links:invitation", token(registration))


def substitute(registration: Registration) -> str:
    """Lets one other person take the place over, while it is held in this round."""
    parts = (registration.pk, registration.link_version, registration.round)
    return with_token("links:take_over", signing.token(SUBSTITUTE, *parts))


def stop(attendee: Attendee) -> str:
    """Stops reminders (RFC 8058), and shows what else can be stopped."""
    return with_token("links:stop", signing.token(STOP, attendee.pk))


def stop_announcements(attendee: Attendee, series: Series) -> str:
    """Stops the announcements of a series (RFC 8058); the same page, told apart by its second number."""
    return with_token("links:stop", signing.token(STOP, attendee.pk, series.pk))


def one_tap(attendee: Attendee, session: Session) -> str:
    """Registers a person we know for one session, by one button.

    It names no registration, for there may be none yet, and so has no version. It leads on to one only while that
    one's own link was never taken out of use.
    """
    return with_token("links:one_tap", signing.token(ONE_TAP, attendee.pk, session.pk))


def not_me(message: Message) -> str:
    """Takes back what somebody else typed: it names the mail that told of it."""
    return with_token("links:not_me", signing.token(NOT_ME, message.pk.int))


def panel(speaker: Speaker, session: Session) -> str:
    """Opens what a speaker needs on the day: the role, the hour, and the room ahead of everyone."""
    return with_token("links:panel", signing.token(PANEL, speaker.pk, session.pk))


def address(claim: AddressClaim) -> str:
    """Shows a button that confirms a new address."""
    return with_token("links:address", signing.token(ADDRESS, claim.pk))


def take_back(message: Message) -> str:
    """Takes an added address away again: it names the mail that told an older address of it."""
    return with_token("links:take_back", signing.token(TAKE_BACK, message.pk.int))


def no_address() -> str:
    """Looks like one of those and opens nothing."""
    return with_token("links:address", signing.token(ADDRESS, 0))


def calendar(attendee: Attendee) -> str:
    """The feed of everything a person is registered for."""
    return with_token("links:calendar", calendar_token(attendee))


def calendar_token(attendee: Attendee) -> str:
    """Without a version until the address was renewed: calendars that subscribed before go on reading theirs."""
    renewed = (attendee.calendar_version,) if attendee.calendar_version else ()
    return signing.token(CALENDAR, attendee.pk, *renewed)


def sign_in(asked: SignIn) -> str:
    """Signs in whoever asked for it, in the browser in which they asked."""
    return with_token("links:sign_in", signing.token(SIGN_IN, asked.pk, asked.nonce))


def sign_in_code(asked: SignIn) -> str:
    """The same as six digits, to be typed where one asked."""
    return signing.code(SIGN_IN, asked.pk, asked.nonce)


def series_page(series: Series, language: str) -> str:
    """The public page of a series; nobody's own."""
    return absolute("workshops:series", series.slug, language=language)
