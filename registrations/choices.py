"""The words that are stored about people, places and messages; the contract names their values."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Gender(TextChoices):
    WOMAN = "woman", _("Woman")
    MAN = "man", _("Man")
    OTHER = "other", pgettext_lazy("gender", "Other")
    UNDISCLOSED = "undisclosed", _("I prefer not to say")


class RegistrationState(TextChoices):
    CONFIRMED = "confirmed", pgettext_lazy("registration", "Confirmed")
    WAITLISTED = "waitlisted", pgettext_lazy("registration", "On the waiting list")
    OFFERED = "offered", pgettext_lazy("registration", "Place offered")
    CANCELLED = "cancelled", pgettext_lazy("registration", "Cancelled")
    REMOVED = "removed", pgettext_lazy("registration", "Removed")


class Source(TextChoices):
    """How a registration or an address came to us."""

    FORM = "form", _("Form")
    ENROLMENT = "enrolment", _("Whole series")
    STAFF = "staff", _("Staff")
    DEMONSTRATION = "demonstration", _("Demonstration")


class MessageKind(TextChoices):
    CONFIRMATION = "confirmation", pgettext_lazy("message", "Confirmation")
    WAITING_LIST = "waiting_list", pgettext_lazy("message", "Waiting list")
    ENROLMENT = "enrolment", pgettext_lazy("message", "Whole series")
    ENROLLED = "enrolled", pgettext_lazy("message", "Registered by the whole series")
    ALREADY_REGISTERED = "already_registered", pgettext_lazy("message", "Already registered")
    PROMOTED = "promoted", pgettext_lazy("message", "Place passed on")
    CANCELLATION = "cancellation", pgettext_lazy("message", "Registration cancelled")
    REMINDER = "reminder", pgettext_lazy("message", "Reminder")
    CHANGED = "changed", pgettext_lazy("message", "Session changed")
    SESSION_CANCELLED = "session_cancelled", pgettext_lazy("message", "Session cancelled")


class MessageState(TextChoices):
    QUEUED = "queued", pgettext_lazy("message", "Queued")
    SENDING = "sending", pgettext_lazy("message", "Being sent")
    SENT = "sent", pgettext_lazy("message", "Sent")
    FAILED = "failed", pgettext_lazy("message", "Failed")
    SKIPPED = "skipped", pgettext_lazy("message", "Skipped")


class SkipReason(TextChoices):
    """Why a message did not leave; staff read it beside the message."""

    NO_ADDRESS = "no_address", _("no address")
    CANCELLED = "cancelled", _("the registration was cancelled")
    STOPPED = "stopped", _("the person stopped reminders")
    SESSION_CANCELLED = "session_cancelled", _("the session was cancelled")
    SUPERSEDED = "superseded", _("a newer message says it")
    ALREADY_TOLD = "already_told", _("the person knows already")
    EXPIRED = "expired", _("too late to be of use")
    RULE_OFF = "rule_off", _("the reminder was switched off")


class ConsentKind(TextChoices):
    CODE_OF_CONDUCT = "code_of_conduct", _("Code of conduct")
    ANNOUNCEMENTS = "announcements", _("Announcements")
