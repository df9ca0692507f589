"""Requests that cannot become a tunnel: each is answered in HTTP, in bounded time, and the connection ends."""

import time

from support import (Authority, Backend, Story, Tunnel, TunnelGateway, client_context, connect, connect_tls, echo, main,
                     route, scaled)
from support.refusals import RefusalStory
from support.servers import run
from support.websocket_peer import Answer, open_websocket, read_head, request_head

LARGEST_HEAD = 16 * 1024


class RefusedRequests(RefusalStory):
    def setUp(self):
        self.target = self.use(Backend(echo))
        self.route = route("db.test").to(self.target)
        self.off = route("off.test").to(self.target).but(enabled=False)
        self.gateway = self.use(TunnelGateway(self.route, self.off,
                                              settings={"timeouts": {"handshake": scaled("1s", "3s")}}))

    def answer_to(self, raw):
        """The answer to any bytes."""
        with connect(self.gateway.port) as connection:
            connection.send(raw)
            return self.read_answer(connection)

    @staticmethod
    def read_answer(connection):
        start, headers = read_head(connection)
        answer = Answer(int(start.split()[1]), headers)
        answer.body = connection.receive_exactly(int(headers["content-length"]))
        return answer

    def test_unknown_routes(self):
        for host in ("other.test", "db.test.evil.test", "xdb.test", "off.test", "[::1]", "127.0.0.1"):
            with self.subTest(host):
                sentence = self.refused(self.gateway, host, "", 404, "errors.route.not.found")
                self.assertIn(host.strip("[]"), sentence)
        flags = ["--host", f"127.0.0.1:{self.gateway.port}", "--access-type", "public"]
        self.told(flags, 404, self.refused(self.gateway, "127.0.0.1", "", 404, "errors.route.not.found"))

    def test_a_host_is_known_in_every_spelling(self):
        for host in ("db.test", "DB.Test", "db.test:8080", "db.test."):
            with self.subTest(host), open_websocket(self.gateway, host) as peer:
                self.assertEqual(peer.round_trip(), b"hello")

    def test_other_paths(self):
        for path in ("/", "/index.html", "/.well-known/otoroshi/tunne", "/.well-known/otoroshi/login", "//"):
            with self.subTest(path):
                self.refused(self.gateway, "db.test", "", 404, "errors.resource.not.found", path=path)

    def test_no_upgrade(self):
        cases = {"a plain GET": {"without": ("Upgrade", "Connection", "Sec-WebSocket-Version", "Sec-WebSocket-Key")},
                 "a POST": {"method": "POST"},
                 "no Upgrade": {"without": ("Upgrade",)},
                 "no Connection": {"without": ("Connection",)},
                 "no key": {"without": ("Sec-WebSocket-Key",)},
                 "a key that is none": {"Sec_WebSocket_Key": "short"},
                 "no version": {"without": ("Sec-WebSocket-Version",)},
                 "version 8": {"Sec_WebSocket_Version": "8"},
                 "another protocol": {"Upgrade": "h2c"}}
        for name, options in cases.items():
            with self.subTest(name):
                self.refused(self.gateway, "db.test", "", 426, "errors.upgrade.required", **options)

    def test_curl_reads_a_refusal(self):
        for accept in ("text/html", "*/*", "application/json"):
            with self.subTest(accept):
                said = run("curl", "-sS", "-H", "Host: other.test", "-H", f"Accept: {accept}",
                           f"http://127.0.0.1:{self.gateway.port}/.well-known/otoroshi/tunnel").stdout
                self.assertIn('"error":"errors.route.not.found"', said.replace(": ", ":"))

    def test_heads_that_are_too_large(self):
        head = request_head("db.test", X_Filler="x" * LARGEST_HEAD).encode()
        endless = b"GET /.well-known/otoroshi/tunnel?" + b"x" * LARGEST_HEAD
        for name, raw in (("headers", head), ("a line without end", endless)):
            with self.subTest(name):
                answer = self.answer_to(raw)
                self.check_answer(answer, 431, "errors.bad.request")
        filler = LARGEST_HEAD - len(request_head("db.test", X_Filler=""))
        with open_websocket(self.gateway, "db.test", X_Filler="x" * filler) as peer:  # as large as may be
            self.assertEqual(peer.round_trip(), b"hello")

    def test_heads_that_are_no_heads(self):
        good = request_head("db.test").encode()
        cases = {"nonsense": b"hello\r\n\r\n",
                 "a ClientHello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
                 "bare line feeds": good.replace(b"\r\n", b"\n"),
                 "two Hosts": good.replace(b"Host: db.test\r\n", b"Host: db.test\r\nHost: other.test\r\n"),
                 "no Host": good.replace(b"Host: db.test\r\n", b""),
                 "a folded line": good.replace(b"Upgrade: websocket", b"Upgrade:\r\n websocket"),
                 "a NUL": good.replace(b"db.test", b"db\0.test"),
                 "HTTP/1.0": good.replace(b"HTTP/1.1", b"HTTP/1.0"),
                 "HTTP/2's preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"}
        for name, raw in cases.items():
            with self.subTest(name):
                answer = self.answer_to(raw)
                self.assertIn(answer.status, (400, 404, 426, 505))
                self.check_answer(answer, answer.status, answer.json["error"])
        self.assertEqual(self.target.visits, [])

    def test_slow_heads(self):
        for name, begins in (("nothing", b""), ("half a head", request_head("db.test").encode()[:-2])):
            with self.subTest(name), connect(self.gateway.port) as connection:
                connection.send(begins)
                start = time.monotonic()
                answer = self.read_answer(connection)
                self.assertGreater(time.monotonic() - start, 0.5)
                self.check_answer(answer, 408, "errors.request.timeout")
                self.assertIn("timeouts.handshake", answer.json["error_description"])

    def test_a_head_in_single_bytes(self):
        with connect(self.gateway.port) as connection:
            for byte in request_head("db.test").encode():
                connection.send(bytes([byte]))
            self.assertIn("101", read_head(connection)[0])


