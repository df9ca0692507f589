"""Client, gateway and target in networks of their own, a link between each two, and every way to carry bytes."""

import concurrent.futures
import contextlib

from .backends import Backend
from .connection import connect, connect_tls
from .entities import route
from .errands import ERRANDS, Courier
from .gateway import merged
from .leaks import nothing_left_behind
from .limits import DEADLINE, KIB
from .network import Link
from .pki import Authority, client_context, server_context
from .services import pass_through, plain, terminating
from .tunnel import Tunnel
from .tunnel_gateway import AdminTunnelGateway

NAME = "target.test"
# For whatever comes before the relay. A SYN may be lost several times in a row, and who is shown here is not it.
PATIENCE = 40


class Way:
    """One way from a client to a target; `connect()` where the client is."""

    def __init__(self, name, open_connection, backend, tunnel=None):
        self.name, self.connect, self.backend, self.tunnel = name, open_connection, backend, tunnel


class Carriage:
    """Errands that are underway, each on a thread of its own."""

    def __init__(self, world, jobs):
        self._world = world
        self.errands = [errand for _, errand in jobs]
        self._pool = concurrent.futures.ThreadPoolExecutor(len(jobs))
        self._problems = [self._pool.submit(self._problem, way, errand) for way, errand in jobs]

    def wait(self):
        """Until all are done; raises what went wrong with any of them. Returns how many they were."""
        self._pool.shutdown()
        problems = [problem for one in self._problems if (problem := one.result())]
        if problems:
            links = f"{self._world.front}\n{self._world.back}"
            raise AssertionError(f"{len(problems)} of {len(self.errands)}:\n" + "\n".join([*problems, links]))
        return len(self.errands)

    def _problem(self, way, errand):
        try:
            with self._world.connect(way) as connection:
                errand.run_at_client(connection)
        except Exception as problem:
            return f"{way.name}, {type(errand).__name__}: {type(problem).__name__} {problem}"


class FarApart:
    """client --front-- gateway --back-- target. otoroshictl, over ws and over wss, is where the client is.

    `serve` is what targets do; without it they run errands (`carry`). `patience` (seconds) is every limit on the
    gateway's way to a relay; --connect-timeout is twice that, so that otoroshictl hears what the gateway has to say.
    `kernel` are settings for all three (Namespace.set).
    """

    def __init__(self, story, serve=None, *, settings=None, patience=PATIENCE, seed=None, kernel=None):
        self.courier = Courier()
        self.front = story.use(Link(subnet=1, seed=seed))
        self.back = story.use(Link(left=self.front.right, subnet=2, seed=self.front.seed))
        self.client, self.here, self.far = self.front.left, self.front.right, self.back.right
        for network in (self.client, self.here, self.far):
            network.set(**(kernel or {}))
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
                settings=merged({"timeouts": {one: f"{patience}s" for one in ("connect", "peek", "handshake")}},
                                settings or {})))
        with self.client.inside():
            common = ["--access-type", "public", "--connect-timeout", f"{2 * patience}s"]
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

    def connect(self, way):
        with self.client.inside():
            return way.connect()

    def live(self):
        """What the admin API lists."""
        with self.here.inside():
            return self.gateway.admin.get("/api/tcp/connections").json

    def carry(self, size=256 * KIB, **options):
        """Every errand over every way, all at once. Returns how many connections that were."""
        return self.set_out(size, **options).wait()

    def set_out(self, size, *, kinds=ERRANDS, times=1, seconds=DEADLINE):
        """The same, underway; `size`, `seconds`: see Errand."""
        return Carriage(self, [(way, self.courier.new(kind, size, seconds)) for way in self.ways for kind in kinds
                               for _ in range(times)])

    @contextlib.contextmanager
    def nothing_left_behind(self, **options):
        """What the body opens is gone afterwards: connections, descriptors, memory."""
        with self.here.inside(), nothing_left_behind(self.gateway, self.ws, self.wss, **options) as growth:
            yield growth
