"""`manage.py forget_due_mail [--dry-run]`: after a backup was restored, before anything is sent again."""

from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from iatp_events.lib import clock
from registrations.services import restoring


class Command(BaseCommand):
    help = "Let go of every mail that a restored database still holds from before; reminders ahead stay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what it would be, as far as it is written")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            self._tell("To let go of", restoring.count(clock.now()))
            return
        if not settings.MAILS_HELD:
            raise CommandError("MAILS_HELD: set it to 1 for every process first, or a worker sends what is old.")
        self._tell("Let go of", restoring.let_go(clock=clock.now))
        self.stdout.write("Now unset MAILS_HELD and start the workers anew.")

    def _tell(self, what: str, kinds: Counter[str]) -> None:
        told = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
        self.stdout.write(f"{what}: {told or 'nothing'}.")
