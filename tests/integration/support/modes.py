"""Every way in which the gateway carries bytes, for stories that must come true in all of them."""

from .backends import Backend
from .connection import connect, connect_tls
from .gateway import Gateway
from .pki import Authority, client_context, server_context
from .services import pass_through, plain, terminating, to

NAME = "target.test"

# name of the mode: (the service to a target, does the client speak TLS, does the target)
_MODES = {
    "plain": (lambda target: plain().targets(target), False, False),
    "plain, peeked for a Host": (lambda target: plain().sni().forwards_to(target), False, False),
    "plain to a TLS target": (lambda target: plain().targets(to(target, host=NAME, tls=True)), False, True),
    "pass-through": (lambda target: pass_through().targets(target), True, True),
    "pass-through by SNI": (lambda target: pass_through().sni().rule(NAME, target), True, True),
    "terminating": (lambda target: terminating().targets(target), True, False),
    "terminating by SNI": (lambda target: terminating().sni().rule(NAME, target), True, False),
    "terminating to a TLS target": (
        lambda target: terminating().sni().rule(NAME, to(target, host=NAME, tls=True)), True, True),
}


class Mode:
    """One mode of a running gateway: the backend behind it and how a client connects."""

    def __init__(self, name, backend, service, context, target_speaks_tls):
        self.name, self.backend, self.service = name, backend, service
        self.target_speaks_tls = target_speaks_tls
        self._context = context

    @property
    def client_speaks_tls(self):
        return self._context is not None

    def connect(self, **options):
        """A client's connection. In a peeked mode the first byte that it sends must not begin an HTTP head."""
        if self._context:
            return connect_tls(self.service, NAME, self._context, **options)
        return connect(self.service, **options)


class EveryMode:
    """A gateway with a service for every mode (or those in `only`), each before its own backend that does `serve`.

    `gateway` is its class.
    """

    def __init__(self, story, serve, *, only=None, settings=None, env=None, backend_options=None, gateway=Gateway):
        authority = Authority(story.folder())
        certificate = authority.server(NAME)
        self._modes = []
        for name in only or _MODES:
            build, client_tls, target_tls = _MODES[name]
            backend = story.use(Backend(serve, tls=server_context(certificate) if target_tls else None,
                                        **(backend_options or {})))
            context = client_context(authority) if client_tls else None
            self._modes.append(Mode(name, backend, build(backend), context, target_tls))
        self.gateway = story.use(gateway(*(mode.service for mode in self._modes), settings=settings, env=env,
                                         certificates=[certificate], upstream_authority=authority))

    def __iter__(self):
        return iter(self._modes)

    def __getitem__(self, name):
        return next(mode for mode in self._modes if mode.name == name)
