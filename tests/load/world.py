"""The gateway of the mixed load with two tunnels before it, its targets, and every way from a client to one of them."""

import contextlib
import shutil
import tempfile

from support import (AdminTunnelGateway, Authority, RefusingPort, Tunnel, api_key, client_context, connect, connect_tls,
                     pass_through, plain, route, server_context, terminating, to)
from targets import ForgetfulBackend, Wishes

TARGET, GATEWAY, FOLDER, STORED = "target.test", "gateway.test", "folder.test", "stored.test"


class World:
    """A context manager. `programs` are the running programs by name; `ways` functions that open a connection, by name;
    `ports` lead to the target without TLS at the client's side."""

    def __init__(self):
        self.wishes = Wishes()
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self._build(stack)
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *failure):
        return self.stack.__exit__(*failure)

    def _build(self, stack):
        folder = tempfile.mkdtemp(prefix="otoroshi-load-")
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        self.authority = authority = Authority(folder)
        self.target = stack.enter_context(ForgetfulBackend(self.wishes.serve))
        secured = stack.enter_context(
            ForgetfulBackend(self.wishes.serve, tls=server_context(authority.server(TARGET))))

        fallback = plain().targets(RefusingPort(), self.target)
        services = {"plain": plain().targets(self.target), "one of two targets": fallback,
                    "pass-through": pass_through().sni().rule(TARGET, secured),
                    "TLS": terminating().targets(self.target),
                    "TLS to TLS": terminating().targets(to(secured, host=TARGET, tls=True))}
        self.refused = plain().targets(RefusingPort(), RefusingPort())
        tunnelled = route().to_request().for_keys()
        key = api_key(tunnelled)
        self.gateway = stack.enter_context(AdminTunnelGateway(
            tunnelled, keys=[key], services=[*services.values(), self.refused], upstream_authority=authority,
            certificates=[authority.server(GATEWAY, tunnelled.host)],
            settings={"store": {"type": "sqlite"}, "certificates": {"defaultDomain": GATEWAY}}))
        self.tls_service = services["TLS"]
        tunnels = {name: stack.enter_context(self._tunnel(tunnelled, key, tls))
                   for name, tls in (("tunnel over ws", False), ("tunnel over wss", True))}

        self.programs = {"gateway": self.gateway,
                         **{f"otoroshictl, {name}": tunnel for name, tunnel in tunnels.items()}}
        self.ports = [services["plain"].port, fallback.port, *(tunnel.port for tunnel in tunnels.values())]
        self.ways = self._ways(services, tunnels)

    def _tunnel(self, tunnelled, key, tls):
        port = self.gateway.tls_port if tls else self.gateway.port
        return Tunnel("--host", f"{tunnelled.host}:{port}", "--apikey-client-id", key["clientId"],
                      "--apikey-client-secret", key["clientSecret"], "--remote-host", self.target.host,
                      "--remote-port", self.target.port, *(["--tls", "--ca-file", self.authority.crt] if tls else []))

    def _ways(self, services, tunnels):
        names = {"pass-through": TARGET, "TLS": GATEWAY, "TLS to TLS": GATEWAY}
        ways = {}
        for name, entry in {**services, **tunnels}.items():
            if name in names:
                ways[name] = self._secured(entry.port, names[name])
            else:
                ways[name] = lambda port=entry.port, **options: connect(port, **options)
        return ways

    def _secured(self, port, name):
        context = client_context(self.authority)
        return lambda **options: connect_tls(port, name, context, **options)

    def live_connections(self):
        return len(self.gateway.admin.get("/api/tcp/connections").json)
