"""Measure, print a table, and write bench.json. BENCH_SECONDS and BENCH_ROUNDS make it longer or shorter."""

from __future__ import annotations

import json
import os
import statistics
from pathlib import Path
from typing import Any

from bench import clients, servers
from bench.clients import Target
from bench.servers import BARE_PORT, HOUSE_PORT

SECONDS = float(os.environ.get("BENCH_SECONDS", "4"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
WARM_UP = 1.0


def main() -> None:
    with servers.standing() as scene:
        counted = scene["statements"]
        select, insert = Target(BARE_PORT, "/select"), Target(BARE_PORT, "/insert", status=201)
        page = Target(HOUSE_PORT, scene["page"], anew=True)
        post = Target(HOUSE_PORT, scene["registration"], status=302, method="POST", as_person=True)
        results = {
            "session_page": compare(
                page,
                select,
                0.35,
                f"session page in full / bare SELECT view; {counted['session_page']} statements (at most 3)",
            ),
            "session_page_kept": compare(
                Target(HOUSE_PORT, scene["page"]),
                select,
                0.35,
                "the same page as visitors get it: its queries run, its rendering is kept while it stays true",
            ),
            "registration_post": compare(
                post,
                insert,
                0.2,
                f"registration POST / bare INSERT view; {counted['registration_post']} statements (at most 20)",
            ),
        }
    folder = Path(os.environ.get("VAR_DIR") or servers.ROOT / "var")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.json").write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n")
    print(table(results))


def compare(ours: Target, bare: Target, goal: float, what: str) -> dict[str, Any]:
    """The ratio of the medians of alternating runs, and the lowest and highest ratio of two neighbours."""
    for target in (ours, bare):
        clients.rate(target, WARM_UP)
    pairs = [(clients.rate(ours, SECONDS), clients.rate(bare, SECONDS)) for _ in range(ROUNDS)]
    ratios = [mine / theirs for mine, theirs in pairs]
    mine, theirs = (statistics.median(rates) for rates in zip(*pairs, strict=True))
    return {
        "ratio": round(mine / theirs, 3),
        "goal": goal,
        "low": round(min(ratios), 3),
        "high": round(max(ratios), 3),
        "what": f"{what}; {mine:.0f} / {theirs:.0f} per second",
    }


def table(results: dict[str, dict[str, Any]]) -> str:
    lines = [f"{'':<18} {'ratio':>6} {'goal':>6} {'low':>6} {'high':>6}"]
    for name, row in results.items():
        lines.append(f"{name:<18} {row['ratio']:>6} {row['goal']:>6} {row['low']:>6} {row['high']:>6}   {row['what']}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
