"""SIGTERM while tunnels are open or being asked for: they go on by the same rules until `timeouts.drain` is over."""

import signal
import time

from support import (AdminTunnelGateway, Backend, Story, TunnelGateway, api_key, connect, echo, main, plain, route,
                     scaled, wait_until)
from support.websocket_peer import open_websocket, read_head, request_head


def refuses(gateway):
    try:
        connect(gateway).close()
        return False
    except ConnectionRefusedError:
        return True


class RulesWhileDraining(Story):
    def start(self, gateway=TunnelGateway, **key_fields):
        self.target = self.use(Backend(echo))
        self.route = route().to(self.target).for_keys()
        key = api_key(self.route, **key_fields)
        self.headers = {"Otoroshi_Client_Id": key["clientId"], "Otoroshi_Client_Secret": key["clientSecret"]}
        settings = {"threads": 1, "timeouts": {"drain": "1h"}}
        self.gateway = self.use(gateway(self.route, keys=[key], settings=settings))

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
        self.start(validUntil=int(time.time() * 1000) + scaled(4000, 12_000))  # the gateway starts meanwhile
        peer = self.open()
        self.drain()
        self.assertEqual(peer.receive_to_close(), b"")
        self.assertEqual(peer.close[0], 1008, peer.close)
        self.assertIn("expired", peer.close[1])
        self.assertEqual(self.gateway.wait(), 0)

    def test_a_change_over_the_admin_api_counts_and_opens_nothing(self):
        self.start(gateway=AdminTunnelGateway)
        peer = self.open()
        self.drain()
        new = plain().targets(self.target)
        self.assertEqual(self.gateway.admin.post("/api/tcp/services", new.json).status, 201)
        self.assertTrue(refuses(self.gateway) and refuses(new))
        peer.round_trip()
        client_id = self.headers["Otoroshi_Client_Id"]
        self.assertEqual(self.gateway.admin.delete(f"/api/apikeys/{client_id}").status, 200)
        self.assertEqual(peer.receive_to_close(), b"")
        self.assertEqual(peer.close[0], 1008, peer.close)
        self.assertEqual(self.gateway.wait(), 0)


if __name__ == "__main__":
    main()
