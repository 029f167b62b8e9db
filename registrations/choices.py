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
    SUBSTITUTE = "substitute", _("Place of a colleague")
    INVITATION = "invitation", _("Invitation by a colleague")
    STAFF = "staff", _("Staff")
    WALK_IN = "walk_in", pgettext_lazy("source", "At the door")
    DEMONSTRATION = "demonstration", _("Demonstration")


class MessageKind(TextChoices):
    CONFIRMATION = "confirmation", pgettext_lazy("message", "Confirmation")
    WAITING_LIST = "waiting_list", pgettext_lazy("message", "Waiting list")
    ENROLMENT = "enrolment", pgettext_lazy("message", "Whole series")
    ENROLLED = "enrolled", pgettext_lazy("message", "Registered by the whole series")
    ALREADY_REGISTERED = "already_registered", pgettext_lazy("message", "Already registered")
    INVITED = "invited", pgettext_lazy("message", "Invitation by a colleague")
    OFFER = "offer", pgettext_lazy("message", "Place offered")
    CALL = "call", pgettext_lazy("message", "Free place, first come")
    PROMOTED = "promoted", pgettext_lazy("message", "Place passed on")
    LAPSED = "lapsed", pgettext_lazy("message", "Offer not taken")
    CANCELLATION = "cancellation", pgettext_lazy("message", "Registration cancelled")
    HANDED_OVER = "handed_over", pgettext_lazy("message", "Place passed to a colleague")
    CERTIFICATE = "certificate", pgettext_lazy("message", "Certificate")
    REMINDER = "reminder", pgettext_lazy("message", "Reminder")
    CHANGED = "changed", pgettext_lazy("message", "Session changed")
    SESSION_CANCELLED = "session_cancelled", pgettext_lazy("message", "Session cancelled")
    STARTING = "starting", pgettext_lazy("message", "Starting now")
    FOLLOW_UP = "follow_up", pgettext_lazy("message", "After the session")
    ANNOUNCEMENT = "announcement", pgettext_lazy("message", "Announcement of a session")
    PANEL_REMINDER = "panel_reminder", pgettext_lazy("message", "Reminder to the panel")
    BULLETIN = "bulletin", pgettext_lazy("message", "Message to a group")
    ADDRESS = "address", pgettext_lazy("message", "New address to confirm")
    ADDRESS_ADDED = "address_added", pgettext_lazy("message", "New address, told to the older ones")
    SIGN_IN = "sign_in", pgettext_lazy("message", "Link to sign in")
    APPEAL = "appeal", pgettext_lazy("message", "Answer to “I was there”")


