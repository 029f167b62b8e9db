"""`manage.py prepare`: what `make run` needs before it starts; done again, it changes nothing."""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand

from iatp_events import staff_login
from workshops.models import Series

FACTS = settings.BASE_DIR / "workshops" / "data" / "community_in_practice.json"


class Command(BaseCommand):
    help = "Migrate, collect static files, load the series into an empty database, and say where everything is."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        self._collect_static()
        if not Series.objects.exists():
            call_command("load_series", FACTS, stdout=self.stdout)
            if settings.DEMO:
                call_command("load_demo", stdout=self.stdout)
        self._say_where()

    def _collect_static(self) -> None:
        """Compressing takes seconds, so only when a file changed."""
        stamp = settings.STATIC_ROOT / ".collected"
        digest = _static_digest()
        if not stamp.exists() or stamp.read_text() != digest:
            call_command("collectstatic", interactive=False, verbosity=0)
            stamp.write_text(digest)

    def _say_where(self) -> None:
        smtp = settings.SMTP
        mails = f"sent through {smtp['host']}" if smtp else f"one file each in {settings.MAIL_DIR}/"
        lines = [
            ("Site", f"{settings.SITE_URL}/"),
            ("Staff", f"{settings.SITE_URL}/admin/   {self._login()}"),
            ("Mails", mails),
            ("Data", f"{settings.VAR_DIR}/"),
        ]
        self.stdout.write("\n" + "\n".join(f"  {name:<6} {value}" for name, value in lines))
        self.stdout.write("\n  Ctrl-C stops everything.\n")

    def _login(self) -> str:
        if settings.HTTPS:
            return "(make a login with manage.py createsuperuser)"
        password = staff_login.provide(settings.VAR_DIR / "staff_login.txt")
        return f"{staff_login.NAME} / {password}" if password else f"{staff_login.NAME}, with the password you set"


def _static_digest() -> str:
    found = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            file = Path(storage.path(path))
            found.update(f"{path} {file.stat().st_size} {file.stat().st_mtime_ns}\n".encode())
    return found.hexdigest()
