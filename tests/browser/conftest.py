"""One furnished site for all that is looked at in a browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.desks import DESKS
from tests.browser.doors import DOORS
from tests.browser.doubles import DOUBLES
from tests.browser.people import PEOPLE
from tests.servers.house import House, share

# The real series as `make run` shows it, and one person in each situation.
FURNISH = """
from datetime import timedelta
from django.core.management import call_command
from django.http import HttpResponse
from django.utils import timezone
from registrations import links, sign_in_cookie
from registrations.models import Initiative, Registration, SignIn
from registrations.services import addresses, invitations, sign_in
from registrations.services.attendance import note_join
from tests import factories
from workshops.models import Places, Series, Session, Speaker

call_command("load_series", "workshops/data/community_in_practice.json", verbosity=0)
call_command("load_demo", verbosity=0)
now = timezone.now()
past, ahead = (Session.objects.select_related("series").get(number=number) for number in (1, 2))
Session.objects.filter(pk=ahead.pk).update(meeting_link="https://zoom.us/j/1")
confirmed, cancelled = (factories.register(ahead, name, now) for name in ("Ana Ruiz", "Eva Paz"))
# Whose place no test gives back.
giving = factories.register(ahead, "Nora Gil", now)
places = Places.objects.get(session=ahead)
places.set_capacity(places.taken)
waiting = factories.register(ahead, "Luis Mora", now)
places.refresh_from_db()
factories.places.cancel(registration=cancelled, now=now)
# A series of their own, older than the one that the home page shows.
other = factories.create_series("another-series")
Series.objects.filter(pk=other.pk).update(created_at=now - timedelta(days=900))
freed, both = (
    factories.create_session(
        other, number=number, mode=mode, capacity=5, starts_at=now + timedelta(days=40), revised_at=now
    )
    for number, mode in ((1, "online"), (2, "hybrid"))
)
regretted = factories.register(freed, "Eva Paz", now)
factories.places.cancel(registration=regretted, now=now)
speaker = factories.create_speaker("Marta Sol", country="CO")
factories.seat(speaker, ahead, role="moderator")
mine = confirmed.attendee
factories.places.enrol(attendee=mine, series=ahead.series, now=now)
factories.places.register_known(attendee=mine, session=freed, now=now)
crowd = [factories.register(freed, f"Gente {number}", now).attendee for number in range(4)]
factories.places.register_known(attendee=waiting.attendee, session=freed, now=now)
Registration.objects.create(
    session=past, attendee=mine, state="confirmed", confirmed_at=past.starts_at, round=1, created_at=now
)
note_join(registration=mine.registrations.get(session=past), now=past.starts_at)
invitations.invite(
    inviter=mine,
    session=both,
    colleagues=[invitations.Colleague("Olga Prado", "olga@example.org")],
    initiative="Clúster Textil",
    mode="in_person",
    now=now,
)
invited = Registration.objects.select_related("attendee").get(attendee__full_name="Olga Prado")
certificate = factories.certify(waiting.attendee, past)
claim = addresses.ask(attendee=mine, address="ana@nueva.example", now=now)
sign_in.ask(email="ana.ruiz@example.org", browser="another", leads_to="", now=now)
kept = HttpResponse()
sign_in_cookie.remember(kept, mine)
cookie = kept.cookies["me"].value
# Too long for the list that a page carries.
Initiative.objects.create(name="Ñandú " + " de la Costa" * 10, country="CL", suggest="always")
path = lambda address: "/" + address.split("/", 3)[3]
series = f"/es/series/{ahead.series.slug}/"
answer = {
    "home": "/es/",
    "home in French": "/fr/",
    "series": series,
    "session ahead": f"{series}2/",
    "session past": f"{series}1/",
    "speaker": f"/es/speakers/{Speaker.objects.published().order_by('pk').first().slug}/",
    "form": f"{series}register/?session=2",
    "registered": f"{series}registered/",
    "my registration": path(links.manage(confirmed)),
    "my place in line": path(links.manage(waiting)),
    "my cancelled registration": path(links.manage(cancelled)),
    "I cannot come": path(links.cancel(confirmed)),
    "pass my place on": f"{path(links.manage(giving))}pass-on/",
    "an invitation": f"{path(links.manage(invited))}invitation/",
    "choose a session for colleagues": "/es/me/colleagues/",
    "invite colleagues": "/es/me/colleagues/?session=another-series%2F2",
    "take a place over": path(links.substitute(giving)),
    "a place that is gone": path(links.substitute(cancelled)),
    "join": path(links.join(confirmed)),
    "my cancelled registration, a moment ago": path(links.manage(regretted)),
    "one tap": path(links.one_tap(waiting.attendee, freed)),
    "one tap to a hybrid session": path(links.one_tap(waiting.attendee, both)),
    "one tap, registered": path(links.one_tap(confirmed.attendee, ahead)),
    "panel": path(links.panel(speaker, ahead)),
    "stop": path(links.stop(confirmed.attendee)),
    "not found": "/es/nothing-here/",
    "erased": "/es/erased/",
    "this was not me": path(links.not_me(confirmed.messages.order_by("created_at").first())),
    "my data": "/es/me/data/",
    "erase my data": "/es/me/data/erase/",
    "my sessions": "/es/me/",
    "my details": "/es/me/profile/",
    "a new address": path(links.address(claim)),
    "sign in": "/es/sign-in/",
    "verify": "/es/verify/",
    "verified": f"/es/verify/?folio={certificate.folio}",
    "certificate": f"/es/certificates/{certificate.folio}/",
    "the code of the mail": "/es/sign-in/code/",
    "link to sign in, elsewhere": path(links.sign_in(SignIn.objects.get())),
    "sign out": "/es/me/sign-out/",
}
answer["cookie"] = cookie
for name, outcome in (("Rita Cruz", "an address to take back"), ("Raúl Cruz", "an address that was taken back")):
    owner = factories.register(other.sessions.get(number=2), name, now, mode="in_person").attendee
    owner.addresses.update(verified_at=now)
    addresses.confirm(claim=addresses.ask(attendee=owner, address=f"{owner.pk}@nueva.example", now=now), now=now)
    told = owner.messages.get(kind="address_added")
    answer[outcome] = path(links.take_back(told))
