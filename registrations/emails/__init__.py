"""A message as the mail its reader gets: in their language, in their city's hour, with its calendar part."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from email.header import Header
from email.utils import formataddr
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone, translation
from django.utils.html import escape

from iatp_events.lib import languages
from registrations import links
from registrations.choices import MessageKind, Wording
from registrations.emails import calendar, frame, merge, values, wording
from registrations.emails.placeholders import BLOCKS, INLINE, SENTENCES
from registrations.emails.scene import REMINDERS, Reader, Scene, reader_of
from registrations.emails.wording import BULLETIN_PLACEHOLDERS, Text
from registrations.models import Message, Registration

__all__ = ["Letter", "compose", "preview", "wording"]

SUBJECT_LENGTH = 55
_KIND_OF = {
    Wording.CONFIRMATION_SEVERAL: MessageKind.CONFIRMATION,
    Wording.ENROLLED_WAITING: MessageKind.ENROLLED,
    Wording.REMINDER_SHORT: MessageKind.REMINDER,
    Wording.CAME: MessageKind.FOLLOW_UP,
    Wording.MISSED: MessageKind.FOLLOW_UP,
    Wording.PANEL_STARTING: MessageKind.PANEL_REMINDER,
}


class Mail(EmailMultiAlternatives):
    """A mail whose long subject begins on the line that names it.

    Python encodes a subject as words too long for that line and then begins it on the next, after an empty one.
    """

    def message(self, **options: Any) -> Any:
        message = super().message(**options)
        if not str(self.subject).isascii():
            encoded = Header(str(self.subject), "utf-8", maxlinelen=60).encode(linesep="\n").replace("\n ", " ")
            del message["Subject"]
            message["Subject"] = encoded
        return message


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail ready to leave, and the facts it tells, by registration id."""

    mail: EmailMultiAlternatives
    told: dict[int, str]


def compose(message: Message, *, now: datetime | None = None) -> Letter:
    """Write the mail of a message as things stand now.

    Reads the database (address, text, path); the message comes with its attendee or speaker, series, session
    and registration selected. now: when it leaves, by default when it is due ("tomorrow" depends on it).
    """
    return _write(Scene(message, reader_of(message), now or message.due_at), None)


def preview(
    *, wording: Wording | None, text: Text, registration: Registration, language: str, zone: str, now: datetime
) -> Letter:
    """A text as the mail of a real registration, in any language and zone; nothing is stored and nothing queued.

    wording: None for a message to a group.
    """
    session = registration.session
    kind = _KIND_OF.get(wording, wording) if wording else MessageKind.BULLETIN
    message = Message(
        kind=kind,
        key="preview",
        attendee=registration.attendee,
        series=session.series,
        session=session,
        registration=registration,
        round=registration.round,
        revision=session.revision,
        due_at=now,
    )
    reader = replace(reader_of(message), language=language, zone=zone)
    return _write(Scene(message, reader, now), (text, _known(wording)))


def _write(scene: Scene, given: tuple[Text, frozenset[str]] | None) -> Letter:
    with translation.override(scene.reader.language), timezone.override(ZoneInfo(scene.reader.zone)):
        text, known = given or _text_of(scene.message, scene.reader.language)
        mail = _mail(scene, text, known)
        calendar.attach(mail, scene)
        return Letter(mail, _told(scene))


def _known(kind: Wording | None) -> frozenset[str]:
    return frozenset(wording.placeholders(kind) if kind else BULLETIN_PLACEHOLDERS)


def _text_of(message: Message, language: str) -> tuple[Text, frozenset[str]]:
    """The text a message uses, and the placeholders it may use."""
    if message.bulletin is None:
        kind = wording.of(message)
        return wording.written(message.series, kind, language), _known(kind)
    order = message.series.languages
    parts = (languages.pick(part, order) for part in (message.bulletin.subject, message.bulletin.body))
    return Text(*(str(part) for part in parts)), _known(None)


def _told(scene: Scene) -> dict[int, str]:
    """The facts by which the reader now goes.

    A reminder updates no calendar, so of who was told before it tells nothing: the notice of a change still follows.
    """
    silent = (MessageKind.CANCELLATION, MessageKind.ALREADY_REGISTERED, MessageKind.BULLETIN, MessageKind.FOLLOW_UP)
    if scene.message.kind in silent:
        return {}
    first_only = scene.on_list == REMINDERS
    made = [entry.registration for entry in scene.entries if entry.registration]
    told = [registration for registration in made if not (first_only and registration.told_facts)]
    return {registration.pk: registration.session.revised_facts for registration in told}


