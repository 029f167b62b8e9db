import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0009_my_sessions"),
        ("workshops", "0003_keep_present_facts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SignIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nonce", models.BigIntegerField(editable=False)),
                ("browser_digest", models.CharField(db_index=True, editable=False, max_length=64)),
                ("leads_to", models.CharField(blank=True, editable=False, max_length=200)),
                ("requested_at", models.DateTimeField(db_index=True)),
                ("used_at", models.DateTimeField(null=True)),
                ("codes_tried", models.PositiveSmallIntegerField(default=0)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="mailtext",
            name="wording_is_known",
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
                    ("address", "A new address asks to be confirmed"),
                    ("sign_in", "Link to sign in"),
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
                    ("address", "New address to confirm"),
                    ("sign_in", "Link to sign in"),
                ],
                max_length=30,
                verbose_name="kind",
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
                            "address",
                            "sign_in",
                        ],
                    )
                ),
                name="wording_is_known",
            ),
        ),
        migrations.AddField(
            model_name="signin",
            name="address",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sign_ins",
                to="registrations.emailaddress",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="sign_in",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="messages",
                to="registrations.signin",
            ),
        ),
        migrations.AddConstraint(
            model_name="signin",
            constraint=models.CheckConstraint(
                condition=models.Q(("codes_tried__lte", 5)), name="codes_are_tried_a_few_times"
            ),
        ),
    ]
