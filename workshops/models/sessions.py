"""A workshop of a series: its question, its local when, and the revision of what people were told."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from i18nfield.fields import I18nCharField, I18nTextField

from iatp_events.lib import clock, languages, zones
from iatp_events.lib.intervals import Interval
from iatp_events.lib.languages import Text
from workshops.choices import Format, Mode, Phase, PlaceMode, SessionState
from workshops.models.panels import Panel
from workshops.models.series import Series, validate_zone

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager

    from workshops.models.panels import Panellist
    from workshops.models.places import Places
    from workshops.models.revisions import Revision

# What a revision is about, and what follows from it.
_FACTS = ("day", "start_time", "minutes", "timezone", "mode", "venue", "address", "state")
_DERIVED = ("starts_at", "ends_at", "revision", "revised_facts", "revised_at")


class SessionQuerySet(models.QuerySet["Session"]):
    def published(self) -> SessionQuerySet:
        """What the public may see."""
        return self.exclude(state=SessionState.DRAFT).filter(series__published=True)

    def taking_registrations(self, now: datetime) -> SessionQuerySet:
        return self.filter(state=SessionState.OPEN, ends_at__gt=now)

    def still_ahead(self, now: datetime) -> SessionQuerySet:
        """Sessions that will take place and have not begun."""
        return self.filter(starts_at__gt=now).exclude(state__in=[SessionState.CANCELLED, SessionState.DRAFT])

    def revise_changed(self, *, now: datetime) -> int:
        """Revise what was changed by SQL, by a shell or by a law that moved a clock. Returns how many rose."""
        # A zone that does not exist, written by SQL, must not hide the other sessions from the tick.
        known = [session for session in self.without_texts() if zones.exists(session.timezone)]
        return sum(self._revise_locked(session.pk, now) for session in known if session.is_stale)

    @transaction.atomic
    def _revise_locked(self, pk: int, now: datetime) -> bool:
        # Read again behind the lock: staff may be saving the same session at this moment.
        return self.select_for_update(of=("self",), no_key=True).get(pk=pk).revise(now=now)

    def without_texts(self) -> SessionQuerySet:
        """For acts and forms, which read no page's worth of text: its loading costs more than theirs."""
        return self.defer(
            "summary", "agenda", "takeaways", "materials", "cancellation_reason", "recording", "attendance_published"
        )

    def with_places(self) -> SessionQuerySet:
        return self.prefetch_related("places")


