"""Where a tunnel may not lead, and where it cannot: a request opens no way to everywhere."""

import os

from support import DEADLINE, Backend, RefusingPort, TunnelGateway, connect, echo, main, route, scaled
from support.refusals import RefusalStory
from support.websocket_peer import ask, open_websocket, to_target

FORBIDDEN = (403, "errors.destination.not.allowed")
WRONG = (400, "errors.bad.destination")


class RefusedDestinations(RefusalStory):
    def setUp(self):
        self.target = self.use(Backend(echo))

    def test_only_what_is_listed(self):
        port = self.target.port
        one = route().to_request({"host": "127.0.0.1", "ports": f"22,{port - 1}-{port}"})
        named = route().to_request({"host": "*.internal.test"})
        gateway = self.use(TunnelGateway(one, named))
        with open_websocket(gateway, one.host, to_target(self.target)) as peer:
            self.assertEqual(peer.round_trip(), b"hello")
        for asked, host, wanted in ((one, "127.0.0.1", port + 1), (one, "127.0.0.2", port), (one, "localhost", 1),
                                    (one, "[::1]", port), (one, "[::ffff:127.0.0.2]", port), (one, "0.0.0.0", port),
                                    (one, "169.254.169.254", 22), (named, "internal.test", 22),
                                    (named, "127.0.0.1", port), (named, "localhost", port),
                                    (named, "db.internal.test.evil.test", 22)):
            with self.subTest(host, port=wanted):
                sentence = self.refused(gateway, asked.host, f"remoteHost={host}&remotePort={wanted}", *FORBIDDEN)
                flags = ["--host", f"{asked.host}:{gateway.port}", "--access-type", "public",
                         "--remote-host", host, "--remote-port", str(wanted)]
                self.told(flags, 403, sentence)

    def test_everything_but_link_local_addresses(self):
        one = route().to_request({"host": "*"})
        named = route().to_request({"host": "169.254.0.0/16"})
        gateway = self.use(TunnelGateway(one, named, settings={"timeouts": {"connect": "300ms"}}))
        for host in ("169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]", "169.254.1.1"):
            with self.subTest(host):
                self.refused(gateway, one.host, f"remoteHost={host}&remotePort=80", *FORBIDDEN)
        answer, connection = ask(gateway, named.host, "remoteHost=169.254.0.1&remotePort=9")
        connection.close()
        self.assertNotEqual(answer.status, 403, "it is allowed where a network names it")

    def test_a_name_that_resolves_to_a_link_local_address(self):
        if os.getuid() != 0:
            self.skipTest("a hosts file of its own needs root")
        one, fixed = route().to_request({"host": "*.internal.test"}), route().to_hostname("meta.internal.test", port=80)
        hosts = {"meta.internal.test": "169.254.169.254", "good.internal.test": "127.0.0.1"}
        gateway = self.use(TunnelGateway(one, fixed, hosts=hosts))
        self.refused(gateway, one.host, "remoteHost=meta.internal.test&remotePort=80", *FORBIDDEN)
        self.refused(gateway, fixed.host, "", *FORBIDDEN)
        query = f"remoteHost=good.internal.test&remotePort={self.target.port}"
        with open_websocket(gateway, one.host, query) as peer:
            self.assertEqual(peer.round_trip(), b"hello")

    def test_values_that_are_no_host_or_no_port(self):
        one = route().to_request({"host": "*"})
        gateway = self.use(TunnelGateway(one))
        port = self.target.port
        for query in (f"remoteHost=127.0.0.1:{port}&remotePort=22", "remoteHost=127.0.0.1&remotePort=99999",
                      "remoteHost=127.0.0.1&remotePort=0", "remoteHost=127.0.0.1&remotePort=-1",
                      "remoteHost=127.0.0.1&remotePort=22x", "remoteHost=127.0.0.1&remotePort=+22",
                      f"remoteHost=user@127.0.0.1&remotePort={port}", f"remoteHost=127.0.0.1/24&remotePort={port}",
                      f"remoteHost=a%20b&remotePort={port}", f"remoteHost=a%00b&remotePort={port}",
                      f"remoteHost=$%7Bremote_port%7D&remotePort={port}", f"remoteHost=&remotePort={port}",
                      f"remotePort={port}", "remoteHost=127.0.0.1", ""):
            with self.subTest(query):
                self.refused(gateway, one.host, query, *WRONG)
        self.assertEqual(self.target.visits, [])

    def test_a_target_that_refuses(self):
        one = route().to(RefusingPort())
        self.check_unreachable(one, 502, "errors.bad.gateway")

    def test_a_target_that_is_unknown(self):
        one = route().to_hostname("nowhere.invalid", port=22)
        self.check_unreachable(one, 502, "errors.bad.gateway")

    def test_a_target_that_is_silent(self):
        """Its backlog is full, so the kernel drops what asks for a connection."""
        deaf = self.use(Backend(echo, backlog=0, accepting=False))
        self.use(connect(deaf))
        self.check_unreachable(route().to(deaf), 504, "errors.gateway.timeout", connect=scaled("500ms", "2s"))

    def check_unreachable(self, one, status, cause, connect=f"{DEADLINE}s"):
        gateway = self.use(TunnelGateway(one, settings={"timeouts": {"connect": connect}}))
        sentence = self.refused(gateway, one.host, "", status, cause)
        self.told(["--host", f"{one.host}:{gateway.port}", "--access-type", "public"], status, sentence)


main()
