"""What production demands of its settings. It does not start without, and says everything that is missing at once."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
# As `check --deploy` counts.
SHORTEST_KEY = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The settings that matter here. The words of `given` are the variables that were set."""

    production: bool
    machines: int
    https: bool
    debug: bool
    site_host: str
    allowed_hosts: list[str]
    secret_key: str
    proxies: int
    given: set[str]
    mails_are_files: bool


def refuse_unsafe(chosen: Chosen) -> None:
    """Raise ImproperlyConfigured with a line for each setting that is not safe."""
    wrong = [*_of_production(chosen), *_of_several_machines(chosen)]
    if wrong:
        raise ImproperlyConfigured("\n".join(wrong))


def _of_production(chosen: Chosen) -> Iterator[str]:
    if not chosen.production:
        return
    if chosen.debug:
        yield "DEBUG: must be off in production."
    if not chosen.https and chosen.site_host not in LOOPBACK:
        yield "SITE_URL: must be https in production; http is for this machine alone."
    if len(chosen.secret_key) < SHORTEST_KEY:
        yield f"SECRET_KEY: has {len(chosen.secret_key)} characters; use {SHORTEST_KEY} random ones or more."
    if not any(_names(pattern, chosen.site_host) for pattern in chosen.allowed_hosts):
        yield f"ALLOWED_HOSTS: must name {chosen.site_host}, to which every link leads."
    if chosen.https and not chosen.proxies:
        yield "TRUSTED_PROXY_COUNT: must be 1 or more with https; whoever speaks TLS stands before this server."
    if "EMAIL_URL" not in chosen.given:
        yield "EMAIL_URL: must be set in production; 'files' where mails are meant to stay here."
    elif not chosen.mails_are_files and "DEFAULT_FROM_EMAIL" not in chosen.given:
        yield "DEFAULT_FROM_EMAIL: must be set where mails leave; its domain must let your mail server speak for it."


def _of_several_machines(chosen: Chosen) -> Iterator[str]:
    if chosen.machines < 2:
        return
    if "DATABASE_URL" not in chosen.given:
        yield "DATABASE_URL: must be set on several machines; a SQLite file is on one."
    if "REDIS_URL" not in chosen.given:
        yield "REDIS_URL: must be set on several machines; the embedded broker is on one."
    if chosen.mails_are_files:
        yield "EMAIL_URL: must lead to a mail server on several machines; files are on one."


def _names(pattern: str, host: str) -> bool:
    return pattern == host or (pattern.startswith(".") and f".{host}".endswith(pattern))
