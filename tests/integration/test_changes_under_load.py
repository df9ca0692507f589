"""Twenty changes of services under ten seconds of traffic break no connection of a service that did not change."""

import os
import threading
import time

from support import (Authority, Backend, Gateway, Story, client_context, connect, connect_tls, echo, main, plain,
                     scaled, terminating)

SECONDS, CHANGES = scaled(10, 6), 20
NAME = "gateway.test"


class Traffic:
    """Threads that do round trips until `stop`: one on connections that last, one on a new connection every time."""

    def __init__(self, connections):
        self._connections = connections
        self._stop = threading.Event()
        self.failures, self.trips = [], 0
        self._threads = [threading.Thread(target=self._run, args=(work, connection), daemon=True)
                         for connection in connections for work in (self._on_one, self._on_new_ones)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, work, open_connection):
        try:
            work(open_connection)
        except Exception as error:  # a test's thread must not die in silence
            self.failures.append(repr(error))

    def _on_one(self, open_connection):
        with open_connection() as client:
            while not self._stop.is_set():
                self._round_trip(client)

    def _on_new_ones(self, open_connection):
        while not self._stop.is_set():
            with open_connection() as client:
                self._round_trip(client)

    def _round_trip(self, client):
        data = os.urandom(1000)
        if client.round_trip(data) != data:
            raise AssertionError("other bytes came back")
        self.trips += 1


class ChangesUnderLoad(Story):
    def test_no_connection_breaks(self):
        authority, target = Authority(self.folder()), self.use(Backend(echo))
        kept = [plain().targets(target), terminating().targets(target)]
        changing = plain().targets(target)
        gateway = self.use(Gateway(*kept, changing, certificates=[authority.server(NAME)]))
        clients = [lambda: connect(kept[0]), lambda: connect_tls(kept[1], NAME, client_context(authority))]
        with Traffic(clients) as traffic:
            start = time.monotonic()
            for number in range(CHANGES):
                moved = plain(id=changing.id, description=f"change {number}").rule("*", target)
                gateway.reload(*kept, moved)
                with connect(moved) as client:
                    self.assertEqual(client.round_trip(), b"hello")
                due = start + SECONDS * (number + 1) / CHANGES
                time.sleep(max(0, due - time.monotonic()))  # the pace of the changes, not a wait for something
        self.assertEqual(traffic.failures, [])
        self.assertGreater(traffic.trips, 100)


main()
