"""How otoroshictl reaches the gateway: through an HTTP proxy, over IPv6, with TLS sessions, with a certificate."""

import threading

from support import (Authority, Backend, EveryAccess, Story, Tunnel, TunnelGateway, connect, echo, main, route)
from support.websocket_peer import read_head


def http_proxy(resolve, requests, refuse=False):
    """A proxy that knows CONNECT: `resolve` names the port behind each address that it is asked for."""
    def serve(connection, _visit):
        start, headers = read_head(connection)
        requests.append((start, headers))
        if refuse:
            connection.send(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        with connect(resolve[start.split()[1]]) as there:
            connection.send(b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n")
            forward = threading.Thread(target=pass_on, args=(connection, there), daemon=True)
            forward.start()
            pass_on(there, connection)
            forward.join()
    return serve


def pass_on(source, sink):
    while data := source.receive():
        sink.send(data)
    sink.finish()


class Network(Story):
    def test_through_a_proxy(self):
        authority = Authority(self.folder())
        one = route("gateway.test").to(self.use(Backend(echo)))
        gateway = self.use(TunnelGateway(one, certificates=[authority.server("gateway.test")]))
        requests = []
        proxy = self.use(Backend(http_proxy({"gateway.test:9999": gateway.tls_port}, requests)))
        flags = ["--host", "gateway.test:9999", "--tls", "--ca-file", authority.crt, "--access-type", "public"]
        env = {"HTTPS_PROXY": f"http://me:passw0rd@127.0.0.1:{proxy.port}", "NO_PROXY": "other.test"}
        with Tunnel(*flags, env=env) as tunnel, connect(tunnel) as client:
            self.assertEqual(client.round_trip(), b"hello")
            self.assertNotIn("passw0rd", tunnel.output)
        start, headers = requests[0]
        self.assertEqual(start, "CONNECT gateway.test:9999 HTTP/1.1")
        self.assertEqual(headers["proxy-authorization"], "Basic bWU6cGFzc3cwcmQ=")

        with Tunnel(*flags, env={**env, "NO_PROXY": "gateway.test"}) as tunnel, connect(tunnel) as client:
            self.assertEqual(client.how_it_ends(), "reset")
            self.assertNotIn("proxy", tunnel.wait_line("WARN|ERROR"))
        self.assertEqual(len(requests), 1)

    def test_a_proxy_that_refuses(self):
        proxy = self.use(Backend(http_proxy({}, [], refuse=True)))
        flags = ["--host", "gateway.test:9999", "--tls", "--access-type", "public"]
        with Tunnel(*flags, env={"HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}"}) as tunnel, connect(tunnel) as client:
            self.assertEqual(client.how_it_ends(), "reset")
            line = tunnel.wait_line("WARN|ERROR")
            self.assertIn("407", line)
            self.assertIn("proxy", line)

    def test_ipv6(self):
        target = self.use(Backend(echo, host="::1"))
        one = route("::1").to_request({"host": "::1"})
        authority = Authority(self.folder())
        gateway = self.use(TunnelGateway(one.but(frontend={"domains": ["*"]}), address="::",
                                         certificates=[authority.server("::1")]))
        for port, more in ((gateway.port, []), (gateway.tls_port, ["--tls", "--ca-file", authority.crt])):
            for remote in ("::1", "[::1]"):
                flags = ["--host", f"[::1]:{port}", "--access-type", "public", "--local-host", "::1",
                         "--remote-host", remote, "--remote-port", target.port, *more]
                with self.subTest(flags), Tunnel(*flags) as tunnel, connect(tunnel, host="::1") as client:
                    self.assertEqual(client.round_trip(), b"hello")
                    self.assertIn("→ [::1]:", tunnel.lines[0])
                    self.assertIn("listening on [::1]:", tunnel.lines[0])

    def test_a_tls_session_is_resumed(self):
        """Counted on the wire: a full handshake carries the gateway's certificate."""
        ways = EveryAccess(self, self.use(Backend(echo)), only=["public"])
        counted = []

        def counting(connection, _visit):
            with connect(ways.gateway.tls_port) as there:
                amount = [0]
                counted.append(amount)

                def back():
                    while data := there.receive():
                        amount[0] += len(data)
                        connection.send(data)
                    connection.finish()
                backward = threading.Thread(target=back, daemon=True)
                backward.start()
                pass_on(connection, there)
                backward.join()
        way = ways.way("public", tls=True)
        middle = self.use(Backend(counting, host=way.route.host))
        flags = [flag.replace(f":{ways.gateway.tls_port}", f":{middle.port}") for flag in way.flags]
        with Tunnel(*flags) as tunnel:
            for _ in range(3):
                with connect(tunnel) as client:
                    client.round_trip()
                    client.finish()
                    client.receive_to_end()
        first, *others = [amount[0] for amount in counted]
        for other in others:
            self.assertLess(other, first - 300, "the certificate was sent again")

    def test_a_client_certificate(self):
        authority = Authority(self.folder())
        one = route().to(self.use(Backend(echo)))
        gateway = self.use(TunnelGateway(one, certificates=[authority.server(one.host)]))
        certificate = authority.client("jane")
        flags = ["--host", f"{one.host}:{gateway.tls_port}", "--tls", "--ca-file", authority.crt,
                 "--access-type", "public", "--client-cert", certificate.crt, "--client-key", certificate.key]
        with Tunnel(*flags) as tunnel, connect(tunnel) as client:
            self.assertEqual(client.round_trip(), b"hello")


main()
