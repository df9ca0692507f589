"""As many idle connections as the descriptors allow: they cost little, all still answer, and who comes then waits.

With OTOROSHI_LONG=1 there are about 9,600 of them (of 20,000 descriptors), and what they cost is printed.
"""

import os
import sys

from support import (MIB, SANITIZED, AdminTunnelGateway, Authority, Metrics, Process, Story, Tunnel, api_key,
                     client_context, connect, hello, main, pass_through, plain, route, terminating, wait_until)
from support.connection import TlsOverBio
from support.limits import DEADLINE, LONG

DESCRIPTORS = None if LONG else 400  # None: as many as this process may have
LATE = 20  # come when there is no place
ROUNDS = 2
MOST_MORE = 1.2   # times what the first round took, for the second: a heap has holes
MOST_LEFT = 0.35  # of it, once all have gone
NAME = "gateway.test"
TARGET = os.path.join(os.path.dirname(__file__), "..", "load", "echo_target.py")
MOST_KIB = {"plain": 4, "pass-through by SNI": 4, "TLS": 18, "tunnel": 6, "otoroshictl": 6}  # per connection


def kernel_slab():
    """Bytes that the whole machine's kernel has allocated and cannot get back: sockets among them."""
    with open("/proc/meminfo") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("SUnreclaim:"))


class Idle(Story):
    def setUp(self):
        target = self.use(Process([sys.executable, "-B", TARGET]))
        self.host, self.port = "127.0.0.1", int(target.wait_line(r"^\d+$"))
        self.authority = Authority(self.folder())

    def start(self, *services, **options):
        self.gateway = self.use(AdminTunnelGateway(*options.pop("routes", ()), services=services,
                                                   descriptors=DESCRIPTORS, certificates=[self.authority.server(NAME)],
                                                   settings={"timeouts": {"handshake": f"{DEADLINE}s"}}, **options))

    def test_plain(self):
        service = plain().targets(self)
        self.start(service)
        self.hold("plain", service, lambda client: client)

    def test_pass_through_by_sni(self):
        service = pass_through().sni().rule(NAME, self)
        self.start(service)
        first = hello.real_hello(NAME)

        def say_hello(client):
            client.round_trip(first)
            return client
        self.hold("pass-through by SNI", service, say_hello)

    def test_tls(self):
        service = terminating().targets(self)
        self.start(service)
        context = client_context(self.authority)
        self.hold("TLS", service, lambda client: TlsOverBio(client.socket, context, server_name=NAME))

    def test_tunnel(self):
        one = route().to(self).for_keys()
        key = api_key(one)
        self.start(routes=[one], keys=[key])
        tunnel = self.use(Tunnel("--host", f"{one.host}:{self.gateway.port}", "--apikey-client-id", key["clientId"],
                                 "--apikey-client-secret", key["clientSecret"], descriptors=DESCRIPTORS))
        self.hold("tunnel", tunnel, lambda client: client, otoroshictl=tunnel)

    def hold(self, name, entry, enter, **more):
        """Fills the gateway through `entry`, twice; `enter` makes a TCP connection one that an echo answers."""
        programs = {name: self.gateway, **more}
        with enter(connect(entry)) as first:  # what the first connection brings in belongs to none
            first.round_trip()
        self.wait_live(0)
        before = {each: (program.rss(), program.fd_count()) for each, program in programs.items()}
        slab = kernel_slab()
        peaks = [self.fill(entry, enter, programs) for _ in range(ROUNDS)]
        print(f"{name}: in the kernel {(self.slab - slab) / 1024 / self.limit:.1f} KiB for each, sockets of client and "
              "target included", flush=True)
        for each, program in programs.items():
            rss, descriptors = before[each]
            wait_until(lambda: program.fd_count() <= descriptors, f"descriptors of {each} to go back to {descriptors}")
            if LONG and not SANITIZED:
                wait_until(lambda: program.rss() - rss < (peaks[-1][each] - rss) * MOST_LEFT,
                           f"{each} to give memory back", 3 * DEADLINE)  # once a minute at the most
            kib = [(peak[each] - rss) / 1024 / self.limit for peak in peaks]
            print(f"{each}: {self.limit} connections, {kib[0]:.2f} KiB each, the second time {kib[1]:.2f}; RSS in MiB "
                  f"{rss / MIB:.1f} before, {peaks[-1][each] / MIB:.1f} with them, {program.rss() / MIB:.1f} after; "
                  f"descriptors {descriptors} before, {program.fd_count()} after", flush=True)
            if LONG and not SANITIZED:
                self.assertLess(max(kib), MOST_KIB[each])
                self.assertLess(kib[1], kib[0] * MOST_MORE)

    def fill(self, entry, enter, programs):
        """Returns the memory of each program with all connections open; when it ends all are gone."""
        self.limit = int(self.metrics().value("otoroshi_gateway_connection_limit"))
        clients, late, start = [], [], len(self.gateway.lines)
        try:
            for _ in range(self.limit):
                clients.append(enter(connect(entry)))
                self.assertEqual(clients[-1].round_trip(b"1"), b"1")
            taken, self.slab = {each: program.rss() for each, program in programs.items()}, kernel_slab()
            late += [connect(entry) for _ in range(LATE)]
            self.gateway.wait_line("accepting connections pauses", start=start)
            for client in clients:
                self.assertEqual(client.round_trip(b"2"), b"2")
            for client in clients[:LATE]:
                client.close()
            late = [enter(client) for client in late]
            for client in late + clients[LATE:]:
                self.assertEqual(client.round_trip(b"3"), b"3")
            return taken
        finally:
            for client in clients + late:
                client.close()
            self.wait_live(0)

    def metrics(self):
        return Metrics(self.gateway.admin.get("/metrics").body.decode())

    def wait_live(self, count):
        wait_until(lambda: len(self.gateway.admin.get("/api/tcp/connections").json) == count,
                   f"{count} live connections")


main()
