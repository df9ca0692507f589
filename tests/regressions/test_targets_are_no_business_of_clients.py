"""Any client of HTTP or PostgreSQL was told the internal addresses of targets that did not take its connection."""

import struct

from support import (Authority, Gateway, RefusingPort, Story, TlsOverBio, client_context, connect, main, plain,
                     terminating)

SSL_REQUEST = struct.pack(">II", 8, 80877103)


class TargetsAreNoBusinessOfClients(Story):
    def told_of(self, gateway, target, answer, status):
        """The client sees a status and no address; the event has it."""
        self.assertIn(status, answer)
        self.assertNotIn(b"127.0.0.1", answer)
        self.assertNotIn(str(target.port).encode(), answer)
        event = gateway.wait_event()
        self.assertIn(f"127.0.0.1:{target.port} does not take connections", event["error"]["sentence"])

    def test_http(self):
        target = RefusingPort()
        service = plain().sni().rule("*", target)
        gateway = self.use(Gateway(service))
        client = self.use(connect(service))
        client.send(b"GET / HTTP/1.1\r\nHost: app.test\r\n\r\n")
        self.told_of(gateway, target, client.receive_to_end(), b"502 Bad Gateway")

    def test_postgresql(self):
        authority, target = Authority(self.folder()), RefusingPort()
        service = terminating().targets(target)
        gateway = self.use(Gateway(service, certificates=[authority.server("db.test")]))
        client = self.use(connect(service))
        client.send(SSL_REQUEST)
        self.assertEqual(client.receive_exactly(1), b"S")
        inside = TlsOverBio(client.socket, client_context(authority), server_name="db.test")
        self.told_of(gateway, target, inside.receive_to_end(), b"08006")


main()
