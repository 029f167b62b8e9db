"""The QR beside the code of the room."""

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from iatp_events.lib import qr

register = template.Library()


@register.simple_tag
def room_qr(address: str) -> SafeString:
    """`{% room_qr address %}`: leads to the page where one types the code, and says no code itself."""
    return qr.svg(address, label=gettext("QR code: the page where you type the code"))
