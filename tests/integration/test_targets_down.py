"""A target that is down costs a client nothing while another takes the connection; if all are, the event says so."""

import struct

from support import (Backend, Gateway, RefusingPort, Story, connect, echo, greeter, hello, main, pass_through, plain,
                     scaled)

SSL_REQUEST = struct.pack(">II", 8, 80877103)


class TargetsDown(Story):
    def test_the_next_target_is_tried(self):
        up = self.use(Backend(greeter("up")))
        service = plain().targets(RefusingPort(), RefusingPort(), up)
        gateway = self.use(Gateway(service))
        for _ in range(6):
            with connect(service) as client:
                self.assertEqual(client.receive_line(), b"up\n")
        for event in gateway.wait_events(6):
            self.assertIn(str(up.port), event["targetAddress"])

    def test_all_down(self):
        down = [RefusingPort(), RefusingPort()]
        service = plain().targets(*down)
        gateway = self.use(Gateway(service))
        for number in (1, 2):  # also while both are being skipped
            with connect(service) as client:
                self.assertIn(client.how_it_ends(), ("end", "reset"))
            event = gateway.wait_events(number)[-1]
            error = event["error"]
            self.assertEqual((event["ending"], error["side"], error["code"]), ("refused", "target", "refused"))
            self.assertIn("127.0.0.1", event["gwError"])

    def test_a_single_target_that_refused_once_is_still_tried(self):
        later = RefusingPort()
        service = plain().targets(later)
        gateway = self.use(Gateway(service))
        with connect(service) as client:
            client.how_it_ends()
        gateway.wait_event()
        self.use(Backend(greeter("now up"), port=later.port))
        with connect(service) as client:
            self.assertEqual(client.receive_line(), b"now up\n")

    def test_a_target_that_does_not_answer_in_time(self):
        """Its backlog is full, so the kernel drops what asks for a connection."""
        up = self.use(Backend(greeter("up")))
        deaf = self.use(Backend(echo, backlog=0, accepting=False))
        self.use(connect(deaf))
        service = plain().targets(deaf, up)
        self.use(Gateway(service, settings={"timeouts": {"connect": scaled("500ms", "2s")}}))
        for _ in range(4):
            with connect(service) as client:
                self.assertEqual(client.receive_line(), b"up\n")

    def test_a_refused_connection_is_one_line_at_info(self):
        service = plain().targets(RefusingPort())
        gateway = self.use(Gateway(service))
        with connect(service) as client:
            client.how_it_ends()
        event = gateway.wait_event()
        gateway.wait_line("info.*" + event["remote"].lstrip("/").replace(".", "[.]"))

    def test_what_a_client_brings_about_does_not_count_against_a_target(self):
        """PostgreSQL's SSLRequest makes sense to one target only. Who asks for it must not drive the others away."""
        name = "one.test"
        greeting = hello.real_hello(name)

        def postgres(connection, visit):
            visit.received += connection.receive_exactly(8)
            if visit.received == SSL_REQUEST:
                connection.send(b"S")
            echo(connection, visit)

        def tls(connection, visit):
            visit.received += connection.receive_exactly(8)
            if visit.received == SSL_REQUEST:
                return connection.finish()
            echo(connection, visit)

        targets = [self.use(Backend(serve)) for serve in (postgres, tls)]
        service = pass_through().sni().rule(name, *targets)
        self.use(Gateway(service))
        for _ in range(4):
            with connect(service) as hostile:
                hostile.send(SSL_REQUEST)
                hostile.receive_exactly(1)
                hostile.send(greeting)
                hostile.receive(1)  # the second target of those that are tried is always the other one
        for _ in range(4):
            with connect(service) as client:
                client.send(greeting)
                self.assertEqual(client.receive_exactly(len(greeting) - 8), greeting[8:])
        for target in targets:
            good = [visit for visit in target.visits if visit.received == greeting[:8]]
            self.assertEqual(len(good), 2)


main()
