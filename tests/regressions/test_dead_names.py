"""A target cannot be resolved in time because the DNS servers are silent about the names of other services' targets.

Four names that nobody answered had all threads of the resolver, ten seconds each time that a client asked for them.
"""

from support import Backend, Gateway, Story, connect, greeter, main, plain, scaled, wait_until
from support.dns import DnsServer


class DeadNames(Story):
    def test_others_are_not_held_up(self):
        dns, target = self.use(DnsServer()), self.use(Backend(greeter("target")))
        dns.silent_about = ["dead"]

        def by_name(name):
            return plain().targets({"host": f"{name}.example.test", "port": target.port, "tls": False})
        dead, good = [by_name(f"dead-{n}") for n in range(20)], [by_name(f"good-{n}") for n in range(5)]
        gateway = self.use(Gateway(*dead, *good, settings={"timeouts": {"connect": scaled("2s", "4s")}},
                                   name_server=dns.address))
        for service in dead:
            self.use(connect(service))
        wait_until(lambda: len({name for name in dns.asked if "dead" in name}) >= 4, "dead names to be asked for")
        for service in good:
            with connect(service) as client:
                self.assertEqual(client.receive_line(), b"target\n", gateway.events())
        for event in gateway.wait_events(len(dead) + len(good)):
            self.assertEqual(event["ending"] == "refused", "dead" in event["target"]["host"], event)


main()