class RefusedTls(Story):
    def test_a_certificate_that_is_not_trusted_is_told(self):
        authority, stranger = Authority(self.folder()), Authority(self.folder(), "Stranger")
        one = route().to(self.use(Backend(echo)))
        gateway = self.use(TunnelGateway(one, certificates=[authority.server("other.test")]))
        flags = ["--host", f"{one.host}:{gateway.tls_port}", "--tls", "--access-type", "public"]
        for name, more, says in (("nobody trusts it", ["--ca-file", stranger.crt], "certificate"),
                                 ("the name is another one", ["--ca-file", authority.crt], one.host)):
            with self.subTest(name), Tunnel(*flags, *more) as tunnel, connect(tunnel) as client:
                self.assertEqual(client.how_it_ends(), "reset")
                self.assertIn(says, tunnel.wait_line("WARN|ERROR"))
        with Tunnel(*flags, "--insecure") as tunnel, connect(tunnel) as client:
            self.assertEqual(client.round_trip(), b"hello")

    def test_speaking_plain_to_the_tls_port_and_the_other_way_round(self):
        authority = Authority(self.folder())
        one = route().to(self.use(Backend(echo)))
        gateway = self.use(TunnelGateway(one, certificates=[authority.server(one.host)]))
        for port, more in ((gateway.tls_port, []), (gateway.port, ["--tls", "--ca-file", authority.crt])):
            flags = ["--host", f"{one.host}:{port}", "--access-type", "public", *more]
            with self.subTest(tls=bool(more)), Tunnel(*flags) as tunnel, connect(tunnel) as client:
                self.assertEqual(client.how_it_ends(), "reset")
                self.assertIn("--tls", tunnel.wait_line("WARN|ERROR"))
        with connect_tls(gateway.tls_port, None, client_context(authority)) as good:
            good.send(request_head(one.host).encode())
            self.assertIn("101", read_head(good)[0])


main()
