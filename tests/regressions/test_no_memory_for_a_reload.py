"""A SIGHUP for whose files there was no memory ended the gateway, and with it every connection."""

import resource
import unittest

from support import MIB, SANITIZED, Backend, Gateway, Story, connect, echo, main, pass_through, plain, to

MANY = 20_000  # services, some ten times the room that is left


def address_space(pid):
    """Of a process, in bytes."""
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmSize:"))


@unittest.skipIf(SANITIZED, "a sanitizer reserves terabytes of addresses")
class NoMemory(Story):
    def test_a_reload_fails_and_all_goes_on(self):
        service = plain().targets(self.use(Backend(echo)))
        gateway = self.use(Gateway(service))
        client = self.use(connect(service))
        self.assertEqual(client.round_trip(), b"hello")

        target = to({"host": "127.0.0.1", "port": 1})
        many = [pass_through(id=f"service_{number}", port=gateway.port).sni().rule(f"{number}.test", target)
                for number in range(MANY)]
        gateway.folder.write_services(many)
        limits = resource.prlimit(gateway.pid, resource.RLIMIT_AS)
        resource.prlimit(gateway.pid, resource.RLIMIT_AS, (address_space(gateway.pid) + 2 * MIB, limits[1]))
        gateway.sighup(says="reload failed, what is served stays as it was: std::bad_alloc")
        self.assertEqual(client.round_trip(), b"hello")

        resource.prlimit(gateway.pid, resource.RLIMIT_AS, limits)
        other = plain().targets(self.use(Backend(echo)))
        self.assertIn("1 added", gateway.reload(service, other))
        with connect(other) as late:
            self.assertEqual(late.round_trip(), b"hello")


main()
