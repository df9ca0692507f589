"""A target that is down costs a client nothing while another takes the connection; if all are, the event says so."""

from support import Backend, Gateway, RefusingPort, Story, connect, echo, greeter, main, plain, scaled


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


main()
