"""Measure, print a table, and write bench.json: `python -m bench [pages] [web] [mail] [first] [memory] [queueing] …`.

Without names it measures everything. The environment makes it longer or shorter: BENCH_SECONDS and BENCH_ROUNDS for the
comparisons, BENCH_MESSAGES for the memory (100000 for the whole claim), BENCH_REMINDERS for the queueing,
BENCH_PEOPLE and BENCH_REGISTRATIONS for the growth.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from bench import door, flow, growth, pages, servers, view, web
from bench.rows import Rows, table
from bench.servers import Machine

PARTS = ("pages", "view", "web", "flow", "mail", "first", "memory", "queueing", "sign_in", "door", "growth")
# They start web servers; the others work inside the product.
_OUTSIDE = {
    "pages": pages.measure,
    "view": view.measure,
    "web": web.measure,
    "flow": flow.measure,
    "door": door.measure,
    "growth": growth.measure,
}


def main() -> None:
    wanted = sys.argv[1:] or PARTS
    if unknown := set(wanted) - set(PARTS):
        sys.exit(f"Nothing measures {', '.join(sorted(unknown))}; there is {', '.join(PARTS)}.")
    servers.tidy_up_when_asked()
    rows: Rows = {}
    try:
        with servers.machine() as machine:
            for part in wanted:
                rows |= _OUTSIDE[part](machine) if part in _OUTSIDE else _inside(machine, part)
    finally:
        # What was measured before a part failed took minutes, and holds.
        _report(rows)


def _report(rows: Rows) -> None:
    folder = Path(os.environ.get("VAR_DIR") or servers.ROOT / "var")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.json").write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
    print(table(rows))


def _inside(machine: Machine, part: str) -> Rows:
    """Run a part in a process of the product's own, on a fresh database."""
    rows: Rows = json.loads(machine.run(f"bench.{part}", machine.environment(part)))
    return rows


if __name__ == "__main__":
    main()
