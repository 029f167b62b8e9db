"""The texts of mails: subject and body per wording and language, as the house wrote them or as staff did.

A text is a subject line and a body in Markdown, both with named placeholders in braces; a brace that is meant to be
read is written twice.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registrations.choices import AppealAnswer, MessageKind, RuleKind, Wording
from registrations.emails import merge
from registrations.emails.placeholders import BLOCKS, EVERY, INLINE, OF_BULLETIN, OF_WORDING
from registrations.models import Appeal, Attendance, MailText, Message
from workshops.models import Series

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

SUBJECT_LIMIT = 200

BULLETIN_PLACEHOLDERS: dict[str, StrPromise] = {name: EVERY[name] for name in OF_BULLETIN}
_PANEL_DOOR: StrPromise = _("button: the speaker’s own page, with the door of the room")
_ONE_TEXT = {
    MessageKind.WAITING_LIST: Wording.WAITING_LIST,
    MessageKind.ENROLMENT: Wording.ENROLMENT,
    MessageKind.ALREADY_REGISTERED: Wording.ALREADY_REGISTERED,
    MessageKind.INVITED: Wording.INVITED,
    MessageKind.OFFER: Wording.OFFER,
    MessageKind.CALL: Wording.CALL,
    MessageKind.PROMOTED: Wording.PROMOTED,
    MessageKind.LAPSED: Wording.LAPSED,
    MessageKind.CANCELLATION: Wording.CANCELLATION,
    MessageKind.HANDED_OVER: Wording.HANDED_OVER,
    MessageKind.CERTIFICATE: Wording.CERTIFICATE,
    MessageKind.STARTING: Wording.STARTING,
    MessageKind.CHANGED: Wording.CHANGED,
    MessageKind.SESSION_CANCELLED: Wording.SESSION_CANCELLED,
    MessageKind.ANNOUNCEMENT: Wording.ANNOUNCEMENT,
    MessageKind.ADDRESS: Wording.ADDRESS,
    MessageKind.ADDRESS_ADDED: Wording.ADDRESS_ADDED,
    MessageKind.SIGN_IN: Wording.SIGN_IN,
}


@dataclass(frozen=True, slots=True)
class Text:
    """A subject line and a body in Markdown, with placeholders."""

    subject: str
    body: str


class Misspelt(Exception):
    """A text that no mail can be made of; `messages` says what to mend, in the reader's language."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__(" ".join(messages))
        self.messages = messages


def of(message: Message) -> Wording:
    """Which text a message uses. Costs one query after a session, else none.

    A message to a group brings its own text: asking for its wording raises LookupError.
    """
    kind = MessageKind(message.kind)
    if kind == MessageKind.CONFIRMATION:
        return Wording.CONFIRMATION_SEVERAL if message.bundle else Wording.CONFIRMATION
    if kind == MessageKind.ENROLLED:
        return Wording.ENROLLED if message.round else Wording.ENROLLED_WAITING
    if kind == MessageKind.REMINDER:
        return Wording.REMINDER_SHORT if message.short else Wording.REMINDER
    if kind == MessageKind.FOLLOW_UP:
        came = Attendance.objects.came().filter(registration=message.registration_id).exists()
        return Wording.CAME if came else Wording.MISSED
    if kind == MessageKind.PANEL_REMINDER:
        starting = message.rule is not None and message.rule.kind == RuleKind.STARTING
        return Wording.PANEL_STARTING if starting else Wording.PANEL_REMINDER
    if kind == MessageKind.APPEAL:
        granted = Appeal.objects.filter(registration=message.registration_id, answer=AppealAnswer.GRANTED)
        return Wording.APPEAL_GRANTED if granted.exists() else Wording.APPEAL_REFUSED
    return _ONE_TEXT[kind]


@cache
def original(wording: Wording, language: str) -> Text:
    """The text as the house wrote it."""
    with translation.override(language):
        subject = render_to_string(f"emails/{wording}/subject.txt")
        body = render_to_string(f"emails/{wording}/text.md")
    return Text(merge.one_line(subject), body.strip() + "\n")


