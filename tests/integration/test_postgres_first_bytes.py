"""What a PostgreSQL client may send before TLS (PostgreSQL's documentation, "Message Flow"), byte by byte."""

import ssl
import struct

from support import (Authority, Backend, Gateway, Story, TlsOverBio, client_context, connect, connect_tls, echo, main,
                     pass_through, postgres_ssl_request, server_context, terminating, wait_until)

NAME = "db.test"
SSL_REQUEST = struct.pack(">II", 8, 80877103)
GSSENC_REQUEST = struct.pack(">II", 8, 80877104)
CANCEL_REQUEST = struct.pack(">IIII", 16, 80877102, 4711, 42)
STARTUP = b"user\0postgres\0database\0postgres\0\0"
STARTUP_MESSAGE = struct.pack(">II", 8 + len(STARTUP), 196608) + STARTUP


class PostgresFirstBytes(Story):
    def setUp(self):
        self.authority = Authority(self.folder())
        self.certificate = self.authority.server(NAME)

    def start(self, *services):
        return self.use(Gateway(*services, certificates=[self.certificate]))

    def both_modes(self, serve):
        """A terminating service and one that passes through, each with a backend behind it."""
        plain = self.use(Backend(serve))
        secure = self.use(Backend(serve, tls=server_context(self.certificate), preface=postgres_ssl_request))
        services = [terminating().sni().rule(NAME, plain), pass_through().sni().rule(NAME, secure)]
        self.start(*services)
        return zip(services, (plain, secure))

    def in_tls(self, client):
        return TlsOverBio(client.socket, client_context(self.authority), server_name=NAME)

    def test_gss_encryption_is_declined_and_tls_accepted(self):
        for service, backend in self.both_modes(echo):
            with self.subTest(service.json["tls"]), connect(service) as client:
                client.send(GSSENC_REQUEST)
                self.assertEqual(client.receive_exactly(1), b"N")
                client.send(SSL_REQUEST)
                self.assertEqual(client.receive_exactly(1), b"S")
                self.assertEqual(self.in_tls(client).round_trip(), b"hello")
                if service.json["tls"] == "PassThrough":
                    self.assertEqual(backend.visits[0].preface, SSL_REQUEST)

    def test_encryption_is_asked_for_once(self):
        for service, backend in self.both_modes(echo):
            for second in (GSSENC_REQUEST, SSL_REQUEST):
                with self.subTest(service.json["tls"], second=second), connect(service) as client:
                    client.send(SSL_REQUEST)
                    self.assertEqual(client.receive_exactly(1), b"S")
                    client.send(second)
                    self.assertIn(client.receive(1), (b"", b"E"))
                    self.assertIn(client.how_it_ends(), ("end", "reset"))
                    self.assertEqual(backend.visits, [])

    def test_bytes_behind_the_request_are_refused(self):
        """CVE-2021-23214: whoever sits in between could put clear text in front of the encrypted session."""
        for service, backend in self.both_modes(echo):
            with self.subTest(service.json["tls"]), connect(service) as client:
                client.send(SSL_REQUEST + STARTUP_MESSAGE)
                self.assertNotIn(b"S", client.receive(1))
                self.assertIn(client.how_it_ends(), ("end", "reset"))
                self.assertEqual(backend.visits, [])

    def test_a_client_without_tls_is_told_what_to_do(self):
        for service, backend in self.both_modes(echo):
            with self.subTest(service.json["tls"]), connect(service) as client:
                client.send(STARTUP_MESSAGE)
                answer = client.receive_to_end()
                self.assertEqual(answer[:1], b"E")
                self.assertIn(b"C28000\0", answer)
                self.assertIn(b"sslmode=require", answer)
                self.assertEqual(backend.visits, [])

    def test_no_match_is_an_alert(self):
        for service, backend in self.both_modes(echo):
            with self.subTest(service.json["tls"]), connect(service) as client:
                client.send(SSL_REQUEST)
                client.receive_exactly(1)
                with self.assertRaisesRegex(ssl.SSLError, "UNRECOGNIZED_NAME"):
                    TlsOverBio(client.socket, client_context(), server_name="other.test")
                self.assertEqual(backend.visits, [])

    def test_a_cancel_request_goes_to_every_target(self):
        def postgres(connection, visit):
            visit.received += connection.receive_exactly(len(CANCEL_REQUEST))
            connection.finish()  # the server is the one who closes

        targets = [self.use(Backend(postgres)) for _ in range(3)]
        service = terminating().sni().rule("a.test", targets[0], targets[1]).forwards_to(targets[2])
        self.start(service)
        with connect(service) as client:
            client.send(CANCEL_REQUEST)
            for target in targets:
                visit = target.wait_visit()
                wait_until(lambda: len(visit.received) == len(CANCEL_REQUEST), "the request at the target")
                self.assertEqual(bytes(visit.received), CANCEL_REQUEST)
            self.assertEqual(client.how_it_ends(), "end")

    def test_a_target_that_wants_no_tls(self):
        def declines(connection, _visit):
            connection.receive_exactly(8)
            connection.send(b"N")

        service = pass_through().sni().rule(NAME, self.use(Backend(declines)))
        gateway = self.start(service)
        with connect(service) as client:
            client.send(SSL_REQUEST)
            client.receive_exactly(1)
            with self.assertRaises(Exception):
                self.in_tls(client)
        self.assertEqual(gateway.wait_event()["error"]["side"], "target")

    def test_direct_tls_of_postgresql_17(self):
        service = terminating().sni().rule(NAME, self.use(Backend(echo)))
        self.start(service)
        context = client_context(self.authority)
        context.set_alpn_protocols(["postgresql"])
        with connect_tls(service, NAME, context) as client:
            self.assertEqual(client.tls.selected_alpn_protocol(), "postgresql")
            self.assertEqual(client.round_trip(), b"hello")


main()
