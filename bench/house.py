"""The product's processes as its Procfile starts them, beside a broker and the sink; and what they weigh."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from honcho.environ import parse_procfile

from bench import servers, sink
from bench.sink import Postmaster

PROCESSES = 2
DELIVER = "registrations.deliver"


@contextmanager
def bell() -> Iterator[Postmaster]:
    """A broker and a sink for the rest of a part."""
    servers.tidy_up_when_asked()
    with servers.running(servers.BROKER, os.environ), sink.standing(os.environ) as postmaster:
        yield postmaster


@contextmanager
def working(postmaster: Postmaster, *names: str, include: str = "") -> Iterator[int]:
    """Run the named lines of the Procfile; yield the pid of the first. include: a module of tasks besides our own."""
    lines = parse_procfile((servers.ROOT / "Procfile").read_text()).processes
    env = os.environ | {"PYTHON": sys.executable, "EMAIL_URL": postmaster.url}
    with ExitStack() as stack:
        pids = []
        for name in names:
            command = f"{lines[name]} --include {include}" if include and name == "worker" else lines[name]
            pids.append(stack.enter_context(servers.running(["sh", "-c", command], env)).pid)
        yield pids[0]


def ring(task: str = DELIVER, **arguments: int) -> None:
    """Give each of the two processes something to do."""
    from iatp_events.celery import app

    for _ in range(PROCESSES):
        app.send_task(task, kwargs=arguments, ignore_result=True)


def peak(pid: int) -> float:
    """The highest memory of any child of a worker so far, in MB."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return max(own_peak(child) for child in children)


def own_peak(pid: str = "self") -> float:
    """The highest memory of one process so far, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
