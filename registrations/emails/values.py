"""What each placeholder stands for in one mail, as plain text and as HTML."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext

from iatp_events.lib import languages, zones
from iatp_events.lib.languages import Text
from registrations import links
from registrations.emails import buttons, certificates, merge
from registrations.emails.buttons import of_entry
from registrations.emails.scene import Entry, Scene
from registrations.models import Appeal
from registrations.models.claims import masked
from workshops import when
from workshops.choices import Mode
from workshops.models import Revision, Session
from workshops.when import When

_SPACES = "\u00a0\u202f"
ISOLATE, END = "\u2068", "\u2069"


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of its own. In `html` the addresses of one person are slots, filled from `addresses`."""

    text: str
    html: str
    addresses: dict[str, str]


NOTHING = Block("", "", {})


def inline(name: str, scene: Scene) -> str:
    """One word or a few, in one line and without anything that could turn the rest of the line around."""
    return one_line(_INLINE[name](scene))


def marked(scene: Scene, words: dict[str, str]) -> dict[str, str]:
    """The words that carry a language of their own in HTML."""
    heading = scene.entry.session.heading if scene.entry and "question" in words else None
    if heading is None or not heading.foreign:
        return {}
    return {"question": f'<span lang="{escape(heading.language)}">{escape(words["question"])}</span>'}


def sentence(name: str, scene: Scene) -> str:
    return _SENTENCES[name](scene)


def block(name: str, scene: Scene) -> Block:
    if name in buttons.BUTTONS:
        return _button(name, scene)
    return _BLOCKS[name](scene)


def one_line(text: str) -> str:
    """No line breaks, no control characters; what reads from right to left is kept apart from what surrounds it."""
    if text.isascii() and text.isprintable():
        return text.strip()
    # What steers the line without being seen goes; a no-break space is meant.
    seen = "".join(character for character in text if unicodedata.category(character) != "Cf")
    flat = "".join(character if character.isprintable() or character in _SPACES else " " for character in seen)
    bare = merge.one_line(flat)
    if any(unicodedata.bidirectional(character) in ("R", "AL") for character in bare):
        return f"{ISOLATE}{bare}{END}"
    return bare


# --- Words -----------------------------------------------------------------------------------------------------------
def _day(scene: Scene) -> str:
    """How far away the session is, as people say it: "Today", "Tomorrow", or its date."""
    starts = scene.entry.when.starts if scene.entry else None
    if starts is None:
        return ""
    days = (starts.date() - scene.now.astimezone(starts.tzinfo).date()).days
    if days <= 0:
        return gettext("Today")
    return gettext("Tomorrow") if days == 1 else when.short_date(starts.date())


def _local_hour(entry: Entry) -> str:
    return f"{entry.when.hour} ({entry.when.city})" if entry.when.hour else ""


def _deadline(scene: Scene) -> str:
    registration = scene.entry.registration if scene.entry else None
    if registration is None or registration.offered_until is None:
        return ""
    until = timezone.localtime(registration.offered_until)
    return f"{when.long_date(until.date())}, {until:%H:%M} ({zones.city(scene.reader.zone)})"


def _role(scene: Scene) -> str:
    if scene.reader.speaker is None or scene.entry is None:
        return gettext("Panellist")
    seats = scene.entry.session.panellists.filter(speaker=scene.reader.speaker).order_by("order", "pk")
    return ", ".join(dict.fromkeys(str(seat.get_role_display()) for seat in seats))


def _standing(scene: Scene) -> str:
    if scene.entry is None:
        return ""
    if deadline := _deadline_of_offer(scene):
        return gettext("A place is still kept for you until %(deadline)s.") % {"deadline": deadline}
    if place := scene.entry.place_in_line:
        return gettext("You are still on the waiting list (place %(n)s).") % {"n": place}
    return gettext("You need not do anything: your place is kept and your calendar is updated by this mail.")


