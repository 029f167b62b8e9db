"""One line per event, without names, addresses or tokens."""

import logging
import re
import traceback
from types import TracebackType

from iatp_events.lib.addresses import FOLIO_PATHS, TOKEN_PATHS

# The token of a personal link is a key to somebody's registration, and a folio to a name.
_TOKENS = re.compile(rf"/({'|'.join((*TOKEN_PATHS, *FOLIO_PATHS))})/[^/\s\"']+")


class OneLine(logging.Formatter):
    """Line breaks are escaped, so nobody writes a line that we did not; what could name a person is left out."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record).replace("\r", "\\r").replace("\n", "\\n")
        return _TOKENS.sub(r"/\1/…", line)

    def formatException(  # noqa: N802
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        """Type and places, not the text: a database puts the offending row into it."""
        kind, _error, trace = ei
        frames = traceback.extract_tb(trace)[-6:][::-1]
        places = " < ".join(f"{'/'.join(f.filename.split('/')[-2:])}:{f.lineno} {f.name}" for f in frames)
        return f"{kind.__name__ if kind else 'Error'} at {places}"
