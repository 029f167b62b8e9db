"""Who comes: people, places taken, and the messages that tell them."""

from registrations.models.announcements import Announcement
from registrations.models.appeals import Appeal
from registrations.models.attendance import Attendance, AttendancePolicy, Batch, Evidence, PanelEvidence, Retraction
from registrations.models.attendees import Attendee, EmailAddress
from registrations.models.blocked_addresses import BlockedAddress
from registrations.models.bulletins import Bulletin
from registrations.models.certificates import Certificate
from registrations.models.claims import AddressClaim
from registrations.models.consents import Consent
from registrations.models.enrolments import Enrolment
from registrations.models.initiatives import Initiative
from registrations.models.merges import Merge
from registrations.models.messages import Message
from registrations.models.registrations import Registration
from registrations.models.reminders import ReminderRule
from registrations.models.reports import Alias, ColumnMap, Report, ReportRow
from registrations.models.sign_ins import SignIn
from registrations.models.texts import MailText
from registrations.models.walk_ins import WalkIn

__all__ = [
    "AddressClaim",
    "Alias",
    "Announcement",
    "Appeal",
    "Attendance",
    "AttendancePolicy",
    "Attendee",
    "Batch",
    "BlockedAddress",
    "Bulletin",
    "Certificate",
    "ColumnMap",
    "Consent",
    "EmailAddress",
    "Enrolment",
    "Evidence",
    "Initiative",
    "MailText",
    "Merge",
    "Message",
    "PanelEvidence",
    "Registration",
    "ReminderRule",
    "Report",
    "ReportRow",
    "Retraction",
    "SignIn",
    "WalkIn",
]
