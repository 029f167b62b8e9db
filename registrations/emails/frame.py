"""The frame around a text: band, path and foot. What readers share is rendered and inlined once."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache, lru_cache

import css_inline
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from registrations.emails.merge import Form, slot


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds a text, by value: an edit of any of it makes another frame.

    path: "here", "registered" or "planned" for each planned session. The flags say which links of the reader's own
    the foot has; their addresses are slots: `manage`, `cancel`, `stop`.
    """

    language: str
    series: str
    platform: str
    demonstration: bool
    contact: str
    series_page: str
    on_list: str
    to_speaker: bool
    has_registration: bool
    can_cancel: bool
    path: tuple[str, ...]


_SLOTS = {name: mark_safe(slot(name)) for name in ("preheader", "manage", "cancel", "stop")}


@lru_cache(maxsize=256)
def page(frame: Frame, body: str) -> Form:
    """The whole HTML mail with its style in place. body: HTML with slots."""
    context = asdict(frame) | _SLOTS | {"body": mark_safe(body)}
    return Form.of(_inliner().inline(render_to_string("emails/base.html", context)))


@lru_cache(maxsize=256)
def foot(frame: Frame) -> Form:
    """What stands below the plain text."""
    text = render_to_string("emails/_foot.txt", asdict(frame) | _SLOTS)
    lines = (line.strip() for line in text.strip().splitlines())
    return Form.of("\n".join(line for line in lines if line) + "\n")


@cache
def _inliner() -> css_inline.CSSInliner:
    # The style tag stays for dark mode and phones, which no attribute can say.
    return css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)
