"""The admin's pages about what is offered."""

from workshops.admin import series, sessions, speakers

__all__ = ["series", "sessions", "speakers"]
