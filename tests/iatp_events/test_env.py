"""Settings from the environment: a wrong value stops the start and names its variable."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from iatp_events import env

LONG_KEY = "Zk3-9vQx7LmT2wRb8YcN5pHs6JdF1gAe4UoXi0"
READ_SETTINGS = "import iatp_events.settings"


def start(var: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Read the settings in a process of its own, as every command does first."""
    plain = {"PATH": os.environ["PATH"], "VAR_DIR": str(var), "SITE_URL": "http://localhost:8000"}
    # Empty, not absent: a developer's `.env` fills in what is absent.
    silent = dict.fromkeys((*PRODUCTION, "MACHINES", "DEBUG", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"), "")
    command = [sys.executable, "-c", READ_SETTINGS]
    return subprocess.run(
        command, cwd=settings.BASE_DIR, env=silent | plain | variables, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY: is short or well known"),
        ({"SECRET_KEY": "django-insecure-" + LONG_KEY}, "SECRET_KEY: is short or well known"),
        ({"SITE_URL": "https://events.example.org"}, "SECRET_KEY: must be set when SITE_URL is https"),
        ({"SITE_URL": "https://events.example.org", "SECRET_KEY": LONG_KEY, "DEBUG": "1"}, "DEBUG: must be off"),
        ({"DEBUG": "perhaps"}, "DEBUG: 'perhaps' is neither 1 nor 0."),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS: '*' accepts any host"),
        ({"SITE_URL": "events.example.org"}, "SITE_URL: 'events.example.org' is not an address"),
        ({"SITE_URL": "https://events.example.org/path"}, "SITE_URL: "),
        ({"DATABASE_URL": "mysql://u:p@h/n"}, "DATABASE_URL: only postgres:// addresses are understood"),
        ({"DATABASE_URL": "postgres://u:p@h:5432/"}, "DATABASE_URL: names no database."),
        ({"REDIS_URL": "http://localhost"}, "REDIS_URL: is not an address such as redis://"),
        ({"EMAIL_URL": "mail.example.org"}, "EMAIL_URL: is not an address such as smtp+tls://"),
        ({"EMAIL_URL": "smtp://user:pass@mail.example.org:port"}, "EMAIL_URL: is not an address"),
        ({"EMAIL_URL": "smtp://"}, "EMAIL_URL: names no host."),
        ({"DEFAULT_FROM_EMAIL": "nobody"}, "DEFAULT_FROM_EMAIL: 'nobody' is not a mail address"),
        ({"DEFAULT_FROM_EMAIL": 'a@b",<x'}, "DEFAULT_FROM_EMAIL: "),
        ({"METRICS_TOKEN": "short"}, "METRICS_TOKEN: is short"),
        ({"METRICS_FROM": "8.8.8.0/24"}, "METRICS_FROM: '8.8.8.0/24' is open to the internet"),
        ({"METRICS_FROM": "0.0.0.0/0"}, "METRICS_FROM: '0.0.0.0/0' is open to the internet"),
        ({"METRICS_FROM": "everybody"}, "METRICS_FROM: 'everybody' is not a list of networks"),
        ({"SITE_URL": "http://["}, "SITE_URL: is not an address"),
        ({"SITE_URL": "http://user:pw@example.org"}, "SITE_URL: "),
        ({"REDIS_URL": "redis://host:port/0"}, "REDIS_URL: is not an address"),
        ({"MESSAGE_BACKOFF": "10,x"}, "MESSAGE_BACKOFF: 'x' is not a number of seconds."),
        ({"MESSAGE_LEASE": "20"}, "MESSAGE_LEASE: must be longer than MAIL_BUDGET"),
        ({"MAIL_BUDGET": "nan"}, "MAIL_BUDGET: 'nan' is not between"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL: 'LOUD' is not one of"),
        ({"TRUSTED_PROXY_COUNT": "one"}, "TRUSTED_PROXY_COUNT: 'one' is not a whole number."),
        ({"TRUSTED_PROXY_COUNT": "-1"}, "TRUSTED_PROXY_COUNT: -1 is not between 0 and 10."),
        ({"RATE_LIMITS": "everything=1"}, "RATE_LIMITS: 'everything=1' is not one of"),
        ({"RATE_LIMITS": "registrations_per_email=many"}, "RATE_LIMITS: "),
        ({"PORT": "0"}, "PORT: 0 is not between 1 and 65535."),
        ({"DEMO": "si"}, "DEMO: 'si' is neither 1 nor 0."),
        ({"TICK_EVERY": "0"}, "TICK_EVERY: '0' is not between 0 and"),
        ({"MESSAGE_LEASE": "long"}, "MESSAGE_LEASE: 'long' is not a number of seconds."),
        ({"VAR_DIR": "/proc/none"}, "VAR_DIR: '/proc/none' cannot be used as a folder"),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else "",
)
def test_a_wrong_value_stops_the_start_and_names_its_variable(
    tmp_path: Path, variables: dict[str, str], named: str
) -> None:
    started = start(tmp_path, **variables)

    assert started.returncode != 0
    assert f"ImproperlyConfigured: {named}" in started.stderr


PRODUCTION = {
    "PRODUCTION": "1",
    "SITE_URL": "https://events.example.org",
    "SECRET_KEY": LONG_KEY + "-and-longer-than-fifty",
    "TRUSTED_PROXY_COUNT": "1",
    "EMAIL_URL": "smtp://mail.example.org",
    "DEFAULT_FROM_EMAIL": "workshops@example.org",
}


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"SITE_URL": "http://events.example.org"}, ["SITE_URL: must be https in production"]),
        ({"SECRET_KEY": ""}, ["SECRET_KEY: must be set when SITE_URL is https, and in production"]),
        ({"SECRET_KEY": LONG_KEY}, ["SECRET_KEY: has 38 characters"]),
        ({"SITE_URL": "http://localhost:8000", "DEBUG": "1"}, ["DEBUG: must be off in production."]),
        ({"ALLOWED_HOSTS": "www.example.org,.example.net"}, ["ALLOWED_HOSTS: must name events.example.org"]),
        ({"TRUSTED_PROXY_COUNT": "0"}, ["TRUSTED_PROXY_COUNT: must be 1 or more"]),
        ({"EMAIL_URL": ""}, ["EMAIL_URL: must be set in production"]),
        ({"DEFAULT_FROM_EMAIL": ""}, ["DEFAULT_FROM_EMAIL: must be set where mails leave"]),
        ({"MACHINES": "2"}, ["DATABASE_URL: must be set on several", "REDIS_URL: must be set on several"]),
        ({"MACHINES": "2", "EMAIL_URL": "files", "PRODUCTION": "0"}, ["EMAIL_URL: must lead to a mail server"]),
        ({"EMAIL_URL": "", "TRUSTED_PROXY_COUNT": "0"}, ["EMAIL_URL: must be set", "TRUSTED_PROXY_COUNT: must"]),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else "",
)
def test_production_is_refused_with_everything_that_is_unsafe_named(
    tmp_path: Path, variables: dict[str, str], named: list[str]
) -> None:
    started = start(tmp_path, **PRODUCTION | variables)

    assert started.returncode != 0
    assert [said for said in named if said not in started.stderr] == []


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"ALLOWED_HOSTS": ".example.org"},
        {"SITE_URL": "http://localhost:8080", "TRUSTED_PROXY_COUNT": "0"},
        {"EMAIL_URL": "files", "DEFAULT_FROM_EMAIL": ""},
        {"MACHINES": "3", "DATABASE_URL": "postgres://iatp@db/iatp", "REDIS_URL": "redis://redis:6379/0"},
    ],
    ids=lambda value: "+".join(value) or "plain",
)
def test_production_that_is_safe_starts(tmp_path: Path, variables: dict[str, str]) -> None:
    started = start(tmp_path, **PRODUCTION | variables)

    assert (started.returncode, started.stderr) == (0, "")


