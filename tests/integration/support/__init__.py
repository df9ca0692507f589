"""What the integration tests are told with: see ../README.md for the cast."""

from .backends import (Backend, RefusingPort, answer_at_end, echo, ends_first, exchange, greeter, http_named,
                       postgres_ssl_request, proxy_header, recorder, resetting, send_all, silent, source)
from . import hello
from .connection import BrokenOff, Payload, Plain, TlsOverBio, connect, connect_tls, refuses, sha256_of_next
from .admin import AdminClient, AdminGateway, Answer, basic
from .access import ACCESS_TYPES, Credentials, EveryAccess
from .ctl import Ctl, run_ctl
from .disk import Disk
from .entities import (api_key, app_session, es_verifier, hs_verifier, jwks_verifier, route, rs_verifier, token_of)
from .gateway import Gateway, run_gateway
from .leaks import nothing_left_behind
from .limits import DEADLINE, GIB, KIB, LONG, MIB, SANITIZED, UNDER_THREAD_SANITIZER, scaled
from .metrics import Metrics
from .modes import EveryMode
from .pki import Authority, client_context, server_context
from .ports import reserve_port
from .process import Process, program_path
from .secrets import new_secret, remember_secret, secrets_in
from .services import pass_through, plain, service, terminating, to
from .story import Story, main
from .tunnel import Tunnel, otoroshictl
from .tunnel_gateway import AdminTunnelGateway, TunnelGateway
from .waiting import can_read, wait_until

__all__ = [name for name in dir() if not name.startswith("_")]
