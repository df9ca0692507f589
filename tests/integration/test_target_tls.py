"""TLS to a target: verified by name and authority, unless its tls_config says trust_all."""

from support import Authority, Backend, Gateway, Story, connect, echo, main, plain, server_context, to

NAME = "target.test"


class TargetTls(Story):
    def setUp(self):
        self.trusted, self.stranger = Authority(self.folder(), "Trusted"), Authority(self.folder(), "Stranger")
        self.certificates = {
            "right": self.trusted.server(NAME),
            "wrong name": self.trusted.server("other.test"),
            "expired": self.trusted.server(NAME, expired=True),
            "untrusted": self.stranger.server(NAME),
        }

    def service_to(self, certificate, **target):
        backend = self.use(Backend(echo, tls=server_context(self.certificates[certificate])))
        return plain().targets(to(backend, host=NAME, tls=True, **target)), backend

    def test_a_right_certificate_is_taken_and_the_host_is_the_server_name(self):
        service, backend = self.service_to("right")
        self.use(Gateway(service, upstream_authority=self.trusted))
        with connect(service) as client:
            self.assertEqual(client.round_trip(), b"hello")
        self.assertEqual(backend.visits[0].server_name, NAME)

    def test_a_certificate_for_an_address(self):
        backend = self.use(Backend(echo, tls=server_context(self.trusted.server("127.0.0.1"))))
        service = plain().targets(to(backend, tls=True))
        self.use(Gateway(service, upstream_authority=self.trusted))
        with connect(service) as client:
            self.assertEqual(client.round_trip(), b"hello")
        self.assertIsNone(backend.visits[0].server_name)  # RFC 6066: an address is no server name

    def test_a_bad_certificate_is_refused_and_the_event_says_why(self):
        for certificate in ("wrong name", "expired", "untrusted"):
            service, _ = self.service_to(certificate)
            gateway = self.use(Gateway(service, upstream_authority=self.trusted))
            with self.subTest(certificate), connect(service) as client:
                self.assertIn(client.how_it_ends(), ("end", "reset"))
                self.assertRegex(str(gateway.wait_event()), "(?i)certificate")

    def test_trust_all_takes_any_certificate(self):
        for certificate in self.certificates:
            service, _ = self.service_to(certificate, tls_config={"trust_all": True})
            self.use(Gateway(service))
            with self.subTest(certificate), connect(service) as client:
                self.assertEqual(client.round_trip(), b"hello")

    def test_verification_can_be_switched_off_for_all(self):
        service, _ = self.service_to("untrusted")
        self.use(Gateway(service, settings={"upstreamTls": {"verify": False}}))
        with connect(service) as client:
            self.assertEqual(client.round_trip(), b"hello")

    def test_a_target_that_speaks_no_tls(self):
        backend = self.use(Backend(echo))
        service = plain().targets(to(backend, host=NAME, tls=True))
        gateway = self.use(Gateway(service, upstream_authority=self.trusted,
                                   settings={"timeouts": {"handshake": "500ms"}}))
        with connect(service) as client:
            self.assertIn(client.how_it_ends(), ("end", "reset"))
        gateway.wait_event()


main()
