"""A client that breaks off at any byte, in any manner, lies to no target and leaves nothing behind, in every mode."""

from support import (AdminGateway, Authority, Backend, BrokenOff, EveryMode, Story, connect,
                     main, pass_through, plain, server_context, terminating)
from support.break_off import break_off_everywhere
from support.broken_clients import Way, answer
from support.cut import fin, never
from support.event_feed import EventFeed
from support.ways_in import postgres_by_tls

NAME = "db.test"


def http_question(number):
    return b"GET /%06d HTTP/1.1\r\nHost: db.test\r\nUser-Agent: story\r\n\r\n" % number


def postgres_preface(connection):
    received = b""
    while len(received) < 8:
        piece = connection.receive(8 - len(received))
        if not piece:
            raise BrokenOff("truncated")
        received += piece
    connection.send(b"S")
    return received


class Clients(Story):
    def test_every_mode(self):
        modes = EveryMode(self, answer, gateway=AdminGateway)
        ways = [Way(mode.name, mode.backend, lambda wrap, mode=mode: mode.connect(wrap=wrap),
                    never if mode.client_speaks_tls else fin) for mode in modes]
        break_off_everywhere(ways, modes.gateway, events=EventFeed(modes.gateway))

    def test_first_bytes_of_other_protocols(self):
        """PostgreSQL's SSLRequest in front of TLS, and an HTTP head that is peeked at."""
        authority = Authority(self.folder())
        certificate = authority.server(NAME)
        ends, web = self.use(Backend(answer)), self.use(Backend(answer))
        secured = self.use(Backend(answer, tls=server_context(certificate), preface=postgres_preface))
        services = [terminating().sni().rule(NAME, ends), pass_through().sni().rule(NAME, secured),
                    plain().sni().rule(NAME, web).forwards_to(web)]
        gateway = self.use(AdminGateway(*services, certificates=[certificate]))
        ways = [Way("PostgreSQL, terminating", ends, postgres_by_tls(services[0], authority, NAME)),
                Way("PostgreSQL, pass-through", secured, postgres_by_tls(services[1], authority, NAME)),
                Way("HTTP by Host", web, lambda wrap: connect(services[2], wrap=wrap), fin, http_question)]
        break_off_everywhere(ways, gateway, events=EventFeed(gateway))


main()
