"""Client, gateway and target in networks of their own, a link between each two, and every way to carry bytes."""

import concurrent.futures
import contextlib

from .backends import Backend
from .connection import connect, connect_tls
from .entities import route
from .errands import ERRANDS, Courier
from .limits import DEADLINE, KIB, MIB, SANITIZED
from .network import Link
from .pki import Authority, client_context, server_context
from .services import pass_through, plain, terminating
from .tunnel import Tunnel
from .tunnel_gateway import AdminTunnelGateway
from .waiting import wait_until

NAME = "target.test"
PIPES_KEPT = 2 * 2 * 8   # descriptors: of both workers, PipePool::kept_at_most, two each
MEMORY_KEPT = 24 * MIB   # what an allocator may keep of what it was given back
# A SYN or a handshake may be lost several times in a row; what is to be shown is what becomes of connections.
PATIENCE = {"timeouts": {"connect": "40s", "peek": "40s", "handshake": "40s"}}


class Way:
    """One way from a client to a target; `connect()` where the client is."""

    def __init__(self, name, open_connection, backend, tunnel=None):
        self.name, self.connect, self.backend, self.tunnel = name, open_connection, backend, tunnel


class FarApart:
    """client --front-- gateway --back-- target. otoroshictl, over ws and over wss, is where the client is.

    `serve` is what targets do; without it they run errands (`carry`).
    """

    def __init__(self, story, serve=None, settings=None, seed=None):
        self.courier = Courier()
        self.front = story.use(Link(subnet=1, seed=seed))
        self.back = story.use(Link(left=self.front.right, subnet=2, seed=self.front.seed))
        self.client, self.here, self.far = self.front.left, self.front.right, self.back.right
        self.address = self.front.right_address  # the gateway's, for clients
        authority = Authority(story.folder())
        certificate = authority.server(NAME, self.address)
        with self.far.inside():
            self.target, self.tls_target = (
                story.use(Backend(serve or self.courier, host=self.back.right_address, tls=tls))
                for tls in (None, server_context(certificate)))
        services = [plain().targets(self.target), pass_through().sni().rule(NAME, self.tls_target),
                    terminating().sni().rule(NAME, self.target)]
        tunnel_route = route(self.address).to(self.target)
        with self.here.inside():
            self.gateway = story.use(AdminTunnelGateway(
                tunnel_route, services=[one.but(interface="0.0.0.0") for one in services], certificates=[certificate],
                settings=settings or PATIENCE))
        with self.client.inside():
            common = ["--access-type", "public", "--connect-timeout", "60s"]
            self.ws, self.wss = (story.use(Tunnel(*flags, *common)) for flags in (
                ["--host", f"{self.address}:{self.gateway.port}"],
                ["--host", f"{self.address}:{self.gateway.tls_port}", "--tls", "--ca-file", authority.crt]))
        self._context = client_context(authority)
        plainly = lambda to: lambda: connect(to, self.address)
        over_tls = lambda to: lambda: connect_tls(to, NAME, self._context, self.address)
        self.ways = [
            Way("plain", plainly(services[0]), self.target),
            Way("pass-through by SNI", over_tls(services[1]), self.tls_target),
            Way("TLS terminated", over_tls(services[2]), self.target),
            Way("tunnel over ws", lambda: connect(self.ws), self.target, self.ws),
            Way("tunnel over wss", lambda: connect(self.wss), self.target, self.wss),
        ]
        self.programs = {"gateway": self.gateway, "otoroshictl over ws": self.ws, "otoroshictl over wss": self.wss}

    def connect(self, way):
        with self.client.inside():
            return way.connect()

    def live(self):
        """What the admin API lists."""
        with self.here.inside():
            return self.gateway.admin.get("/api/tcp/connections").json

    def carry(self, size=256 * KIB, times=1, seconds=DEADLINE):
        """Every errand over every way, `times` each and all at once. Returns how many connections that were."""
        jobs = [(way, kind) for way in self.ways for kind in ERRANDS for _ in range(times)]
        with concurrent.futures.ThreadPoolExecutor(len(jobs)) as pool:
            problems = [found for found in pool.map(lambda job: self._problem(*job, size, seconds), jobs) if found]
        if problems:
            raise AssertionError("\n".join([f"{len(problems)} of {len(jobs)} connections:", *problems,
                                            str(self.front), str(self.back)]))
        return len(jobs)

    def _problem(self, way, kind, size, seconds):
        try:
            errand = self.courier.new(kind, size)
            with self.connect(way) as connection:
                connection.socket.settimeout(seconds)
                errand.at_client(connection)
                errand.wait_target(seconds)
        except Exception as problem:
            return f"{way.name}, {kind.__name__}: {type(problem).__name__} {problem}"

    @contextlib.contextmanager
    def nothing_left_behind(self):
        """What the body opens is gone afterwards: connections, descriptors, memory."""
        before = {name: (one.fd_count(), one.rss()) for name, one in self.programs.items()}
        yield
        wait_until(lambda: self.live() == [], "the list of connections to be empty")
        for name, one in self.programs.items():
            descriptors, memory = before[name]
            wait_until(lambda: one.fd_count() <= descriptors + PIPES_KEPT, f"the descriptors of {name} to be closed")
            if not SANITIZED and one.rss() > memory + MEMORY_KEPT:
                raise AssertionError(f"{name} had {memory} bytes of memory and has {one.rss()}")
