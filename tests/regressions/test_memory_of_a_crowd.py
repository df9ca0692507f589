"""A crowd of clients comes and goes, and the gateway keeps the memory that it needed for them until it ends."""

import time
import unittest

from support import (KIB, SANITIZED, Authority, Backend, Gateway, Story, client_context, connect_tls, echo, main,
                     terminating, wait_until)

NAME = "gateway.test"
CROWD, STAY = 700, 3  # connections, seconds: the gateway looks once a second how many there are
LEAST = 8 * KIB  # that each takes in TLS


class MemoryOfACrowd(Story):
    @unittest.skipIf(SANITIZED, "sanitizers have a heap of their own, which keeps everything")
    def test_it_is_given_back(self):
        authority, service = Authority(self.folder()), terminating().targets(self.use(Backend(echo)))
        gateway = self.use(Gateway(service, certificates=[authority.server(NAME)]))
        context = client_context(authority)
        with connect_tls(service, NAME, context) as first:
            first.round_trip()
        before = gateway.rss()
        crowd = [self.use(connect_tls(service, NAME, context)) for _ in range(CROWD)]
        leaves_at = time.monotonic() + STAY
        while time.monotonic() < leaves_at:
            for client in crowd:
                client.round_trip()
        taken = gateway.rss() - before
        self.assertGreater(taken, CROWD * LEAST)
        for client in crowd:
            client.close()
        wait_until(lambda: gateway.rss() - before < taken / 2, "the gateway to give memory back")


main()
