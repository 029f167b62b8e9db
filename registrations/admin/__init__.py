"""The admin's pages about who comes, and what they add to the pages about what is offered."""

from registrations.admin import (
    appeals,
    attendees,
    blocked_addresses,
    bulletins,
    certificates,
    initiatives,
    merges,
    messages,
    registrations,
    remembered,
    reminders,
    reports,
    texts,
)

__all__ = [
    "appeals",
    "attendees",
    "blocked_addresses",
    "bulletins",
    "certificates",
    "initiatives",
    "merges",
    "messages",
    "registrations",
    "remembered",
    "reminders",
    "reports",
    "texts",
]
