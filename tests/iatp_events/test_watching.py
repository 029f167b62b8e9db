"""What an operator sees of processes as they run: figures of all of them, and a log that a machine reads."""

from __future__ import annotations

import json
import os
import signal
from urllib.request import Request, urlopen

import pytest

from tests.servers.house import House
from tests.servers.processes import wait_for

pytestmark = pytest.mark.real_time


def read(house: House, path: str, **headers: str) -> str:
    with urlopen(Request(house.url + path, headers=headers), timeout=20) as answer:
        return str(answer.read(), "utf-8")


def test_whichever_process_is_asked_tells_of_all(sqlite_house: House) -> None:
    sqlite_house.environment |= {"METRICS_FROM": "127.0.0.1/32", "LOG_FORMAT": "json"}
    web = sqlite_house.web(workers=2)
    for _ in range(30):
        read(sqlite_house, "/healthz")

    told = {line for _ in range(6) for line in read(sqlite_house, "/metrics").splitlines() if '"healthz"' in line}

    assert 'iatp_requests_total{status="200",view="healthz"} 30.0' in told
    assert len(list((sqlite_house.var / "metrics" / str(sqlite_house.port)).glob("counter_*.db"))) == 2
    forgotten = sqlite_house.var / "metrics" / str(sqlite_house.port) / "counter_99999999.db"
    forgotten.write_bytes(b"")
    web.stop()
    sqlite_house.web(workers=1)
    assert not forgotten.exists()


def test_every_line_of_the_log_is_json(sqlite_house: House) -> None:
    sqlite_house.environment |= {"LOG_FORMAT": "json"}
    web = sqlite_house.web(workers=1)
    (sqlite_house.var / "db.sqlite3").rename(sqlite_house.var / "elsewhere")
    (sqlite_house.var / "db.sqlite3").mkdir()

    with pytest.raises(OSError, match="HTTP Error 503"):
        read(sqlite_house, "/readyz", **{"X-Request-ID": "asked-by-this-test"})
    # gunicorn's own words, too.
    os.kill(int(children(web.popen.pid)[0]), signal.SIGKILL)
    wait_for(lambda: "was sent SIGKILL" in web.output, what="gunicorn's word about it")

    said = [json.loads(line) for line in web.output.splitlines()]
    assert "asked-by-this-test" in {line.get("request") for line in said}
    assert {"gunicorn.error", "iatp_events.health"} <= {line["logger"] for line in said}


def children(pid: int) -> list[str]:
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return file.read().split()
