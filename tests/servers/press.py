"""One person who presses a button, as a process of its own: waits for the signal, sends, prints the answer as it came.

python press.py HOST PORT REQUEST-IN-HEX: prints "ready", sends the request when standard input closes.
Two hundred of them start at once, so it imports almost nothing.
"""

import socket
import sys


def main(host: str, port: str, request: bytes) -> None:
    sys.stdout.buffer.write(b"ready\n")
    sys.stdout.flush()
    sys.stdin.read()
    with socket.create_connection((host, int(port)), timeout=110) as connection:
        connection.sendall(request)
        while received := connection.recv(65536):
            sys.stdout.buffer.write(received)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], bytes.fromhex(sys.argv[3]))
