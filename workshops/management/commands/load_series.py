"""`manage.py load_series FILE [--reset]`"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from iatp_events.lib import clock
from workshops import loading


class Command(BaseCommand):
    help = "Load or update a series from a JSON file, and print what changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--reset",
            action="store_true",
            help="put dates, states and panels back to the file's facts and end a demonstration",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            facts = loading.read(options["file"])
            outcome = loading.write(facts, reset=options["reset"], now=clock.now())
        except loading.BadFile as error:
            raise CommandError(str(error)) from None
        except loading.IsDemonstration:
            raise CommandError(
                f"The series {facts.slug} is a demonstration with moved dates; --reset puts the file's facts back."
            ) from None
        for line in facts.contradictions:
            self.stdout.write(self.style.WARNING(f"Contradiction: {line}"))
        for line in facts.ignored:
            self.stdout.write(self.style.WARNING(f"Ignored: {line}"))
        for line in outcome.notes:
            self.stdout.write(f"Note: {line}")
        self.stdout.write("\n".join(outcome.changes) or f"Nothing changed: {facts.slug} is as the file says.")
