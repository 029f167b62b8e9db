"""A mail server that follows a script: at each point of the conversation it may answer otherwise, fall silent, break
the line, drip, or call the test, which may kill the sender there.

It is strict where real ones are: a second MAIL within one transaction is refused.
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from tests.servers.mailbox import parsed

POINTS = ("connect", "EHLO", "MAIL", "RCPT", "DATA", "body", "dot", "250")
REPLIES = {"EHLO": "250 mail.example.org", "MAIL": "250 ok", "DATA": "354 go on", "RSET": "250 ok", "QUIT": "221 bye"}


class Gone(Exception):
    """The line is no more."""


@dataclass
class Talk:
    """One connection as the server sees it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    recipient: str = ""
    in_mail: bool = False

    async def say(self, line: str) -> None:
        self.writer.write(f"{line}\r\n".encode())
        await self.writer.drain()

    @property
    def sender(self) -> int:
        """The process at the other end: whoever holds the socket; the youngest are asked first."""
        theirs, ours = (f":{self.writer.get_extra_info(name)[1]:04X}" for name in ("peername", "sockname"))
        lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        # Two connections may leave from one port, to different ones.
        inode = next(words[9] for words in lines if words[1].endswith(theirs) and words[2].endswith(ours))
        for pid in sorted((int(entry) for entry in os.listdir("/proc") if entry.isdigit()), reverse=True):
            if f"socket:[{inode}]" in _files(pid):
                return pid
        raise AssertionError("nobody is at the other end")


def _files(pid: int) -> set[str]:
    found = set()
    with suppress(OSError):
        for descriptor in os.scandir(f"/proc/{pid}/fd"):
            with suppress(OSError):
                found.add(os.readlink(descriptor.path))
    return found


Act = Callable[[Talk], Any]


async def silence(talk: Talk) -> None:
    """Say nothing more until the other side goes."""
    while await talk.reader.read(65536):
        continue
    raise Gone


async def reset(talk: Talk) -> None:
    """Break the line as a machine does that lost its power."""
    line: socket.socket = talk.writer.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    talk.writer.transport.abort()
    raise Gone


async def drip(talk: Talk) -> None:
    """Answer with one letter at a time, for ever."""
    while not talk.reader.at_eof():
        talk.writer.write(b"2")
        await talk.writer.drain()
        await asyncio.sleep(0.1)
    raise Gone


def answer(line: str) -> Act:
    async def act(talk: Talk) -> str:
        await talk.say(line)
        if line.startswith("421"):
            talk.writer.close()
            raise Gone
        return line

    return act


def call(function: Callable[[Talk], object]) -> Act:
    """Let the test do something, beside the server's own loop; the conversation waits for it."""

    async def act(talk: Talk) -> None:
        await asyncio.get_running_loop().run_in_executor(None, function, talk)

    return act


@dataclass
class Rule:
    point: str
    act: Act
    to: str
    times: int
    used: int = 0


@dataclass(frozen=True)
class Kept:
    """A mail that arrived whole."""

    to: str
    message_id: str
    at: float
    mail: EmailMessage


class ScriptedServer:
    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.mails: list[Kept] = []
        self.heard: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        start = asyncio.start_server(self._converse, "127.0.0.1", 0, backlog=200)
        self._server = asyncio.run_coroutine_threadsafe(start, self._loop).result(10)
        self.port: int = self._server.sockets[0].getsockname()[1]

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def on(self, point: str, act: Act, *, to: str = "", times: int = 1) -> Rule:
        """At this point do that, for a recipient (known from RCPT on) or for whoever comes, so many times."""
        rule = Rule(point, act, to, times)
        self.rules.append(rule)
        return rule

    def forget(self) -> None:
        self.rules.clear()

    def to(self, address: str) -> list[Kept]:
        return [kept for kept in list(self.mails) if kept.to == address]

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = Talk(reader, writer)
        try:
            if not await self._act("connect", talk):
                await talk.say("220 mail.example.org")
            while line := await reader.readline():
                await self._hear(line.decode().strip(), talk)
        except (Gone, ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _hear(self, line: str, talk: Talk) -> None:
        verb = line.split()[0].upper()
        self.heard.append(verb)
        if verb == "RSET":
            talk.in_mail = False
        if verb == "MAIL" and talk.in_mail:
            return await talk.say("503 5.5.1 Error: nested MAIL command")
        if verb == "RCPT":
            talk.recipient = line.partition("<")[2].partition(">")[0]
        answered = await self._act(verb, talk)
        if not answered:
            talk.in_mail = talk.in_mail or verb == "MAIL"
            await talk.say(REPLIES.get(verb, "250 ok"))
            if verb == "DATA":
                await self._take(talk)
        return None

    async def _take(self, talk: Talk) -> None:
        lines: list[bytes] = []
        while (line := await talk.reader.readuntil(b"\r\n")) != b".\r\n":
            lines.append(line)
            if len(lines) == 3:
                await self._act("body", talk)
        talk.in_mail = False
        mail = parsed(b"".join(lines))
        kept = Kept(talk.recipient, str(mail["Message-ID"]), time.time(), mail)
        self.mails.append(kept)
        if refusal := await self._act("dot", talk):
            if not refusal.startswith("2"):
                self.mails.remove(kept)
        elif not await self._act("250", talk):
            await talk.say("250 kept")

    async def _act(self, point: str, talk: Talk) -> str:
        """Follow the script. Returns what was answered, empty when the usual answer is still to come."""
        for rule in list(self.rules):
            if rule.point == point and rule.to in ("", talk.recipient) and rule.used < rule.times:
                rule.used += 1
                return await rule.act(talk) or ""
        return ""
