"""Who comes: people, places taken, and the messages that tell them."""

from registrations.models.attendees import Attendee, EmailAddress
from registrations.models.consents import Consent
from registrations.models.enrolments import Enrolment
from registrations.models.messages import Message
from registrations.models.registrations import Registration
from registrations.models.reminders import ReminderRule

__all__ = ["Attendee", "Consent", "EmailAddress", "Enrolment", "Message", "Registration", "ReminderRule"]
