from django.db import migrations


def judge_what_is_there(apps, schema_editor):
    """Until now one row of evidence of either kind meant having been there."""
    Evidence = apps.get_model("registrations", "Evidence")
    Attendance = apps.get_model("registrations", "Attendance")
    Policy = apps.get_model("registrations", "AttendancePolicy")
    sessions = apps.get_model("workshops", "Session").objects.filter(registrations__evidence__isnull=False).distinct()
    # Without the facts it was judged by, so the next tick weighs every line anew.
    Policy.objects.bulk_create(Policy(session=session) for session in sessions)
    granted = set(Evidence.objects.filter(kind="appeal").values_list("registration", flat=True))
    seen = Evidence.objects.order_by().values_list("registration", flat=True).distinct()
    Attendance.objects.bulk_create(
        (
            Attendance(
                registration_id=pk,
                status="present" if pk in granted else "partial",
                because="confirmed" if pk in granted else "one_kind",
                policy_version=1,
            )
            for pk in seen
        ),
        batch_size=2000,
    )


class Migration(migrations.Migration):
    dependencies = [("registrations", "0016_attendance")]

    operations = [migrations.RunPython(judge_what_is_there, migrations.RunPython.noop)]
