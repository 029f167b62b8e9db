"""What gunicorn serves."""

import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iatp_events.settings")

_django = get_wsgi_application()
_CHARSET = re.compile(r"charset\s*=\s*\"?([^\s;\"]*)", re.IGNORECASE)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Serve a request; refuse charsets that no browser sends, for Django decodes by whatever codec is named."""
    named = _CHARSET.search(environ.get("CONTENT_TYPE", ""))
    if named and named[1].lower() not in {"utf-8", "utf8", "us-ascii", "iso-8859-1"}:
        start_response("400 Bad Request", [("Content-Type", "text/plain"), ("X-Content-Type-Options", "nosniff")])
        return [b"charset\n"]
    return _django(environ, start_response)
