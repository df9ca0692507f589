"""The tunnel: a local end, otoroshictl, and a server end, both pinned to the proxy's core."""

import pathlib

import gateway
import proxy

SCHEMES = {"tunnel-ws": "ws", "tunnel-wss": "wss"}
CLIENT_ID, CLIENT_SECRET = "bench", "bench-secret"


class TwoEnds(proxy.Proxy):
    """The load enters at the local end; what is behind self.server_port is the server end's business."""

    def __init__(self, name: str, folder: pathlib.Path, programs: pathlib.Path, core: int):
        super().__init__(name, folder, core)
        self.programs = programs
        self.server_port = self.ports["terminate"]

    def client_command(self, *options) -> list:
        return [self.programs / "otoroshictl", "tcp-tunnel", "--host", f"127.0.0.1:{self.server_port}",
                "--local-port", self.ports["plain"], *options]

    def is_ready(self) -> bool:
        # By their words: a connection to the local end would run into the target's absence.
        return gateway.says_ready(self.log("client"))


class Tunnel(TwoEnds):
    """otoroshictl with an API key, and the gateway with one route."""

    def __init__(self, name, folder, certificate, programs, core):
        super().__init__(name, folder, programs, core)
        self.certificate = certificate

    def commands(self) -> dict[str, list]:
        tls = SCHEMES[self.name] == "wss"
        port = {"tlsPort" if tls else "port": self.server_port}
        key = ["--apikey-client-id", CLIENT_ID, "--apikey-client-secret", CLIENT_SECRET]
        return {"server": gateway.command(self.programs, self.folder, self.certificate, self.entities(),
                                          tunnel={"address": "127.0.0.1", "port": 0} | port,
                                          admin={"port": self.spare_port}),
                "client": self.client_command(*key, *(["--tls", "--ca-file", self.certificate] if tls else []))}

    def entities(self) -> dict:
        plugins = [{"plugin": f"cp:otoroshi.next.plugins.{name}"} for name in ("TcpTunnel", "ApikeyCalls")]
        route = {"id": "bench", "frontend": {"domains": ["127.0.0.1"]}, "plugins": plugins,
                 "backend": {"targets": [{"hostname": "127.0.0.1", "port": self.target_port}]}}
        key = {"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET, "clientName": "bench",
               "authorizedEntities": ["route_bench"]}
        return {"routes": [route], "apiKeys": [key]}

    def is_ready(self) -> bool:
        return super().is_ready() and gateway.says_ready(self.log("server"))

    def version(self) -> str:
        return f"{gateway.version(self.programs / 'otoroshictl')} over {SCHEMES[self.name]}"


class ForeignServer(TwoEnds):
    """otoroshictl in front of somebody else's server end, over ws: none of these has a local end of its own."""

    def commands(self) -> dict[str, list]:
        return {"server": FOREIGN_SERVERS[self.name](self.server_port, self.target_port),
                "client": self.client_command("--access-type", "public")}

    def is_ready(self) -> bool:
        return super().is_ready() and proxy.accepts(self.server_port)

    def version(self) -> str:
        packaged = proxy.first_line(["sh", "-c", f"dpkg-query -W {self.name} || echo {self.name}"])
        return " ".join(packaged.split()) + " behind otoroshictl"


FOREIGN_SERVERS = {
    "websockify": lambda port, target: ["websockify", f"127.0.0.1:{port}", f"127.0.0.1:{target}"],
    "websocketd": lambda port, target: ["websocketd", "--binary", "--loglevel=error", "--address=127.0.0.1",
                                        f"--port={port}", "nc", "127.0.0.1", target],
}
