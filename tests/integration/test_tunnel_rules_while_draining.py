"""SIGTERM while tunnels are open or being asked for: they go on by the same rules until `timeouts.drain` is over."""

import signal
import time

from support import Backend, Story, TunnelGateway, api_key, connect, echo, main, route, wait_until
from support.websocket_peer import open_websocket, read_head, request_head


def refuses(gateway):
    try:
        connect(gateway).close()
        return False
    except ConnectionRefusedError:
        return True


class RulesWhileDraining(Story):
    def start(self, **key_fields):
        self.route = route().to(self.use(Backend(echo))).for_keys()
        key = api_key(self.route, **key_fields)
        self.headers = {"Otoroshi_Client_Id": key["clientId"], "Otoroshi_Client_Secret": key["clientSecret"]}
        settings = {"threads": 1, "timeouts": {"drain": "1h"}}
        self.gateway = self.use(TunnelGateway(self.route, keys=[key], settings=settings))

    def open(self):
        peer = self.use(open_websocket(self.gateway, self.route.host, Otoroshi_Tunnel="half-close", **self.headers))
        self.assertEqual(peer.round_trip(), b"hello")
        return peer

    def drain(self):
        self.gateway.signal(signal.SIGTERM)
        wait_until(lambda: refuses(self.gateway), "new connections to be refused")

    def test_who_had_connected_is_still_let_in(self):
        self.start()
        early = self.use(connect(self.gateway.port))
        early.send(b"GET ")
        peer = self.open()  # accepted behind the other one
        self.drain()
        self.assertEqual(peer.round_trip(b"still here"), b"still here")
        early.send(request_head(self.route.host, **self.headers).removeprefix("GET ").encode())
        self.assertIn("101", read_head(early)[0])
        early.close()
        peer.send_close()
        self.assertEqual(peer.receive_to_close(), b"")
        peer.connection.close()
        self.assertEqual(self.gateway.wait(), 0)

    def test_a_key_that_expires_meanwhile_ends_its_tunnel(self):
        self.start(validUntil=int(time.time() * 1000) + 4000)
        peer = self.open()
        self.drain()
        self.assertEqual(peer.receive_to_close(), b"")
        self.assertEqual(peer.close[0], 1008, peer.close)
        self.assertIn("expired", peer.close[1])
        self.assertEqual(self.gateway.wait(), 0)


if __name__ == "__main__":
    main()
