"""The rules of the house that no type checker knows."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT: Path = settings.BASE_DIR
OURS = ("iatp_events", "workshops", "registrations")
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "managers", "signals", "exceptions", "misc"}


def sources() -> dict[str, str]:
    found = [
        path for folder in OURS for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts
    ]
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in found}


def where(pattern: str) -> list[str]:
    return [name for name, source in sources().items() if re.search(pattern, source)]


def test_imports_go_down_the_staircase_only() -> None:
    linted = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_no_module_is_a_drawer_for_everything() -> None:
    stems = {name: {Path(name).stem, *Path(name).parent.parts} for name in sources()}

    assert [name for name, parts in stems.items() if parts & FORBIDDEN_NAMES] == []


def test_nothing_is_signalled_and_no_save_is_overridden() -> None:
    assert where(r"django\.dispatch|django\.db\.models\.signals|@receiver\b|\bpost_save\b|\bpre_delete\b") == []
    overridden = [
        f"{name}: {node.name}"
        for name, source in sources().items()
        if "/models/" in name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.name in {"save", "delete"}
    ]
    assert overridden == []


@pytest.mark.parametrize("way", [r"\beta\s*=", r"\bcountdown\s*=", r"\.retry\(", r"\bautoretry_for\b"])
def test_celery_is_an_alarm_clock_and_never_a_queue(way: str) -> None:
    """A countdown longer than the broker's visibility timeout runs a task again and again."""
    assert where(way) == []


def test_no_model_has_an_order_that_nobody_asked_for() -> None:
    found = [
        name
        for name, source in sources().items()
        if "/models/" in name and re.search(r"^\s+ordering\s*=", source, re.M)
    ]

    assert found == []


def test_only_the_edges_read_the_clock() -> None:
    """Services, models and plain modules take `now`; what they do can be tested at any hour."""
    floors = ("/services/", "/models/", "workshops/ical.py", "workshops/when.py")
    reading = r"timezone\.now\(|datetime\.now\(|datetime\.utcnow\(|date\.today\("

    assert [name for name in where(reading) if any(floor in name for floor in floors)] == []
