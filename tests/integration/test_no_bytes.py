"""A peek is bounded: no byte is no name, and a beginning that never ends is refused, however slowly it drips."""

from support import (Authority, Backend, BrokenOff, Gateway, Story, connect, greeter, hello, main, pass_through, plain,
                     scaled, terminating)

NAME = "one.test"
PEEK = scaled("300ms", "1s")


class NoBytes(Story):
    def setUp(self):
        self.target, self.fallback = self.use(Backend(greeter("target"))), self.use(Backend(greeter("fallback")))

    def start(self, *services):
        return self.use(Gateway(*services, settings={"timeouts": {"peek": PEEK, "handshake": PEEK}},
                                certificates=[Authority(self.folder()).server(NAME)]))

    def test_a_server_that_speaks_first_works_behind_forwards_to(self):
        services = [build().sni().rule(NAME, self.target).forwards_to(self.fallback) for build in (plain, pass_through)]
        self.start(*services)
        for service in services:
            with self.subTest(service.json["tls"]), connect(service) as client:
                self.assertEqual(client.receive_line(), b"fallback\n")

    def test_without_sni_nothing_is_peeked(self):
        service = plain().targets(self.target)
        self.use(Gateway(service, settings={"timeouts": {"peek": "1h"}}))
        with connect(service) as client:
            self.assertEqual(client.receive_line(), b"target\n")

    def test_without_a_default_target_the_connection_ends(self):
        services = [build().sni().rule(NAME, self.target) for build in (plain, pass_through, terminating)]
        gateway = self.start(*services)
        for number, service in enumerate(services, 1):
            with self.subTest(service.json["tls"]), connect(service) as client:
                self.assertIn(client.how_it_ends(), ("end", "reset"))
            gateway.wait_events(number)
        self.assertEqual(self.target.visits, [])

    def test_an_unfinished_hello_is_refused_and_never_forwarded(self):
        services = [build().sni().rule(NAME, self.target).forwards_to(self.fallback)
                    for build in (pass_through, terminating)]
        self.start(*services)
        for service in services:
            with self.subTest(service.json["tls"]), connect(service) as client:
                client.send(hello.real_hello(NAME)[:-1])
                self.assertIn(client.how_it_ends(), ("end", "reset"))
        self.assertEqual(self.target.visits + self.fallback.visits, [])

    def test_dripping_bytes_do_not_extend_the_peek(self):
        service = pass_through().sni().rule(NAME, self.target)
        self.start(service)
        with connect(service) as client:
            client.socket.settimeout(0.05)
            answer = None
            for byte in hello.refragmented(hello.real_hello(NAME), 1):
                try:
                    client.send(bytes([byte]))
                    answer = client.receive(1)
                    break
                except TimeoutError:
                    continue
                except BrokenOff:
                    answer = b"broken off"
                    break
        self.assertIsNotNone(answer, "the gateway read the whole dripping hello")


main()