def _deadline_of_offer(scene: Scene) -> str:
    registration = scene.entry.registration if scene.entry else None
    return _deadline(scene) if registration is not None and registration.is_offered(scene.now) else ""


def _whole_series(scene: Scene) -> str:
    if not scene.is_enrolled:
        return ""
    return gettext(
        "You are enrolled in the whole series: when another session opens, we register you and write to you."
    )


def _door_opens(scene: Scene) -> str:
    if scene.entry is None or scene.entry.is_in_person or not scene.entry.join:
        return ""
    return gettext("The link opens your own page; the door of the room opens there a few minutes before the start.")


def _inviter(scene: Scene) -> str:
    invited_by = scene.entry.registration.invited_by if scene.entry and scene.entry.registration else None
    # Who was erased meanwhile is nobody.
    return (invited_by.full_name if invited_by else "") or gettext("A colleague")


_INLINE: dict[str, Callable[[Scene], str]] = {
    "inviter": _inviter,
    "name": lambda scene: scene.reader.name,
    "series": lambda scene: str(scene.message.series),
    "number": of_entry(lambda entry: entry.session.number),
    "question": of_entry(lambda entry: entry.session.heading),
    "day": _day,
    "date": of_entry(lambda entry: entry.when.date),
    "short_date": of_entry(lambda entry: when.short_date(entry.when.day) if entry.when.day else ""),
    "hour": of_entry(lambda entry: entry.when.hour),
    "city": of_entry(lambda entry: entry.when.city),
    "local_hour": of_entry(_local_hour),
    "place_in_line": of_entry(lambda entry: entry.place_in_line or "–"),
    "deadline": _deadline,
    "how_many": lambda scene: str(len(scene.entries)),
    "role": _role,
    "document": certificates.document,
    "certificate_title": certificates.title,
    "folio": certificates.folio,
    "added_address": lambda scene: masked(str(scene.message.claim or scene.reader.address)),
    "new_address": lambda scene: str(scene.message.claim or scene.reader.address),
}
_SENTENCES: dict[str, Callable[[Scene], str]] = {
    "standing": _standing,
    "whole_series": _whole_series,
    "door_opens": _door_opens,
}


# --- Blocks ----------------------------------------------------------------------------------------------------------
def _rendered(name: str, context: dict[str, Any], addresses: dict[str, str] | None = None) -> Block:
    """Both forms of a block; the HTML gets slots where the text gets one person's addresses."""
    filled = addresses or {}
    text = render_to_string(f"emails/_{name}.txt", context | filled)
    html = render_to_string(f"emails/_{name}.html", context | {key: merge.slot(key) for key in filled})
    return Block("\n".join(line.strip() for line in text.strip().splitlines()), html, filled)


def _when(scene: Scene) -> Block:
    return _when_of(scene.entry) if scene.entry else NOTHING


def _when_of(entry: Entry) -> Block:
    venue = (entry.session.venue, entry.session.address) if entry.is_in_person else ("", "")
    organiser = entry.organiser_when if entry.organiser_keeps_another_hour else None
    return _kept_when(entry.when, organiser, entry.session.heading, venue, entry.page, entry.reader.language)


@lru_cache(maxsize=256)
def _kept_when(
    local: When, organiser: When | None, heading: Text, venue: tuple[str, str], page: str, _language: str
) -> Block:
    # Hundreds of readers in one city are told the same.
    facts = {"when": local, "organiser_when": organiser, "heading": heading, "page": page}
    return _rendered("when", facts | {"venue": ", ".join(part for part in venue if part)})


def _former_when(scene: Scene) -> Block:
    """The hour that no longer holds; the session itself was given none in its place."""
    if scene.entry is None or not scene.entry.when.day:
        return NOTHING
    return _rendered("former_when", {"when": scene.entry.when})


def _sessions(scene: Scene) -> Block:
    if not scene.entries:
        said = gettext(
            "No session that is still ahead is kept for this address. If that surprises you, answer this mail."
        )
        return Block(said, f"<p>{escape(said)}</p>", {})
    return _rendered("rows", {"entries": scene.entries})


