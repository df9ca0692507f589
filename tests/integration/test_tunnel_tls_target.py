"""A route may speak TLS to its target: verified, half-closed and aborted like any other."""

import hashlib

from support import (MIB, Authority, Backend, Payload, Tunnel, TunnelGateway, answer_at_end, connect, ends_first, main,
                     route, scaled, server_context)
from support.refusals import RefusalStory

NAME = "target.test"


class TlsTarget(RefusalStory):
    def start(self, serve, certificate_name=NAME, **target):
        self.authority = Authority(self.folder())
        self.target = self.use(Backend(serve, tls=server_context(self.authority.server(certificate_name))))
        self.route = route().to_hostname(NAME, port=self.target.port, ip_address=self.target.host, tls=True, **target)
        self.gateway = self.use(TunnelGateway(self.route, upstream_authority=self.authority))
        self.flags = ["--host", f"{self.route.host}:{self.gateway.port}", "--access-type", "public"]

    def test_both_halves(self):
        payload = Payload(scaled(8 * MIB, MIB))
        self.start(answer_at_end)
        with Tunnel(*self.flags) as tunnel, connect(tunnel) as client:
            client.send(payload.bytes)
            client.finish()
            self.assertEqual(client.receive_to_end(), hashlib.sha256(payload.bytes).digest())
        self.assertEqual(self.target.visits[0].server_name, NAME)

    def test_the_target_ends_first(self):
        self.start(ends_first(b"farewell"))
        with Tunnel(*self.flags) as tunnel, connect(tunnel) as client:
            self.assertEqual(client.receive_to_end(), b"farewell")
            client.send(b"more")
            client.finish()
            self.assertEqual(self.target.wait_end(), "end")
        self.assertEqual(bytes(self.target.visits[0].received), b"more")

    def test_an_end_without_close_notify_is_an_abort(self):
        def cut(connection, _visit):
            connection.send(b"half of an answ")
            connection.finish_without_close_notify()
        self.start(cut)
        with Tunnel(*self.flags) as tunnel, connect(tunnel) as client:
            self.assertEqual(client.how_it_ends(), "reset")

    def test_a_certificate_for_another_name(self):
        self.start(answer_at_end, certificate_name="other.test")
        sentence = self.refused(self.gateway, self.route.host, "", 502, "errors.bad.gateway")
        self.assertIn(NAME, self.gateway.wait_event()["error"]["sentence"])
        self.told(self.flags, 502, sentence)

    def test_trust_all(self):
        self.start(answer_at_end, certificate_name="other.test", tls_config={"trust_all": True})
        with Tunnel(*self.flags) as tunnel, connect(tunnel) as client:
            client.finish()
            self.assertEqual(client.receive_to_end(), hashlib.sha256(b"").digest())


main()
