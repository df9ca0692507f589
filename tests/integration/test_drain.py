"""SIGTERM: nothing new is accepted, live connections may end in peace for `timeouts.drain`; exit code 0."""

import signal

from support import Backend, Gateway, Story, connect, echo, main, plain, refuses, wait_until


class Drain(Story):
    def start(self, drain):
        self.target = self.use(Backend(echo))
        self.service = plain().targets(self.target)
        self.gateway = self.use(Gateway(self.service, settings={"timeouts": {"drain": drain}}))
        client = self.use(connect(self.service))
        client.round_trip()
        return client

    def test_a_live_connection_goes_on_until_it_ends(self):
        client = self.start(drain="1h")
        self.gateway.signal(signal.SIGTERM)
        wait_until(lambda: refuses(self.service), "new connections to be refused")
        self.assertEqual(client.round_trip(b"still here"), b"still here")
        client.finish()
        self.assertEqual(client.how_it_ends(), "end")
        self.assertEqual(self.gateway.wait(), 0)
        self.assertEqual(self.gateway.events()[0]["ending"], "normal")

    def test_without_connections_it_ends_at_once(self):
        self.start(drain="1h").close()
        self.gateway.wait_event()
        self.assertEqual(self.gateway.stop(), 0)

    def test_what_lasts_longer_is_aborted(self):
        client = self.start(drain="300ms")
        self.gateway.signal(signal.SIGTERM)
        self.assertEqual(client.how_it_ends(), "reset")
        self.assertEqual(self.target.wait_end(), "reset")
        self.assertEqual(self.gateway.wait(), 0)
        self.assertEqual(self.gateway.events()[0]["ending"], "shut_down")

    def test_the_second_signal_ends_at_once(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number.name):
                self.start(drain="1h")
                self.gateway.signal(number)
                wait_until(lambda: refuses(self.service), "the first signal to count")
                self.gateway.signal(number)
                self.assertEqual(self.gateway.wait(), 0)


main()
