"""Keep what every session says of itself now, so that its next change can be told beside it."""

from django.db import migrations
from django.utils import timezone


def keep(apps, schema_editor):
    Session = apps.get_model("workshops", "Session")
    Revision = apps.get_model("workshops", "Revision")
    now = timezone.now()
    Revision.objects.bulk_create(
        [
            Revision(
                session=session,
                number=session.revision,
                facts=session.revised_facts,
                day=session.day,
                minutes=session.minutes,
                timezone=session.timezone,
                starts_at=session.starts_at,
                ends_at=session.ends_at,
                mode=session.mode,
                venue=session.venue,
                address=session.address,
                cancelled=session.state == "cancelled",
                revised_at=session.revised_at or now,
            )
            for session in Session.objects.exclude(revised_facts="")
        ]
    )


class Migration(migrations.Migration):
    dependencies = [("workshops", "0002_revisions_and_speakers_mails")]

    operations = [migrations.RunPython(keep, migrations.RunPython.noop, elidable=True)]
