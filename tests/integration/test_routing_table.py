"""Where a connection goes: one row for each cell of tls × sni × name × forwardIfNoMatch (design section 5).

Rule 1 is for `one.test`, rule 2 for `two.test`. Without `sni` the name means nothing: both targets in turn.
"""

import ssl

from support import (Authority, Backend, Gateway, Story, client_context, connect, connect_tls, greeter, main,
                     pass_through, plain, server_context, terminating)

GIVEN, OTHER, NONE = "one.test", "other.test", None
IN_TURN = {"one", "two"}  # two connections reach both targets
ALERT, NOT_FOUND, CLOSED = {"alert 112"}, {"404"}, {"closed"}

ROWS = [
    # tls, sni, forwardIfNoMatch, name: who answers
    ("Disabled", False, False, GIVEN, IN_TURN),
    ("Disabled", False, False, NONE, IN_TURN),
    ("Disabled", False, False, OTHER, IN_TURN),
    ("Disabled", False, True, GIVEN, IN_TURN),
    ("Disabled", False, True, NONE, IN_TURN),
    ("Disabled", False, True, OTHER, IN_TURN),
    ("Disabled", True, False, GIVEN, {"one"}),
    ("Disabled", True, False, NONE, CLOSED),
    ("Disabled", True, False, OTHER, NOT_FOUND),
    ("Disabled", True, True, GIVEN, {"one"}),
    ("Disabled", True, True, NONE, {"fallback"}),
    ("Disabled", True, True, OTHER, {"fallback"}),
    ("PassThrough", False, False, GIVEN, IN_TURN),
    ("PassThrough", False, False, NONE, IN_TURN),
    ("PassThrough", False, False, OTHER, IN_TURN),
    ("PassThrough", False, True, GIVEN, IN_TURN),
    ("PassThrough", False, True, NONE, IN_TURN),
    ("PassThrough", False, True, OTHER, IN_TURN),
    ("PassThrough", True, False, GIVEN, {"one"}),
    ("PassThrough", True, False, NONE, ALERT),
    ("PassThrough", True, False, OTHER, ALERT),
    ("PassThrough", True, True, GIVEN, {"one"}),
    ("PassThrough", True, True, NONE, {"fallback"}),
    ("PassThrough", True, True, OTHER, {"fallback"}),
    ("Enabled", False, False, GIVEN, IN_TURN),
    ("Enabled", False, False, NONE, IN_TURN),
    ("Enabled", False, False, OTHER, IN_TURN),
    ("Enabled", False, True, GIVEN, IN_TURN),
    ("Enabled", False, True, NONE, IN_TURN),
    ("Enabled", False, True, OTHER, IN_TURN),
    ("Enabled", True, False, GIVEN, {"one"}),
    ("Enabled", True, False, NONE, CLOSED),  # no SNI: the handshake succeeds, and then there is no HTTP head either
    ("Enabled", True, False, OTHER, ALERT),
    ("Enabled", True, True, GIVEN, {"one"}),
    ("Enabled", True, True, NONE, {"fallback"}),
    ("Enabled", True, True, OTHER, {"fallback"}),
]

# Enabled + sni: without SNI the name is the Host of a plain HTTP head inside TLS.
HOST_INSIDE_TLS = [
    (False, GIVEN, {"one"}),
    (False, OTHER, NOT_FOUND),
    (True, GIVEN, {"one"}),
    (True, OTHER, {"fallback"}),
]

BUILDERS = {"Disabled": plain, "PassThrough": pass_through, "Enabled": terminating}


def first_words(name):
    """What a client says first: an HTTP head that names its host, or bytes that are no HTTP at all."""
    return f"GET / HTTP/1.1\r\nHost: {name}\r\n\r\n".encode() if name else b"\0 no HTTP head\r\n\r\n"


def who_answers(tls, port, name, words):
    try:
        with connect(port) if tls == "Disabled" else connect_tls(port, name, client_context()) as client:
            client.send(words)
            answer = client.receive()
            if not answer:
                return "closed"
            return "404" if answer.startswith(b"HTTP/1.1 404") else answer.split(b"\n")[0].decode()
    except ssl.SSLError as error:
        return "alert 112" if "UNRECOGNIZED_NAME" in str(error.reason) else str(error)


class RoutingTable(Story):
    def setUp(self):
        certificate = Authority(self.folder()).server("one.test", "two.test", "other.test")
        self.ports, services = {}, []
        for tls, builder in BUILDERS.items():
            context = server_context(certificate) if tls == "PassThrough" else None
            one, two, fallback = (self.use(Backend(greeter(name), tls=context)) for name in ("one", "two", "fallback"))
            for sni in (False, True):
                for forward in (False, True):
                    service = builder().sni(sni).rule("one.test", one).rule("two.test", two)
                    services.append(service.forwards_to(fallback) if forward else service)
                    self.ports[tls, sni, forward] = service.port
        self.use(Gateway(*services, certificates=[certificate]))

    def test_every_cell(self):
        for tls, sni, forward, name, expected in ROWS:
            with self.subTest(tls=tls, sni=sni, forwardIfNoMatch=forward, name=name):
                port = self.ports[tls, sni, forward]
                words = first_words(name if tls == "Disabled" else None)
                answers = [who_answers(tls, port, name, words) for _ in range(2)]
                self.assertEqual(set(answers), expected)

    def test_host_inside_tls(self):
        for forward, name, expected in HOST_INSIDE_TLS:
            with self.subTest(forwardIfNoMatch=forward, host=name):
                port = self.ports["Enabled", True, forward]
                self.assertEqual({who_answers("Enabled", port, None, first_words(name))}, expected)


main()