class Session(models.Model):
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="sessions", verbose_name=_("series"))
    number = models.PositiveSmallIntegerField(_("number"))
    question = I18nCharField(_("central question"), blank=True, default="")
    title = I18nCharField(_("title"), blank=True, default="")
    summary = I18nTextField(_("summary"), blank=True, default="", help_text=_("Markdown."))
    agenda = I18nTextField(_("agenda"), blank=True, default="", help_text=_("Markdown."))
    format = models.CharField(_("format"), max_length=20, choices=Format.choices, default=Format.PLENARY)
    mode = models.CharField(_("mode"), max_length=20, choices=Mode.choices, default=Mode.ONLINE)
    venue = models.CharField(_("venue"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    meeting_link = models.CharField(
        _("meeting link"),
        max_length=500,
        blank=True,
        help_text=_("Secret: people reach it through their own join page only."),
    )
    languages = models.JSONField(_("languages spoken"), default=list, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=SessionState.choices, default=SessionState.DRAFT)
    cancellation_reason = I18nCharField(_("reason of the cancellation"), blank=True, default="")
    panel_to_be_announced = models.BooleanField(_("panel to be announced"), default=False)
    takeaways = I18nTextField(_("takeaways"), blank=True, default="", help_text=_("Markdown."))
    materials = I18nTextField(
        _("materials"),
        blank=True,
        default="",
        help_text=_("Markdown: slides and documents as links, before or after the session."),
    )
    recording = models.URLField(_("recording"), blank=True, max_length=500)
    most_per_initiative = models.PositiveIntegerField(
        _("most per initiative"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("People of one initiative who may register. Empty: without a limit. Lowered, it evicts nobody."),
    )
    most_per_country = models.PositiveIntegerField(
        _("most per country"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("People from one country who may register. Empty: without a limit. Lowered, it evicts nobody."),
    )
    attendance_published = models.CharField(_("attendance as published"), max_length=60, blank=True)

    day = models.DateField(_("day"), null=True, blank=True)
    start_time = models.TimeField(_("hour"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    timezone = models.CharField(_("time zone"), max_length=64, default="America/Santiago", validators=[validate_zone])
    starts_at = models.DateTimeField(_("starts"), null=True, editable=False, db_index=True)
    ends_at = models.DateTimeField(_("ends"), null=True, editable=False)

    calendar_uid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    revision = models.PositiveIntegerField(_("revision"), default=0, editable=False)
    revised_facts = models.CharField(max_length=64, blank=True, editable=False)
    revised_at = models.DateTimeField(_("revised"), null=True, editable=False)

    objects = SessionQuerySet.as_manager()
    places: RelatedManager[Places]
    panellists: RelatedManager[Panellist]
    revisions: RelatedManager[Revision]

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="session_number_is_unique_in_its_series"),
            models.CheckConstraint(
                condition=~models.Q(state=SessionState.OPEN)
                | models.Q(day__isnull=False, start_time__isnull=False, minutes__gt=0),
                name="open_session_has_a_full_when",
            ),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="session_numbers_start_at_one"),
            models.CheckConstraint(condition=models.Q(state__in=SessionState.values), name="session_state_is_known"),
            models.CheckConstraint(condition=models.Q(mode__in=Mode.values), name="session_mode_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.heading}"

    @property
    def heading(self) -> Text:
        """The question, or the title, or "Session 3"."""
        for text in (self.question, self.title):
            if found := languages.pick(text, self.series.languages):
                return found
        return languages.pick(str(_("Session %(number)s")) % {"number": self.number})

    @property
    def has_full_when(self) -> bool:
        return self.day is not None and self.start_time is not None and bool(self.minutes)

    @property
    def schedule(self) -> Interval | None:
        """From when until when, where both are known."""
        return Interval(self.starts_at, self.ends_at) if self.starts_at and self.ends_at else None

    @property
    def is_cancelled(self) -> bool:
        return self.state == SessionState.CANCELLED

    @property
    def place_modes(self) -> list[PlaceMode]:
        if self.mode == Mode.HYBRID:
            return [PlaceMode.ONLINE, PlaceMode.IN_PERSON]
        return [PlaceMode(self.mode)]

    @property
    def panel(self) -> Panel:
        """The panellists by role, in order; prefetch `panellists__speaker` to read it without queries."""
        return Panel.of(list(self.panellists.all()), to_be_announced=self.panel_to_be_announced)

    def phase(self, now: datetime) -> Phase:
        """What a reader sees at this moment."""
        if self.state == SessionState.CANCELLED:
            return Phase.CANCELLED
        if self.day is None:
            return Phase.TO_BE_ANNOUNCED
        if self.starts_at is None or self.ends_at is None:
            # A day without an hour: it is over when that day is over everywhere.
            return Phase.ENDED if self.day < (now - timedelta(hours=36)).date() else Phase.ANNOUNCED
        if now >= self.ends_at:
            return Phase.ENDED
        if now >= self.starts_at:
            return Phase.LIVE
        if self.state in (SessionState.OPEN, SessionState.CLOSED):
            return Phase(self.state)
        return Phase.ANNOUNCED

    def takes_registrations(self, now: datetime) -> bool:
        return self.state == SessionState.OPEN and self.ends_at is not None and self.ends_at > now

    def missing_for_opening(self, *, has_panel: bool) -> list[str]:
        """Name what people would have to guess if registration opened now, in the reader's language."""
        needs = [
            (self.has_full_when, _("a day, an hour and a length")),
            (bool(languages.pick(self.question)), _("a central question")),
            (has_panel or self.panel_to_be_announced, _("a panel, or the mark “panel to be announced”")),
            (self.mode == Mode.IN_PERSON or bool(self.meeting_link), _("a meeting link")),
            (self.mode == Mode.ONLINE or bool(self.venue), _("a venue")),
        ]
        return [str(name) for given, name in needs if not given]

    def facts(self) -> str:
        """A digest of what people rely on: start, end, mode, venue, cancelled."""
        start, end = self._moments()
        told = [str(self.day), str(start), str(end), self.mode, self.venue, self.address, self.is_cancelled]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    @property
    def is_stale(self) -> bool:
        """The row says other facts than its last revision."""
        return self.facts() != self.revised_facts or (self.starts_at, self.ends_at) != self._moments()

    @transaction.atomic
    def revise(self, *, now: datetime | None = None) -> bool:
        """Derive the moments from the local when; raise the revision when what people rely on changed.

        The one act that follows every change of when, mode, venue or state, whoever made it. Writes those
        facts as they stand on this object, and what follows from them. Returns whether the revision rose.
        """
        # The lock and the fresh number: the tick may revise the same session at this moment.
        stored = (
            Session.objects.select_for_update(of=("self",), no_key=True)
            .values("revision", "revised_facts")
            .get(pk=self.pk)
        )
        self.day, self.start_time = _as_date(self.day), _as_time(self.start_time)
        self.starts_at, self.ends_at = self._moments()
        self.revision, self.revised_facts = stored["revision"], stored["revised_facts"]
        changed = self.facts() != self.revised_facts
        if changed:
            self.revision += 1
            self.revised_facts = self.facts()
            self.revised_at = now or clock.now()
        self.save(update_fields=[*_FACTS, *(_DERIVED if changed else _DERIVED[:2])])
        if changed:
            self._keep_revision()
        self._provide_places()
        return changed

    def _moments(self) -> tuple[datetime | None, datetime | None]:
        day, start = _as_date(self.day), _as_time(self.start_time)
        if day is None or start is None or not self.minutes:
            return None, None
        starts_at = zones.to_utc(day, start, self.timezone)
        return starts_at, starts_at + timedelta(minutes=self.minutes)

    def _keep_revision(self) -> None:
        self.revisions.create(
            number=self.revision,
            facts=self.revised_facts,
            day=self.day,
            minutes=self.minutes,
            timezone=self.timezone,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            mode=self.mode,
            venue=self.venue,
            address=self.address,
            cancelled=self.is_cancelled,
            revised_at=self.revised_at or clock.now(),
        )

    def _provide_places(self) -> None:
        rows = [self.places.model(session=self, mode=mode) for mode in self.place_modes]
        self.places.bulk_create(rows, ignore_conflicts=True)


def _as_date(value: date | str | None) -> date | None:
    """Scripts assign dates as text; Django turns them round only when it reads the row again."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _as_time(value: time | str | None) -> time | None:
    return time.fromisoformat(value) if isinstance(value, str) else value
