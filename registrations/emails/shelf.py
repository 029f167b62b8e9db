"""What mails that are written one after the other have in common, read once for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

from registrations.choices import Wording
from registrations.emails import wording as wordings
from registrations.emails.wording import Text
from registrations.models import MailText, Message, Registration
from workshops.choices import SessionState


class Shelf:
    """The texts that staff wrote, and for which sessions each reader is registered. Reads what it is asked for."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._series = {message.series_id for message in messages}
        self._readers = {message.attendee_id for message in messages if message.attendee_id}

    def text(self, series: int, wording: Wording, language: str) -> Text:
        """The text as staff wrote it for a series, else the original."""
        return self._texts.get((series, wording, language)) or wordings.original(wording, language)

    def confirmed(self, attendee: int, series: int) -> frozenset[int]:
        """The numbers of the sessions of a series for which somebody has a place."""
        return frozenset(self._confirmed.get((attendee, series), ()))

    @cached_property
    def _texts(self) -> dict[tuple[int, str, str], Text]:
        rows = MailText.objects.filter(series__in=self._series)
        rows_of = rows.values_list("series", "wording", "language", "subject", "body")
        return {(series, wording, language): Text(*written) for series, wording, language, *written in rows_of}

    @cached_property
    def _confirmed(self) -> dict[tuple[int, int], set[int]]:
        held = Registration.objects.confirmed().filter(attendee__in=self._readers, session__series__in=self._series)
        rows = held.exclude(session__state=SessionState.CANCELLED)
        found: dict[tuple[int, int], set[int]] = defaultdict(set)
        for attendee, series, number in rows.values_list("attendee", "session__series", "session__number"):
            found[attendee, series].add(number)
        return found
