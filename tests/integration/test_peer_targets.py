"""A target that breaks off at any byte, in any manner, makes no client believe what it did not say."""

from support import (AdminGateway, AdminTunnelGateway, Authority, Backend, EveryMode, Story, TlsOverBio, Tunnel, connect,
                     main, pass_through, postgres_ssl_request, route, server_context, terminating, to)
from support.break_off import break_off_everywhere
from support.broken_targets import ANSWER, QUESTION, TargetWay, reply
from support.cut import fin, fin_between_sends, never
from support.event_feed import EventFeed
from support.ways_in import postgres_by_tls
from support.websocket_peer import read_head, websocket_server

NAME = "db.test"
FRAME = 50


class Targets(Story):
    def test_every_mode(self):
        modes = EveryMode(self, reply, gateway=AdminGateway)
        ways = [TargetWay(mode.name, mode.backend, mode.service.port, lambda wrap, mode=mode: mode.connect(wrap=wrap),
                          never if mode.target_speaks_tls else fin, opaque=mode.service.json["tls"] == "PassThrough")
                for mode in modes]
        break_off_everywhere(ways, modes.gateway, events=EventFeed(modes.gateway))

    def test_postgresql(self):
        """The target is asked for TLS in PostgreSQL's manner, by a client's SSLRequest or on behalf of it."""
        authority = Authority(self.folder())
        certificate = authority.server(NAME)

        def backend():
            return self.use(Backend(reply, tls=server_context(certificate), preface=postgres_ssl_request))
        passed, dialled = backend(), backend()
        services = [pass_through().sni().rule(NAME, passed),
                    terminating().sni().rule(NAME, to(dialled, host=NAME, tls=True))]
        gateway = self.use(AdminGateway(*services, certificates=[certificate], upstream_authority=authority))
        enter = [postgres_by_tls(service, authority, NAME) for service in services]
        ways = [TargetWay("PostgreSQL, pass-through", passed, services[0].port, enter[0], opaque=True),
                TargetWay("PostgreSQL, terminating", dialled, services[1].port, enter[1], refusal=b"E\0")]
        break_off_everywhere(ways, gateway, events=EventFeed(gateway))


    def test_through_the_tunnel(self):
        authority = Authority(self.folder())
        certificate = authority.server(NAME)
        bare, secured = self.use(Backend(reply)), self.use(Backend(reply, tls=server_context(certificate)))
        routes = [route().to(bare),
                  route().to_hostname(NAME, port=secured.port, ip_address=secured.host, tls=True)]
        gateway = self.use(AdminTunnelGateway(*routes, upstream_authority=authority))
        ways, programs = [], [gateway]
        for name, backend, one, may_end in (("tunnel", bare, routes[0], fin), ("tunnel, TLS", secured, routes[1], never)):
            tunnel = self.use(Tunnel("--host", f"{one.host}:{gateway.port}", "--access-type", "public"))
            programs.append(tunnel)
            ways.append(TargetWay(name, backend, tunnel.port,
                                  lambda wrap, tunnel=tunnel: connect(tunnel, wrap=wrap), may_end))
        break_off_everywhere(ways, *programs)


class GatewaysOfOtoroshictl(Story):
    def test_behind_a_proxy(self):
        """The HTTP proxy and the gateway behind it are one: it breaks off in both."""
        authority = Authority(self.folder())
        gateway = websocket_server(self.replies, Otoroshi_Tunnel="half-close")
        context = server_context(authority.server("gateway.test"))

        def proxied(connection, visit):
            read_head(connection)
            connection.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            gateway(TlsOverBio(connection.socket, context, server_side=True), visit)
        proxy = self.use(Backend(proxied))
        tunnel = self.use(Tunnel("--host", "gateway.test:443", "--access-type", "public", "--tls", "--ca-file",
                                 authority.crt, env={"HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}"}))
        way = TargetWay("by a proxy", proxy, tunnel.port, lambda wrap: connect(tunnel, wrap=wrap))
        break_off_everywhere([way], tunnel)

    def test_it(self):
        authority = Authority(self.folder())
        context = server_context(authority.server("127.0.0.1"))
        ways, programs = [], []
        for headers in ({}, {"Otoroshi_Tunnel": "half-close"}):
            for tls in (None, context):
                backend = self.use(Backend(websocket_server(self.replies, **headers), tls=tls))
                flags = ["--host", f"127.0.0.1:{backend.port}", "--access-type", "public"]
                tunnel = self.use(Tunnel(*flags, *(["--tls", "--ca-file", authority.crt] if tls else [])))
                programs.append(tunnel)
                ways.append(TargetWay(f"{'wss' if tls else 'ws'} {headers}", backend, tunnel.port,
                                      lambda wrap, tunnel=tunnel: connect(tunnel, wrap=wrap),
                                      never if headers else fin_between_sends))
        break_off_everywhere(ways, *programs)

    @staticmethod
    def replies(websocket, visit):
        websocket.receive_exactly(len(QUESTION))
        websocket.send(ANSWER, FRAME)
        websocket.send_close()
        websocket.receive_to_close()
        websocket.connection.finish()


main()
