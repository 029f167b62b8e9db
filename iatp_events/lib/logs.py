"""One line per event, without names, addresses or tokens."""

import json
import logging
import re
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType

from iatp_events.lib.addresses import FOLIO_PATHS, TOKEN_PATHS

# The token of a personal link is a key to somebody's registration, and a folio to a name.
_TOKENS = re.compile(rf"/({'|'.join((*TOKEN_PATHS, *FOLIO_PATHS))})/[^/\s\"']+")
# The last net: nothing of ours logs a mail address, but a library may quote one.
_MAILS = re.compile(r"[^\s\"'<>()@,;:=/]+@[\w-]+(\.[\w-]+)+")
# Whatever some reader of logs takes for a new line or a command to its terminal.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")

# The request that is being answered, by the id it came with or was given; empty elsewhere.
request_id: ContextVar[str] = ContextVar("request_id", default="")


class OneLine(logging.Formatter):
    """Line breaks are escaped, so nobody writes a line that we did not; what could name a person is left out."""

    def format(self, record: logging.LogRecord) -> str:
        return _CONTROLS.sub(_escaped, _nameless(super().format(record)))

    def formatException(  # noqa: N802
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        """Type and places, not the text: a database puts the offending row into it."""
        kind, _error, trace = ei
        frames = traceback.extract_tb(trace)[-6:][::-1]
        places = " < ".join(f"{'/'.join(f.filename.split('/')[-2:])}:{f.lineno} {f.name}" for f in frames)
        return f"{kind.__name__ if kind else 'Error'} at {places}"


class Json(OneLine):
    """The same as one JSON object a line, with the moment and the request."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _nameless(record.getMessage()),
            "request": request_id.get(),
            "error": self.formatException(record.exc_info) if record.exc_info else "",
        }
        return json.dumps({name: value for name, value in told.items() if value})


def _nameless(text: str) -> str:
    return _MAILS.sub("…@…", _TOKENS.sub(r"/\1/…", text))


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()
