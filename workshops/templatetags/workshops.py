"""What pages are made of: multilingual text, the when block, chips, the path, and links that keep the reader's city."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeAlias
from urllib.parse import urlencode

from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.dateformat import format as format_date
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from i18nfield.strings import LazyI18nString

from iatp_events.lib import languages, markdown, zones
from workshops import sharing, standing
from workshops import when as whens
from workshops.choices import Phase
from workshops.models import Series, Session

register = template.Library()

Multilingual: TypeAlias = LazyI18nString | languages.Text | str | None
_BY_LINK = ("/a/", "/n/", "/p/", "/r/", "/s/", "/u/")
# By its number, or on a person's own pages by the name of its series as well.
_SESSION = re.compile(r"(?:[A-Za-z0-9_-]+/)?[0-9]+")
_JSON_IN_HTML = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


# --- Text ------------------------------------------------------------------------------------------------------------
def _pick(value: Multilingual, series: Series | None) -> languages.Text:
    if isinstance(value, languages.Text):
        return value
    return languages.pick(value, series.languages if series else ())


@register.simple_tag
def text(value: Multilingual, series: Series | None = None) -> SafeString:
    """`{% text session.question series %}`: in the reader's language, else another one that says which it is."""
    found = _pick(value, series)
    if found.foreign:
        return format_html('<span lang="{}">{}</span>', found.language, found.value)
    return format_html("{}", found.value)


@register.simple_tag
def plain_text(value: Multilingual, series: Series | None = None) -> str:
    """The same without markup, for attributes and titles."""
    return _pick(value, series).value


@register.simple_tag
def prose(value: Multilingual, series: Series | None = None) -> SafeString:
    """`{% prose session.summary series %}`: Markdown, in a block of its own; nothing when there is no text."""
    found = _pick(value, series)
    if not found:
        return SafeString("")
    language = format_html(' lang="{}"', found.language) if found.foreign else ""
    return format_html('<div class="prose"{}>{}</div>', language, markdown.render(found.value))


@register.filter
def language_name(code: str) -> str:
    """ "pt" → "Português": a language by its own name."""
    return languages.NAMES.get(code, code)


@register.filter
def took_part(published: str) -> str:
    """ "more than 180" → "More than 180 people took part", in the reader's language."""
    if found := re.fullmatch(r"more than (\d+)", published.strip().lower()):
        return _("More than %(number)s people took part") % {"number": found[1]}
    return _("People who took part: %(number)s") % {"number": published}


@register.filter(name="markdown")
def as_markdown(value: Multilingual) -> SafeString:
    return markdown.render(_pick(value, None).value)


# --- Links -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class LanguageLink:
    """The page at hand in one language."""

    code: str
    name: str
    path: str
    is_current: bool

    @property
    def url(self) -> str:
        return sharing.absolute(self.path)


def chosen_zone(request: HttpRequest | None) -> str:
    """The zone the address asks for with ?tz=; empty when it asks for none that exists."""
    asked: str = request.GET.get("tz") or "" if request else ""
    return asked if asked and zones.exists(asked) else ""


@register.simple_tag(takes_context=True)
def query(context: template.Context, **parameters: Any) -> str:
    """`{% url … %}{% query session=2 %}`: the parameters given, and the reader's city."""
    return _query(**parameters, tz=chosen_zone(context.get("request")))


def _query(**parameters: Any) -> str:
    given = {name: value for name, value in parameters.items() if value}
    return "?" + urlencode(given) if given else ""


@register.simple_tag(takes_context=True)
def language_links(context: template.Context) -> list[LanguageLink]:
    """The page at hand in every language, in the order of the settings."""
    request: HttpRequest | None = context.get("request")
    here = languages.current()
    return [
        LanguageLink(code, name, _in_language(request, here, code), is_current=code == here)
        for code, name in languages.NAMES.items()
    ]


def _in_language(request: HttpRequest | None, here: str, code: str) -> str:
    path = request.path if request else "/"
    if path.startswith(_BY_LINK):
        # Relative: a page that says "no such link" must not tell one token from another.
        return f"?{urlencode({'lang': code})}"
    prefix = f"/{here}/"
    if request is None or not path.startswith(prefix):
        return f"/{code}/"
    return f"/{code}/{path.removeprefix(prefix)}{_query(tz=chosen_zone(request), session=_chosen_session(request))}"


def _chosen_session(request: HttpRequest) -> str:
    asked = request.GET.get("session") or ""
    return asked if _SESSION.fullmatch(asked) else ""


@register.simple_tag(takes_context=True)
def alternates(context: template.Context) -> SafeString:
    """The page at hand for search engines: its own address and the same page in the other languages."""
    request: HttpRequest | None = context.get("request")
    if request is None or not request.path.startswith(f"/{languages.current()}/"):
        return SafeString("")
    rest = request.path.removeprefix(f"/{languages.current()}/")
    links = format_html_join(
        "\n",
        '<link rel="alternate" hreflang="{}" href="{}">',
        ((c, sharing.absolute(f"/{c}/{rest}")) for c in languages.CODES),
    )
    return format_html('<link rel="canonical" href="{}">\n{}', sharing.absolute(request.path), links)