def written(series: Series, wording: Wording, language: str) -> Text:
    """The text as staff wrote it for a series, else the original. One query."""
    row = MailText.objects.filter(series=series, wording=wording, language=language).first()
    return Text(row.subject, row.body) if row else original(wording, language)


def placeholders(wording: Wording) -> dict[str, StrPromise]:
    """The names that may stand in braces in a wording, and what each stands for."""
    names = {name: EVERY[name] for name in OF_WORDING[wording]}
    if wording in (Wording.PANEL_REMINDER, Wording.PANEL_STARTING):
        names["join"] = _PANEL_DOOR
    return names


def check(text: Text, allowed: Collection[str]) -> None:
    """Raise Misspelt when a text names what its mail cannot fill in, or is no text of a mail."""
    found = [*_about_subject(text.subject), *_about_body(text.body), *_about_names(text, allowed)]
    if found:
        raise Misspelt(found)


@lru_cache(maxsize=256)
def is_sound(text: Text, allowed: frozenset[str]) -> bool:
    """Whether a text that was stored once can still be filled in: what a mail knows may change with a release."""
    try:
        check(text, allowed)
    except Misspelt:
        return False
    return True


def braced(names: Iterable[str]) -> str:
    """ "{name}, {number}": placeholders as they are written in a text."""
    return ", ".join(f"{{{name}}}" for name in names)


def _about_subject(subject: str) -> list[str]:
    found = []
    if not subject.strip():
        found.append(gettext("The subject is empty."))
    if len(subject) > SUBJECT_LIMIT:
        found.append(gettext("The subject is longer than %(limit)s characters.") % {"limit": SUBJECT_LIMIT})
    if len(subject.strip().splitlines()) > 1:
        found.append(gettext("The subject must be one line."))
    if unseen := sorted({f"U+{ord(sign):04X}" for sign in subject.strip() if _is_unseen(sign)}):
        found.append(gettext("The subject holds signs that nobody sees: %(signs)s.") % {"signs": ", ".join(unseen)})
    if merge.has_stray_brace(subject):
        found.append(_stray_brace(gettext("subject")))
    if names := [name for name in merge.names(subject) if name in EVERY and name not in INLINE]:
        found.append(gettext("In the text only, not in the subject: %(names)s.") % {"names": braced(names)})
    return found


def _is_unseen(sign: str) -> bool:
    """Signs that steer a line or a terminal; the joiner inside an emoji is meant, line breaks are told apart."""
    return unicodedata.category(sign) in ("Cc", "Cf") and sign not in "\u200d\r\n"


def _about_body(body: str) -> list[str]:
    found = []
    if not body.strip():
        found.append(gettext("The text is empty."))
    if merge.has_stray_brace(body):
        found.append(_stray_brace(gettext("text")))
    if names := [name for name in merge.names_amid_lines(body) if name in BLOCKS]:
        found.append(gettext("Each of these needs a line of its own: %(names)s.") % {"names": braced(names)})
    if names := merge.names_in_addresses(body):
        found.append(gettext("No placeholder can be part of a link’s address: %(names)s.") % {"names": braced(names)})
    return found


def _about_names(text: Text, allowed: Collection[str]) -> list[str]:
    used = dict.fromkeys([*merge.names(text.subject), *merge.names(text.body)])
    unknown = [name for name in used if name not in allowed]
    if not unknown:
        return []
    said = gettext("Unknown in this mail: %(wrong)s. What it knows: %(right)s.")
    return [said % {"wrong": braced(unknown), "right": braced(allowed)}]


def _stray_brace(where: str) -> str:
    said = gettext(
        "A brace stands alone in the %(where)s: a placeholder is a name between { and }, "
        "and a brace that is meant to be read is written twice."
    )
    return said % {"where": where}
