"""What every page of the admin says when mail is late or failed."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from registrations.services import outlook

register = template.Library()


@register.inclusion_tag("admin/registrations/mail_health.html", takes_context=True)
def mail_health(context: dict[str, Any]) -> dict[str, Any]:
    """`{% mail_health %}`: two queries, and only for staff who may see messages."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if user is None or not context.get("has_permission") or not user.has_perm("registrations.view_message"):
        return {}
    # A page that only shows reads the process's own clock.
    now = timezone.now()
    return {"late": outlook.lateness(now), "failed": outlook.failed_lately(now)}