def _mail(scene: Scene, text: Text, known: frozenset[str]) -> EmailMultiAlternatives:
    used = [name for name in merge.names(f"{text.subject}\n{text.body}") if name in known]
    words = {name: values.inline(name, scene) for name in used if name in INLINE}
    words |= {name: values.sentence(name, scene) for name in used if name in SENTENCES}
    blocks = {name: values.block(name, scene) for name in used if name in BLOCKS}
    empty = frozenset(name for name, value in (words | blocks).items() if not value or value == values.NOTHING)
    around, own = _frame(scene), _own_addresses(scene)
    subject = _subject(merge.line(text.subject, known).fill(_filled(words, known)))
    mail = Mail(
        subject=subject,
        body=_plain(text.body, known, empty).fill(_filled(words | {name: b.text for name, b in blocks.items()}, known))
        + "\n\n"
        + frame.foot(around).fill(own),
        from_email=_sender(scene.message),
        to=[_recipient(scene.reader)] if scene.reader.address else [],
        reply_to=[scene.message.series.contact] if scene.message.series.contact else None,
        headers=_headers(scene),
    )
    body = _body(text.body, known, empty).fill(
        {name: merge.slot(name) for name in known} | {name: block.html for name, block in blocks.items()}
    )
    addresses = {key: address for block in blocks.values() for key, address in block.addresses.items()}
    personal = {name: escape(value) for name, value in (own | addresses | words).items()}
    preheader = {"preheader": escape(_preheader(scene))}
    mail.attach_alternative(frame.page(around, body).fill(personal | preheader), "text/html")
    return mail


def _filled(given: dict[str, str], known: frozenset[str]) -> dict[str, str]:
    return dict.fromkeys(known, "") | given


@lru_cache(maxsize=256)
def _plain(body: str, known: frozenset[str], empty: frozenset[str]) -> merge.Form:
    return merge.Form.of(merge.text(body, known, empty))


@lru_cache(maxsize=256)
def _body(body: str, known: frozenset[str], empty: frozenset[str]) -> merge.Form:
    return merge.Form.of(merge.html(body, known, empty))


def _frame(scene: Scene) -> frame.Frame:
    series, entry = scene.message.series, scene.entry
    registration = entry.registration if entry else None
    return frame.Frame(
        language=scene.reader.language,
        series=str(series),
        platform=str(series.platform),
        demonstration=series.demonstration,
        contact=series.contact,
        series_page=links.series_page(series, scene.reader.language),
        on_list=scene.on_list if scene.reader.attendee else "",
        to_speaker=scene.reader.speaker is not None,
        has_registration=registration is not None,
        can_cancel=registration is not None
        and registration.is_live
        and scene.message.kind in (MessageKind.REMINDER, MessageKind.STARTING),
        path=scene.path,
    )


def _own_addresses(scene: Scene) -> dict[str, str]:
    """The links of the frame that are this reader's own."""
    entry = scene.entry
    return {
        "manage": entry.manage if entry else "",
        "cancel": entry.cancel if entry else "",
        "stop": scene.stop,
    }


def _preheader(scene: Scene) -> str:
    """What a list of mails shows beside the subject."""
    if scene.entry is None:
        return ""
    local = scene.entry.when
    return " ".join(part for part in (local.date, local.hour, local.place if local.hour else "") if part)


def _headers(scene: Scene) -> dict[str, str]:
    headers = {
        "Message-ID": scene.message.message_id,
        "Content-Language": scene.reader.language,
        "Auto-Submitted": "auto-generated",
    }
    if scene.stop:
        headers["List-Unsubscribe"] = f"<{scene.stop}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _subject(text: str) -> str:
    """One line of at most 55 characters; what matters stands first."""
    line = " ".join(text.split()).rstrip(" ,:;·")
    if len(line) <= SUBJECT_LENGTH:
        return line
    cut, _space, broken = line[:SUBJECT_LENGTH].rpartition(" ")
    # A last word that is very long is cut; else the line ends where a word ends.
    kept = cut if len(broken) < SUBJECT_LENGTH // 2 else line[: SUBJECT_LENGTH - 1]
    return kept.rstrip(" ,.:;·—") + "…"


def _sender(message: Message) -> str:
    sender = settings.DEFAULT_FROM_EMAIL
    return sender if "<" in sender else formataddr((values.one_line(str(message.series))[:100], sender))


def _recipient(reader: Reader) -> str:
    return formataddr((values.one_line(reader.name)[:100], reader.address))
