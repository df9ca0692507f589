"""A ClientHello is recognised in every shape that TLS allows, and replayed to the target byte by byte."""

from support import (KIB, Authority, Backend, Gateway, Story, client_context, connect, connect_tls, echo, hello, main,
                     pass_through, recorder, terminating, wait_until)

NAME = "one.test"

# what is special: (the ClientHello, size of the segments in which it is sent)
SHAPES = {
    "as OpenSSL sends it": (hello.real_hello(NAME), 64 * KIB),
    "in one-byte segments": (hello.real_hello(NAME), 1),
    "in records of 100 bytes": (hello.refragmented(hello.real_hello(NAME), 100), 64 * KIB),
    "in records of 100 bytes and segments of 7": (hello.refragmented(hello.real_hello(NAME), 100), 7),
    "in records of one byte": (hello.refragmented(hello.real_hello(NAME), 1), 64 * KIB),
    "in records of one byte and one-byte segments": (hello.refragmented(hello.real_hello(NAME), 1), 1),
    "20 KiB long": (hello.real_hello(NAME, hello.alpn_of_size(20 * KIB)), 64 * KIB),
    "40 KiB long": (hello.real_hello(NAME, hello.alpn_of_size(40 * KIB)), 64 * KIB),
    "40 KiB long, the name last, in segments of 1000": (hello.hand_built_hello(NAME, padding=40 * KIB), 1000),
    "upper-case name": (hello.real_hello(NAME.upper()), 64 * KIB),
    "GREASE": (hello.hand_built_hello(NAME, grease=True), 64 * KIB),
}

NAMELESS = {
    "without SNI": hello.real_hello(None),
    "GREASE without SNI": hello.hand_built_hello(grease=True),
    "no TLS record": b"SSH-2.0-OpenSSH_9.2\r\n",
}

# Bytes that began as TLS and are no ClientHello: refused, never forwarded.
MALFORMED = {
    "garbage in a handshake record": b"\x16\x03\x01\x00\x20" + b"garbage!" * 4,
    "a name longer than its extension": hello.real_hello(NAME).replace(b"\x08one.test", b"\xc8one.test"),
    "longer than 64 KiB on the wire": hello.refragmented(hello.hand_built_hello(NAME, padding=60 * KIB), 16)[:80 * KIB],
}


class PassThrough(Story):
    def setUp(self):
        self.target, self.fallback = self.use(Backend(recorder)), self.use(Backend(recorder))
        self.service = pass_through().sni().rule(NAME, self.target).forwards_to(self.fallback)
        self.gateway = self.use(Gateway(self.service))

    def arrives_untouched(self, what, sent, segment, backend):
        with self.subTest(what), connect(self.service) as client:
            visits = len(backend.visits)
            hello.send_in_segments(client, sent, segment)
            visit = backend.wait_visit(visits + 1)
            wait_until(lambda: len(visit.received) >= len(sent), "the whole ClientHello at the target")
            self.assertEqual(bytes(visit.received), sent)

    def test_every_shape(self):
        for what, (sent, segment) in SHAPES.items():
            self.arrives_untouched(what, sent, segment, self.target)
        self.assertEqual(self.fallback.visits, [])

    def test_no_name_goes_to_the_default_target(self):
        for what, sent in NAMELESS.items():
            self.arrives_untouched(what, sent, 64 * KIB, self.fallback)
        self.assertEqual(self.target.visits, [])

    def test_malformed_is_refused_and_never_forwarded(self):
        for what, sent in MALFORMED.items():
            events = len(self.gateway.events())
            with self.subTest(what), connect(self.service) as client:
                client.send(sent)
                self.assertIn(client.how_it_ends(), ("end", "reset"))
            self.gateway.wait_events(events + 1)
        self.assertEqual(self.target.visits + self.fallback.visits, [])


class Terminating(Story):
    def test_every_shape_is_answered(self):
        service = terminating().sni().rule(NAME, self.use(Backend(echo)))
        self.use(Gateway(service, certificates=[Authority(self.folder()).server(NAME)]))
        for what, (sent, segment) in SHAPES.items():
            with self.subTest(what), connect(service) as client:
                hello.send_in_segments(client, sent, segment)
                self.assertEqual(client.receive_exactly(1)[0], hello.RECORD_HANDSHAKE)

    def test_a_long_hello_ends_in_a_working_connection(self):
        authority = Authority(self.folder())
        service = terminating().sni().rule(NAME, self.use(Backend(echo)))
        self.use(Gateway(service, certificates=[authority.server(NAME)]))
        context = client_context(authority)
        context.set_alpn_protocols(hello.alpn_of_size(40 * KIB))
        with connect_tls(service, NAME, context) as client:
            self.assertEqual(client.round_trip(), b"hello")


class NothingMatches(Story):
    def test_alert_112(self):
        target = self.use(Backend(echo))
        services = [pass_through().sni().rule(NAME, target), terminating().sni().rule(NAME, target)]
        self.use(Gateway(*services, certificates=[Authority(self.folder()).server("*.test")]))
        for service in services:
            with self.subTest(service.json["tls"]), connect(service) as client:
                client.send(hello.real_hello("other.test"))
                self.assertEqual(hello.receive_alert(client), (2, hello.UNRECOGNIZED_NAME))
                self.assertEqual(client.how_it_ends(), "end")
        self.assertEqual(target.visits, [])


main()
