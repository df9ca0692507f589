"""A service whose target's name was resolved seconds ago refuses every client once the DNS servers fall silent.

The resolver kept the last answer for a minute, for queries that fail. But a query that nobody answers does not fail before
getaddrinfo gives up, after ten seconds, and the connection's patience (timeouts.connect) is over long before.
"""

from support import Backend, Gateway, Story, connect, greeter, main, plain, scaled, wait_until
from support.dns import DnsServer


class SilentDns(Story):
    def test_what_is_known_serves(self):
        dns, target = self.use(DnsServer()), self.use(Backend(greeter("target")))
        service = plain().targets({"host": "known.example.test", "port": target.port, "tls": False})
        gateway = self.use(Gateway(service, settings={"timeouts": {"connect": scaled("2s", "4s")}},
                                   name_server=dns.address))

        def greets():
            with connect(service) as client:
                self.assertEqual(client.receive_line(), b"target\n", gateway.events())
        greets()
        asked, dns.silent_about = len(dns.asked), ["known"]

        def is_asked_again():
            greets()
            return len(dns.asked) > asked
        wait_until(is_asked_again, "the answer to be no longer fresh")
        greets()


main()
