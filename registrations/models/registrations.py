"""One person's registration for one session."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from iatp_events.lib import clock
from registrations.choices import Gender, RegistrationState, Source
from registrations.models.attendees import Attendee
from workshops.choices import PlaceMode, Sector, SessionState
from workshops.models import Places, Session

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager

    from registrations.models.attendance import Evidence

FIRST_LINK = 1
HOLDING = (RegistrationState.CONFIRMED, RegistrationState.OFFERED)


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def at(self, places: Places) -> RegistrationQuerySet:
        return self.filter(session=places.session_id, mode=places.mode)

    def holding(self) -> RegistrationQuerySet:
        """Those who count against the capacity."""
        return self.filter(state__in=HOLDING)

    def live(self) -> RegistrationQuerySet:
        """Those who mean to come: confirmed, offered a place, or waiting for one."""
        return self.filter(state__in=[*HOLDING, RegistrationState.WAITLISTED])

    def waiting(self) -> RegistrationQuerySet:
        """The waiting list, who has waited longest first."""
        return self.filter(state=RegistrationState.WAITLISTED).order_by("joined_waitlist_at", "pk")

    def with_place_in_line(self) -> RegistrationQuerySet:
        """Say of each how many wait before it, as `ahead_in_line`; within the query that reads them."""
        line = Registration.objects.filter(
            session=OuterRef("session"), mode=OuterRef("mode"), state=RegistrationState.WAITLISTED
        )
        since = OuterRef("joined_waitlist_at")
        ahead = line.filter(Q(joined_waitlist_at__lt=since) | Q(joined_waitlist_at=since, pk__lt=OuterRef("pk")))
        counted = ahead.order_by().values("session").annotate(people=Count("pk")).values("people")
        return self.annotate(ahead_in_line=Coalesce(Subquery(counted), 0))

    def confirmed(self) -> RegistrationQuerySet:
        return self.filter(state=RegistrationState.CONFIRMED)

    def told_otherwise(self) -> RegistrationQuerySet:
        """Those who were told facts about their session that no longer hold, and who still mean to come."""
        # A confirmation that has not left yet will say what holds then; of a cancelled session it never leaves.
        told = ~Q(told_facts="") | Q(session__state=SessionState.CANCELLED)
        return self.live().filter(told).exclude(told_facts=F("session__revised_facts"))


class Registration(models.Model):
    session = models.ForeignKey(
        Session, on_delete=models.PROTECT, related_name="registrations", verbose_name=_("session")
    )
    attendee = models.ForeignKey(
        Attendee, on_delete=models.CASCADE, related_name="registrations", verbose_name=_("attendee")
    )
    mode = models.CharField(_("mode"), max_length=20, choices=PlaceMode.choices, default=PlaceMode.ONLINE)
    state = models.CharField(_("state"), max_length=20, choices=RegistrationState.choices)
    round = models.PositiveIntegerField(_("round"), default=0, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    joined_waitlist_at = models.DateTimeField(_("joined the waiting list"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    offered_until = models.DateTimeField(_("offered until"), null=True, blank=True, editable=False)
    # When the waiting were last told that a place is free for who presses first.
    called_at = models.DateTimeField(null=True, editable=False)
    # Whose place it was: one stepped back and passed it on.
    substitute_for = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        related_name="substitutes",
        verbose_name=_("took the place of"),
        null=True,
        blank=True,
        editable=False,
    )
    # Which colleague wrote their address into a group, and when; a place is kept until they answer.
    invited_by = models.ForeignKey(
        Attendee,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("invited by"),
        null=True,
        blank=True,
        editable=False,
    )
    invited_at = models.DateTimeField(_("invited"), null=True, blank=True, editable=False)
    source = models.CharField(_("source"), max_length=20, choices=Source.choices, default=Source.FORM)
    created_at = models.DateTimeField(_("created"), default=clock.now)
    link_version = models.PositiveIntegerField(default=FIRST_LINK, editable=False)

    # What the person was last told, so that every change finds whom it must reach.
    told_facts = models.CharField(max_length=64, blank=True, editable=False)

    # What this form said; of a person we know already it changes nothing else.
    support_needed = models.TextField(_("support needed"), blank=True)
    question = models.TextField(_("question for the panel"), blank=True)
    typed = models.JSONField(_("as typed"), default=dict, blank=True, editable=False)

    # The figures outlive the person's data.
    country = models.CharField(_("country"), max_length=2, blank=True)
    gender = models.CharField(_("gender"), max_length=20, choices=Gender.choices, blank=True)
    sector = models.CharField(_("sector"), max_length=30, choices=Sector.choices, blank=True)
    initiative = models.CharField(_("initiative"), max_length=200, blank=True)

    objects = RegistrationQuerySet.as_manager()
    evidence: RelatedManager[Evidence]

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        constraints = [
            models.UniqueConstraint(fields=["session", "attendee"], name="registered_once_per_session"),
            models.CheckConstraint(condition=Q(state__in=RegistrationState.values), name="registration_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state=RegistrationState.WAITLISTED) | Q(joined_waitlist_at__isnull=False),
                name="who_waits_waits_since",
            ),
            models.CheckConstraint(
                condition=~Q(state=RegistrationState.OFFERED) | Q(offered_until__isnull=False),
                name="what_is_offered_has_a_deadline",
            ),
        ]
        indexes = [
            models.Index(fields=["session", "mode", "state"], name="registration_by_state"),
            models.Index(
                fields=["session", "mode", "joined_waitlist_at", "id"],
                condition=Q(state=RegistrationState.WAITLISTED),
                name="registration_waiting_list",
            ),
            models.Index(
                fields=["offered_until"],
                condition=Q(state=RegistrationState.OFFERED),
                name="registration_offered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attendee} · {self.session}"

    @property
    def is_live(self) -> bool:
        """The person means to come: confirmed, offered a place, or waiting for one."""
        return self.state in (*HOLDING, RegistrationState.WAITLISTED)

    @property
    def holds_place(self) -> bool:
        return self.state in HOLDING

    @property
    def is_waiting(self) -> bool:
        return self.state == RegistrationState.WAITLISTED

    @property
    def link_stands(self) -> bool:
        """No link to this registration was ever taken out of use."""
        return self.link_version == FIRST_LINK

    @property
    def is_confirmed(self) -> bool:
        """The place is theirs, not only kept for them."""
        return self.state == RegistrationState.CONFIRMED

    def is_offered(self, now: datetime) -> bool:
        """A place is kept for them at this moment."""
        until = self.offered_until if self.state == RegistrationState.OFFERED else None
        return until is not None and now < until

    @property
    def is_invitation(self) -> bool:
        """The place is kept because a colleague wrote them into a group, and they have not answered."""
        if self.state != RegistrationState.OFFERED or self.invited_at is None:
            return False
        later = (self.confirmed_at, self.joined_waitlist_at)
        return not any(moment and moment > self.invited_at for moment in later)

    def awaits_answer(self, now: datetime) -> bool:
        """A colleague's invitation stands at this moment."""
        return self.is_invitation and self.is_offered(now)

    @property
    def calendar_sequence(self) -> int:
        """Rises with every change of the session, every confirmation and every withdrawal; never falls.

        A round counts twice, so that the withdrawal that ends it has a number of its own.
        """
        withdrawn = self.state == RegistrationState.CANCELLED
        return self.session.revision + 2 * self.round + (1 if withdrawn else 0)

    def place_in_line(self) -> int:
        """The place on the waiting list, from 1. One query."""
        ahead = Q(joined_waitlist_at__lt=self.joined_waitlist_at) | Q(
            joined_waitlist_at=self.joined_waitlist_at, pk__lt=self.pk
        )
        same = Registration.objects.filter(session=self.session_id, mode=self.mode, state=RegistrationState.WAITLISTED)
        return same.filter(ahead).count() + 1

    def confirm(self, *, at: datetime) -> None:
        self.state, self.confirmed_at = RegistrationState.CONFIRMED, at
        self.round += 1
        self.save(update_fields=["state", "confirmed_at", "round"])

    def offer(self, *, until: datetime) -> None:
        self.state, self.offered_until = RegistrationState.OFFERED, until
        self.save(update_fields=["state", "offered_until"])

    def wait(self, *, since: datetime) -> None:
        self.state, self.joined_waitlist_at = RegistrationState.WAITLISTED, since
        self.save(update_fields=["state", "joined_waitlist_at"])

    def cancel(self, *, at: datetime) -> None:
        self.state, self.cancelled_at = RegistrationState.CANCELLED, at
        self.save(update_fields=["state", "cancelled_at"])
