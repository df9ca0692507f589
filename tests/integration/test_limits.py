"""Everything is bounded: connections in all, connections of a service, idle time, a TLS handshake that never ends."""

from support import (Authority, Backend, Gateway, Story, can_read, connect, echo, hello, main, plain, scaled,
                     terminating, wait_until)


def has_answer(client):
    return can_read(client.socket)


class Limits(Story):
    def setUp(self):
        self.target = self.use(Backend(echo))

    def start(self, *services, **settings):
        certificate = Authority(self.folder()).server("one.test")
        # One worker: each checks the limits for itself, so two may pass them by one connection.
        return self.use(Gateway(*services, settings={"threads": 1, **settings}, certificates=[certificate]))

    def test_max_connections_pauses_accepting(self):
        service = plain().targets(self.target)
        self.start(service, limits={"maxConnections": 2})
        first, second = self.use(connect(service)), self.use(connect(service))
        self.assertEqual((first.round_trip(), second.round_trip()), (b"hello", b"hello"))
        third = self.use(connect(service))
        third.send(b"hello")
        self.assertEqual(second.round_trip(), b"hello")
        self.assertEqual(len(self.target.visits), 2)
        first.close()
        self.assertEqual(third.receive_exactly(5), b"hello")

    def test_a_limit_that_stays_reached_is_told_once(self):
        service = plain().targets(self.target)
        gateway = self.start(service, limits={"maxConnections": 2})
        live = [self.use(connect(service)) for _ in range(2)]
        for client in live:
            client.round_trip()
        waiting = [self.use(connect(service)) for _ in range(30)]
        paused = gateway.wait_line("accepting connections pauses")
        for client in waiting[20:]:
            client.close()  # those who give up are still taken from the queue
        for client in waiting[:20]:
            client.send(b"hello")
        served = set()
        while len(served) < 20:
            while len(live) > 1:  # two workers may take one more than the limit
                live.pop(0).close()
            arrived = wait_until(lambda: [one for one in waiting[:20] if one not in served and has_answer(one)],
                                 "a waiting client to be served")
            for client in arrived:
                self.assertEqual(client.receive_exactly(5), b"hello")
            served.update(arrived)
            live += arrived
        self.assertEqual([line for line in gateway.lines if "accepting connections" in line], [paused])
        for client in live:
            client.close()
        gateway.wait_line("accepting connections goes on")

    def test_max_connections_per_service(self):
        full, other = plain().targets(self.target), plain().targets(self.target)
        gateway = self.start(full, other, limits={"maxConnectionsPerService": 1})
        first = self.use(connect(full))
        first.round_trip()
        with connect(full) as second:
            self.assertIn(second.how_it_ends(), ("end", "reset"))
        self.assertEqual(gateway.wait_event()["error"]["code"], "limit")
        with connect(other) as client:
            self.assertEqual(client.round_trip(), b"hello")
        first.close()
        gateway.wait_events(3)
        with connect(full) as client:
            self.assertEqual(client.round_trip(), b"hello")

    def test_idle_connections_end(self):
        service = plain().targets(self.target)
        gateway = self.start(service, timeouts={"idle": scaled("1s", "3s")})
        with connect(service) as client:
            client.round_trip()
            self.assertIn(client.how_it_ends(), ("end", "reset"))
        self.assertEqual(gateway.wait_event()["ending"], "timed_out")

    def test_an_unfinished_handshake_ends(self):
        """Without sni nothing is peeked: it is the handshake's own time limit that counts."""
        service = terminating().targets(self.target)
        gateway = self.start(service, timeouts={"handshake": "300ms"})
        with connect(service) as client:
            client.send(hello.real_hello("one.test"))
            self.assertIn(client.how_it_ends(), ("end", "reset"))
        event = gateway.wait_event()
        self.assertEqual((event["ending"], event["error"]["side"]), ("refused", "client"))
        self.assertEqual(self.target.visits, [])


main()
