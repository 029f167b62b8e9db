from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0006_fewer_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="attendee",
            name="sign_in_version",
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
    ]
