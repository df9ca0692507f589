"""The network between gateway and client goes silent: each side notices within two ping intervals, and says so."""

import time

from support import (LONG, SANITIZED, Backend, Story, Tunnel, TunnelGateway, connect, echo, main, route)
from support.network import Link
from support.websocket_peer import open_websocket, to_target

CLIENT_PING_INTERVAL = 25  # seconds; otoroshictl has no flag for it


class DeadPeer(Story):
    def start(self, ping_interval):
        self.link = self.use(Link())
        self.route = route(self.link.left_address).to_request()
        with self.link.left.inside():
            self.target = self.use(Backend(echo))
            self.gateway = self.use(TunnelGateway(self.route, settings={"tunnel": {"pingInterval": ping_interval}}))

    def open_websocket(self):
        with self.link.right.inside():
            return self.use(open_websocket(self.gateway, self.route.host, to_target(self.target),
                                           address=self.link.left_address))

    def test_the_gateway_notices(self):
        self.start("1s")
        peer = self.open_websocket()
        peer.round_trip()
        self.link.take_down()
        start = time.monotonic()
        self.assertEqual(self.target.wait_end(), "reset")
        self.assertLess(time.monotonic() - start, 10)  # two intervals are 2 s; the rest is for a busy machine
        event = self.gateway.wait_event()
        self.assertEqual((event["ending"], event["error"]["side"]), ("timed_out", "client"), event["error"])

    def test_a_living_idle_peer_is_let_live(self):
        """Beside the dead one: it answers pings, and nothing else."""
        self.start("1s")
        peer = self.open_websocket()
        peer.answer_pings(6)  # seconds
        self.assertGreaterEqual(peer.pings, 2)
        self.assertEqual(peer.round_trip(), b"hello")

    def test_the_client_notices(self):
        if SANITIZED and not LONG:
            self.skipTest("waits for a minute; the release build tells the same")
        self.start("1s")
        with self.link.right.inside():
            flags = ["--host", f"{self.link.left_address}:{self.gateway.port}", "--access-type", "public",
                     "--remote-host", self.target.host, "--remote-port", self.target.port]
            tunnel = self.use(Tunnel(*flags))
            client = self.use(connect(tunnel))
        self.assertEqual(client.round_trip(), b"hello")
        said = len(tunnel.lines)
        self.link.take_down()
        client.socket.settimeout(2 * CLIENT_PING_INTERVAL + 30)
        start = time.monotonic()
        self.assertEqual(client.how_it_ends(), "reset")
        self.assertLess(time.monotonic() - start, 2 * CLIENT_PING_INTERVAL + 10)
        tunnel.wait_line("WARN|ERROR", start=said)


main()
