"""People who come, and the addresses they are reached at."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from iatp_events.lib import clock
from iatp_events.lib.folding import FoldedField
from registrations.choices import CAME, Came, ConsentKind, Gender, Source
from registrations.models.bulletins import Bulletin
from registrations.models.initiatives import Initiative
from workshops.choices import Sector
from workshops.models import Session
from workshops.models.series import validate_zone

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager

    from registrations.models.certificates import Certificate
    from registrations.models.claims import AddressClaim
    from registrations.models.merges import Merge


def normalise(address: str) -> str:
    """The form in which an address is compared: trimmed, NFC, casefolded, the domain as IDNA.

    Dots and plus signs stay: they are part of some people's address.
    Raises ValueError when the domain can be no domain.
    """
    local, at, domain = unicodedata.normalize("NFC", address.strip()).casefold().rpartition("@")
    if not at or not local or not domain:
        raise ValueError("not an address")
    return f"{local}@{domain.rstrip('.').encode('idna').decode('ascii')}"


# Besides numbers, which say how often links were renewed.
STAYS_WHEN_ERASED = ("created_at", "erased_at")


class AttendeeQuerySet(models.QuerySet["Attendee"]):
    def asking_for_another_name(self) -> AttendeeQuerySet:
        """Theirs stands on a certificate; staff answer."""
        return self.exclude(wanted_name="")

    def not_erased(self) -> AttendeeQuerySet:
        return self.filter(erased_at__isnull=True)

    def led_to_by(self, number: int, **version: int) -> AttendeeQuerySet:
        """Whom a link or a cookie means that names this number: who was merged is found as the person who stayed.

        version: what that row must say for the link to stand, by the name of its column.
        """
        named = Attendee.objects.filter(pk=number, **version)
        return self.not_erased().filter(Q(pk__in=named.values("pk")) | Q(pk__in=named.values("merged_into")))

    def with_versions_of(self, attendee: Attendee) -> AttendeeQuerySet:
        """The rows whose links and cookies lead to a person: their own, and those that were merged into it."""
        return self.filter(Q(pk=attendee.pk) | Q(merged_into=attendee.pk))

    def matching(self, words: Iterable[str]) -> AttendeeQuerySet:
        """Who has every word in name, organisation, initiative or address; words: folded, as the columns are."""
        found = self
        for word in words:
            address = EmailAddress.objects.filter(attendee=OuterRef("pk"), normalised__contains=word)
            found = found.filter(Q(folded__contains=word) | Exists(address))
        return found

    def with_address(self) -> AttendeeQuerySet:
        return self.filter(Exists(EmailAddress.objects.filter(attendee=OuterRef("pk"))))

    def proven(self) -> AttendeeQuerySet:
        """Those who showed that an address is theirs; and people we made up."""
        shown = Q(verified_at__isnull=False) | Q(source=Source.DEMONSTRATION)
        return self.filter(Exists(EmailAddress.objects.filter(shown, attendee=OuterRef("pk"))))

    def coordinating(self, initiative: int | OuterRef) -> AttendeeQuerySet:
        """Who coordinates an initiative, under whichever of its names."""
        return self.filter(coordinates__in=Initiative.objects.names_of(initiative).values("pk"))

    def stopped_announcements(self, series: int) -> AttendeeQuerySet:
        """Those who said that they want no announcements of a series, and have not asked for them since."""
        said = Q(consents__series=series, consents__kind=ConsentKind.ANNOUNCEMENTS)
        standing = Attendee.objects.filter(said, consents__withdrawn_at__isnull=True)
        return self.filter(pk__in=Attendee.objects.filter(said).values("pk")).exclude(pk__in=standing.values("pk"))

    def asked_for_by(self, bulletin: Bulletin) -> AttendeeQuerySet:
        """The group as staff described it, whether a mail may reach them or not."""
        session = bulletin.session
        people = self._registered_for(bulletin, session) if session else self._of_series(bulletin.series_id)
        people = people.not_erased()
        if bulletin.countries:
            people = people.filter(country__in=bulletin.countries)
        if bulletin.initiative:
            named = Initiative.objects.known_as(bulletin.initiative).values("pk")
            people = people.filter(Q(initiative__iexact=bulletin.initiative) | Q(coordinates__in=named))
        return people.filter(language__in=bulletin.languages) if bulletin.languages else people

    def meant_by(self, bulletin: Bulletin) -> AttendeeQuerySet:
        """Who gets a bulletin: the same query counts, lists, queues, and asks again before each mail leaves."""
        people = self.asked_for_by(bulletin).with_address()
        if bulletin.session_id is None:
            # About a session one may write to its people; about a series, to those who did not stop it.
            stopped = Attendee.objects.stopped_announcements(bulletin.series_id)
            people = people.exclude(pk__in=stopped.values("pk"))
        return people

    def _registered_for(self, bulletin: Bulletin, session: Session) -> AttendeeQuerySet:
        everyone = session.registrations.all()
        there = everyone.filter(attendance__status__in=CAME)
        registered = everyone.filter(state__in=bulletin.states_meant)
        if bulletin.came == Came.YES:
            registered = registered.filter(pk__in=there.values("pk"))
        elif bulletin.came == Came.NO:
            # Where nobody wrote down who came, nobody can be missed.
            recorded = everyone.filter(attendance__isnull=False)
            registered = registered.filter(mode__in=recorded.values("mode")).exclude(pk__in=there.values("pk"))
        return self.filter(pk__in=registered.values("attendee"))

    def _of_series(self, series: int) -> AttendeeQuerySet:
        registered = Attendee.objects.filter(registrations__session__series=series)
        enrolled = Attendee.objects.filter(enrolments__series=series, enrolments__left_at__isnull=True)
        return self.filter(Q(pk__in=registered.values("pk")) | Q(pk__in=enrolled.values("pk")))


class Attendee(models.Model):
    full_name = models.CharField(_("full name"), max_length=200)
    country = CountryField(_("country"), blank=True)
    timezone = models.CharField(_("time zone"), max_length=64, default="America/Santiago", validators=[validate_zone])
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="es")
    position = models.CharField(_("position"), max_length=200, blank=True)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    # As they wrote it; and which initiative that is, under the name they know it by.
    initiative = models.CharField(_("initiative"), max_length=200, blank=True)
    coordinates = models.ForeignKey(
        Initiative,
        on_delete=models.SET_NULL,
        related_name="coordinators",
        verbose_name=_("coordinates"),
        null=True,
        editable=False,
    )
    sector = models.CharField(_("sector"), max_length=30, choices=Sector.choices, blank=True)
    gender = models.CharField(_("gender"), max_length=20, choices=Gender.choices, blank=True)
    # How they wish to be called on certificates that were issued under `full_name`; staff answer it.
    wanted_name = models.CharField(_("name they ask for"), max_length=200, blank=True, editable=False)
    reminders_stopped_at = models.DateTimeField(_("stopped reminders"), null=True, blank=True)
    sign_in_version = models.PositiveIntegerField(default=1, editable=False)
    calendar_version = models.PositiveIntegerField(default=0, editable=False)
    # A colleague wrote them into a group: before they accept the code of conduct themselves no place is theirs.
    must_agree = models.BooleanField(_("has not accepted the code of conduct yet"), default=False, editable=False)
    created_at = models.DateTimeField(_("created"), default=clock.now)
    # The row of an erased person stays, empty: figures and other rows lean on it.
    erased_at = models.DateTimeField(_("erased"), null=True, editable=False)
    # Who was found to be somebody else we know; the row stays, empty, so that old links lead to that person.
    merged_into = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="+", editable=False)
    folded = FoldedField(sources=("full_name", "organisation", "initiative"))

    objects = AttendeeQuerySet.as_manager()
    addresses: RelatedManager[EmailAddress]
    claims: RelatedManager[AddressClaim]
    merges: RelatedManager[Merge]
    certificates: RelatedManager[Certificate]

    class Meta:
        verbose_name = _("attendee")
        verbose_name_plural = _("attendees")
        permissions = [
            ("erase_attendee", "Can erase a person"),
            ("merge_attendee", "Can merge two people who are one"),
        ]
        indexes = [models.Index(fields=["full_name", "id"], name="attendee_by_name")]
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(erased_at__isnull=False), name="who_was_merged_is_empty"
            ),
        ]

    def __str__(self) -> str:
        if self.merged_into_id is not None:
            return gettext("Person %(id)s, merged into %(kept)s") % {"id": self.pk, "kept": self.merged_into_id}
        return gettext("Erased person %(id)s") % {"id": self.pk} if self.is_erased else self.full_name

    @property
    def is_erased(self) -> bool:
        return self.erased_at is not None

    def stop_reminders(self, *, at: datetime) -> None:
        self.reminders_stopped_at = at
        self.save(update_fields=["reminders_stopped_at"])

    def take_reminders(self) -> None:
        self.reminders_stopped_at = None
        self.save(update_fields=["reminders_stopped_at"])

    def agree(self) -> None:
        self.must_agree = False
        self.save(update_fields=["must_agree"])

    def sign_out_everywhere(self) -> None:
        """No browser that is signed in stays so."""
        Attendee.objects.with_versions_of(self).update(sign_in_version=F("sign_in_version") + 1)
        self.refresh_from_db(fields=["sign_in_version"])

    def empty(self, *, at: datetime) -> None:
        """Leave nothing of the person in this row, and nobody signed in as them."""
        self._clear(at)
        self.sign_in_version += 1
        self.save()

    def lead_to(self, kept: Attendee, *, at: datetime) -> None:
        """Leave nothing of the person in this row but the way to who they are; whoever is signed in stays so."""
        self._clear(at)
        self.merged_into = kept
        self.save()

    def _clear(self, at: datetime) -> None:
        for field in self._meta.concrete_fields:
            if field.name not in STAYS_WHEN_ERASED and not isinstance(field, models.IntegerField):
                setattr(self, field.attname, field.get_default())
        self.erased_at = at


class EmailAddress(models.Model):
    attendee = models.ForeignKey(
        Attendee, on_delete=models.CASCADE, related_name="addresses", verbose_name=_("attendee")
    )
    address = models.CharField(_("address"), max_length=254, blank=True)
    normalised = models.CharField(_("normalised"), max_length=254, unique=True)
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=20, choices=Source.choices, default=Source.FORM)

    class Meta:
        verbose_name = _("e-mail address")
        verbose_name_plural = _("e-mail addresses")

    def __str__(self) -> str:
        return self.address or self.normalised

    @property
    def deliverable(self) -> str:
        """The address as SMTP takes it: the local part as typed, the domain as IDNA."""
        typed = self.address.strip() or self.normalised
        return f"{typed.rpartition('@')[0]}@{self.normalised.rpartition('@')[2]}"
