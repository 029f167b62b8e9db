"""The frame around a text: band, path and foot. What readers share is rendered and inlined once."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache, lru_cache

import css_inline
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from registrations.emails.merge import Form, slot


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds a text, by value: an edit of any of it makes another frame.

    text_language: of a text that was not written in the reader's language, else empty. on_list: the list by which
    the mail came. to_unproven: to an address of which nobody showed yet whose it is. The flags say which links of
    the reader's own stand below the text; their addresses are slots, as are the path and the words beside the subject.
    """

    language: str
    text_language: str
    series: str
    platform: str
    demonstration: bool
    contact: str
    series_page: str
    on_list: str
    to_speaker: bool
    to_unproven: bool
    shows_registration: bool
    shows_cancel: bool
    has_path: bool


_SLOTS = {name: mark_safe(slot(name)) for name in ("preheader", "path", "manage", "cancel", "stop")}


@lru_cache(maxsize=96)
def page(frame: Frame, body: str) -> Form:
    """The whole HTML mail with its style in place. body: HTML with slots."""
    context = asdict(frame) | _SLOTS | {"body": mark_safe(body)}
    return Form.of(_inliner().inline(render_to_string("emails/base.html", context)))


@lru_cache(maxsize=96)
def foot(frame: Frame) -> Form:
    """What stands below the plain text."""
    text = render_to_string("emails/_foot.txt", asdict(frame) | _SLOTS)
    return Form.of("\n".join(line.strip() for line in text.strip().splitlines()) + "\n")


def path(stops: tuple[str, ...]) -> str:
    """The path as HTML with its style in place; people differ in it, so it is kept apart from the page."""
    return _path(stops, get_language() or "")


@lru_cache(maxsize=512)
def _path(stops: tuple[str, ...], _language: str) -> str:
    html = render_to_string("emails/_path.html", {"stops": stops})
    return _inliner().inline_fragment(html, _style())


@cache
def _style() -> str:
    return render_to_string("emails/_style.html").replace("<style>", "").replace("</style>", "")


@cache
def _inliner() -> css_inline.CSSInliner:
    # The style tag stays for dark mode and phones, which no attribute can say.
    return css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)
