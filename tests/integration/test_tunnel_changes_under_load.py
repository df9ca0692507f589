"""Routes and keys change while tunnels are opened and used: no byte is lost, and nothing outlives what let it in."""

import threading

from support import (Backend, BrokenOff, Story, Tunnel, TunnelGateway, api_key, connect, echo, main, route, scaled,
                     wait_until)
from support.websocket_peer import ask

CLIENTS = scaled(8, 4)
CHANGES = scaled(150, 10)


class ChangesUnderLoad(Story):
    def setUp(self):
        self.target = self.use(Backend(echo))
        self.route = route().to(self.target).for_keys()
        self.key, self.other = api_key(self.route), api_key(self.route)
        self.gateway = self.use(TunnelGateway(self.route, keys=[self.key, self.other]))

    def flags(self):
        return ["--host", f"{self.route.host}:{self.gateway.port}", "--apikey-client-id", self.key["clientId"],
                "--apikey-client-secret", self.key["clientSecret"]]

    def test_tunnels_do_not_notice_what_does_not_concern_them(self):
        tunnel, stop, trouble, trips = self.use(Tunnel(*self.flags())), threading.Event(), [], [0] * CLIENTS

        def use(number):
            try:
                while not stop.is_set():
                    with connect(tunnel) as client:
                        for _ in range(20):
                            if client.round_trip(b"x" * 5000) != b"x" * 5000:
                                trouble.append("other bytes")
                            trips[number] += 1
            except (BrokenOff, AssertionError, OSError) as error:
                trouble.append(repr(error))
        threads = [threading.Thread(target=use, args=(number,)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            for number in range(CHANGES):
                added = route().to(self.target)
                keys = [self.key] if number % 2 else [self.key, self.other, api_key(added)]
                self.gateway.reload_tunnels(routes=[added, self.route], keys=keys)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        self.assertEqual(trouble, [])
        self.assertTrue(all(trips), trips)

    def test_no_tunnel_outlives_its_key_however_young_it_is(self):
        """Clients come in all the time; the key goes away while some are between two steps of being admitted."""
        headers = {"Otoroshi_Client_Id": self.key["clientId"], "Otoroshi_Client_Secret": self.key["clientSecret"]}
        stop, opened, lock = threading.Event(), [], threading.Lock()

        def come():
            while not stop.is_set():
                try:
                    answer, connection = ask(self.gateway, self.route.host, **headers)
                except (BrokenOff, AssertionError):
                    continue
                if answer.status != 101:
                    connection.close()
                    continue
                with lock:
                    opened.append(connection)
                self.addCleanup(connection.close)
        threads = [threading.Thread(target=come) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            wait_until(lambda: len(opened) > 20, "some tunnels")
            self.gateway.reload_tunnels(keys=[self.other])
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        for connection in opened:  # each ends; how_it_ends() waits no longer than a deadline
            self.assertIn(connection.how_it_ends(), ("end", "reset"))
        self.assertGreater(len(opened), 20)


main()
