"""Read settings from the environment; a wrong value stops the start and names its variable."""

import os
from datetime import timedelta
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

LOG_LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
# A month: no lease, pause or budget is meant to be longer.
LONGEST = 30 * 24 * 3600
# Milliseconds.
IDLE_IN_TRANSACTION = 30_000
KNOWN_SECRETS = {"secret", "changeme", "change-me", "insecure", "django-insecure", "password"}
MAIL_SCHEMES = {"smtp": (25, False, False), "smtp+tls": (587, True, False), "smtps": (465, False, True)}


def wrong(variable: str, why: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{variable}: {why}")


def text(variable: str, default: str = "") -> str:
    return os.environ.get(variable, "").strip() or default


def given(*variables: str) -> set[str]:
    """Those of these variables that are set."""
    return {variable for variable in variables if text(variable)}


def flag(variable: str, default: bool) -> bool:
    value = text(variable).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise wrong(variable, f"'{value}' is neither 1 nor 0.")


def number(variable: str, default: int, *, lowest: int = 0, highest: int = 10**9) -> int:
    value = text(variable)
    if not value:
        return default
    try:
        parsed = int(value)
    except ValueError:
        raise wrong(variable, f"'{value}' is not a whole number.") from None
    if not lowest <= parsed <= highest:
        raise wrong(variable, f"{parsed} is not between {lowest} and {highest}.")
    return parsed


def seconds(variable: str, default: float) -> timedelta:
    value = text(variable)
    return timedelta(seconds=_seconds(variable, value) if value else default)


def durations(variable: str, default: list[float]) -> list[timedelta]:
    """A comma-separated list of seconds."""
    given = [_seconds(variable, word) for word in words(variable, [])]
    return [timedelta(seconds=step) for step in given or default]


def _seconds(variable: str, value: str) -> float:
    try:
        parsed = float(value)
    except ValueError:
        raise wrong(variable, f"'{value}' is not a number of seconds.") from None
    if not 0 < parsed <= LONGEST:
        raise wrong(variable, f"'{value}' is not between 0 and {LONGEST} seconds.")
    return parsed


def one_of(variable: str, default: str, known: list[str]) -> str:
    value = text(variable, default).upper()
    if value not in known:
        raise wrong(variable, f"'{value}' is not one of {', '.join(known)}.")
    return value


def sender(variable: str, default: str) -> str:
    """A mail address, alone or as "Name <address>"."""
    value = text(variable, default)
    name, address = parseaddr(value)
    local, _at, domain = address.rpartition("@")
    sound = local and domain and value.isprintable() and value.isascii() and value in {address, f"{name} <{address}>"}
    if not sound:
        raise wrong(variable, f"'{value}' is not a mail address such as Name <no-reply@example.org>")
    return value


def words(variable: str, default: list[str]) -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(variable).split(",") if word.strip()] or default


def token(variable: str) -> str:
    """A secret that is compared as it is; empty when unset."""
    value = text(variable)
    if value and len(value) < 20:
        raise wrong(variable, "is short; use 20 random characters or more.")
    return value


def networks(variable: str) -> list[IPv4Network | IPv6Network]:
    """A comma-separated list of private networks, as in 127.0.0.1/32,10.0.0.0/8."""
    try:
        found = [ip_network(word) for word in words(variable, [])]
    except ValueError:
        raise wrong(variable, f"'{text(variable)}' is not a list of networks such as 10.0.0.0/8.") from None
    for network in found:
        if not (network.is_private or network.is_loopback):
            raise wrong(variable, f"'{network}' is open to the internet; name private networks.")
    return found


def folder(variable: str, default: Path) -> Path:
    path = Path(text(variable, str(default))).expanduser().absolute()
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o750)
    except OSError as error:
        raise wrong(variable, f"'{path}' cannot be used as a folder ({error.strerror}).") from None
    return path


def site_url(variable: str, default: str) -> str:
    """An absolute http(s) address without a path, without a slash at its end."""
    value = text(variable, default).rstrip("/")
    parts = _split(variable, value, "https://events.example.org")
    named = parts.hostname and "@" not in parts.netloc
    if parts.scheme not in {"http", "https"} or not named or parts.path or parts.query or parts.fragment:
        raise wrong(variable, f"'{value}' is not an address such as https://events.example.org")
    return value


