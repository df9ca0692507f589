"""A link is gone for good in the middle of a transfer: whoever can still be told is told, and nothing is kept for ever."""

from support import MIB, BrokenOff, Story, echo, main, scaled, wait_until
from support.far_apart import FarApart

MOMENT = scaled(3, 6)  # seconds


def sends(connection, _visit):
    connection.receive_exactly(1)
    connection.send(bytes(64 * MIB))


class LinkLost(Story):
    def clients(self, world, ways):
        """Connections that are in the middle of a download. Nobody reads, so that every buffer on the way is full."""
        clients = [self.use(world.connect(way)) for way in ways]
        for client in clients:
            client.send(b"x")
            client.receive_exactly(1000)
        return clients

    def targets_see_resets(self, world, ways):
        for backend in (world.target, world.tls_target):
            for number in range(1, 1 + sum(way.backend is backend for way in ways)):
                self.assertEqual(backend.wait_end(number), "reset")

    def breaks_off(self, client):
        with self.assertRaises(BrokenOff):
            while client.receive():
                pass

    def test_the_idle_sweep_frees_everything(self):
        for leg in ("front", "back"):
            world = FarApart(self, sends, settings={"timeouts": {"idle": f"{MOMENT}s"}, "tunnel": {"pingInterval": "1s"}})
            with self.subTest(leg), world.nothing_left_behind():
                clients = self.clients(world, world.ways)
                getattr(world, leg).cut()
                if leg == "front":
                    self.targets_see_resets(world, world.ways)
                    clients = clients[-2:]  # those of otoroshictl, which notices that the gateway is silent
                for client in clients:
                    self.breaks_off(client)
                for event in world.gateway.wait_events(len(world.ways)):
                    self.assertEqual(event["ending"], "timed_out", event)

    def test_the_kernel_gives_up(self):
        """Without timeouts.idle it is the kernel that decides: after net.ipv4.tcp_retries2 retransmissions."""
        world = FarApart(self, sends, kernel={"tcp_retries2": 3},
                         settings={"timeouts": {"idle": "0s"}, "tunnel": {"pingInterval": "1h"}})
        with world.nothing_left_behind():
            clients = self.clients(world, world.ways[:-1])
            world.front.cut()
            self.targets_see_resets(world, world.ways[:-1])
            for event in world.gateway.wait_events(len(world.ways) - 1):
                self.assertEqual(event["error"]["side"], "client", event)
                self.assertIn("timed out", event["gwError"])
            for client in clients:  # otoroshictl only listens here, and pings once an hour
                client.close()

    def test_silent_tunnels_are_given_up_by_both_ends(self):
        """Nothing is underway, so pings tell: two intervals without a byte. Other connections may be silent."""
        world = FarApart(self, echo, settings={"tunnel": {"pingInterval": f"{MOMENT}s"}})
        tunnels = [way for way in world.ways if way.tunnel]
        with world.nothing_left_behind():
            clients = [self.use(world.connect(way)) for way in world.ways]
            for client in clients:
                client.round_trip()
            said = [len(way.tunnel.lines) for way in tunnels]
            world.front.cut()
            for way, client, lines in zip(tunnels, clients[-2:], said):
                self.assertEqual(client.how_it_ends(), "reset")
                way.tunnel.wait_line("WARN.*silent", start=lines)
            for event in world.gateway.wait_events(len(tunnels)):
                self.assertEqual((event["ending"], event["error"]["side"]), ("timed_out", "client"), event)
                self.assertEqual(event["tunnel"]["access"], "public")
            world.front.mend()
            for client in clients[:-2]:
                self.assertEqual(client.round_trip(b"still here"), b"still here")
            for way in tunnels:
                with world.connect(way) as client:
                    self.assertEqual(client.round_trip(), b"hello")
            for client in clients:
                client.close()


main()
