"""What may stand in braces in the text of a mail, in which wording, and what it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from registrations.choices import Wording

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# One word or a few, anywhere in the subject or the text.
INLINE: dict[str, StrPromise] = {
    "name": _("the reader’s full name"),
    "series": _("the name of the series"),
    "number": _("the number of the session"),
    "question": _("the central question of the session"),
    "day": _("“Today”, “Tomorrow”, or day and month, by the reader’s calendar"),
    "date": _("weekday, day, month and year where the reader is"),
    "short_date": _("day and month where the reader is"),
    "hour": _("the hour where the reader is"),
    "city": _("the reader’s city"),
    "local_hour": _("hour and city, as in 09:00 (Bogotá); nothing while the hour is unknown"),
    "place_in_line": _("the reader’s place on the waiting list, a number"),
    "deadline": _("until when the place is kept, by the reader’s clock"),
    "how_many": _("how many sessions the mail is about, a number"),
    "role": _("the reader’s role on the panel"),
    "inviter": _("the colleague who wrote the reader into a group"),
    "document": _("what the certificate calls itself: statement or certificate of attendance"),
    "certificate_title": _("what the certificate is for: the question of the session, or the series"),
    "folio": _("the folio of the certificate"),
    "new_address": _("the address that is to be confirmed"),
    "added_address": _("the address that was added, as its first letters"),
}
# A whole sentence in the reader's language, or nothing; in the text only.
SENTENCES: dict[str, StrPromise] = {
    "standing": _("a sentence: the place is kept, or the place on the waiting list"),
    "whole_series": _("a sentence for those enrolled in the whole series; nothing for the others"),
    "door_opens": _("a sentence: the room is entered from the reader’s own page; nothing for who comes in person"),
}
# A paragraph of its own: it vanishes with its paragraph where there is nothing to show.
BLOCKS: dict[str, StrPromise] = {
    "when": _("date and hour where the reader is, the organiser’s hour, the venue, and the question"),
    "former_when": _("the date and hour that no longer hold, struck through"),
    "sessions": _("every session the mail is about, with its date and a link"),
    "changes": _("a table of what changed: before and now"),
    "reason": _("why the session was cancelled, where somebody wrote it"),
    "next_session": _("the next session that takes registrations, with a button that registers the reader"),
    "my_registration": _("button: see my registration"),
    "my_place": _("button: see my place on the list"),
    "take_place": _("button: answer whether to take the place"),
    "answer": _("button: accept or decline the invitation of a colleague"),
    "badge": _("button: the badge to show at the door, for who takes part in person"),
    "join": _("button: join the room, through the reader’s own page"),
    "cant_come": _("button: I can’t come"),
    "register": _("button: register the reader for the session by one tap"),
    "see_session": _("button: the page of the session"),
    "see_series": _("button: the page of the series"),
    "certificate": _("button: see the certificate"),
    "confirm_address": _("button: confirm the new address"),
    "take_back": _("button: takes the added address away again and signs out everywhere"),
    "sign_in": _("button: sign in, for ten minutes"),
    "sign_in_code": _("the six digits to type where the reader asked to sign in"),
    "answer_reason": _("what staff wrote with their answer to “I was there”"),
    "my_sessions": _("button: the reader’s own page, My sessions"),
    "my_calendar": _("button: the reader’s own calendar, which keeps itself up to date"),
    "not_me": _("button: takes back what somebody else typed with the reader’s address"),
}
EVERY = INLINE | SENTENCES | BLOCKS

_ALWAYS = ("name", "series", "see_series")
_SESSION = (
    *("name", "series", "number", "question", "day", "date", "short_date", "hour", "city", "local_hour"),
    *("when", "see_session", "see_series"),
)
_PLACE = (*_SESSION, "whole_series", "my_registration", "badge", "my_calendar")
_REMINDER = (*_SESSION, "my_registration", "badge", "join", "door_opens", "cant_come", "my_calendar")
_AFTERWARDS = (*_SESSION, "my_registration", "next_session", "my_calendar")
_APPEAL = (*_SESSION, "answer_reason", "my_sessions", "my_registration")
_PANEL = (*_SESSION, "role", "join")

OF_WORDING: dict[Wording, tuple[str, ...]] = {
    Wording.CONFIRMATION: (*_PLACE, "cant_come", "not_me"),
    Wording.CONFIRMATION_SEVERAL: (*_ALWAYS, "how_many", "whole_series", "sessions", "my_calendar", "not_me"),
    Wording.WAITING_LIST: (*_SESSION, "place_in_line", "whole_series", "my_place", "not_me"),
    Wording.ENROLMENT: (*_ALWAYS, "not_me"),
    Wording.ENROLLED: (*_PLACE, "cant_come"),
    Wording.ENROLLED_WAITING: (*_SESSION, "place_in_line", "whole_series", "my_place", "my_registration"),
    Wording.ALREADY_REGISTERED: (*_ALWAYS, "how_many", "whole_series", "sessions", "my_calendar"),
    Wording.INVITED: (*_SESSION, "inviter", "deadline", "answer", "not_me"),
    Wording.OFFER: (*_SESSION, "deadline", "take_place", "cant_come"),
    Wording.CALL: (*_SESSION, "take_place", "cant_come"),
    Wording.PROMOTED: (*_PLACE, "cant_come"),
    Wording.LAPSED: (*_SESSION, "deadline", "my_registration", "next_session"),
    Wording.CANCELLATION: (*_SESSION, "my_registration", "next_session"),
    Wording.HANDED_OVER: (*_SESSION, "my_registration", "next_session"),
    Wording.CERTIFICATE: (*_ALWAYS, "document", "certificate_title", "folio", "certificate"),
    Wording.REMINDER: _REMINDER,
    Wording.REMINDER_SHORT: _REMINDER,
    Wording.STARTING: _REMINDER,
    Wording.CHANGED: (*_PLACE, "standing", "changes", "cant_come"),
    Wording.SESSION_CANCELLED: (*_SESSION, "former_when", "reason", "my_registration", "next_session"),
    Wording.CAME: _AFTERWARDS,
    Wording.MISSED: _AFTERWARDS,
    Wording.ANNOUNCEMENT: (*_SESSION, "register"),
    Wording.PANEL_REMINDER: _PANEL,
    Wording.PANEL_STARTING: _PANEL,
    Wording.ADDRESS: (*_ALWAYS, "new_address", "confirm_address"),
    Wording.ADDRESS_ADDED: (*_ALWAYS, "added_address", "take_back"),
    Wording.SIGN_IN: (*_ALWAYS, "sign_in", "sign_in_code"),
    Wording.APPEAL_GRANTED: _APPEAL,
    Wording.APPEAL_REFUSED: _APPEAL,
}
# What a session brings stays empty in a message that is about none.
OF_BULLETIN = (*_SESSION, "next_session", "register", "my_registration", "join", "cant_come")
