"""An issuer of keys that sends interim answers faster than they are read is read for ever: its timeout never comes."""

import os
import time

from support import (MIB, Backend, BrokenOff, Story, TunnelGateway, echo, jwks_verifier, main, nothing_left_behind,
                     route, scaled)
from support.tokens import claims, es_token, new_key_pair
from support.websocket_peer import ask

INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n"
TIMEOUT = 500  # ms


class FasterThanItsReader(Story):
    def floods(self, connection, _visit):
        """From the page cache, which costs nothing."""
        connection.socket.settimeout(None)
        connection.receive()
        while True:
            try:
                os.sendfile(connection.socket.fileno(), self.file, 0, self.size)
            except OSError:
                raise BrokenOff("reset") from None

    def test_it(self):
        self.file = os.memfd_create("interim answers")
        self.addCleanup(os.close, self.file)
        self.size = os.write(self.file, INTERIM * (8 * MIB // len(INTERIM)))
        verifier = jwks_verifier(f"http://127.0.0.1:{self.use(Backend(self.floods)).port}/keys")
        verifier["algoSettings"]["timeout"] = TIMEOUT
        one = route().to(self.use(Backend(echo))).for_tokens(verifier)
        gateway = self.use(TunnelGateway(one, verifiers=[verifier]))
        key, _ = new_key_pair(self.folder(), "ec")
        with nothing_left_behind(gateway, seconds=scaled(10, 30)):
            begun = time.monotonic()
            answer, connection = ask(gateway, one.host, Authorization="Bearer " + es_token(claims(), key))
            connection.close()
            self.assertEqual(answer.status, 503)
            self.assertLess(time.monotonic() - begun, scaled(10, 30))


main()
