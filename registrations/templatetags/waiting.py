"""What waits for an answer of staff, said where they look."""

from __future__ import annotations

from typing import Any

from django import template

from registrations.models import Appeal, Attendee

register = template.Library()
_NAMES = ("registrations.issue_certificate", "registrations.view_attendee")


@register.inclusion_tag("admin/registrations/waiting.html", takes_context=True)
def waiting(context: dict[str, Any], *kinds: str) -> dict[str, Any]:
    """`{% waiting "names" "appeals" %}`: one query each, and only for who may answer."""
    user = context["request"].user
    names = "names" in kinds and user.has_perms(_NAMES)
    appeals = "appeals" in kinds and user.has_perm("registrations.change_appeal")
    return {
        "names": Attendee.objects.asking_for_another_name().count() if names else 0,
        "appeals": Appeal.objects.unanswered().count() if appeals else 0,
    }