@register.simple_tag(takes_context=True)
def canonical(context: template.Context) -> str:
    """The absolute address of the page at hand, without its query."""
    return sharing.absolute(context["request"].path)


@register.simple_tag
def absolute_url(name: str, *args: Any, **kwargs: Any) -> str:
    """Like `{% url %}`, from SITE_URL."""
    return sharing.absolute(reverse(name, args=args or None, kwargs=kwargs or None))


@register.simple_tag
def share_link(session: Session) -> str:
    """The address that shares a session on WhatsApp."""
    return sharing.whatsapp(session)


@register.inclusion_tag("includes/_calendar_links.html")
def calendar_links(session: Session) -> dict[str, Any]:
    """Add to calendar: .ics, Google, Outlook; nothing while the hour is unknown."""
    return {
        "session": session,
        "google": sharing.google_calendar(session),
        "outlook": sharing.outlook_calendar(session),
    }


@register.simple_tag
def json_ld(session: Session) -> SafeString:
    """The session for search engines; data, not script, and unable to close its element."""
    data = json.dumps(sharing.structured_data(session), ensure_ascii=False).translate(_JSON_IN_HTML)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(data))


# --- When ------------------------------------------------------------------------------------------------------------
@register.inclusion_tag("includes/_when.html", takes_context=True)
def when(context: template.Context, session: Session) -> dict[str, Any]:
    """`{% when session %}`: in the city of ?tz= or the organiser's, which stands second; the others folded."""
    # A page by link knows whose it is: `reader_zone` is that person's.
    chosen = chosen_zone(context.get("request")) or str(context.get("reader_zone") or "")
    local = whens.of(session, chosen)
    return {
        "session": session,
        "when": local,
        "organiser": whens.of(session),
        "chosen": chosen,
        "is_over": session.phase(_moment(context)) == Phase.ENDED,
        "cities": _cities(session.starts_at, session.timezone, languages.current()) if session.starts_at else "",
    }


@lru_cache(maxsize=256)
def _cities(moment: datetime, organiser: str, language: str) -> SafeString:
    """Every listed city with its hour: the page works without JavaScript, which only picks one of these."""
    with translation.override(language):
        there = zones.local_times(moment, [organiser])[0].at.date()
        return format_html_join(
            "\n",
            '<li data-zone="{}" data-date="{}" data-offset="{}"{}><a href="?{}">{}</a> '
            '<span class="offset">{}</span> <span class="hour">{}</span></li>',
            (_city(local, there) for local in zones.local_times(moment)),
        )


def _city(local: zones.LocalTime, organisers_day: date) -> tuple[object, ...]:
    distance = local.at.utcoffset() or timedelta()
    usual = SafeString(" data-usual") if local.zone in zones.TEN_CITIES else ""
    # Where it is another day already, or still, the hour alone would mislead.
    hour = (
        f"{local.at:%H:%M}" if local.at.date() == organisers_day else f"{format_date(local.at, 'D')} {local.at:%H:%M}"
    )
    day = whens.long_date(local.at.date())
    query_string = urlencode({"tz": local.zone})
    return local.zone, day, distance // timedelta(minutes=1), usual, query_string, local.city, local.offset, hour


# --- Status ----------------------------------------------------------------------------------------------------------
@register.inclusion_tag("includes/_chip.html", takes_context=True)
def chip(context: template.Context, session: Session | standing.Standing) -> dict[str, Any]:
    """`{% chip session %}`: how it stands at `now` of the page, in a word and a glyph."""
    if isinstance(session, Session):
        session = standing.of(session, now=_moment(context))
    return {"chip": session.chip}


@dataclass(frozen=True, slots=True)
class Stop:
    """One numbered stop of the path."""

    number: int
    kind: str
    words: str
    session: Session | None


@register.inclusion_tag("includes/_path.html", takes_context=True)
def path(
    context: template.Context, series: Series, sessions: Iterable[Session], marks: Mapping[int, str] | None = None
) -> dict[str, Any]:
    """`{% path series sessions %}`: one stop per planned session; `marks`: what the reader has of each, by number."""
    now = _moment(context)
    known = {session.number: session for session in sessions}
    coming = standing.next_of(known.values(), now=now)
    mine = marks or {}
    stops = [
        _stop(number, known.get(number), now=now, is_next=known.get(number) == coming, mark=mine.get(number, ""))
        for number in range(1, max(series.planned_sessions, *known, 1) + 1)
    ]
    return {"series": series, "stops": stops, "request": context.get("request")}


def _stop(number: int, session: Session | None, *, now: datetime, is_next: bool, mark: str) -> Stop:
    phase = session.phase(now) if session else Phase.TO_BE_ANNOUNCED
    if session and is_next:
        kind, words = "next", _("now") if phase == Phase.LIVE else _("next")
    elif phase == Phase.ENDED:
        kind, words = "past", _("past")
    elif phase == Phase.CANCELLED:
        kind, words = "cancelled", _("cancelled")
    else:
        kind, words = "ahead", _("to come")
    return Stop(number, f"{kind} is-mine" if mark else kind, mark or words, session)


def _moment(context: template.Context) -> datetime:
    moment: datetime = context.get("now") or timezone.now()
    return moment
