"""Slow and dead DNS: attempts by name end in time. (Who else goes on: regressions test_silent_dns, test_dead_names.)"""

import time

from support import Backend, Gateway, Story, connect, greeter, main, plain, scaled
from support.dns import DnsServer

CONNECT = scaled(2, 4)  # seconds, timeouts.connect


class Resolver(Story):
    def setUp(self):
        self.dns = self.use(DnsServer())
        self.target = self.use(Backend(greeter("target")))

    def by_name(self, name):
        return plain().targets({"host": f"{name}.example.test", "port": self.target.port, "tls": False})

    def start(self, *services):
        return self.use(Gateway(*services, settings={"timeouts": {"connect": f"{CONNECT}s"}}, name_server=self.dns.address))

    def greets(self, service):
        with connect(service) as client:
            return client.receive_line() == b"target\n"

    def test_a_dead_server(self):
        self.dns.silent_about = ["dead"]
        service = self.by_name("dead")
        gateway = self.start(service)
        begun = time.monotonic()
        with connect(service) as client:
            self.assertEqual(client.how_it_ends(), "reset")
        self.assertLess(time.monotonic() - begun, CONNECT + 5)
        event = gateway.wait_event()
        self.assertEqual((event["ending"], event["error"]["code"]), ("refused", "timed_out"))
        self.assertIn("dead.example.test", event["gwError"])
        self.assertIn("DNS", event["gwError"])

    def test_a_slow_server(self):
        self.dns.delay = CONNECT / 8  # twice: the name has a question for either family
        service = self.by_name("slow")
        self.start(service)
        for _ in range(2):
            self.assertTrue(self.greets(service))


main()
