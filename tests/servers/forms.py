"""The registration form as people fill it in."""

from __future__ import annotations

from typing import Any


def filled(name: str, email: str, *sessions: int, **changes: Any) -> dict[str, Any]:
    """What a person types at least; a change to None leaves the field away."""
    typed: dict[str, Any] = {
        "full_name": name,
        "email": email,
        "country": "CO",
        "timezone": "America/Bogota",
        "language": "es",
        "sessions": [str(number) for number in sessions],
        "code_of_conduct": "on",
    }
    return {field: value for field, value in (typed | changes).items() if value is not None}
