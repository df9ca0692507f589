"""A gateway whose tunnel is open, over ws and wss."""

from .admin import AdminGateway
from .gateway import Gateway, merged
from .ports import reserve_port
from .secrets import new_secret


class TunnelGateway(Gateway):
    """A gateway with these routes, and what they ask for. `port` is that of ws, `tls_port` that of wss.

    `certificates` belong to wss; without one it has no `tls_port`. `secret` signs session tokens.
    """

    def __init__(self, *routes, keys=(), verifiers=(), sessions=(), certificates=(), secret=None, settings=None,
                 services=(), address="0.0.0.0", **options):
        self.secret = secret or new_secret()
        self._tunnel_port, self.tls_port = reserve_port(), reserve_port() if certificates else 0
        own = {"import": ["services.json", "tunnels.json"], "secret": self.secret,
               "tunnel": {"address": address, "port": self._tunnel_port, "tlsPort": self.tls_port}}
        self._entities = {"routes": list(routes), "apiKeys": list(keys), "jwtVerifiers": list(verifiers),
                          "appSessions": list(sessions)}
        super().__init__(*services, settings=merged(own, settings or {}), certificates=certificates, **options)

    def _fill_folder(self):
        self._write_entities()

    @property
    def port(self):
        return self._tunnel_port

    def reload_tunnels(self, **entities):
        """Replaces whole sections and sends SIGHUP; returns what the gateway says of it."""
        self.write_tunnels(**entities)
        return self.sighup()

    def write_tunnels(self, **entities):
        """Replaces whole sections of the file: `routes=`, `keys=`, `verifiers=`, `sessions=`."""
        names = {"routes": "routes", "keys": "apiKeys", "verifiers": "jwtVerifiers", "sessions": "appSessions"}
        for name, entries in entities.items():
            self._entities[names[name]] = list(entries)
        self._write_entities()

    def _write_entities(self):
        sections = {name: [getattr(one, "json", one) for one in entries] for name, entries in self._entities.items()}
        self.folder.write("tunnels.json", sections)


class AdminTunnelGateway(TunnelGateway, AdminGateway):
    """The same with its admin API open: `admin` is its client."""
