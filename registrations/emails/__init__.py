"""A message as the mail its reader gets: in their language, in their city's hour, with its calendar part."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.core.mail import EmailMultiAlternatives
from django.utils import timezone, translation
from django.utils.html import escape

from iatp_events.lib import languages
from registrations.choices import MessageKind, Wording
from registrations.emails import calendar, frame, merge, mime, values, wording
from registrations.emails.placeholders import BLOCKS, INLINE, SENTENCES
from registrations.emails.scene import REMINDERS, Scene, reader_of, series_page
from registrations.emails.shelf import Shelf
from registrations.emails.wording import BULLETIN_PLACEHOLDERS, Text
from registrations.models import Message, Registration
from workshops.models import Session, Speaker

__all__ = ["Letter", "Shelf", "compose", "preview", "wording"]

_KIND_OF = {
    Wording.CONFIRMATION_SEVERAL: MessageKind.CONFIRMATION,
    Wording.ENROLLED_WAITING: MessageKind.ENROLLED,
    Wording.REMINDER_SHORT: MessageKind.REMINDER,
    Wording.CAME: MessageKind.FOLLOW_UP,
    Wording.MISSED: MessageKind.FOLLOW_UP,
    Wording.PANEL_STARTING: MessageKind.PANEL_REMINDER,
    Wording.APPEAL_GRANTED: MessageKind.APPEAL,
    Wording.APPEAL_REFUSED: MessageKind.APPEAL,
}
_TO_PANEL = (Wording.PANEL_REMINDER, Wording.PANEL_STARTING)
# Mails that tell nobody by which facts to go.
_SILENT = (
    MessageKind.CANCELLATION,
    MessageKind.HANDED_OVER,
    MessageKind.CERTIFICATE,
    MessageKind.LAPSED,
    MessageKind.ALREADY_REGISTERED,
    MessageKind.BULLETIN,
    MessageKind.SIGN_IN,
    MessageKind.FOLLOW_UP,
    MessageKind.ADDRESS,
    MessageKind.ADDRESS_ADDED,
    MessageKind.APPEAL,
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail ready to leave, and the facts it tells, by registration id."""

    mail: EmailMultiAlternatives
    told: dict[int, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The text of one mail, the placeholders it may use, and its language where that is not the reader's."""

    text: Text
    known: frozenset[str]
    foreign: str = ""


def compose(message: Message, *, now: datetime | None = None, shelf: Shelf | None = None) -> Letter:
    """Write the mail of a message as things stand now.

    The message comes with its attendee and their addresses or its speaker, with its series, session and registration.
    now: when it leaves, by default when it is due ("tomorrow" depends on it).
    shelf: what was read for this mail and others; by default for this one alone.
    """
    return _write(Scene(message, reader_of(message), now or message.due_at, shelf or Shelf([message])), None)


def preview(
    *, wording: Wording | None, text: Text, registration: Registration, language: str, zone: str, now: datetime
) -> Letter:
    """A text as the mail of a real registration, in any language and zone; nothing is stored and nothing queued.

    wording: None for a message to a group.
    """
    session, registration = registration.session, copy(registration)
    if earlier := session.revisions.exclude(facts=session.revised_facts).order_by("-number").first():
        # A change is shown, if there ever was one.
        registration.told_facts = earlier.facts
    registration.offered_until = registration.offered_until or now + timedelta(days=1)
    kind = _KIND_OF.get(wording, wording) if wording else MessageKind.BULLETIN
    message = Message(
        kind=kind,
        key="preview",
        attendee=registration.attendee,
        series=session.series,
        session=session,
        registration=registration,
        speaker=_someone_on_the_panel(session) if wording in _TO_PANEL else None,
        round=registration.round,
        revision=session.revision,
        due_at=now,
    )
    reader = replace(reader_of(message), language=language, zone=zone)
    return _write(Scene(message, reader, now, Shelf([message])), Sheet(text, _known(wording)))


def _write(scene: Scene, sheet: Sheet | None) -> Letter:
    with translation.override(scene.reader.language), timezone.override(ZoneInfo(scene.reader.zone)):
        mail = _mail(scene, sheet or _sheet(scene))
        calendar.attach(mail, scene)
        return Letter(mail, _told(scene))


def _known(kind: Wording | None) -> frozenset[str]:
    return frozenset(wording.placeholders(kind) if kind else BULLETIN_PLACEHOLDERS)


def _sheet(scene: Scene) -> Sheet:
    message, language = scene.message, scene.reader.language
    if message.bulletin is not None:
        order = message.series.languages
        subject, body = (languages.pick(part, order) for part in (message.bulletin.subject, message.bulletin.body))
        return Sheet(Text(str(subject), str(body)), _known(None), body.language if body.foreign else "")
    kind = wording.of(message)
    if kind == Wording.CONFIRMATION_SEVERAL and scene.entry:
        # Of several only one is still wanted.
        kind = Wording.CONFIRMATION
    text, known = scene.shelf.text(message.series_id, kind, language), _known(kind)
    return Sheet(text if wording.is_sound(text, known) else wording.original(kind, language), known)


def _told(scene: Scene) -> dict[int, str]:
    """The facts by which the reader now goes.

    A reminder updates no calendar, so of who was told before it tells nothing: the notice of a change still follows.
    """
    if scene.message.kind in _SILENT:
        return {}
    first_only = scene.on_list == REMINDERS
    made = [entry.registration for entry in scene.entries if entry.registration]
    told = [registration for registration in made if not (first_only and registration.told_facts)]
    return {registration.pk: registration.session.revised_facts for registration in told}


def _mail(scene: Scene, sheet: Sheet) -> mime.Mail:
    text, known = sheet.text, sheet.known
    used = [name for name in merge.names(f"{text.subject}\n{text.body}") if name in known]
    words = {name: values.inline(name, scene) for name in used if name in INLINE}
    words |= {name: values.sentence(name, scene) for name in used if name in SENTENCES}
    blocks = {name: values.block(name, scene) for name in used if name in BLOCKS}
    empty = frozenset(name for name, value in (words | blocks).items() if not value or value == values.NOTHING)
    around = _frame(scene, sheet, used)
    own = _own_addresses(scene, around)
    written = _plain(text.body, known, empty).fill(words | {name: block.text for name, block in blocks.items()})
    mail = mime.Mail(
        subject=mime.subject(merge.one_line(merge.line(text.subject, known).fill(words))),
        body=f"{written}\n\n{frame.foot(around).fill(own)}",
        from_email=mime.sender(scene.message),
        to=[mime.recipient(scene.reader)] if scene.reader.address else [],
        reply_to=[scene.message.series.contact] if scene.message.series.contact else None,
        headers=mime.headers(scene),
    )
    html = _html(text.body, known, empty, tuple((name, block.html) for name, block in blocks.items()))
    personal = {key: address for block in blocks.values() for key, address in block.addresses.items()}
    escaped: dict[str, str] = {name: escape(value) for name, value in (own | personal | words).items()}
    escaped |= values.marked(scene, words) | {"preheader": escape(_preheader(scene))}
    mail.attach_alternative(frame.page(around, html).fill(escaped | _path(scene, around)), "text/html")
    return mail


@lru_cache(maxsize=96)
def _plain(body: str, known: frozenset[str], empty: frozenset[str]) -> merge.Form:
    return merge.Form.of(merge.text(body, known, empty))


@lru_cache(maxsize=96)
def _html(body: str, known: frozenset[str], empty: frozenset[str], blocks: tuple[tuple[str, str], ...]) -> str:
    """The text as HTML with its blocks; what is one reader's is still a slot."""
    personal = {name: merge.slot(name) for name in known}
    return merge.Form.of(merge.html(body, known, empty)).fill(personal | dict(blocks))


def _frame(scene: Scene, sheet: Sheet, used: list[str]) -> frame.Frame:
    series, entry = scene.message.series, scene.entry
    registration = entry.registration if entry else None
    to_unproven = scene.message.kind == MessageKind.ADDRESS
    cancels = scene.message.kind in (MessageKind.REMINDER, MessageKind.STARTING)
    return frame.Frame(
        language=scene.reader.language,
        text_language=sheet.foreign,
        series=str(series),
        platform=str(languages.pick(series.platform, series.languages)),
        demonstration=series.demonstration,
        contact=series.contact,
        series_page=series_page(series, scene.reader.language),
        on_list=scene.on_list if scene.reader.attendee else "",
        to_speaker=scene.reader.speaker is not None,
        to_unproven=to_unproven,
        # Once is enough: staff may have put the button into the text.
        shows_registration=registration is not None
        and not {"my_registration", "my_place", "take_place", "sessions"} & set(used),
        shows_cancel=cancels and registration is not None and registration.is_live and "cant_come" not in used,
        # It says for what somebody is registered, and this address may be anybody's.
        has_path=not to_unproven and len(scene.path) > 1,
    )


def _own_addresses(scene: Scene, around: frame.Frame) -> dict[str, str]:
    """The links of the frame that are this reader's own."""
    entry = scene.entry
    return {
        "manage": entry.manage if entry and around.shows_registration else "",
        "cancel": entry.cancel if entry and around.shows_cancel else "",
        "stop": scene.stop,
    }


def _path(scene: Scene, around: frame.Frame) -> dict[str, str]:
    return {"path": frame.path(scene.path)} if around.has_path else {}


def _preheader(scene: Scene) -> str:
    """What a list of mails shows beside the subject."""
    if scene.entry is None:
        return ""
    local = scene.entry.when
    return " ".join(part for part in (local.date, local.hour, local.place if local.hour else "") if part)


def _someone_on_the_panel(session: Session) -> Speaker | None:
    seat = session.panellists.select_related("speaker").order_by("order", "pk").first()
    return seat.speaker if seat else None
