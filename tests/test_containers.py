"""The container files, read against the code: no engine runs here, so what can be known without one is asked."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
DOCUMENTED = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
PROCFILE = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
# Of the interpreter and the shell, not of the product.
FOREIGN = {"PATH", "PYTHON", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "LANG"}


def words_of(process: str) -> list[str]:
    """The words of a process of the Procfile, as a container says them."""
    return ["python", *shlex.split(PROCFILE[process].replace('exec "$PYTHON"', ""))]


def test_all_of_production_is_there() -> None:
    assert {"postgres", "redis", "migrate", "web", "worker", "beat", "nginx"} == set(SERVICES)
    assert set(OURS) == {"migrate", "web", "worker", "beat"}


@pytest.mark.parametrize("service", ["worker", "beat"])
def test_a_container_runs_what_the_procfile_runs(service: str) -> None:
    assert SERVICES[service]["command"] == words_of(service)


def test_the_image_runs_the_web_server_of_the_procfile() -> None:
    (command,) = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)

    assert yaml.safe_load(command) == words_of("web")
    assert "command" not in SERVICES["web"]


def test_every_command_exists() -> None:
    _python, script, command, *_ = SERVICES["migrate"]["command"]

    assert (ROOT / script).exists()
    assert command in get_commands()


@pytest.mark.parametrize("service", ["migrate", "web", "worker", "beat"])
def test_every_setting_is_one_that_the_product_reads(service: str) -> None:
    assert set(SERVICES[service]["environment"]) - DOCUMENTED == set()


def test_every_setting_of_the_image_is_one_that_the_product_reads() -> None:
    said = " ".join(re.findall(r"^ENV ((?:.*\\\n)*.*)$", DOCKERFILE, re.MULTILINE))

    assert set(re.findall(r"([A-Z_]+)=", said)) - DOCUMENTED == FOREIGN


@pytest.mark.parametrize("service", ["migrate", "web", "worker", "beat"])
def test_our_containers_write_nothing_but_their_volume_and_may_nothing(service: str) -> None:
    said = SERVICES[service]

    assert (said["read_only"], said["cap_drop"], said["tmpfs"]) == (True, ["ALL"], ["/tmp"])
    assert said["volumes"] == ["var:/var/lib/iatp"]
    assert "ports" not in said


def test_nobody_reaches_database_or_broker_from_outside() -> None:
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert {name: SERVICES[name]["networks"] for name in ("postgres", "redis")} == {
        "postgres": ["inside"],
        "redis": ["inside"],
    }
    assert [name for name, said in SERVICES.items() if "ports" in said] == ["nginx"]


def test_the_image_runs_as_nobody_and_says_how_it_is() -> None:
    users = re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)

    assert users == ["10001"]
    assert "/readyz" in DOCKERFILE.split("HEALTHCHECK")[1]


def test_every_image_is_of_a_named_version() -> None:
    named = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    named += [said["image"] for name, said in SERVICES.items() if name not in OURS]

    assert [image for image in named if not re.search(r":\d", image)] == []


def test_the_proxy_is_filled_in_whole() -> None:
    template = (ROOT / "ops" / "nginx" / "site.conf.template").read_text()
    mounted = [volume.split(":")[0] for volume in SERVICES["nginx"]["volumes"]]

    assert set(re.findall(r"\$\{(\w+)\}", template)) == set(SERVICES["nginx"]["environment"])
    assert (ROOT / mounted[0]).exists()


def test_what_the_image_copies_is_what_the_product_needs() -> None:
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]

    assert [name for name in kept if not (ROOT / name).exists()] == []
    assert {"iatp_events", "workshops", "registrations", "templates", "static", "locale", "manage.py"} <= set(kept)


def test_everything_an_operator_fills_in_is_documented() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "compose.yaml").read_text()))

    assert asked - DOCUMENTED == set()


def test_keys_have_no_default() -> None:
    said = (ROOT / "compose.yaml").read_text()

    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "SITE_URL", "EMAIL_URL"):
        assert set(re.findall(rf"\$\{{{name}(:.)", said)) == {":?"}