class Wording(TextChoices):
    """The texts of mails, each in every language: what a kind says in one of its cases.

    Staff may write each anew for their series; a bulletin has its text with it.
    """

    CONFIRMATION = "confirmation", pgettext_lazy("wording", "Confirmation of one session")
    CONFIRMATION_SEVERAL = "confirmation_several", pgettext_lazy("wording", "Confirmation of several sessions")
    WAITING_LIST = "waiting_list", pgettext_lazy("wording", "On the waiting list")
    ENROLMENT = "enrolment", pgettext_lazy("wording", "Enrolled in the whole series")
    ENROLLED = "enrolled", pgettext_lazy("wording", "Registered by the whole series")
    ENROLLED_WAITING = "enrolled_waiting", pgettext_lazy("wording", "On the waiting list by the whole series")
    ALREADY_REGISTERED = "already_registered", pgettext_lazy("wording", "Already registered")
    INVITED = "invited", pgettext_lazy("wording", "Invitation by a colleague")
    OFFER = "offer", pgettext_lazy("wording", "A place is kept for the reader")
    CALL = "call", pgettext_lazy("wording", "A place is free shortly before the start")
    PROMOTED = "promoted", pgettext_lazy("wording", "A place came free")
    LAPSED = "lapsed", pgettext_lazy("wording", "The place was not taken in time")
    CANCELLATION = "cancellation", pgettext_lazy("wording", "Registration cancelled")
    HANDED_OVER = "handed_over", pgettext_lazy("wording", "Place passed to a colleague")
    CERTIFICATE = "certificate", pgettext_lazy("wording", "A certificate was issued")
    REMINDER = "reminder", pgettext_lazy("wording", "Reminder")
    REMINDER_SHORT = "reminder_short", pgettext_lazy("wording", "Reminder to who registered late")
    STARTING = "starting", pgettext_lazy("wording", "Starting now")
    CHANGED = "changed", pgettext_lazy("wording", "Session changed")
    SESSION_CANCELLED = "session_cancelled", pgettext_lazy("wording", "Session cancelled")
    CAME = "came", pgettext_lazy("wording", "After the session, to those who came")
    MISSED = "missed", pgettext_lazy("wording", "After the session, to those who did not")
    ANNOUNCEMENT = "announcement", pgettext_lazy("wording", "A new session is open")
    PANEL_REMINDER = "panel_reminder", pgettext_lazy("wording", "Reminder to the panel")
    PANEL_STARTING = "panel_starting", pgettext_lazy("wording", "Starting now, to the panel")
    ADDRESS = "address", pgettext_lazy("wording", "A new address asks to be confirmed")
    ADDRESS_ADDED = "address_added", pgettext_lazy("wording", "A new address was added, to the older ones")
    SIGN_IN = "sign_in", pgettext_lazy("wording", "Link to sign in")
    APPEAL_GRANTED = "appeal_granted", pgettext_lazy("wording", "“I was there” is granted")
    APPEAL_REFUSED = "appeal_refused", pgettext_lazy("wording", "“I was there” is refused")


class Suggest(TextChoices):
    """Whether forms offer the name of an initiative to everyone."""

    BY_COUNT = "", _("Once two people of proven addresses coordinate it")
    ALWAYS = "always", _("Always")
    NEVER = "never", _("Never")


class RuleKind(TextChoices):
    """What a rule of the reminder plan sends."""

    REMINDER = "reminder", pgettext_lazy("rule", "Reminder, before the start")
    STARTING = "starting", pgettext_lazy("rule", "Starting now, with the link to the room")
    FOLLOW_UP = "follow_up", pgettext_lazy("rule", "After the session")


class Audience(TextChoices):
    """Whom a rule speaks to."""

    ATTENDEES = "attendees", pgettext_lazy("rule", "Who is registered")
    PANEL = "panel", pgettext_lazy("rule", "The panel: who opens, moderates, speaks and closes")


class Late(TextChoices):
    """What a rule does for those who registered after its moment."""

    SKIP = "skip", pgettext_lazy("rule", "Nothing")
    SHORT = "short", pgettext_lazy("rule", "A short version at once")


class EvidenceKind(TextChoices):
    """How we know that somebody was there."""

    JOIN = "join", pgettext_lazy("evidence", "Joined by link")
    REPORT = "report", pgettext_lazy("evidence", "In the report of the meeting platform")
    ROOM_CODE = "room_code", pgettext_lazy("evidence", "Typed the code shown in the room")
    SCAN = "scan", pgettext_lazy("evidence", "Checked in at the door")
    STAFF = "staff", pgettext_lazy("evidence", "Marked by the organisers")
    WALK_IN = "walk_in", pgettext_lazy("evidence", "Came without a registration")
    APPEAL = "appeal", pgettext_lazy("evidence", "You said so, and it was granted")
    RECORDING = "recording", pgettext_lazy("evidence", "Saw the recording")
    EXCUSE = "excuse", pgettext_lazy("evidence", "Excused")


class AttendanceStatus(TextChoices):
    """What the evidence amounts to, under the policy of its session."""

    PRESENT = "present", pgettext_lazy("attendance", "Present")
    PARTIAL = "partial", pgettext_lazy("attendance", "Present in part")
    ABSENT = "absent", pgettext_lazy("attendance", "Absent")
    EXCUSED = "excused", pgettext_lazy("attendance", "Excused")
    CAUGHT_UP = "caught_up", pgettext_lazy("attendance", "Caught up")


