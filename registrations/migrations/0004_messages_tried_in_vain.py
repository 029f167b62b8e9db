from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0003_sessions_of_messages"),
        ("workshops", "0003_keep_present_facts"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("attempts__gt", 0), ("state__in", ("queued", "sending"))),
                fields=["due_at"],
                name="message_tried_in_vain",
            ),
        ),
    ]
