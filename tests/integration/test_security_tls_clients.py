"""Where the gateway and otoroshictl are the client of a TLS server, they want no less than they offer as servers."""

import ssl

from support import (Authority, Backend, Gateway, Story, Tunnel, connect, echo, main, otoroshictl, plain,
                     server_context, to, wait_until)

NAME = "localhost"
TAKEN, REFUSED = "taken", "refused"
ALL = "ALL:@SECLEVEL=0"

# what the server speaks: (versions, ciphers of 1.2 and before, key, certificate), what becomes of it
V1_0, V1_1, V1_2, V1_3 = (ssl.TLSVersion[name] for name in ("TLSv1", "TLSv1_1", "TLSv1_2", "TLSv1_3"))
SERVERS = {
    "1.3": (V1_3, ALL, "ec", "right", TAKEN),
    "1.2, AES-GCM": (V1_2, "ECDHE+AESGCM", "rsa", "right", TAKEN),
    "1.2, ChaCha20": (V1_2, "ECDHE+CHACHA20", "ec", "right", TAKEN),
    "1.1": (V1_1, ALL, "ec", "right", REFUSED),
    "1.0": (V1_0, ALL, "ec", "right", REFUSED),
    "1.2, CBC": (V1_2, "ECDHE+SHA384:ECDHE+SHA256:ECDHE+SHA", "ec", "right", REFUSED),
    "1.2, no forward secrecy": (V1_2, "kRSA", "rsa", "right", REFUSED),
    "1.2, anonymous": (V1_2, "aNULL:@SECLEVEL=0", "ec", "right", REFUSED),
    "expired": (V1_2, "ECDHE+AESGCM", "ec", "expired", REFUSED),
    "another's name": (V1_2, "ECDHE+AESGCM", "ec", "another's", REFUSED),
    "a stranger's signature": (V1_2, "ECDHE+AESGCM", "ec", "stranger's", REFUSED),
}


class TlsClients(Story):
    def setUp(self):
        self.authority, self.stranger = Authority(self.folder()), Authority(self.folder(), "Stranger")
        make = {"right": lambda key: self.authority.server(NAME, key=key),
                "expired": lambda key: self.authority.server(NAME, key=key, expired=True),
                "another's": lambda key: self.authority.server("other.test", key=key),
                "stranger's": lambda key: self.stranger.server(NAME, key=key)}
        self.servers = {}
        for name, (version, ciphers, key, certificate, _) in SERVERS.items():
            context = server_context(make[certificate](key))
            context.minimum_version = context.maximum_version = version
            context.set_ciphers(ciphers)
            self.servers[name] = self.use(Backend(echo, tls=context))

    def check(self, call):
        """`call(server)` makes the program under test speak to the server."""
        for name, server in self.servers.items():
            with self.subTest(name):
                call(server)
                visit = wait_until(lambda: server.visits and server.visits[0], "the server to be called")
                wait_until(lambda: visit.connection or visit.ended, "the handshake to end")
                self.assertEqual(TAKEN if visit.connection else REFUSED, SERVERS[name][-1])

    def test_gateway_to_a_target(self):
        services = {server: plain().targets(to(server, host=NAME, tls=True)) for server in self.servers.values()}
        self.use(Gateway(*services.values(), upstream_authority=self.authority))

        def call(server):
            with connect(services[server]) as client:
                client.finish()
                client.how_it_ends()
        self.check(call)

    def test_otoroshictl_tunnel(self):
        def call(server):
            flags = ["--host", f"{NAME}:{server.port}", "--tls", "--access-type", "public", "--connect-timeout", "2s",
                     "--ca-file", self.authority.crt]
            with Tunnel(*flags) as tunnel, connect(tunnel):
                wait_until(lambda: server.visits and (server.visits[0].connection or server.visits[0].ended),
                           "the handshake to end")
        self.check(call)

    def test_otoroshictl_on_the_admin_api(self):
        def call(server):
            code, said = otoroshictl("get", "routes", "--url", f"https://{NAME}:{server.port}", "--ca-file",
                                     self.authority.crt, "--client-id", "admin", "--client-secret", "unused")
            self.assertNotEqual(code, 0, said)  # an echo is no admin API
        self.check(call)


main()