# Who was there, at least in part, or has caught up since: whom one thanks, not misses.
CAME = (AttendanceStatus.PRESENT, AttendanceStatus.PARTIAL, AttendanceStatus.CAUGHT_UP)


class Because(TextChoices):
    """Which rule decided a status."""

    MINUTES = "minutes", pgettext_lazy("because", "minutes in the meeting")
    CONFIRMED = "confirmed", pgettext_lazy("because", "confirmed by the organisers")
    DOOR = "door", pgettext_lazy("because", "checked in at the door")
    ROOM_CODE = "room_code", pgettext_lazy("because", "the code shown in the room; no minutes are known")
    TWO_KINDS = "two_kinds", pgettext_lazy("because", "two kinds of evidence; no minutes are known")
    ONE_KIND = "one_kind", pgettext_lazy("because", "one kind of evidence only; no minutes are known")
    RECORDING = "recording", pgettext_lazy("because", "saw the recording")
    EXCUSE = "excuse", pgettext_lazy("because", "excused")


class Part(TextChoices):
    """What somebody was in a session; only the audience is counted."""

    AUDIENCE = "audience", pgettext_lazy("part", "Audience")
    SPEAKER = "speaker", pgettext_lazy("part", "Speaker")
    HOST = "host", pgettext_lazy("part", "Host")


class Origin(TextChoices):
    """From where a line of evidence came."""

    LINK = "link", pgettext_lazy("origin", "Personal link")
    PAGE = "page", pgettext_lazy("origin", "My sessions")
    DOOR = "door", pgettext_lazy("origin", "Check-in at the door")
    FILE = "file", pgettext_lazy("origin", "Report of a platform")
    STAFF = "staff", pgettext_lazy("origin", "Staff pages")
    DEMONSTRATION = "demonstration", _("Demonstration")


class Decision(TextChoices):
    """What staff made of one person of a report."""

    CREDIT = "credit", pgettext_lazy("report", "This registration")
    WALK_IN = "walk_in", pgettext_lazy("report", "Came without a registration")
    IGNORE = "ignore", pgettext_lazy("report", "Left out")


class CertificateState(TextChoices):
    VALID = "valid", pgettext_lazy("certificate", "Valid")
    REPLACED = "replaced", pgettext_lazy("certificate", "Replaced")
    REVOKED = "revoked", pgettext_lazy("certificate", "Revoked")


class AppealAnswer(TextChoices):
    """What staff made of somebody’s “I was there”."""

    GRANTED = "granted", pgettext_lazy("appeal", "Granted")
    REFUSED = "refused", pgettext_lazy("appeal", "Refused")


class Came(TextChoices):
    """Whom a bulletin means after a session."""

    YES = "yes", _("Those who came")
    NO = "no", _("Those who did not")


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
    STOPPED = "stopped", _("the person stopped these mails")
    SESSION_CANCELLED = "session_cancelled", _("the session was cancelled")
    SUPERSEDED = "superseded", _("a newer message says it")
    ALREADY_TOLD = "already_told", _("the person knows already")
    EXPIRED = "expired", _("too late to be of use")
    RULE_OFF = "rule_off", _("the reminder was switched off")
    LATE = "late", _("registered after its moment")
    PAST = "past", _("its moment was over before the rule or the date stood")
    UNRECORDED = "unrecorded", _("attendance was not recorded")
    NOT_SEATED = "not_seated", _("no longer on the panel")
    NOT_OPEN = "not_open", _("the session takes no registrations")
    RESTORED = "restored", _("the database was restored from a backup")


class ConsentKind(TextChoices):
    CODE_OF_CONDUCT = "code_of_conduct", _("Code of conduct")
    ANNOUNCEMENTS = "announcements", _("Announcements")
