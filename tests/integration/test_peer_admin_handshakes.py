"""Handshakes with the admin port that never end: their number and time are bounded, and the key and /health are answered."""

import socket
import ssl
import time

from support import (DEADLINE, LONG, AdminClient, AdminGateway, Authority, Story, client_context, main, scaled, wait_until)

PLACES = 512        # connections at a time
HANDSHAKE = 10      # seconds that one may take
SILENT = scaled(600, 560)


class AdminHandshakes(Story):
    def setUp(self):
        super().setUp()
        authority = Authority(self.folder())
        certificate = authority.server("127.0.0.1")
        self.gateway = self.use(AdminGateway(admin={"certificate": "admin.crt", "key": "admin.key"},
                                             files={"admin.crt": certificate.crt, "admin.key": certificate.key}))
        self.admin = AdminClient(f"https://127.0.0.1:{self.gateway.admin_port}", self.gateway.admin.key,
                                 client_context(authority))
        self.hello = self.first_flight()

    def first_flight(self):
        """A whole ClientHello."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = client_context().wrap_bio(incoming, outgoing)
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            return outgoing.read()

    def open(self, sent=b""):
        client = socket.create_connection(("127.0.0.1", self.gateway.admin_port), timeout=DEADLINE)
        self.addCleanup(client.close)
        client.sendall(sent)
        return client

    def seconds_for_health(self):
        begin = time.monotonic()
        self.assertEqual(self.admin.get("/health").status, 200)
        return time.monotonic() - begin

    def test_they_keep_nobody_out(self):
        before = self.gateway.fd_count()
        for number in range(SILENT):
            self.open(self.hello[:(0, 1, 5, len(self.hello) - 1, len(self.hello))[number % 5]])
            self.assertLess(self.gateway.fd_count(), before + PLACES + 20)
        self.assertLess(self.seconds_for_health(), scaled(HANDSHAKE, 30))  # a silent one makes room at once
        wait_until(lambda: self.gateway.fd_count() <= before + 2, "the handshakes to be given up", seconds=HANDSHAKE + scaled(10, 30))

    def test_a_flood_of_handshakes_lets_health_through(self):
        self.open(self.hello)
        begin, count, slowest = time.monotonic(), 0, 0
        while time.monotonic() - begin < (30 if LONG else 3):
            for _ in range(20):
                self.open(self.hello).close()
                count += 1
            slowest = max(slowest, self.seconds_for_health())
        print(f"{count} handshakes begun, /health took at most {slowest:.3f} s")
        self.assertLess(slowest, scaled(HANDSHAKE, 30))


main()
