"""Production's processes on this machine, from production's settings: they serve, they come back, they end."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError

import pytest

from iatp_events.lib.addresses import FOLIO_PATHS, TOKEN_PATHS
from iatp_events.middleware import LARGEST_BODY
from tests.servers.crowd import press_at_once
from tests.servers.forms import filled
from tests.servers.mailbox import parsed
from tests.servers.processes import ROOT, accepts, wait_for
from tests.servers.stack import Stack

pytestmark = pytest.mark.real_time

OPEN_SESSION = """
from datetime import timedelta
from django.utils import timezone
from tests import factories
now = timezone.now()
factories.create_session(number=77, capacity=5, starts_at=now + timedelta(days=10), revised_at=now)
"""
FORM = "/es/series/community-in-practice/register/?session=77"
_NUMBERS = itertools.count(1)
SITE = (ROOT / "ops" / "nginx" / "site.conf.template").read_text()


@pytest.fixture
def stack(ground: Path, static_files: Path) -> Iterator[Stack]:
    stack = Stack(ground / f"stack{next(_NUMBERS)}", static_files)
    try:
        stack.wait()
        yield stack
    finally:
        stack.stop()
        print(stack.process.output[-2000:], stack.logs()[-6000:])


def mails_to_ana(stack: Stack) -> list[str]:
    mails = [parsed(path.read_bytes()) for path in (stack.folder / "data" / "mail").glob("*.eml")]
    return [str(mail["Subject"]) for mail in mails if "ana@example.org" in str(mail["To"])]


def asked_for(stack: Stack) -> list[str]:
    """The paths in the proxy's log, without a line that is being written."""
    lines = (stack.folder / "logs" / "access.log").read_text().splitlines(keepends=True)
    return [json.loads(line)["path"] for line in lines if line.endswith("\n")]


def test_it_serves_comes_back_and_ends(stack: Stack) -> None:
    stack.run(OPEN_SESSION)

    (answer,) = press_at_once([(stack.url + FORM, filled("Ana Ruiz", "ana@example.org", 77))])
    assert answer.status == 302
    wait_for(lambda: mails_to_ana(stack), what="the confirmation")

    stack.kill("web1")
    assert [stack.answers(stack.port, "/es/") for _ in range(10)] == [True] * 10
    wait_for(lambda: stack.answers(stack.ports["web1"]), seconds=30, what="the web server that was killed")

    with pytest.raises(HTTPError):
        stack.get("/r/61-1.very-secret/?also=very-secret")
    # The proxy answers first and writes its line then.
    wait_for(lambda: "/r/…/" in asked_for(stack), what="the line of the request")
    assert [word for word in ("very-secret", "ana@", "Ruiz") if word in stack.logs()] == []

    stack.stop()
    assert (stack.process.popen.returncode, stack.left()) == (0, [])
    assert not any(accepts(port) for port in (stack.port, *stack.ports.values()))


@pytest.mark.at_length
@pytest.mark.parametrize("program", ["web2", "worker1", "beat", "redis", "postgres", "nginx"])
def test_whatever_dies_comes_back_and_people_are_served(stack: Stack, program: str) -> None:
    stack.run(OPEN_SESSION)

    stack.kill(program)
    wait_for(lambda: stack.answers(stack.port), seconds=60, what="the site")
    (answer,) = press_at_once([(stack.url + FORM, filled("Ana Ruiz", "ana@example.org", 77))])

    assert answer.status == 302
    wait_for(lambda: mails_to_ana(stack), seconds=60, what="the confirmation")


@pytest.mark.at_length
def test_a_killed_supervisor_leaves_nobody_behind(stack: Stack) -> None:
    stack.process.popen.kill()
    stack.process.popen.wait()

    wait_for(lambda: not stack.left(), seconds=60, what="the end of every process")


@pytest.mark.at_length
def test_static_files_are_compressed_named_by_their_digest_and_kept_for_long(stack: Stack) -> None:
    page = stack.get("/es/").read().decode()
    path = re.findall(r'"/static/([^"]+\.css)"', page)[0]

    found = {
        way: stack.get(f"/static/{path}", headers={"Accept-Encoding": way}).headers
        for way in ("br", "gzip", "identity")
    }

    assert {way: headers["Content-Encoding"] for way, headers in found.items()} == {
        "br": "br",
        "gzip": "gzip",
        "identity": None,
    }
    assert {headers["Cache-Control"] for headers in found.values()} == {"max-age=315360000, public, immutable"}
    assert len({headers["X-Request-ID"] for headers in found.values()}) == 3


def test_the_proxy_masks_what_the_product_says_is_a_token() -> None:
    masked = SITE.split("(?<told_kind>")[1].split(")")[0].split("|")

    assert set(masked) == {*TOKEN_PATHS, *FOLIO_PATHS}


def test_the_proxy_refuses_what_the_product_refuses() -> None:
    assert f"client_max_body_size {LARGEST_BODY};" in SITE