def test_an_empty_environment_starts_and_makes_a_key_of_its_own(tmp_path: Path) -> None:
    assert start(tmp_path).returncode == 0
    key = (tmp_path / "secret_key").read_text()

    assert start(tmp_path).returncode == 0
    assert len(key) >= 50
    assert (tmp_path / "secret_key").read_text() == key
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_a_production_environment_starts(tmp_path: Path) -> None:
    started = start(
        tmp_path,
        SITE_URL="https://events.example.org",
        SECRET_KEY=LONG_KEY,
        ALLOWED_HOSTS="events.example.org",
        DATABASE_URL="postgres://iatp:secret@db.example.org:5432/iatp",
        REDIS_URL="redis://cache.example.org:6379/0",
        EMAIL_URL="smtp+tls://user:p%40ss@mail.example.org:587",
        TRUSTED_PROXY_COUNT="1",
    )

    assert (started.returncode, started.stderr) == (0, "")


def test_a_mail_address_with_an_encoded_password_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_URL", "smtps://user%40example.org:p%40ss@mail.example.org")

    assert env.mail("EMAIL_URL") == {
        "host": "mail.example.org",
        "port": 465,
        "username": "user@example.org",
        "password": "p@ss",
        "use_tls": False,
        "use_ssl": True,
    }


def test_sqlite_gets_the_settings_that_stand_many_writers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "")

    options = env.database("DATABASE_URL", tmp_path)["OPTIONS"]

    assert (options["transaction_mode"], options["timeout"]) == ("IMMEDIATE", 20)
    assert "journal_mode=WAL" in options["init_command"]


def test_a_long_folder_gets_its_socket_elsewhere(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 60) / ("b" * 60)

    assert env.embedded_broker_socket(Path("/srv/var")) == Path("/srv/var/broker.sock")
    assert len(str(env.embedded_broker_socket(deep))) < 100


def test_a_rate_limit_is_set_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATE_LIMITS", "b=5")

    assert env.rates("RATE_LIMITS", {"a": 1, "b": 2}) == {"a": 1, "b": 5}
    with pytest.raises(ImproperlyConfigured, match="RATE_LIMITS"):
        env.rates("RATE_LIMITS", {"a": 1})


def test_every_variable_the_settings_read_is_documented() -> None:
    """Grown by hand, such a list would be out of date by the second commit."""
    sources = [settings.BASE_DIR / "iatp_events" / name for name in ("settings.py", "gunicorn.py")]
    read = {
        part.split('"')[0]
        for source in sources
        for part in source.read_text().replace("(\n", "(").split("env.")[1:]
        for part in part.split('("')[1:2]
    }
    documented = (settings.BASE_DIR / ".env.example").read_text()

    assert len(read) > 15
    assert [name for name in sorted(read) if f"\n#{name}=" not in documented and f"\n{name}=" not in documented] == []
