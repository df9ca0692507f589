"""Builders of TCP services: the JSON of spec/tcp-services.md, with a free port on 127.0.0.1."""

import itertools

from .ports import reserve_port

_numbers = itertools.count(1)


class Service:
    """One TCP service. `json` is what stands in services.json; every method returns the service itself."""

    def __init__(self, **fields):
        number = next(_numbers)
        self.json = {"id": f"tcp_service_{number}", "name": f"service {number}", "interface": "127.0.0.1", **fields}
        if "port" not in fields:  # each is held to the end of the test, so none that is not used
            self.json["port"] = reserve_port()

    @property
    def port(self):
        return self.json["port"]

    @property
    def id(self):
        return self.json["id"]

    def but(self, **fields):
        """Sets any field, e.g. `.but(enabled=False)`."""
        self.json.update(fields)
        return self

    def sni(self, enabled=True):
        self.json.setdefault("sni", {})["enabled"] = enabled
        return self

    def rule(self, domain, *targets):
        self.json.setdefault("rules", []).append({"domain": domain, "targets": [to(target) for target in targets]})
        return self

    def targets(self, *targets):
        """One rule for every name: all that a service without `sni` needs."""
        return self.rule("*", *targets)

    def forwards_to(self, target):
        """Where connections go whose name no rule matches, or that have none."""
        self.json.setdefault("sni", {}).update(forwardIfNoMatch=True, forwardsTo=to(target))
        return self


def service(**fields):
    return Service(**fields)


def plain(**fields):
    return Service(tls="Disabled", **fields)


def pass_through(**fields):
    return Service(tls="PassThrough", **fields)


def terminating(**fields):
    return Service(tls="Enabled", **fields)


def to(target, **fields):
    """A target's JSON: of a backend (anything with `host` and `port`), or of JSON that is taken as it is.

    With `host=` the backend's address becomes `ip`, and the name is only that of TLS to the target.
    """
    if isinstance(target, dict):
        return {**target, **fields}
    if "host" in fields:
        return {"ip": target.host, "port": target.port, **fields}
    return {"host": target.host, "port": target.port, **fields}
