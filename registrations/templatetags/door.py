"""The badge of a registration, on any of its pages."""

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from iatp_events.lib import qr
from registrations import links
from registrations.models import Registration

register = template.Library()


@register.simple_tag
def badge(registration: Registration) -> SafeString:
    """The QR that is scanned at the door."""
    return qr.svg(links.badge(registration), label=gettext("QR code of my registration"))
