"""One story for each property of the specification's tables; TLS to targets and clientAuth have their own files."""

from support import (Authority, Backend, Gateway, Story, client_context, connect, connect_tls, greeter, main, plain,
                     reserve_port, server_context, service, to)


def name_of_target(client):
    """What a greeter says first: its name."""
    with client:
        return client.receive_line().decode().strip()


def refuses(port, host="127.0.0.1"):
    try:
        connect(port, host).close()
        return False
    except ConnectionRefusedError:
        return True


class ServiceProperties(Story):
    def setUp(self):
        self.one, self.two = self.use(Backend(greeter("one"))), self.use(Backend(greeter("two")))

    def test_enabled_false_opens_no_port(self):
        off, on = plain(enabled=False).targets(self.one), plain().targets(self.one)
        self.use(Gateway(on, off))
        self.assertTrue(refuses(off.port))
        self.assertFalse(refuses(on.port))

    def test_a_disabled_service_may_share_a_port(self):
        on = plain().targets(self.one)
        off = plain(enabled=False, port=on.port).targets(self.two)
        self.use(Gateway(off, on))
        self.assertEqual(name_of_target(connect(on)), "one")

    def test_only_the_port_is_required(self):
        """No tls, no clientAuth, no sni, enabled, on 0.0.0.0: all from the specification's defaults."""
        port = reserve_port()
        self.use(Gateway({"port": port, "rules": [{"domain": "*", "targets": [to(self.one)]}]}))
        for address in ("127.0.0.1", "127.0.0.2"):
            self.assertEqual(name_of_target(connect(port, address)), "one")

    def test_interface_is_the_only_address_that_listens(self):
        only = plain(interface="127.0.0.2").targets(self.one)
        self.use(Gateway(only))
        self.assertEqual(name_of_target(connect(only, "127.0.0.2")), "one")
        self.assertTrue(refuses(only.port, "127.0.0.1"))

    def test_interface_ipv6_and_a_target_over_ipv6(self):
        target = self.use(Backend(greeter("six"), host="::1"))
        only = plain(interface="::1").targets(target)
        self.use(Gateway(only))
        self.assertEqual(name_of_target(connect(only, "::1")), "six")
        self.assertTrue(refuses(only.port, "127.0.0.1"))

    def test_interface_any_ipv6_listens_on_both_families(self):
        both = plain(interface="::").targets(self.one)
        self.use(Gateway(both))
        for address in ("::1", "127.0.0.1"):
            self.assertEqual(name_of_target(connect(both, address)), "one")

    def test_one_port_on_two_interfaces(self):
        first = plain(interface="127.0.0.1").targets(self.one)
        second = plain(interface="127.0.0.2", port=first.port).targets(self.two)
        self.use(Gateway(first, second))
        self.assertEqual(name_of_target(connect(first, "127.0.0.1")), "one")
        self.assertEqual(name_of_target(connect(first, "127.0.0.2")), "two")

    def test_target_host_is_resolved(self):
        by_name = plain().targets({"host": "localhost", "port": self.one.port})
        self.use(Gateway(by_name))
        self.assertEqual(name_of_target(connect(by_name)), "one")

    def test_target_ip_is_dialled_instead_of_the_host(self):
        by_ip = plain().targets({"host": "does-not-resolve.invalid", "ip": "127.0.0.1", "port": self.one.port})
        self.use(Gateway(by_ip))
        self.assertEqual(name_of_target(connect(by_ip)), "one")

    def test_an_unknown_host_is_told(self):
        unknown = plain().targets({"host": "does-not-resolve.invalid", "port": 1})
        gateway = self.use(Gateway(unknown))
        with connect(unknown) as client:
            self.assertIn(client.how_it_ends(), ("end", "reset"))
        event = gateway.wait_event()
        self.assertIn("does-not-resolve.invalid", str(event))

    def test_forwards_to_host_ip_and_port(self):
        by_host = plain().sni().forwards_to({"host": "localhost", "port": self.one.port})
        by_ip = plain().sni().forwards_to(to(self.two, host="does-not-resolve.invalid"))
        self.use(Gateway(by_host, by_ip))
        for forwarding, name in ((by_host, "one"), (by_ip, "two")):
            client = connect(forwarding)
            client.send(b"\0")
            self.assertEqual(name_of_target(client), name)

    def test_forwards_to_with_tls(self):
        authority = Authority(self.folder())
        secure = self.use(Backend(greeter("secure"), tls=server_context(authority.server("fallback.test"))))
        forwarding = plain().sni().forwards_to(to(secure, host="fallback.test", tls=True))
        self.use(Gateway(forwarding, upstream_authority=authority))
        client = connect(forwarding)
        client.send(b"\0")
        self.assertEqual(name_of_target(client), "secure")
        self.assertEqual(secure.visits[0].server_name, "fallback.test")

    def test_several_targets_in_turn(self):
        three = self.use(Backend(greeter("three")))
        turning = plain().rule("*", self.one, self.two).rule("*", three)
        self.use(Gateway(turning))
        names = [name_of_target(connect(turning)) for _ in range(6)]
        self.assertEqual(sorted(names), ["one", "one", "three", "three", "two", "two"])

    def test_several_targets_of_the_matching_rule_in_turn(self):
        turning = plain().sni().rule("a.test", self.one, self.two)
        self.use(Gateway(turning))
        names = []
        for _ in range(4):
            client = connect(turning)
            client.send(b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
            names.append(name_of_target(client))
        self.assertEqual(sorted(names), ["one", "one", "two", "two"])

    def test_several_services_on_one_port(self):
        """Asked in order of creation; then the first with forwardIfNoMatch."""
        fallback = self.use(Backend(greeter("fallback")))
        first = plain().sni().rule("one.test", self.one)
        second = plain(port=first.port).sni().rule(".*[.]test", self.two).forwards_to(fallback)
        self.use(Gateway(first, second))
        for host, name in (("one.test", "one"), ("any.test", "two"), ("other.example", "fallback")):
            client = connect(first)
            client.send(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            self.assertEqual(name_of_target(client), name, host)

    def test_the_first_matching_rule_wins_and_letter_case_does_not_matter(self):
        """Notations of `domain`: name, wildcard, regular expression; each beside a name that it does not match."""
        routing = plain().sni()
        for domain in ("exact.test", "*.wild.test", ".*read.*", "Regex(a+[.]b)", "Wildcard(x*.y)"):
            routing.rule(domain, self.use(Backend(greeter(domain))))
        routing.rule("exact.test", self.one).forwards_to(self.two)
        self.use(Gateway(routing))
        for host, name in (("EXACT.test", "exact.test"), ("xexact.test", "two"), ("a.b.wild.test", "*.wild.test"),
                           ("wild.test", "two"), ("db-READ-1.internal", ".*read.*"), ("db-write.internal", "two"),
                           ("aaa.b", "Regex(a+[.]b)"), ("aaa.bb", "two"), ("x12.y", "Wildcard(x*.y)"), ("1x.y", "two")):
            client = connect(routing)
            client.send(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            self.assertEqual(name_of_target(client), name, host)

    def test_tls_modes_are_read_in_any_letter_case(self):
        authority = Authority(self.folder())
        certificate = authority.server("one.test")
        secure = self.use(Backend(greeter("secure"), tls=server_context(certificate)))
        services = [service(tls="disabled").targets(self.one), service(tls="passthrough").targets(secure),
                    service(tls="ENABLED", clientAuth="none").targets(self.two)]
        self.use(Gateway(*services, certificates=[certificate]))
        self.assertEqual(name_of_target(connect(services[0])), "one")
        for secured, name in ((services[1], "secure"), (services[2], "two")):
            self.assertEqual(name_of_target(connect_tls(secured, "one.test", client_context(authority))), name)

    def test_descriptive_fields_change_nothing(self):
        described = plain(description="a proxy", tags=["a", "b"], metadata={"k": "v"}, _loc={"tenant": "default"})
        self.use(Gateway(described.targets(self.one)))
        self.assertEqual(name_of_target(connect(described)), "one")


main()
