"""What the integration tests are told with: see ../README.md for the cast."""

from .backends import (Backend, RefusingPort, answer_at_end, echo, ends_first, exchange, greeter, http_named,
                       postgres_ssl_request, proxy_header, recorder, resetting, send_all, silent, source)
from . import hello
from .connection import BrokenOff, Payload, Plain, TlsOverBio, connect, connect_tls, sha256_of_next
from .gateway import Gateway, run_gateway
from .limits import DEADLINE, GIB, KIB, MIB, SANITIZED, UNDER_THREAD_SANITIZER, scaled
from .modes import EveryMode
from .pki import Authority, client_context, server_context
from .ports import reserve_port
from .process import Process
from .services import pass_through, plain, service, terminating, to
from .story import Story, main
from .waiting import wait_until

__all__ = [name for name in dir() if not name.startswith("_")]
