"""The admin's pages about who comes, and what they add to the pages about what is offered."""

from registrations.admin import attendees, bulletins, messages, registrations, reminders, texts

__all__ = ["attendees", "bulletins", "messages", "registrations", "reminders", "texts"]