def _split(variable: str, value: str, example: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        _ = parts.port  # a port that is no number shows itself only when it is read
    except ValueError:
        raise wrong(variable, f"is not an address such as {example}") from None
    return parts


def database(variable: str, var_dir: Path) -> dict[str, Any]:
    """Django's settings for PostgreSQL by URL, or for a SQLite file that stands many writers.

    Without IMMEDIATE transactions, SQLite answers "database is locked" to a third of concurrent writers.
    """
    url = text(variable)
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": var_dir / "db.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    if not url.startswith(("postgres://", "postgresql://")):
        raise wrong(variable, "only postgres:// addresses are understood; leave it empty for SQLite.")
    try:
        settings = dict(environ.Env.db_url_config(url))
    except (ValueError, KeyError):
        raise wrong(variable, "is not an address such as postgres://user:password@host:5432/name") from None
    if not settings.get("NAME"):
        raise wrong(variable, "names no database.")
    options = settings.setdefault("OPTIONS", {})
    options.setdefault("connect_timeout", 5)
    # A process that froze within a transaction would hold its locks, and everybody else, until it is thawed.
    options.setdefault("options", f"-c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION}")
    return settings | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


def broker(variable: str, var_dir: Path) -> str:
    """The Redis address; unset, the socket of the broker that `make run` starts."""
    url = text(variable)
    if not url:
        return f"redis+socket://{embedded_broker_socket(var_dir)}"
    if _split(variable, url, "redis://localhost:6379/0").scheme not in {"redis", "rediss", "unix", "redis+socket"}:
        raise wrong(variable, "is not an address such as redis://localhost:6379/0")
    return url.replace("unix://", "redis+socket://", 1)


def embedded_broker_socket(var_dir: Path) -> Path:
    return short_socket(var_dir, "broker.sock")


def short_socket(folder: Path, name: str) -> Path:
    """Where something listens: a unix socket's path may not pass some 100 characters."""
    socket = folder / name
    if len(str(socket)) < 100:
        return socket
    import hashlib
    import tempfile

    digest = hashlib.sha256(str(socket).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"iatp-{digest}.sock"


def mail(variable: str) -> dict[str, Any] | None:
    """SMTP settings from smtp://user:pass@host:port, smtp+tls:// or smtps://; None when unset, or "files"."""
    url = text(variable)
    if url in {"", "files"}:
        return None
    try:
        parts = urlsplit(url)
        port, starttls, implicit = MAIL_SCHEMES[parts.scheme]
        port = parts.port or port
    except (KeyError, ValueError):
        raise wrong(variable, "is not an address such as smtp+tls://user:password@mail.example.org:587") from None
    if not parts.hostname:
        raise wrong(variable, "names no host.")
    return {
        "host": parts.hostname,
        "port": port,
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_tls": starttls,
        "use_ssl": implicit,
    }


def rates(variable: str, default: dict[str, int]) -> dict[str, int]:
    """Requests per minute (or day) by name, as in 'registrations_per_address=300,registrations_per_email=10'."""
    limits = dict(default)
    for pair in words(variable, []):
        name, _, value = pair.partition("=")
        if name not in default or not (value.isascii() and value.isdigit()):
            raise wrong(variable, f"'{pair}' is not one of {', '.join(f'{known}=N' for known in default)}.")
        limits[name] = int(value)
    return limits


def secret(variable: str, var_dir: Path, *, debug: bool, production: bool) -> str:
    """SECRET_KEY, or one made for this installation and kept in VAR_DIR when nothing is set.

    Production, which an https address means too, demands a key of the operator's own.
    """
    value = text(variable)
    if not value and production and not debug:
        raise wrong(variable, "must be set when SITE_URL is https, and in production; 50 random characters or more.")
    if not value:
        return _kept_secret(var_dir / "secret_key")
    if not debug and (len(value) < 32 or len(set(value)) < 8 or any(known in value for known in KNOWN_SECRETS)):
        raise wrong(variable, "is short or well known; use 50 random characters or more.")
    return value


def _kept_secret(path: Path) -> str:
    from django.core.management.utils import get_random_secret_key

    try:
        # "x" and the mode: two processes that start together agree on one key, and nobody else reads it.
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(get_random_secret_key() + get_random_secret_key())
    except FileExistsError:
        pass
    kept = path.read_text().strip()
    return kept or wrong_key(path)


def wrong_key(path: Path) -> str:
    raise wrong("SECRET_KEY", f"the kept key in {path} is empty; delete that file and start again.")
