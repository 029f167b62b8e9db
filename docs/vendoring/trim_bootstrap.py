"""Leave out of Bootstrap's compiled CSS what no page of ours uses.

    npm pack bootstrap@5.3.9
    python docs/vendoring/trim_bootstrap.py package/dist/css/bootstrap.min.css > static/vendor/bootstrap.min.css

Run it at the root of the repository, in the environment of the product. A class is used when it stands as a word in a
template, a script or a Python file, of ours or of the form library; then the custom properties go that nothing reads.
A class that a page begins to use comes back by running it again. Nothing is rewritten: rules stay or go.
"""

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

UNUSED = re.compile(
    r"\.(accordion|alert|badge|breadcrumb|bs-popover|bs-tooltip|card|carousel|collapse|collapsing|dropdown|dropend|dropstart|"
    r"dropup|figure|img-thumbnail|list-group|modal|nav|navbar|offcanvas|page-|pagination|placeholder|popover|progress|"
    r"spinner|tab-|toast|tooltip|btn-close|btn-group|btn-toolbar|form-floating|form-range|form-switch|input-group|"
    r"ratio|sticky-|fixed-|hstack|vstack|vr|text-bg-|link-|icon-link|table-(striped|hover|active|bordered|dark|light|"
    r"primary|secondary|success|info|warning|danger)|btn-(outline-)?(secondary|success|info|warning|danger|light|dark)|"
    r"was-validated|valid-|opacity-|shadow|rounded|border|order-|offset-|float-|object-|overflow-|z-|user-select|pe-none|"
    r"display-|font-monospace|focus-ring)[\w-]*"
)
# What a subset must not lose though its name looks like one of the above.
KEPT = re.compile(
    r"^\.(table|form-|invalid-|is-invalid|col|row|container|g-|d-|m[tbsexy]?-|p[tbsexy]?-|visually-hidden)"
)
CLASS = re.compile(r"\.([A-Za-z_][\w-]*)")
PROPERTY = re.compile(r"(?<=[{;])(--bs-[\w-]+):[^;{}]*(?:;|(?=\}))")
READ = re.compile(r"var\(\s*(--bs-[\w-]+)")
OURS = (
    ("templates", "*.html"),
    ("static/js", "*.js"),
    ("workshops", "*.py"),
    ("registrations", "*.py"),
    ("iatp_events", "*.py"),
)
KEYFRAMES = re.compile(r"@(-webkit-)?keyframes (progress|spinner|placeholder)")


def blocks(css: str) -> Iterator[tuple[str, str]]:
    """Yield (prelude, body) of every rule at this level; a rule without a body has an empty one."""
    position = 0
    while position < len(css):
        brace, semicolon = css.find("{", position), css.find(";", position)
        if brace == -1:
            return
        if semicolon != -1 and semicolon < brace:
            yield css[position : semicolon + 1], ""
            position = semicolon + 1
            continue
        depth, end = 1, brace + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        yield css[position:brace], css[brace + 1 : end - 1]
        position = end


def words() -> set[str]:
    """Every word that may name a class."""
    files = [file for folder, kind in OURS for file in Path(folder).rglob(kind)]
    for library in ("crispy_forms", "crispy_bootstrap5"):
        folder = Path(str(importlib.import_module(library).__file__)).parent
        files += [file for file in folder.rglob("*") if file.suffix in (".py", ".html")]
    return {word for file in files for word in re.findall(r"[A-Za-z][\w-]*", file.read_text(encoding="utf-8"))}


def read_properties(css: str) -> str:
    """Without the custom properties that neither this file nor ours read; what only those read goes with them."""
    ours = "".join(file.read_text(encoding="utf-8") for file in Path("static/css").glob("*.css"))
    read = set(READ.findall(css + ours))
    less = PROPERTY.sub(lambda found: found[0] if found[1] in read else "", css)
    return css if less == css else read_properties(less)


def trim(css: str, used: set[str]) -> str:
    kept = []
    for prelude, body in blocks(css):
        if prelude.startswith(("@media", "@supports")):
            inner = trim(body, used)
            kept.append(f"{prelude}{{{inner}}}" if inner else "")
        elif prelude.startswith("@"):
            kept.append("" if KEYFRAMES.match(prelude) else (f"{prelude}{{{body}}}" if body else prelude))
        else:
            selectors = [
                selector
                for selector in split(prelude)
                if (KEPT.match(selector) or not UNUSED.search(selector)) and used.issuperset(CLASS.findall(selector))
            ]
            kept.append(f"{','.join(selectors)}{{{body}}}" if selectors else "")
    return "".join(kept)


def split(prelude: str) -> list[str]:
    """Selectors of a list; commas inside :is(…) and :not(…) part nothing."""
    return re.split(r",(?![^(]*\))", prelude)


if __name__ == "__main__":
    source = Path(sys.argv[1]).read_text(encoding="utf-8")
    licence, rest = re.match(r"(@charset[^;]*;)?(/\*!.*?\*/)?", source, re.S), source
    head = licence.group(0) if licence else ""
    body = re.sub(r"/\*.*?\*/", "", rest[len(head) :], flags=re.S).strip()
    sys.stdout.write(head + read_properties(trim(body, words())) + "\n")
