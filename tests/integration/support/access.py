"""Every way into a tunnel, for stories that must come true in all of them: access types, over ws and wss."""

from .entities import api_key, app_session, hs_verifier, route, token_of
from .pki import Authority
from .secrets import new_secret
from .tokens import claims, hs_token
from .tunnel import Tunnel
from .tunnel_gateway import TunnelGateway

ACCESS_TYPES = ["apikey", "bearer", "jwt", "session", "public"]


class Credentials:
    """A key, a verifier and a session; how a route asks for one of them, and with which flags it is shown."""

    def __init__(self):
        self.session_secret = new_secret()
        self.key, self.verifier, self.session = api_key(), hs_verifier(), app_session()

    def token(self, **options):
        return hs_token(claims(**options), self.verifier["algoSettings"]["secret"])

    def session_token(self):
        return token_of(self.session, self.session_secret)

    def guard(self, access, one):
        """The route, with the plugin that wants this access type."""
        if access == "apikey":
            self.key["authorizedEntities"].append(f"route_{one.id}")
            return one.for_keys()
        if access in ("bearer", "jwt"):
            return one.for_tokens(self.verifier)
        if access == "session":
            return one.for_sessions()
        return one

    def flags(self, access):
        """What otoroshictl is told."""
        return ["--access-type", access, *{
            "apikey": lambda: ["--apikey-client-id", self.key["clientId"],
                               "--apikey-client-secret", self.key["clientSecret"]],
            "bearer": lambda: ["--bearer-token", self.token()],
            "jwt": lambda: ["--bearer-token", self.token()],
            "session": lambda: ["--session-token", self.session_token()],
            "public": lambda: [],
        }[access]()]

    def entities(self):
        """For a TunnelGateway."""
        return {"keys": [self.key], "verifiers": [self.verifier], "sessions": [self.session],
                "secret": self.session_secret}


class Way:
    """One way to a target: `flags` are what otoroshictl needs for it, but for the local address."""

    def __init__(self, world, access, tls):
        self.access, self.tls, self.name = access, tls, f"{access} over {'wss' if tls else 'ws'}"
        gateway, one = world.gateway, world.routes[access]
        self.route = one
        self.host = f"{one.host}:{gateway.tls_port if tls else gateway.port}"
        self.flags = ["--host", self.host, *world.credentials.flags(access)]
        if tls:
            self.flags += ["--tls", "--ca-file", world.authority.crt]
        if world.target:
            self.flags += ["--remote-host", world.target.host, "--remote-port", str(world.target.port)]

    def tunnel(self, *more, **options):
        return Tunnel(*self.flags, *more, **options)


class EveryAccess:
    """A gateway with a route for every access type (or those in `only`) that leads where the request says.

    That is to `target`, if there is one. `gateway` is its class. Iterating gives every `Way` over ws and wss.
    """

    def __init__(self, story, target=None, *, only=ACCESS_TYPES, settings=None, gateway=TunnelGateway, **options):
        self.target, self.credentials = target, Credentials()
        self.authority = Authority(story.folder())
        self.routes = {access: self.credentials.guard(access, route().to_request()) for access in only}
        certificate = self.authority.server(*(one.host for one in self.routes.values()))
        self.gateway = story.use(gateway(*self.routes.values(), certificates=[certificate], settings=settings,
                                         **self.credentials.entities(), **options))

    def __iter__(self):
        return (Way(self, access, tls) for access in self.routes for tls in (False, True))

    def way(self, access="apikey", tls=False):
        return Way(self, access, tls)
