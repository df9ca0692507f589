"""Every connection ends in exactly one TcpEvent: who, where, how much, how long, what went wrong on whose side."""

import time

from support import (Authority, Backend, Gateway, RefusingPort, Story, client_context, connect, connect_tls, echo, main,
                     pass_through, plain, resetting, terminating, wait_until)

NAME = "one.test"


class Events(Story):
    def setUp(self):
        self.target = self.use(Backend(echo))

    def test_a_normal_connection(self):
        service = plain(name="mail").targets(self.target)
        gateway = self.use(Gateway(service))
        before = time.time() * 1000
        with connect(service) as client:
            address, port = client.socket.getsockname()
            client.round_trip(b"x" * 1000)
            client.finish()
            client.receive_to_end()
        event = gateway.wait_event()
        self.assertEqual(event["@type"], "TcpEvent")
        self.assertEqual((event["protocol"], event["port"]), ("Tcp", service.port))
        self.assertEqual((event["@serviceId"], event["@service"]), (service.id, "mail"))
        self.assertEqual(event["data"], {"dataIn": 1000, "dataOut": 1000})
        self.assertEqual(event["remote"], f"/{address}:{port}")
        self.assertEqual(event["local"], f"/127.0.0.1:{service.port}")
        self.assertEqual(event["target"]["host"], f"127.0.0.1:{self.target.port}")
        self.assertEqual((event["ending"], event["gwError"], event["sni"]), ("normal", None, None))
        self.assertTrue(before - 1000 <= event["@timestamp"] <= time.time() * 1000 + 1000, event["@timestamp"])
        self.assertTrue(0 <= event["overhead"] <= event["duration"], event)

    def test_the_server_name_and_the_chosen_target(self):
        service = terminating().sni().rule(NAME, self.target)
        authority = Authority(self.folder())
        gateway = self.use(Gateway(service, certificates=[authority.server(NAME)]))
        with connect_tls(service, NAME, client_context(authority)) as client:
            client.round_trip(b"12345")
            client.finish()
            client.receive_to_end()
        event = gateway.wait_event()
        self.assertEqual((event["protocol"], event["sni"]), ("Tcp/Tls", NAME))
        self.assertEqual(event["to"]["host"], f"{NAME}:{service.port}")
        self.assertEqual(event["targetAddress"], f"127.0.0.1:{self.target.port}")
        self.assertEqual(event["data"], {"dataIn": 5, "dataOut": 5})

    def test_what_went_wrong_and_on_whose_side(self):
        resets = self.use(Backend(resetting))
        refused, no_rule = plain().targets(RefusingPort()), pass_through().sni().rule(NAME, self.target)
        breaks = plain().targets(resets)
        gateway = self.use(Gateway(refused, no_rule, breaks))
        for service, says in ((refused, b""), (no_rule, b"no TLS\r\n"), (breaks, b"x")):
            with connect(service) as client:
                if says:
                    client.send(says)
                client.how_it_ends()
        events = {event["@serviceId"]: event for event in gateway.wait_events(3)}
        for service, ending, side, code in ((refused, "refused", "target", "refused"),
                                            (no_rule, "refused", "client", "no_route"),
                                            (breaks, "aborted", "target", "reset")):
            event = events[service.id]
            self.assertEqual((event["ending"], event["error"]["side"], event["error"]["code"]), (ending, side, code))
            self.assertEqual(event["gwError"], event["error"]["sentence"])

    def test_an_abort_of_the_client_is_the_clients(self):
        service = plain().targets(self.target)
        gateway = self.use(Gateway(service))
        client = connect(service)
        client.round_trip()
        client.reset()
        event = gateway.wait_event()
        error = event["error"]
        self.assertEqual((event["ending"], error["side"], error["code"]), ("aborted", "client", "reset"))

    def test_exactly_one_for_each_connection(self):
        service = plain().targets(self.target)
        gateway = self.use(Gateway(service))
        for _ in range(50):
            with connect(service) as client:
                client.round_trip()
        gateway.wait_events(50)
        self.assertEqual(gateway.stop(), 0)
        self.assertEqual(len({event["@id"] for event in gateway.events()}), 50)
        self.assertEqual(len(gateway.events()), 50)

    def test_a_file_that_was_rotated_is_opened_anew_at_sighup(self):
        service = plain().targets(self.target)
        gateway = self.use(Gateway(service))
        with connect(service) as client:
            client.round_trip()
        gateway.wait_events(1)
        gateway.folder.rename_file("events.jsonl", "events.jsonl.1")
        gateway.sighup()

        def an_event_in_the_new_file():
            with connect(service) as client:
                client.round_trip()
            return gateway.events()
        wait_until(an_event_in_the_new_file, "events in the new file")

    def test_on_standard_output(self):
        service = plain().targets(self.target)
        gateway = self.use(Gateway(service, settings={"events": {"output": "stdout"}}))
        with connect(service) as client:
            client.round_trip()
        gateway.wait_line(r'^\{"@type":"TcpEvent"')


main()
