"""An abort stays an abort through the tunnel, whoever is killed: a reset, never a clean end, and somebody says why."""

import signal

from support import (Backend, BrokenOff, EveryAccess, RefusingPort, Story, connect, echo, main, resetting)
from support.servers import Redis

ONLY = ["apikey"]  # the way in makes no difference here; ws and wss do


class Aborts(Story):
    def test_reset_of_the_target_reaches_the_client(self):
        ways = EveryAccess(self, self.use(Backend(resetting)), only=ONLY)
        for way in ways:
            with self.subTest(way.name), way.tunnel() as tunnel, connect(tunnel) as client:
                client.send(b"x")
                self.assertEqual(client.how_it_ends(), "reset")

    def test_reset_of_the_target_after_the_client_has_ended(self):
        """The client waits for an answer; an end instead of RST would look like an empty answer."""
        def reset_at_end(connection, _visit):
            while connection.receive():
                pass
            connection.reset()
            raise BrokenOff("reset")
        ways = EveryAccess(self, self.use(Backend(reset_at_end)), only=ONLY)
        for way in ways:
            with self.subTest(way.name), way.tunnel() as tunnel, connect(tunnel) as client:
                client.send(b"question")
                client.finish()
                self.assertEqual(client.how_it_ends(), "reset")

    def test_reset_of_the_client_reaches_the_target(self):
        target = self.use(Backend(echo))
        for number, way in enumerate(EveryAccess(self, target, only=ONLY), 1):
            with self.subTest(way.name), way.tunnel() as tunnel:
                client = connect(tunnel)
                client.round_trip()
                client.reset()
                self.assertEqual(target.wait_end(number), "reset")

    def test_the_gateway_is_killed(self):
        target = self.use(Backend(echo))
        for tls in (False, True):
            ways = EveryAccess(self, target, only=ONLY)
            way = ways.way(tls=tls)
            with self.subTest(way.name), way.tunnel() as tunnel, connect(tunnel) as client:
                client.round_trip()
                start = len(tunnel.lines)
                ways.gateway.signal(signal.SIGKILL)
                self.assertEqual(client.how_it_ends(), "reset")
                tunnel.wait_line("WARN|ERROR", start=start)
                ways.gateway.wait()  # until it listens no more
                with connect(tunnel) as late:  # it goes on listening, and tells why nothing comes of it
                    self.assertEqual(late.how_it_ends(), "reset")
                tunnel.wait_line("refused", start=start)

    def test_the_client_program_is_killed(self):
        target = self.use(Backend(echo))
        for number, way in enumerate(EveryAccess(self, target, only=ONLY), 1):
            with self.subTest(way.name), way.tunnel() as tunnel, connect(tunnel) as client:
                client.round_trip()
                tunnel.signal(signal.SIGKILL)
                self.assertEqual(target.wait_end(number), "reset")
                tunnel.wait()

    def test_the_target_is_killed(self):
        redis = self.use(Redis())
        ways = EveryAccess(self, redis, only=ONLY)
        way = ways.way()
        with way.tunnel() as tunnel, connect(tunnel) as client:
            client.send(b"PING\r\n")
            self.assertEqual(client.receive_exactly(7), b"+PONG\r\n")
            redis.kill()
            # The kernel ends a killed program's connection by FIN if all that came had been read.
            self.assertIn(client.how_it_ends(), ("end", "reset"))
            start = len(tunnel.lines)
            with connect(tunnel) as late:
                self.assertEqual(late.how_it_ends(), "reset")
            self.assertIn("502", tunnel.wait_line("502|refused", start=start))

    def test_a_target_that_refuses_is_told_with_its_status(self):
        ways = EveryAccess(self, RefusingPort(), only=ONLY)
        for way in ways:
            with self.subTest(way.name), way.tunnel() as tunnel, connect(tunnel) as client:
                self.assertEqual(client.how_it_ends(), "reset")
                self.assertIn("502", tunnel.wait_line("WARN|ERROR"))


main()
