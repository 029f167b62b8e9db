"""Where everything lies, on which ports, with which keys: made once, and the same at the next start."""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from iatp_events import env

ROOT = Path(__file__).resolve().parent.parent.parent
SERVERS = ("web1", "web2")
INSIDE = (*SERVERS, "postgres", "redis")
KEYS = ("SECRET_KEY", "postgres", "redis")
# What an operator may say otherwise; everything else is the stack's own.
THEIRS = ("EMAIL_URL", "DEFAULT_FROM_EMAIL", "RATE_LIMITS", "MEETING_HOSTS", "LOG_LEVEL", "DEMO", "TICK_EVERY")


@dataclass(frozen=True, slots=True)
class Plan:
    folder: Path
    port: int
    ports: dict[str, int]
    keys: dict[str, str]

    @property
    def site(self) -> str:
        return f"http://localhost:{self.port}"

    def environment(self) -> dict[str, str]:
        """All that the product's processes get from outside."""
        theirs = {name: env.text(name) for name in THEIRS}
        return theirs | {
            "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}",
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "PYTHON": sys.executable,
            "PYTHONUNBUFFERED": "1",
            "VAR_DIR": str(self.folder / "data"),
            "PRODUCTION": "1",
            "DEBUG": "0",
            "SITE_URL": self.site,
            "SECRET_KEY": self.keys["SECRET_KEY"],
            "ALLOWED_HOSTS": "",
            "DATABASE_URL": f"postgres://postgres:{self.keys['postgres']}@127.0.0.1:{self.ports['postgres']}/postgres",
            "REDIS_URL": f"redis://:{self.keys['redis']}@127.0.0.1:{self.ports['redis']}/0",
            "EMAIL_URL": theirs["EMAIL_URL"] or "files",
            "TRUSTED_PROXY_COUNT": "1",
            "METRICS_FROM": "127.0.0.1/32",
            "LOG_FORMAT": "json",
        }


def made() -> Plan:
    """Read PORT, STACK_PORTS and VAR_DIR; make what is not there yet."""
    folder = env.folder("VAR_DIR", ROOT / "var") / "stack"
    for inner in ("logs", "temp", "cache", "data"):
        (folder / inner).mkdir(parents=True, exist_ok=True)
    port = env.number("PORT", 8000, lowest=1, highest=65535)
    plan = Plan(folder=folder, port=port, ports=_ports(port), keys=_keys(folder / "keys.json"))
    for name, number in {"PORT": port, **{f"STACK_PORTS ({name})": of for name, of in plan.ports.items()}}.items():
        if not _is_free(number):
            sys.exit(f"{name}: port {number} is taken. Set PORT for the site, STACK_PORTS for {', '.join(INSIDE)}.")
    return plan


def _ports(port: int) -> dict[str, int]:
    given = env.words("STACK_PORTS", [str(port + more) for more in range(1, len(INSIDE) + 1)])
    if len(given) != len(INSIDE) or not all(word.isdecimal() and 0 < int(word) < 65536 for word in given):
        sys.exit(f"STACK_PORTS: name {len(INSIDE)} ports, for {', '.join(INSIDE)}.")
    return dict(zip(INSIDE, map(int, given), strict=True))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _keys(path: Path) -> dict[str, str]:
    if not path.exists():
        with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            json.dump({name: secrets.token_urlsafe(50) for name in KEYS}, file)
    found: dict[str, str] = json.loads(path.read_text())
    return found
