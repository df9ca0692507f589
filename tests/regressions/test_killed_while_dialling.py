"""The event of a connection that an operator closed while its target was dialled said that the client went away."""

import socket

from support import AdminGateway, Story, connect, main, plain, wait_until


class SilentTarget:
    """Its queue is full: the kernel drops who else wants to connect, as if nobody were there."""

    def __init__(self):
        self.host, self._listener, self._fillers = "127.0.0.1", socket.socket(), []

    def __enter__(self):
        self._listener.bind((self.host, 0))
        self._listener.listen(0)
        self.port = self._listener.getsockname()[1]
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex((self.host, self.port))
            self._fillers.append(filler)
        return self

    def __exit__(self, *_):
        for one in (self._listener, *self._fillers):
            one.close()


class KilledWhileDialling(Story):
    def test_the_event_tells_who_did_it(self):
        service = plain().targets(self.use(SilentTarget()))
        gateway = self.use(AdminGateway(service, settings={"timeouts": {"connect": "30s"}}))
        client = self.use(connect(service))
        listed = wait_until(lambda: gateway.admin.get("/api/tcp/connections").json, "the connection to be listed")
        self.assertEqual(listed[0]["phase"], "dial")
        gateway.admin.delete(f"/api/tcp/connections/{listed[0]['id']}")
        self.assertEqual(client.how_it_ends(), "reset")
        event = gateway.wait_event()
        self.assertEqual((event["ending"], event["error"]["side"]), ("shut_down", "gateway"))
        self.assertIn("operator", event["error"]["sentence"])


main()
