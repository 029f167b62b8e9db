"""`manage.py mail_doctor [--offline]`: will mails leave, and will they be believed?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from registrations import mail_check


class Command(BaseCommand):
    help = "Check sender, mail server and links, and say which records of the domain somebody has to look up."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--offline", action="store_true", help="do not dial the mail server")

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(mail_check.examine(dial=not options["offline"]))
        for one in found:
            self.stdout.write(f"{one.standing:<8} {one.about:<18} {one.said}")
        wrong = sum(one.standing == mail_check.BAD for one in found)
        if wrong:
            raise CommandError(f"{wrong} to mend; what says “look up” cannot be known from here (docs/operations.md).")
