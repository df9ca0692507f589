"""A peer that stops, or sends a byte now and then, at any byte: it is bounded, and nothing is left of it."""

import concurrent.futures

from support import (LONG, AdminGateway, AdminTunnelGateway, Authority, Backend, EveryAccess, EveryMode, Story, Tunnel,
                     connect, main, plain, postgres_ssl_request, scaled, server_context, terminating, to)
from support import broken_clients, broken_targets
from support.broken_clients import Way, answer
from support.broken_targets import ANSWER, QUESTION, TargetWay, reply
from support.event_feed import EventFeed
from support.ways_in import postgres_by_tls, tunnel_by_hand
from support.websocket_peer import websocket_server

TIMEOUTS = {"peek": scaled("500ms", "2s"), "handshake": scaled("1s", "4s"), "connect": "2s", "idle": "2s",
            "halfClosed": "1s"}
SETTINGS = {"timeouts": TIMEOUTS, "tunnel": {"pingInterval": "1s"}}
# What drips would take longer than this, so it is not the peer who comes to an end.
BOUND = scaled(30 if LONG else 12, 60)
NAME = "db.test"
# Without SNI it is as `plain` is: what the client says is the target's business, however slowly it says it.
MODES = ["plain", "plain, peeked for a Host", "plain to a TLS target", "pass-through by SNI", "terminating",
         "terminating by SNI", "terminating to a TLS target"]


def question(number):
    return b"\0%06d?" % number


def http_question(number):
    return b"GET /%06d HTTP/1.1\r\nHost: db.test\r\n\r\n" % number


class Stalls(Story):
    """Each group has programs of its own and waits most of the time, so all stall at once."""

    def at_once(self, *groups):
        with concurrent.futures.ThreadPoolExecutor(len(groups)) as pool:
            for running in [pool.submit(group) for group in groups]:
                running.result()

    def test_of_clients(self):
        self.at_once(self.clients(), self.clients_of_other_protocols(), self.clients_of_the_tunnel())

    def test_of_targets(self):
        self.at_once(self.targets(), self.targets_that_speak_postgresql(), self.gateways_of_otoroshictl())

    def clients(self):
        modes = EveryMode(self, answer, gateway=AdminGateway, settings=SETTINGS, only=MODES)
        ways = [Way(mode.name, mode.backend, lambda wrap, mode=mode: mode.connect(wrap=wrap), question=question)
                for mode in modes]
        events = EventFeed(modes.gateway)
        return lambda: broken_clients.stall_everywhere(ways, modes.gateway, events=events, bound=BOUND)

    def clients_of_other_protocols(self):
        authority = Authority(self.folder())
        database, web = self.use(Backend(answer)), self.use(Backend(answer))
        services = [terminating().sni().rule(NAME, database), plain().sni().rule(NAME, web).forwards_to(web)]
        gateway = self.use(AdminGateway(*services, certificates=[authority.server(NAME)], settings=SETTINGS))
        ways = [Way("PostgreSQL", database, postgres_by_tls(services[0], authority, NAME), question=question),
                Way("HTTP", web, lambda wrap: connect(services[1], wrap=wrap), question=http_question)]
        return lambda: broken_clients.stall_everywhere(ways, gateway, events=EventFeed(gateway), bound=BOUND)

    def clients_of_the_tunnel(self):
        ways = EveryAccess(self, only=["public"], gateway=AdminTunnelGateway, settings=SETTINGS)
        tried = []
        for way in ways:
            for headers in ({}, {"Otoroshi_Tunnel": "half-close"}):
                backend = self.use(Backend(answer))
                enter = tunnel_by_hand(ways, way, backend, **headers)
                tried.append(Way(f"{way.name} {headers}", backend, enter, question=question))
        return lambda: broken_clients.stall_everywhere(tried, ways.gateway, events=EventFeed(ways.gateway), bound=BOUND)

    def targets(self):
        modes = EveryMode(self, reply, gateway=AdminGateway, settings=SETTINGS, only=MODES[:3] + MODES[4:])
        ways = [TargetWay(mode.name, mode.backend, mode.service.port, lambda wrap, mode=mode: mode.connect(wrap=wrap))
                for mode in modes]
        return lambda: broken_targets.stall_everywhere(ways, modes.gateway, bound=BOUND)

    def targets_that_speak_postgresql(self):
        authority = Authority(self.folder())
        certificate = authority.server(NAME)
        target = self.use(Backend(reply, tls=server_context(certificate), preface=postgres_ssl_request))
        service = terminating().sni().rule(NAME, to(target, host=NAME, tls=True))
        gateway = self.use(AdminGateway(service, certificates=[certificate], upstream_authority=authority,
                                        settings=SETTINGS))
        way = TargetWay("PostgreSQL", target, service.port, postgres_by_tls(service, authority, NAME), refusal=b"E\0")
        return lambda: broken_targets.stall_everywhere([way], gateway, bound=BOUND)

    def gateways_of_otoroshictl(self):
        """They announce a ping every second, so that silence is noticed after two."""
        def replies(websocket, visit):
            websocket.receive_exactly(len(QUESTION))
            websocket.send(ANSWER)
            websocket.send_close()
            websocket.receive_to_close()
            websocket.connection.finish()
        authority = Authority(self.folder())
        context = server_context(authority.server("127.0.0.1"))
        ways, programs = [], []
        headers = {"Otoroshi_Tunnel": "half-close", "Otoroshi_Tunnel_Ping_Interval": "1000"}
        for tls in (None, context):
            backend = self.use(Backend(websocket_server(replies, **headers), tls=tls))
            flags = ["--host", f"127.0.0.1:{backend.port}", "--access-type", "public"]
            flags += ["--connect-timeout", scaled("1s", "4s"), *(["--tls", "--ca-file", authority.crt] if tls else [])]
            tunnel = self.use(Tunnel(*flags))
            programs.append(tunnel)
            ways.append(TargetWay("wss" if tls else "ws", backend, tunnel.port,
                                  lambda wrap, tunnel=tunnel: connect(tunnel, wrap=wrap)))
        return lambda: broken_targets.stall_everywhere(ways, *programs, bound=BOUND)


main()
