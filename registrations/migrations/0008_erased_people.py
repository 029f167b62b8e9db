from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0007_sign_in_version"),
    ]

    operations = [
        migrations.CreateModel(
            name="BlockedAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(editable=False, max_length=64, unique=True, verbose_name="digest")),
                ("until", models.DateTimeField(verbose_name="until")),
            ],
            options={"verbose_name": "blocked address", "verbose_name_plural": "blocked addresses"},
        ),
        migrations.AlterModelOptions(
            name="attendee",
            options={
                "permissions": [("erase_attendee", "Can erase a person")],
                "verbose_name": "attendee",
                "verbose_name_plural": "attendees",
            },
        ),
        migrations.AddField(
            model_name="attendee",
            name="erased_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="erased"),
        ),
    ]
