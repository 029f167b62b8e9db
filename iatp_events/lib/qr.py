"""QR codes as pictures inside a page: no request, no file."""

import segno
from django.utils.safestring import SafeString, mark_safe


def svg(text: str, *, label: str) -> SafeString:
    """A code that stays dark on white whatever the page's colours, with the quiet border that readers need.

    label: what it is, for who does not see it; plain words of ours.
    """
    code = segno.make(text, error="m", micro=False)
    drawn = code.svg_inline(border=4, light="#fff", omitsize=True, svgclass="qr", lineclass=None, title=label)
    return mark_safe(drawn.replace("<svg ", '<svg role="img" ', 1))


def modules(text: str) -> list[list[bool]]:
    """Dark or not, row by row, without a border."""
    return [[bool(module) for module in row] for row in segno.make(text, error="m", micro=False).matrix]
