"""A mail server that takes everything at once and keeps only figures; and how to ask it for them.

It speaks three verbs of its own: TOLD (how many mails, their bytes, the moment of the last 250), WHEN <address> (the
moment of the 250 for the last mail to it; 0 for none) and LAST (the last mail itself).
Moments are seconds since the epoch by this machine's clock, which is also the database's.
"""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import NamedTuple

from bench import servers

_ANSWERS = {
    b"EHLO": b"250-sink\r\n250-8BITMIME\r\n250 SIZE 50000000\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}
_ADDRESS = re.compile(rb"<([^>]*)>")


class Told(NamedTuple):
    mails: int
    size: int
    last_at: float


class Sink(asyncio.Protocol):
    count = size = 0
    last_at = 0.0
    last = b""
    moments: dict[bytes, float] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.received, self.reading, self.reader = transport, bytearray(), False, b""
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.received += data
        while (at := self.received.find(end := b"\r\n.\r\n" if self.reading else b"\r\n")) >= 0:
            piece = bytes(self.received[:at])
            del self.received[: at + len(end)]
            if self.reading:
                self._keep(piece)
            else:
                self._answer(piece)

    def _keep(self, mail: bytes) -> None:
        self.reading = False
        self.transport.write(b"250 taken\r\n")
        Sink.count, Sink.size, Sink.last, Sink.last_at = Sink.count + 1, Sink.size + len(mail), mail, time.time()
        Sink.moments[self.reader] = Sink.last_at

    def _answer(self, line: bytes) -> None:
        verb, _, rest = line.partition(b" ")
        verb = verb.upper()
        if verb == b"RCPT" and (found := _ADDRESS.search(rest)):
            self.reader = found[1]
        self.reading = verb == b"DATA"
        self.transport.write(_ANSWERS.get(verb) or self._own(verb, rest))
        if verb == b"QUIT":
            self.transport.close()

    def _own(self, verb: bytes, rest: bytes) -> bytes:
        if verb == b"TOLD":
            return b"250 %d %d %.6f\r\n" % (Sink.count, Sink.size, Sink.last_at)
        if verb == b"WHEN":
            return b"250 %.6f\r\n" % Sink.moments.get(rest, 0.0)
        if verb == b"LAST":
            return b"250 %d\r\n%b" % (len(Sink.last), Sink.last)
        return b"250 fine\r\n"


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


class Postmaster:
    """Asks a running sink for its figures."""

    def __init__(self, port: int) -> None:
        self.url = f"smtp://127.0.0.1:{port}"
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._file = self._socket.makefile("rwb")
        self._file.readline()

    def told(self) -> Told:
        count, size, last_at = self._ask(b"TOLD")
        return Told(int(count), int(size), float(last_at))

    def when(self, address: str) -> float:
        return float(self._ask(b"WHEN " + address.encode())[0])

    def last(self) -> EmailMessage:
        (size,) = self._ask(b"LAST")
        return message_from_bytes(self._file.read(int(size)), policy=policy.default)

    def wait_for(self, count: int, *, seconds: float = 300) -> Told:
        """The figures once so many mails are there in all."""
        until = time.monotonic() + seconds
        while (told := self.told()).mails < count:
            if time.monotonic() > until:
                raise RuntimeError(f"{told.mails} of {count} mails came in {seconds:.0f} seconds.")
            time.sleep(0.02)
        return told

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def _ask(self, line: bytes) -> list[bytes]:
        self._file.write(line + b"\r\n")
        self._file.flush()
        return self._file.readline().split()[1:]


@contextmanager
def standing(env: Mapping[str, str]) -> Iterator[Postmaster]:
    with servers.running([sys.executable, "-m", "bench.sink"], env, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        postmaster = Postmaster(int(process.stdout.readline()))
        try:
            yield postmaster
        finally:
            postmaster.close()


if __name__ == "__main__":
    asyncio.run(_serve())
