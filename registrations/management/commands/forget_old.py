"""`manage.py forget_old [--months N] [--dry-run]`"""

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from iatp_events.lib import clock
from registrations.services import retention


def months(value: str) -> int:
    if not value.isdecimal() or not 1 <= int(value) <= 1200:
        raise argparse.ArgumentTypeError(f"“{value}” is no number of months from 1 to 1200.")
    return int(value)


class Command(BaseCommand):
    help = "Erase the data of people whose last session ended long ago. What figures count stays."

    def add_arguments(self, parser: CommandParser) -> None:
        standard = settings.RETENTION_MONTHS
        parser.add_argument("--months", type=months, default=standard, metavar="N", help=f"by default {standard}")
        parser.add_argument("--dry-run", action="store_true", help="only say how many it would be")

    def handle(self, *args: Any, **options: Any) -> None:
        now, kept = clock.now(), options["months"]
        if options["dry_run"]:
            count = retention.forgettable(months=kept, now=now).count()
            self.stdout.write(f"Last session over {kept} months ago: {count} to erase. Nothing was changed.")
            return
        done = retention.forget(months=kept, now=now)
        self.stdout.write(
            f"Last session over {kept} months ago: {done.people} erased. "
            f"Blocked addresses whose time is over: {done.blocked_addresses}. Left mail files: {done.mail_files}. "
            f"Initiatives that nobody coordinates: {done.initiatives}."
        )
        if done.failed:
            raise CommandError(f"Could not be erased: {done.failed}; the log says which, by number.")
