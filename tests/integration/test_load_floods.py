"""Floods of new clients: who is there already goes on, slow ones are thrown out in time, and the next ones get in.

What floods do to latency is measured by tests/bench/floods.py.
"""

import os
import threading
import time

from support import (AdminTunnelGateway, Authority, Backend, BrokenOff, Story, Tunnel, api_key, client_context, connect,
                     connect_tls, echo, hello, main, plain, route, scaled, terminating, wait_until)

NAME = "gateway.test"
SECONDS = scaled(2, 4)
MOST_CONNECTIONS = 60
SLOW = 2 * MOST_CONNECTIONS


class Flood:
    """`count` threads that do `act()` again and again, from entering to leaving."""

    def __init__(self, act, count):
        self._act, self._over, self.done, self.problems = act, threading.Event(), 0, []
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(count)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _run(self):
        while not self._over.is_set():
            try:
                self._act()
                self.done += 1
            except (BrokenOff, OSError):
                pass  # whoever floods is not owed anything
            except Exception as error:  # a test's thread must not die in silence
                self.problems.append(repr(error))
                return


class Floods(Story):
    def start(self, **settings):
        target = self.use(Backend(echo))
        authority = Authority(self.folder())
        self.plain, self.tls = plain().targets(target), terminating().targets(target)
        one = route().to(target).for_keys()
        key = api_key(one)
        certificate = authority.server(NAME, one.host, "127.0.0.1")
        self.gateway = self.use(AdminTunnelGateway(one, keys=[key], services=[self.plain, self.tls],
                                                   certificates=[certificate], settings=settings))
        tunnel = self.use(Tunnel("--host", f"{one.host}:{self.gateway.tls_port}", "--tls", "--ca-file", authority.crt,
                                 "--apikey-client-id", key["clientId"], "--apikey-client-secret", key["clientSecret"]))
        self.context = client_context(authority)
        self.there_already = [self.use(connect(self.plain)), self.use(connect_tls(self.tls, NAME, self.context)),
                              self.use(connect(tunnel))]
        self.still_served()

    def still_served(self):
        for client in self.there_already:
            data = os.urandom(1000)
            self.assertEqual(client.round_trip(data), data)

    def test_handshakes_as_fast_as_possible(self):
        self.start()
        first = hello.real_hello(NAME)

        def only_a_hello(port):
            with connect(port) as client:
                client.send(first)
                client.receive(1)
                client.reset()

        def whole_handshake():
            connect_tls(self.tls, NAME, self.context).close()
        floods = {"ClientHellos": lambda: only_a_hello(self.tls), "handshakes": whole_handshake,
                  "ClientHellos to the tunnel": lambda: only_a_hello(self.gateway.tls_port)}
        for name, act in floods.items():
            with self.subTest(name), Flood(act, count=4) as flood:
                end = time.monotonic() + SECONDS
                while time.monotonic() < end or flood.done < 20:
                    self.still_served()
                self.assertEqual(flood.problems, [])

    def test_slow_hellos(self):
        """More than there is place for; each sends a byte from time to time."""
        limit = scaled("1s", "3s")
        self.start(limits={"maxConnections": MOST_CONNECTIONS}, timeouts={"peek": limit, "handshake": limit})
        first = hello.real_hello(NAME)
        for name, port in (("service", self.tls.port), ("tunnel", self.gateway.tls_port)):
            with self.subTest(name):
                slow = [self.use(connect(port)) for _ in range(SLOW)]
                self.gateway.wait_line("accepting connections pauses")
                for byte in first[:5]:
                    for client in slow:
                        try:
                            client.send(bytes([byte]))
                        except BrokenOff:
                            pass  # thrown out already
                    self.still_served()
                # All are thrown out, those too who came in after the first ones: nobody stays longer than he may.
                for client in slow:
                    self.assertIn(client.how_it_ends(), ("end", "reset"))
                    self.still_served()
                with connect_tls(self.tls, NAME, self.context) as late:
                    self.assertEqual(late.round_trip(), b"hello")
        wait_until(lambda: len(self.gateway.admin.get("/api/tcp/connections").json) == len(self.there_already),
                   "only those to be live who were there already")


main()
