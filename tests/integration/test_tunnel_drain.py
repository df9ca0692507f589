"""The gateway ends (SIGTERM): nobody new comes in, who is in may end in peace, and who does not is told."""

import signal

from support import Backend, EveryAccess, Story, connect, echo, main, refuses, wait_until
from support.websocket_peer import open_websocket, to_target


class Drain(Story):
    def start(self, drain):
        self.target = self.use(Backend(echo))
        self.ways = EveryAccess(self, self.target, only=["public"], settings={"timeouts": {"drain": drain}})
        return self.ways.gateway

    def test_who_is_in_may_end(self):
        gateway = self.start("60s")
        tunnels = [self.use(way.tunnel()) for way in self.ways]
        clients = [self.use(connect(tunnel)) for tunnel in tunnels]
        for client in clients:
            client.round_trip()
        gateway.signal(signal.SIGTERM)
        for port in (gateway.port, gateway.tls_port):
            wait_until(lambda: refuses(port), "the tunnel's port to be closed")
        for tunnel, client in zip(tunnels, clients):
            self.assertEqual(client.round_trip(b"still here"), b"still here")
            with connect(tunnel) as late:
                self.assertEqual(late.how_it_ends(), "reset")
            self.assertTrue(gateway.running)
            client.finish()
            self.assertEqual(client.receive_to_end(), b"")
        self.assertEqual(gateway.wait(), 0)
        # Who only looked whether the port was closed asked for no tunnel.
        self.assertEqual([event["ending"] for event in gateway.events() if event["tunnel"]], ["normal", "normal"])

    def test_who_stays_is_told(self):
        gateway = self.start("1s")
        way = self.ways.way("public")
        peer = self.use(open_websocket(gateway, way.route.host, to_target(self.target), Otoroshi_Tunnel="half-close"))
        peer.round_trip()
        with way.tunnel() as tunnel, connect(tunnel) as client:
            client.round_trip()
            said = len(tunnel.lines)
            gateway.signal(signal.SIGTERM)
            self.assertEqual(client.how_it_ends(), "reset")
            self.assertIn("drain", tunnel.wait_line("WARN|ERROR", start=said))
        self.assertEqual(peer.receive_to_close(), b"")
        self.assertEqual(peer.close[0], 1011)
        self.assertEqual(gateway.wait(), 0)
        self.assertEqual({event["ending"] for event in gateway.events()}, {"shut_down"})
        self.assertEqual([self.target.wait_end(number) for number in (1, 2)], ["reset", "reset"])


main()
