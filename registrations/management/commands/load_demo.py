"""`manage.py load_demo [--series SLUG] [--people N] [--registrations M] [--sessions S]`"""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from iatp_events.lib import clock
from registrations.services import demonstration
from workshops.models import Series


def count(value: str) -> int:
    if not value.isdecimal():
        raise argparse.ArgumentTypeError(f"“{value}” is not a whole number.")
    return int(value)


class Command(BaseCommand):
    help = "Make a series a demonstration: moved dates, made-up people and registrations."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--series", metavar="SLUG", help="by default the series the home page shows")
        parser.add_argument("--people", type=count, metavar="N", help="made-up people in all (40)")
        parser.add_argument("--registrations", type=count, metavar="M", help="made-up registrations in all")
        parser.add_argument("--sessions", type=count, default=0, metavar="S", help="as many made-up sessions more (0)")

    def handle(self, *args: Any, **options: Any) -> None:
        slug = options["series"]
        series = Series.objects.filter(slug=slug).first() if slug else Series.objects.current()
        if series is None:
            raise CommandError("There is no such series; load one first with load_series.")
        numbers = {name: options[name] for name in ("people", "registrations", "sessions")}
        try:
            made = demonstration.make(series=series, now=clock.now(), **numbers)
        except demonstration.TooFewPeople as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"{series.slug} is a demonstration: {made.people} people ({made.new_people} new), "
            f"{made.registrations} registrations ({made.new_registrations} new) at {made.sessions} sessions."
        )
