"""Builders of what tunnels are admitted by, in Otoroshi's JSON: routes, API keys, JWT verifiers, sessions."""

import itertools
import time

from .secrets import new_secret, remember_secret
from .tokens import session_token

_numbers = itertools.count(2)
PLUGINS = "cp:otoroshi.next.plugins."


class Route:
    """A route to a tunnel. `json` is what stands in the import file; every method returns the route itself.

    Its domain is an address of its own on the loopback (127.0.0.0/8), which is also its `host`: so programs that send
    the name that they connect to as Host reach it without a resolver.
    """

    def __init__(self, *domains, **fields):
        number = next(_numbers)
        self.host = domains[0] if domains else f"127.0.{number // 250}.{number % 250 + 1}"
        self.json = {"id": f"route_{number}", "name": f"route {number}", "enabled": True,
                     "frontend": {"domains": list(domains) or [self.host]}, "backend": {"targets": []},
                     "plugins": [{"enabled": True, "plugin": PLUGINS + "TcpTunnel", "config": {}}], **fields}

    @property
    def id(self):
        return self.json["id"]

    def but(self, **fields):
        self.json.update(fields)
        return self

    def to(self, target, **fields):
        """A fixed target: anything with `host` and `port`."""
        return self.to_hostname(target.host, port=target.port, **fields)

    def to_hostname(self, hostname, **fields):
        self.json["backend"]["targets"].append({"hostname": hostname, "tls": False, **fields})
        return self

    def to_request(self, *destinations):
        """Where the request says, as far as `destinations` allow it; without any: every address of the loopback."""
        self.json["plugins"][0]["config"]["destinations"] = list(destinations) or [{"host": "127.0.0.0/8"},
                                                                                   {"host": "::1"}]
        return self.to_hostname("${remote_host}:${remote_port}")

    def plugin(self, name, enabled=True, **config):
        """Another plugin; a name without `:` is one of Otoroshi's."""
        full = name if ":" in name else PLUGINS + name
        self.json["plugins"].append({"enabled": enabled, "plugin": full, "config": config})
        return self

    def for_keys(self, **config):
        return self.plugin("ApikeyCalls", **config)

    def for_tokens(self, *verifiers, **config):
        return self.plugin("JwtVerificationOnly", verifiers=[one["id"] for one in verifiers], **config)

    def for_sessions(self, **config):
        return self.plugin("AuthModule", auth_module="module", **config)


def route(*domains, **fields):
    return Route(*domains, **fields)


def api_key(*routes, **fields):
    """A key that is authorised for these routes."""
    number = next(_numbers)
    secret = new_secret()
    return {"clientId": f"key-{number}", "clientSecret": secret, "clientName": f"key {number}",
            "authorizedEntities": [f"route_{one.id}" for one in routes], **fields}


def _verifier(settings, **fields):
    number = next(_numbers)
    return {"id": f"verifier_{number}", "name": f"verifier {number}", "enabled": True, "strict": True,
            "source": {"type": "InHeader", "name": "Authorization", "remove": "Bearer "}, "algoSettings": settings,
            "strategy": {"type": "PassThrough",
                         "verificationSettings": {"fields": {"iss": "tests"}, "arrayFields": {}}}, **fields}


def hs_verifier(size=256, **fields):
    return _verifier({"type": "HSAlgoSettings", "size": size, "secret": new_secret()}, **fields)


def rs_verifier(public_pem, **fields):
    return _verifier({"type": "RSAlgoSettings", "size": 256, "publicKey": public_pem}, **fields)


def es_verifier(public_pem, **fields):
    return _verifier({"type": "ESAlgoSettings", "size": 256, "publicKey": public_pem}, **fields)


def jwks_verifier(url, **fields):
    return _verifier({"type": "JWKSAlgoSettings", "url": url, "timeout": 2000, "headers": {}, "ttl": 60000,
                      "kty": "EC"}, **fields)


def app_session(*, seconds=3600, **fields):
    """A session that expires so many seconds from now."""
    number, now = next(_numbers), int(time.time() * 1000)
    return {"randomId": new_secret(), "name": f"Jane {number}", "email": f"jane-{number}@example.test",
            "authConfigId": "module", "realm": "tests", "profile": {}, "createdAt": now,
            "expiredAt": now + seconds * 1000, "lastRefresh": now, **fields}


def token_of(session, secret):
    return session_token(secret, remember_secret(session["randomId"]))
