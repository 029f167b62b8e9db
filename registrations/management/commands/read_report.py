"""Say what a report of a meeting platform would be taken for, and change nothing."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from iatp_events.lib import zones
from registrations.matching import Match
from registrations.platforms.rows import Person, Question, Unmapped, Unreadable
from registrations.services import reports
from registrations.services.reports import NoSchedule, Reading
from workshops.models import Session

NO_REPORT = 2


class Command(BaseCommand):
    help = "Read an attendance report against a session, as the desk would, without writing anything."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--session", required=True, metavar="SERIES/NUMBER")
        parser.add_argument("--timezone", metavar="ZONE", help="Of the hours in the file; else the session's.")
        parser.add_argument("--json", action="store_true", help="Everything that was read, as JSON.")

    def handle(self, *_args: Any, **options: Any) -> None:
        session = _session(options["session"])
        zone = options["timezone"] or session.timezone
        if not zones.exists(zone):
            raise CommandError(f"“{zone}” is not a time zone.", returncode=NO_REPORT)
        try:
            with options["file"].open("rb") as file:
                found = reports.read(session=session, file=file, zone=zone)
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}", returncode=NO_REPORT) from error
        except Unreadable as error:
            where = f"line {error.line}: " if error.line else ""
            raise CommandError(f"{where}{error}", returncode=NO_REPORT) from error
        except NoSchedule as error:
            raise CommandError("This session has no day, hour and length yet.", returncode=NO_REPORT) from error
        self.stdout.write(json.dumps(_told(found, session), ensure_ascii=False) if options["json"] else _line(found))


def _session(name: str) -> Session:
    slug, _slash, number = name.rpartition("/")
    found = Session.objects.select_related("series").filter(series__slug=slug, number=number if number.isdigit() else 0)
    if (session := found.first()) is None:
        raise CommandError(f"There is no session {name}.", returncode=NO_REPORT)
    return session


def _line(found: Reading | Question | Unmapped) -> str:
    if isinstance(found, Question):
        return f"The file does not say its {found.about}: {' or '.join(found.choices)}?"
    if isinstance(found, Unmapped):
        return f"Which columns are these? {' · '.join(found.header)}"
    report = found.placed.report
    return f"{report.layout}: {len(found.matched)} people, {len(found.absent)} absent"


def _told(found: Reading | Question | Unmapped, session: Session) -> dict[str, object]:
    """What docs say of --json, whatever was found."""
    told: dict[str, object] = {"layout": "unknown", "language": "", "date_order": None, "questions": []}
    told |= {"people": [], "absent": [], "problems": []}
    if isinstance(found, Question):
        return told | {"questions": [_question(found.about, found.choices)]}
    if isinstance(found, Unmapped):
        return told | {"questions": [_question("columns", found.header)]}
    report = found.placed.report
    addresses = reports.addresses_of(session)
    problems = (*report.problems, *found.placed.problems)
    return told | {
        "layout": report.layout,
        "language": report.language,
        "date_order": found.placed.order,
        "people": [_person(person, match, addresses) for person, match in found.matched],
        "absent": [addresses[pk] for pk in found.absent if pk in addresses],
        "problems": [{"line": problem.line, "what": str(problem.what)} for problem in problems],
    }


def _question(about: str, choices: tuple[str, ...]) -> dict[str, object]:
    return {"about": about, "choices": list(choices)}


def _person(person: Person, match: Match, addresses: dict[int, str]) -> dict[str, object]:
    return {
        "name": person.name,
        "email": person.email,
        "role": match.part,
        "seconds_in_schedule": person.seconds,
        "match": match.kind,
        "registration": addresses.get(match.registration) if match.registration else None,
        "why": str(match.why.label),
    }
