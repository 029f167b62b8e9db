from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0004_messages_tried_in_vain"),
        ("workshops", "0003_keep_present_facts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="mailtext",
            name="wording_is_known",
        ),
        migrations.AddField(
            model_name="registration",
            name="called_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="registration",
            name="offered_until",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="offered until"),
        ),
        migrations.AlterField(
            model_name="mailtext",
            name="wording",
            field=models.CharField(
                choices=[
                    ("confirmation", "Confirmation of one session"),
                    ("confirmation_several", "Confirmation of several sessions"),
                    ("waiting_list", "On the waiting list"),
                    ("enrolment", "Enrolled in the whole series"),
                    ("enrolled", "Registered by the whole series"),
                    ("enrolled_waiting", "On the waiting list by the whole series"),
                    ("already_registered", "Already registered"),
                    ("offer", "A place is kept for the reader"),
                    ("call", "A place is free shortly before the start"),
                    ("promoted", "A place came free"),
                    ("lapsed", "The place was not taken in time"),
                    ("cancellation", "Registration cancelled"),
                    ("reminder", "Reminder"),
                    ("reminder_short", "Reminder to who registered late"),
                    ("starting", "Starting now"),
                    ("changed", "Session changed"),
                    ("session_cancelled", "Session cancelled"),
                    ("came", "After the session, to those who came"),
                    ("missed", "After the session, to those who did not"),
                    ("announcement", "A new session is open"),
                    ("panel_reminder", "Reminder to the panel"),
                    ("panel_starting", "Starting now, to the panel"),
                ],
                max_length=30,
                verbose_name="mail",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="kind",
            field=models.CharField(
                choices=[
                    ("confirmation", "Confirmation"),
                    ("waiting_list", "Waiting list"),
                    ("enrolment", "Whole series"),
                    ("enrolled", "Registered by the whole series"),
                    ("already_registered", "Already registered"),
                    ("offer", "Place offered"),
                    ("call", "Free place, first come"),
                    ("promoted", "Place passed on"),
                    ("lapsed", "Offer not taken"),
                    ("cancellation", "Registration cancelled"),
                    ("reminder", "Reminder"),
                    ("changed", "Session changed"),
                    ("session_cancelled", "Session cancelled"),
                    ("starting", "Starting now"),
                    ("follow_up", "After the session"),
                    ("announcement", "Announcement of a session"),
                    ("panel_reminder", "Reminder to the panel"),
                    ("bulletin", "Message to a group"),
                ],
                max_length=30,
                verbose_name="kind",
            ),
        ),
        migrations.AddIndex(
            model_name="registration",
            index=models.Index(
                condition=models.Q(("state", "offered")), fields=["offered_until"], name="registration_offered"
            ),
        ),
        migrations.AddConstraint(
            model_name="mailtext",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "wording__in",
                        [
                            "confirmation",
                            "confirmation_several",
                            "waiting_list",
                            "enrolment",
                            "enrolled",
                            "enrolled_waiting",
                            "already_registered",
                            "offer",
                            "call",
                            "promoted",
                            "lapsed",
                            "cancellation",
                            "reminder",
                            "reminder_short",
                            "starting",
                            "changed",
                            "session_cancelled",
                            "came",
                            "missed",
                            "announcement",
                            "panel_reminder",
                            "panel_starting",
                        ],
                    )
                ),
                name="wording_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "offered"), _negated=True), ("offered_until__isnull", False), _connector="OR"
                ),
                name="what_is_offered_has_a_deadline",
            ),
        ),
    ]
