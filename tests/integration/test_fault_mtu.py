"""Small packets, and a path that becomes narrow under living connections: everything arrives, or both sides are told."""

from support import KIB, MIB, BrokenOff, Story, main, scaled, wait_until
from support.far_apart import FarApart

PATH_MTU = 576
SIZE = scaled(256 * KIB, 64 * KIB)


class Mtu(Story):
    def carry_while_it_narrows(self, world, link, **how):
        """The path becomes narrow once connections live and are in the middle of what they carry."""
        link.impair(delay=0.02)
        before, _ = link.counts()
        carriage = world.set_out(2 * SIZE)
        wait_until(lambda: link.counts()[0] > before + 500, "the connections to be in the middle")
        _, lost = link.counts()
        link.impair(path_mtu=PATH_MTU, **how)
        carriage.wait()
        link_lost = link.counts()[1] - lost
        link.mend()
        self.assertGreater(link_lost, 0, "no packet was too large")

    def test_576_from_the_start(self):
        world = FarApart(self)
        for link in (world.front, world.back):
            with self.subTest(link=link), world.nothing_left_behind():
                link.set_mtu(PATH_MTU)
                world.carry(SIZE)
                link.set_mtu(1500)

    def test_a_path_that_becomes_narrow_and_says_so(self):
        for leg in ("front", "back"):
            world = FarApart(self)
            with self.subTest(leg), world.nothing_left_behind():
                self.carry_while_it_narrows(world, getattr(world, leg))

    def test_a_black_hole_where_kernels_probe(self):
        """No ICMP comes back; with net.ipv4.tcp_mtu_probing=1 kernels find out by themselves."""
        for leg in ("front", "back"):
            world = FarApart(self, kernel={"tcp_mtu_probing": 1, "tcp_base_mss": 512})
            with self.subTest(leg), world.nothing_left_behind():
                self.carry_while_it_narrows(world, getattr(world, leg), tells_mtu=False)

    def test_a_black_hole_where_they_do_not(self):
        """Nothing gets through any more, so after timeouts.idle both sides are told, and nothing is kept."""
        def sends(connection, _visit):
            connection.receive_exactly(1)
            connection.send(bytes(8 * MIB))

        world = FarApart(self, sends, settings={"timeouts": {"idle": scaled("3s", "10s")}})
        with world.nothing_left_behind():
            clients = [self.use(world.connect(way)) for way in world.ways]
            for client in clients:
                client.send(b"x")
                client.receive_exactly(1000)
            world.front.impair(path_mtu=PATH_MTU, tells_mtu=False)
            wait_until(lambda: world.live() == [], "the gateway to give up")
            for backend in (world.target, world.tls_target):
                for number in range(1, len(backend.visits) + 1):
                    self.assertEqual(backend.wait_end(number), "reset")
            for client in clients:
                with self.assertRaises(BrokenOff):
                    while client.receive():
                        pass
        for event in world.gateway.wait_events(len(clients)):
            self.assertEqual(event["ending"], "timed_out")


main()