addresses.take_back(told=told, now=now)
"""
NAMES = (
    "home",
    "home in French",
    "series",
    "session ahead",
    "session past",
    "speaker",
    "form",
    "registered",
    "my registration",
    "my place in line",
    "my cancelled registration",
    "a place offered",
    "pass my place on",
    "take a place over",
    "an invitation",
    "I cannot come",
    "join",
    "my cancelled registration, a moment ago",
    "one tap",
    "one tap to a hybrid session",
    "one tap, registered",
    "panel",
    "stop",
    "erased",
    "this was not me",
    "not found",
    "a new address",
    "sign in",
    "verify",
    "verified",
    "certificate",
    "the code of the mail",
    "link to sign in, elsewhere",
    "an address to take back",
    "an address that was taken back",
)


@dataclass(frozen=True)
class Site:
    url: str
    paths: dict[str, str]
    database: Path

    def address(self, name: str) -> str:
        return self.url + self.paths[name]

    def sign_in(self, context: BrowserContext, cookie: str = "cookie") -> None:
        """Let a browser be Ana's; public pages do not look at it."""
        context.add_cookies([{"name": "me", "value": self.paths[cookie], "url": self.url}])


@pytest.fixture(scope="session")
def site(ground: Path, static_files: Path, migrated_sqlite: Path) -> Iterator[Site]:
    house = House(ground / "site")
    share(static_files, house.var / "static")
    shutil.copy(migrated_sqlite, house.var / "db.sqlite3")
    paths = house.run(FURNISH + PEOPLE + DOORS + DOUBLES + DESKS)
    house.web()
    yield Site(house.url, paths, house.var / "db.sqlite3")
    house.stop()
