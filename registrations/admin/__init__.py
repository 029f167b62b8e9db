"""The admin's pages about who comes, and what they add to the pages about what is offered."""

from registrations.admin import attendees, messages, registrations, reminders

__all__ = ["attendees", "messages", "registrations", "reminders"]
