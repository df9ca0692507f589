"""A session that is created over the admin API opens tunnels by the token that is shown once, until it is ended."""

import json
import time

from support import AdminTunnelGateway, Backend, Story, echo, main, remember_secret, route, scaled
from support.websocket_peer import ask, open_websocket

SESSIONS = "/api/apps-sessions"
GENERIC = "/apis/security.otoroshi.io/v1/apps-sessions"
JANE = {"name": "Jane", "email": "jane@example.test", "authConfigId": "module"}


class Sessions(Story):
    def setUp(self):
        self.route = route().to(self.use(Backend(echo))).for_sessions()
        self.gateway = self.use(AdminTunnelGateway(self.route))
        self.admin = self.gateway.admin
        self.kept_token, _ = self.create()
        self.kept = self.open(self.kept_token)

    def create(self, **fields):
        """Its token and its id."""
        answer = self.admin.post(SESSIONS, {**JANE, **fields})
        self.assertEqual(answer.status, 201, answer)
        one = answer.json
        return remember_secret(one["pappsToken"]), remember_secret(one["randomId"])

    def open(self, token):
        peer = self.use(open_websocket(self.gateway, self.route.host, "pappsToken=" + token,
                                       Otoroshi_Tunnel="half-close"))
        peer.round_trip()
        return peer

    def assert_no_tunnel(self, token):
        answer, connection = ask(self.gateway, self.route.host, "pappsToken=" + token)
        connection.close()
        self.assertEqual(answer.status, 401, answer)

    def assert_ended(self, *peers):
        begin = time.monotonic()
        for peer in peers:
            self.assertEqual(peer.receive_to_close(), b"")
            self.assertEqual(peer.close[0], 1008)
            self.assertIn("session", peer.close[1])
        self.assertLess(time.monotonic() - begin, scaled(1, 5))

    def test_every_way_to_end_one_ends_its_tunnels(self):
        rows = {
            "DELETE": lambda id: self.admin.delete(f"{SESSIONS}/{id}"),
            "DELETE of the generic family": lambda id: self.admin.delete(f"{GENERIC}/{id}"),
            "DELETE _bulk": lambda id: self.admin.delete(SESSIONS + "/_bulk", json.dumps({"id": id}),
                                                         content_type="application/x-ndjson"),
            "expired": lambda id: self.admin.patch(f"{SESSIONS}/{id}", {"expiredAt": int(time.time() * 1000) - 1}),
        }
        for name, end in rows.items():
            with self.subTest(name):
                token, id = self.create()
                peers = [self.open(token) for _ in range(4)]
                self.assertEqual(end(id).status, 200)
                self.assert_ended(*peers)
                self.assert_no_tunnel(token)
                self.kept.round_trip()

    def test_many_are_ended_at_once(self):
        for path in ("/api/apps-sessions-module/module", SESSIONS):
            with self.subTest(path):
                tokens = [self.create()[0] for _ in range(4)]
                peers = [self.open(token) for token in tokens]
                self.assertEqual(self.admin.delete(path).json, {"done": True})
                self.assert_ended(*peers)
                for token in tokens:
                    self.assert_no_tunnel(token)
                self.assertEqual(self.admin.get(SESSIONS).json, [])

    def test_those_of_another_module_stay(self):
        self.assertEqual(self.admin.delete("/api/apps-sessions-module/other").status, 200)
        self.kept.round_trip()
        self.open(self.kept_token)

    def test_the_token_is_shown_once(self):
        token, id = self.create()
        signature = token.split("::")[0]
        self.assertNotEqual(signature, id)
        one = f"{SESSIONS}/{id}"
        for answer in (self.admin.get(one), self.admin.get(SESSIONS), self.admin.get(one + "?reveal=true"),
                       self.admin.patch(one, {"name": "Joe"}), self.admin.put(one, self.admin.get(one).json),
                       self.admin.get(f"{GENERIC}/{id}"), self.admin.get("/api/otoroshi.json?reveal=true"),
                       self.admin.post(SESSIONS, {**JANE, "randomId": id})):
            self.assertNotIn(signature, answer.body.decode())
            self.assertNotIn("pappsToken", answer.body.decode())
        # None of this has changed what it opens.
        self.open(token)

    def test_a_token_that_a_client_makes_up(self):
        """What a body says of the token is nothing."""
        _, id = self.create(pappsToken="a::b")
        self.assert_no_tunnel("a::b")
        self.assert_no_tunnel(id)

    def test_a_session_lives_on_after_a_restart(self):
        """Of a gateway that keeps its secret and its store."""
        gateway = self.use(AdminTunnelGateway(self.route, settings={"store": {"type": "sqlite"}}))
        token = remember_secret(gateway.admin.post(SESSIONS, JANE).json["pappsToken"])
        gateway.stop()
        gateway.start_again()
        with open_websocket(gateway, self.route.host, "pappsToken=" + token, Otoroshi_Tunnel="half-close") as peer:
            peer.round_trip()


main()
