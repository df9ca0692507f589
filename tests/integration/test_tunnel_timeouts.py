"""A tunnel that nobody uses ends after `timeouts.idle`, pings or not; half of one after `timeouts.halfClosed`."""

import threading
import time

from support import Backend, Story, Tunnel, TunnelGateway, connect, echo, ends_first, main, route
from support.websocket_peer import open_websocket


class Timeouts(Story):
    def start(self, serve, **timeouts):
        self.target = self.use(Backend(serve))
        self.route = route().to(self.target)
        self.gateway = self.use(TunnelGateway(self.route, settings={"timeouts": timeouts,
                                                                    "tunnel": {"pingInterval": "1s"}}))
        self.flags = ["--host", f"{self.route.host}:{self.gateway.port}", "--access-type", "public"]

    def test_idle(self):
        self.start(echo, idle="3s")
        with Tunnel(*self.flags) as tunnel, connect(tunnel) as client:
            client.round_trip()  # so that it is the target's first visit
            with connect(tunnel) as busy:
                end = time.monotonic() + 6
                while time.monotonic() < end:  # more than two times as long as it may be idle
                    busy.round_trip()
                    time.sleep(0.1)
                self.assertEqual(client.how_it_ends(), "reset")
                self.assertIn("timeouts.idle", tunnel.wait_line("WARN|ERROR"))
                self.assertEqual(busy.round_trip(b"still here"), b"still here")
        self.assertEqual(self.target.wait_end(), "reset")
        event = self.gateway.wait_events(1)[0]
        self.assertEqual(event["ending"], "timed_out")
        self.assertIn("timeouts.idle", event["gwError"])

    def test_a_direction_that_stays_open_after_the_target_has_ended(self):
        self.start(ends_first(b"farewell"), halfClosed="1s")
        with open_websocket(self.gateway, self.route.host, Otoroshi_Tunnel="half-close") as peer:
            self.assertEqual(peer.receive_to_close(), b"farewell")
            self.assertEqual(self.target.wait_end(), "reset")
            self.assertIn(peer.connection.how_it_ends(), ("end", "reset"))
        self.assertIn("timeouts.halfClosed", self.gateway.wait_event()["gwError"])

    def test_a_direction_that_stays_open_after_the_client_has_ended(self):
        over = threading.Event()
        self.addCleanup(over.set)

        def never_ends(connection, _visit):
            connection.receive_to_end()
            over.wait()
        self.start(never_ends, halfClosed="1s")
        with Tunnel(*self.flags) as tunnel, connect(tunnel) as client:
            client.send(b"question")
            client.finish()
            self.assertEqual(client.how_it_ends(), "reset")
        self.assertIn("timeouts.halfClosed", self.gateway.wait_event()["gwError"])


main()
