"""A taken port is found out, also where SO_REUSEPORT would hide it: exit code 3 with address and reason."""

from support import Backend, Gateway, Story, connect, echo, main, plain

ADDRESS_TAKEN = 3


class PortTaken(Story):
    def start_and_fail(self, *services):
        gateway = Gateway(*services)
        try:
            return gateway.wait(), gateway.output
        finally:
            gateway.kill()
            gateway.folder.remove()

    def is_refused(self, address, *services):
        code, output = self.start_and_fail(*services)
        self.assertEqual(code, ADDRESS_TAKEN, output)
        self.assertIn(address, output)
        self.assertRegex(output.lower(), "in use")

    def test_by_another_program(self):
        other = self.use(Backend(echo))
        self.is_refused(f"127.0.0.1:{other.port}", plain(port=other.port).targets(other))

    def test_by_another_program_on_one_address_of_all(self):
        other = self.use(Backend(echo))
        self.is_refused(f":{other.port}", plain(port=other.port, interface="0.0.0.0").targets(other))

    def test_by_a_second_gateway(self):
        target = self.use(Backend(echo))
        service = plain().targets(target)
        self.use(Gateway(service))
        self.is_refused(f"127.0.0.1:{service.port}", plain(port=service.port).targets(target))
        with connect(service) as client:
            self.assertEqual(client.round_trip(), b"hello")

    def test_nothing_else_was_served_meanwhile(self):
        """All listeners stand before the first one serves."""
        other, target = self.use(Backend(echo)), self.use(Backend(echo))
        self.is_refused(str(other.port), plain().targets(target), plain(port=other.port).targets(target))
        self.assertEqual(target.visits, [])

    def test_an_address_that_is_not_ours(self):
        code, output = self.start_and_fail(plain(interface="198.51.100.1").targets(self.use(Backend(echo))))
        self.assertEqual(code, ADDRESS_TAKEN, output)
        self.assertIn("198.51.100.1", output)


main()