@dataclass(frozen=True, slots=True)
class Change:
    what: str
    before: str
    now: str


def _changes(scene: Scene) -> Block:
    """What this reader was told last, beside what holds now; nothing when that is not known."""
    entry = scene.entry
    if entry is None or entry.registration is None or not entry.registration.told_facts:
        return NOTHING
    known = entry.session.revisions.filter(facts=entry.registration.told_facts).order_by("-number").first()
    changed = _compare(known, entry) if known else []
    return _rendered("changes", {"changes": changed}) if changed else NOTHING


def _compare(known: Revision, entry: Entry) -> list[Change]:
    facts = ("day", "minutes", "timezone", "starts_at", "ends_at", "mode", "venue", "address")
    former = Session(series=entry.session.series, **{name: getattr(known, name) for name in facts})
    then, now = when.of(former, entry.reader.zone), entry.when
    rows = [
        Change(gettext("Date"), then.date, now.date),
        Change(gettext("Hour"), _hour(then, now), _hour(now, then)),
        Change(gettext("Length"), _length(then), _length(now)),
        Change(gettext("How"), str(Mode(known.mode).label), str(entry.session.get_mode_display())),
        Change(gettext("Where"), _place(former), _place(entry.session)),
    ]
    return [row for row in rows if row.before != row.now]


def _hour(local: When, beside: When) -> str:
    """The place is said only where it differs: an offset that a law moved, or an hour that is gone."""
    return local.hour if local.place == beside.place or not local.hour else f"{local.hour} {local.place}"


def _length(local: When) -> str:
    return gettext("%(n)s minutes") % {"n": local.minutes} if local.minutes else ""


def _place(session: Session) -> str:
    return ", ".join(part for part in (session.venue, session.address) if part)


def _reason(scene: Scene) -> Block:
    if scene.entry is None:
        return NOTHING
    session = scene.entry.session
    reason = languages.pick(session.cancellation_reason, scene.message.series.languages)
    if not reason:
        return NOTHING
    return Block(str(reason), f'<p lang="{escape(reason.language)}">{escape(str(reason))}</p>', {})


def _answer_reason(scene: Scene) -> Block:
    appeal = Appeal.objects.filter(registration=scene.message.registration_id or 0).first()
    return _rendered("reason", {"reason": appeal.reason}) if appeal and appeal.reason else NOTHING


def _next_session(scene: Scene) -> Block:
    if (entry := scene.next_session) is None:
        return NOTHING
    addresses = {"next_address": entry.register}
    inner = _when_of(entry)
    return _rendered("next", {"when_text": inner.text, "when_html": inner.html}, addresses)


def _sign_in_code(scene: Scene) -> Block:
    asked = scene.message.sign_in
    # Staff who look at the text see what the code looks like, and nobody's code.
    digits = links.sign_in_code(asked) if asked else "000000"
    return _rendered("code", {}, {"sign_in_digits": f"{digits[:3]} {digits[3:]}"})


_BLOCKS: dict[str, Callable[[Scene], Block]] = {
    "when": _when,
    "former_when": _former_when,
    "sessions": _sessions,
    "changes": _changes,
    "reason": _reason,
    "answer_reason": _answer_reason,
    "next_session": _next_session,
    "sign_in_code": _sign_in_code,
}


# --- Buttons ---------------------------------------------------------------------------------------------------------
def _button(name: str, scene: Scene) -> Block:
    label, address = buttons.BUTTONS[name]
    if not (target := address(scene)):
        return NOTHING
    said, key = label(), f"{name}_address"
    quiet = name == "not_me" or (name in buttons.QUIET and scene.asks_for_something)
    return Block(f"{said}\n{target}", _kept_button(said, key, quiet), {key: target})


@lru_cache(maxsize=256)
def _kept_button(label: str, key: str, quiet: bool) -> str:
    return render_to_string("emails/_button.html", {"label": label, "address": merge.slot(key), "quiet": quiet})
