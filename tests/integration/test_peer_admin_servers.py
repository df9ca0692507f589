"""An admin API that breaks off, stalls or never comes to an end: otoroshictl shows no half answer, says why, and ends."""

import json
import os
import subprocess
import time

from support import KIB, Backend, Story, main, program_path, scaled
from support.cut import AT_ONCE, FOR_LONG, CutSocket, positions, reset
from support.websocket_peer import read_head

KEYS = 5
BODY = json.dumps([{"clientId": f"key-{number}", "clientName": f"key {number}"} for number in range(KEYS)]).encode()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY)
ANSWER = HEAD + BODY
ENDLESS = {
    "a header": (b"HTTP/1.1 200 OK\r\nX: ", b"x" * 4 * KIB),
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * KIB),
    "interim answers": (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * KIB),
    "a body": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"400\r\n" + b" " * KIB + b"\r\n"),
    "a refusal": (b"HTTP/1.1 401 Unauthorized\r\n\r\n", b"no, " * KIB),
}


def list_keys(server, limit):
    """Exit code, what was said on stdout and on stderr, and how long it took."""
    begun = time.monotonic()
    done = subprocess.run([program_path("otoroshictl"), "resources", "get", "apikeys", "--output", "json",
                           "--url", f"http://127.0.0.1:{server.port}", "--client-id", "x", "--client-secret", "y",
                           "--timeout", limit], capture_output=True, timeout=60, env={"PATH": os.environ["PATH"]})
    return done.returncode, done.stdout, done.stderr.decode(), time.monotonic() - begun


class AdminServers(Story):
    def fails(self, server, limit="10s"):
        code, out, error, seconds = list_keys(server, limit)
        self.assertNotEqual(code, 0)
        self.assertEqual(out, b"")
        self.assertLess(len(error), 2 * KIB)
        self.assertIn("127.0.0.1", error)
        self.assertLess(seconds, scaled(10, 30))

    def cut(self, then, position):
        def serve(connection, _visit):
            read_head(connection)
            connection.send(ANSWER)
            connection.finish()
        return self.use(Backend(serve, wrap=lambda sock: CutSocket(sock, then, sent=position)))

    def test_cut(self):
        for then in AT_ONCE:
            for position in list(positions([0, len(HEAD), len(ANSWER)])):
                with self.subTest(then.__name__, position=position):
                    server = self.cut(then, position)
                    if position < len(ANSWER):
                        self.fails(server)
                    elif then is not reset:
                        self.assertEqual(len(json.loads(list_keys(server, "10s")[1])), KEYS)

    def test_stalls(self):
        for then in FOR_LONG:
            for position in (0, len(HEAD) - 1, len(HEAD), 2 * len(HEAD)):
                with self.subTest(then.__name__, position=position):
                    self.fails(self.cut(then, position), "300ms")

    def test_without_an_end(self):
        for name, (start, piece) in ENDLESS.items():
            def serve(connection, _visit, start=start, piece=piece):
                read_head(connection)
                connection.send(start)
                while True:
                    connection.send(piece)
            with self.subTest(name):
                self.fails(self.use(Backend(serve)), "1s")


main()
