"""Files and functions stay small enough to be read whole."""

import ast
import math
import statistics
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings

ROOT: Path = settings.BASE_DIR
OURS = ("iatp_events", "workshops", "registrations")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def files(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts and path.stat().st_size]


@cache
def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Each function with its lines, from `def` to its last; decorators and functions inside it count with it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield f"{path.relative_to(ROOT)}: {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def function_sizes(*folders: str) -> dict[str, int]:
    return {name: size for path in files(*folders) for name, size in functions(path)}


def too_long(paths: list[Path], most: int) -> dict[str, int]:
    return {str(path.relative_to(ROOT)): lines(path) for path in paths if lines(path) > most}


def test_no_file_passes_350_lines() -> None:
    assert too_long(files(*OURS, "bench"), 350) == {}


def test_no_test_file_passes_400_lines() -> None:
    assert too_long(files("tests"), 400) == {}


def test_half_of_the_files_have_at_most_90_lines() -> None:
    assert statistics.median(map(lines, files(*OURS))) <= 90


def test_no_function_passes_45_lines() -> None:
    assert {name: size for name, size in function_sizes(*OURS, "bench", "tests").items() if size > 45} == {}


def test_nine_functions_in_ten_have_at_most_22_lines() -> None:
    sizes = sorted(function_sizes(*OURS).values())

    assert sizes[math.ceil(len(sizes) * 0.9) - 1] <= 22


def test_half_of_the_functions_have_at_most_8_lines() -> None:
    assert statistics.median(function_sizes(*OURS).values()) <= 8
