"""The least a task that sends mails can be: claim a hundred rows, render two templates, send over one connection.

A worker of the product runs it too (`--include bench.bare_mail`), so broker, settings and processes are the same.
"""

from __future__ import annotations

import html as markup
from datetime import UTC, datetime, timedelta
from functools import cache

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailAlternative, EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.db import connection, models, transaction
from django.template import Context, Engine, Template
from icalendar import Calendar, Event

CHUNK = 100
TASK = "bench.deliver"
_NAMES = ("name", "series", "question", "day", "hour", "city", "minutes", "join", "manage", "cancel", "stop", "contact")
_FILLER = "Conversaremos sobre cómo poner en práctica lo que cada iniciativa aprendió."


class Parcel(models.Model):
    address = models.CharField(max_length=254)
    name = models.CharField(max_length=200)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "bench"
        db_table = "bench_parcel"

    def __str__(self) -> str:
        return self.address


def make_table() -> None:
    with connection.schema_editor() as editor:
        editor.create_model(Parcel)


@shared_task(name=TASK, ignore_result=True)  # type: ignore[untyped-decorator]
def deliver(*, text: int, html: int, ics: int) -> None:
    """Send every parcel, in parts of about so many bytes; without a calendar part where `ics` is 0."""
    smtp = get_connection("django.core.mail.backends.smtp.EmailBackend", **(settings.SMTP or {}))
    assert isinstance(smtp, EmailBackend)
    smtp.open()
    while _send_chunk(smtp, text, html, ics):
        pass
    smtp.close()


@transaction.atomic
def _send_chunk(smtp: EmailBackend, text: int, html: int, ics: int) -> int:
    unsent = Parcel._default_manager.filter(sent_at__isnull=True).order_by("pk")
    parcels = list(unsent.select_for_update(skip_locked=True)[:CHUNK])
    for parcel in parcels:
        smtp.send_messages([mail(parcel, text, html, ics)])
    claimed = Parcel._default_manager.filter(pk__in=[parcel.pk for parcel in parcels])
    return claimed.update(sent_at=datetime.now(UTC))


def mail(parcel: Parcel, text: int, html: int, ics: int) -> EmailMultiAlternatives:
    context = {name: f"https://localhost/{name}/{parcel.pk}" for name in _NAMES} | {"name": parcel.name}
    letter = EmailMultiAlternatives(
        subject=f"Mañana 09:00 (Bogotá): {parcel.name}",
        body=_template(text, "", "\n").render(Context(context)),
        from_email="workshops@example.org",
        to=[parcel.address],
    )
    letter.attach_alternative(
        _template(html, '<p style="margin:0 0 16px;color:#10202e">', "</p>\n").render(Context(context)), "text/html"
    )
    if ics:
        letter.alternatives.append(EmailAlternative(_invitation(parcel, ics), "text/calendar; method=REQUEST"))
    return letter


@cache
def _template(size: int, before: str, after: str) -> Template:
    """A template of about this size in bytes: a dozen variables, and paragraphs."""
    paragraphs = [f"{before}{name}: {{{{ {name} }}}}{after}" for name in _NAMES]
    filler = f"{before}{_FILLER if not before else markup.escape(_FILLER)}{after}"
    missing = size - len("".join(paragraphs).encode()) - 25 * len(_NAMES)
    paragraphs += [filler] * max(0, round(missing / len(filler.encode())))
    return Engine.get_default().from_string("".join(paragraphs))


def _invitation(parcel: Parcel, size: int) -> str:
    starts = datetime.now(UTC) + timedelta(days=1)
    event = Event()
    event.add("uid", f"{parcel.pk}@example.org")
    event.add("dtstamp", starts)
    event.add("dtstart", starts)
    event.add("dtend", starts + timedelta(minutes=90))
    event.add("summary", parcel.name)
    event.add("organizer", "mailto:workshops@example.org")
    event.add("attendee", f"mailto:{parcel.address}")
    # Lines are folded at 75 bytes, which adds three to each.
    event.add("description", (_FILLER * (size // len(_FILLER) + 1))[: max(0, round((size - 420) * 0.94))])
    calendar = Calendar()
    calendar.add("prodid", "-//bench//")
    calendar.add("version", "2.0")
    calendar.add("method", "REQUEST")
    calendar.add_component(event)
    return str(calendar.to_ical(), "utf-8")
