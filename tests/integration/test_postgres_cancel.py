"""A PostgreSQL CancelRequest names no database: every target of the port gets it, however many there are."""

import struct
import threading

from support import (DEADLINE, Authority, Backend, Gateway, Story, connect, main, proxy_header, terminating, to,
                     wait_until)

CANCEL_REQUEST = struct.pack(">IIII", 16, 80877102, 4711, 42)
AT_A_TIME = 8


class Postgres:
    """Servers that read a CancelRequest and close, once they may."""

    def __init__(self):
        self.may_close = threading.Event()

    def __call__(self, connection, visit):
        visit.received += connection.receive_exactly(len(CANCEL_REQUEST))
        self.may_close.wait(DEADLINE)
        connection.finish()


class PostgresCancel(Story):
    def setUp(self):
        self.postgres = Postgres()

    def start(self, service):
        certificate = Authority(self.folder()).server("db.test")
        self.use(Gateway(service, certificates=[certificate], settings={"timeouts": {"connect": "60s"}}))

    def test_twenty_targets_and_so_many_at_a_time(self):
        targets = [self.use(Backend(self.postgres)) for _ in range(20)]
        service = terminating().sni().rule("a.test", *targets[:15]).rule("b.test", *targets[10:])
        self.start(service)

        def asked():
            return [target for target in targets if target.visits]

        with connect(service) as client:
            client.send(CANCEL_REQUEST)
            wait_until(lambda: len(asked()) == AT_A_TIME, "the first targets to be asked")
            for target in asked():
                target.wait_visit()
            self.assertEqual(len(asked()), AT_A_TIME)
            self.postgres.may_close.set()
            self.assertEqual(client.how_it_ends(), "end")
        for target in targets:
            self.assertEqual([bytes(visit.received) for visit in target.visits], [CANCEL_REQUEST])

    def test_the_proxy_header_comes_first(self):
        self.postgres.may_close.set()
        targets = {version: self.use(Backend(self.postgres, preface=proxy_header)) for version in ("v1", "v2")}
        service = terminating().sni().rule("a.test", *(to(target, proxyProtocol=version)
                                                       for version, target in targets.items()))
        self.start(service)
        with connect(service) as client:
            client.send(CANCEL_REQUEST)
            self.assertEqual(client.how_it_ends(), "end")
            port = client.socket.getsockname()[1]
        for version, target in targets.items():
            with self.subTest(version):
                visit = target.wait_visit()
                self.assertIn(str(port).encode() if version == "v1" else struct.pack(">H", port), visit.preface)
                self.assertEqual(bytes(visit.received), CANCEL_REQUEST)


main()
