"""Write beside each message the session it is about; what is open already is no news to anyone."""

from django.db import migrations
from django.db.models import OuterRef, Subquery
from django.utils import timezone


def name_sessions(apps, schema_editor):
    Message = apps.get_model("registrations", "Message")
    Registration = apps.get_model("registrations", "Registration")
    session = Registration.objects.filter(pk=OuterRef("registration")).values("session")
    Message.objects.filter(registration__isnull=False, session__isnull=True).update(session=Subquery(session))


def note_open(apps, schema_editor):
    Session = apps.get_model("workshops", "Session")
    Announcement = apps.get_model("registrations", "Announcement")
    now = timezone.now()
    Announcement.objects.bulk_create(
        [Announcement(session=session, found_at=now) for session in Session.objects.filter(state="open")]
    )


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0002_plans_texts_bulletins"),
        ("workshops", "0003_keep_present_facts"),
    ]

    operations = [
        migrations.RunPython(name_sessions, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(note_open, migrations.RunPython.noop, elidable=True),
    ]
