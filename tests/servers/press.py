"""One person at one browser, as a process of its own: opens a page, waits for the signal, presses the button.

python press.py URL FIELDS-AS-JSON: prints "ready" when the page is open, sends its form when standard input closes,
and prints {"status", "location", "body", "headers"} as JSON. Standard library only: hundreds of them start at once.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
import sys
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode, urlsplit

_HIDDEN = re.compile(r"<input\b[^>]*type=\"hidden\"[^>]*>")


def main(url: str, fields: dict[str, str]) -> None:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=110)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    connection.request("GET", path)
    page = connection.getresponse()
    body = hidden_fields(page.read().decode(errors="replace")) | fields
    cookies = "; ".join(cookie.split(";")[0] for cookie in page.headers.get_all("Set-Cookie") or [])
    connection.close()
    print("ready", flush=True)
    sys.stdin.read()
    # A new connection: the first may have been closed while we waited.
    headers = {"Content-Type": "application/x-www-form-urlencoded"} | ({"Cookie": cookies} if cookies else {})
    connection.request("POST", path, urlencode(body, doseq=True), headers)
    print(json.dumps(_answer(connection.getresponse())), flush=True)


def hidden_fields(page: str) -> dict[str, str]:
    """The names and values of the hidden inputs of a page, such as its CSRF token."""
    found = {}
    for tag in _HIDDEN.findall(page):
        name, value = (re.search(rf'\b{attribute}="([^"]*)"', tag) for attribute in ("name", "value"))
        if name:
            found[html.unescape(name[1])] = html.unescape(value[1]) if value else ""
    return found


def _answer(answer: HTTPResponse) -> dict[str, object]:
    content = answer.read()
    return {
        "status": answer.status,
        "location": answer.headers.get("Location", ""),
        "body": hashlib.sha256(content).hexdigest(),
        "headers": sorted(name for name in answer.headers if name != "Date"),
    }


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
