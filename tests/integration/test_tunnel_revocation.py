"""What a tunnel was opened by is taken away while it is open: it ends with 1008 and a sentence, others live on."""

import time

from support import (Backend, Story, Tunnel, TunnelGateway, api_key, app_session, connect, echo, hs_verifier, main,
                     new_secret, route, scaled, token_of)
from support.tokens import claims, hs_token
from support.websocket_peer import BINARY, frame, open_websocket

TOKEN_LEEWAY = 10  # seconds after its `exp` in which a token still counts, as in Otoroshi


def by_key(key):
    return {"Otoroshi_Client_Id": key["clientId"], "Otoroshi_Client_Secret": key["clientSecret"]}


class Revocation(Story):
    def setUp(self):
        self.target = self.use(Backend(echo))
        self.keys_route, self.tokens_route = route().to(self.target).for_keys(), route().to(self.target)
        self.sessions_route = route().to(self.target).for_sessions()
        self.verifier, self.session = hs_verifier(), app_session()
        self.tokens_route.for_tokens(self.verifier)
        self.key, self.kept_key = api_key(self.keys_route), api_key(self.keys_route)
        self.gateway = self.use(TunnelGateway(self.keys_route, self.tokens_route, self.sessions_route,
                                              keys=[self.key, self.kept_key], verifiers=[self.verifier],
                                              sessions=[self.session]))
        self.kept = self.open(self.keys_route, **by_key(self.kept_key))

    def open(self, one, query="", **headers):
        peer = self.use(open_websocket(self.gateway, one.host, query, Otoroshi_Tunnel="half-close", **headers))
        peer.round_trip()
        return peer

    def by_token(self, **options):
        return {"Authorization": "Bearer " + hs_token(claims(**options), self.verifier["algoSettings"]["secret"])}

    def assert_revoked(self, peer, word):
        self.assertEqual(peer.receive_to_close(), b"")
        code, sentence = peer.close
        self.assertEqual(code, 1008, sentence)
        self.assertIn(word, sentence)
        self.assertLessEqual(len(sentence.encode()), 123)
        self.assertEqual(self.target.wait_end(len(self.target.visits)), "reset")

    def assert_kept(self):
        self.assertEqual(self.kept.round_trip(b"still here"), b"still here")

    def test_a_key(self):
        key, kept = self.key, self.kept_key
        cases = {
            "removed": [kept],
            "disabled": [{**key, "enabled": False}, kept],
            "another secret": [{**key, "clientSecret": new_secret()}, kept],
            "not for this route any more": [{**key, "authorizedEntities": ["route_other"]}, kept],
            "expired": [{**key, "validUntil": int(time.time() * 1000) - 1}, kept],
        }
        for name, keys in cases.items():
            with self.subTest(name):
                peer = self.open(self.keys_route, **by_key(key))
                self.gateway.reload_tunnels(keys=keys)
                self.assert_revoked(peer, "key")
                self.assert_kept()
                self.gateway.reload_tunnels(keys=[key, kept])

    def test_a_change_that_takes_nothing_away(self):
        peer = self.open(self.keys_route, **by_key(self.key))
        self.gateway.reload_tunnels(keys=[{**self.key, "clientName": "renamed", "metadata": {"a": "b"}}, self.kept_key])
        next_secret = {**self.key, "clientSecret": new_secret(),
                       "rotation": {"enabled": True, "nextSecret": self.key["clientSecret"]}}
        self.gateway.reload_tunnels(keys=[next_secret, self.kept_key])
        self.gateway.sighup()
        self.assertEqual(peer.round_trip(b"still here"), b"still here")

    def test_a_session(self):
        query = "pappsToken=" + token_of(self.session, self.gateway.secret)
        expired = {**self.session, "expiredAt": int(time.time() * 1000) - 1}
        for name, sessions in (("removed", []), ("expired", [expired])):
            with self.subTest(name):
                peer = self.open(self.sessions_route, query)
                self.gateway.reload_tunnels(sessions=sessions)
                self.assert_revoked(peer, "session")
                self.assert_kept()
                self.gateway.reload_tunnels(sessions=[self.session])

    def test_a_verifier(self):
        other = hs_verifier()
        routes = [self.keys_route, self.tokens_route, self.sessions_route]
        peer = self.open(self.tokens_route, **self.by_token())
        self.gateway.reload_tunnels(verifiers=[{**self.verifier, "enabled": False}])
        self.assert_revoked(peer, "verifier")
        self.gateway.reload_tunnels(verifiers=[self.verifier])

        peer = self.open(self.tokens_route, **self.by_token())
        replaced = route(*self.tokens_route.json["frontend"]["domains"], id=self.tokens_route.id).to(self.target)
        self.gateway.reload_tunnels(verifiers=[other], routes=[routes[0], replaced.for_tokens(other), routes[2]])
        self.assert_revoked(peer, "verifier")
        self.assert_kept()

    def test_a_verifier_that_trusts_another_key(self):
        old, algo = self.verifier, self.verifier["algoSettings"]
        peer = self.open(self.tokens_route, **self.by_token())
        self.gateway.reload_tunnels(verifiers=[{**old, "name": "renamed", "desc": "the same key"}])
        self.assertEqual(peer.round_trip(b"still here"), b"still here")
        self.gateway.reload_tunnels(verifiers=[{**old, "algoSettings": {**algo, "secret": new_secret()}}])
        self.assert_revoked(peer, "verifier")
        self.assert_kept()

    def test_a_route(self):
        query = "pappsToken=" + token_of(self.session, self.gateway.secret)
        peer = self.open(self.sessions_route, query)
        self.gateway.reload_tunnels(routes=[self.keys_route, self.sessions_route.but(enabled=False)])
        self.assert_revoked(peer, "route")

        self.gateway.reload_tunnels(routes=[self.keys_route, self.sessions_route.but(enabled=True)])
        peer = self.open(self.sessions_route, query)
        self.gateway.reload_tunnels(routes=[self.keys_route])
        self.assert_revoked(peer, "route")
        self.assert_kept()

    def test_what_expires_while_the_tunnel_is_open(self):
        now, life = int(time.time()), scaled(4, 12)  # seconds, in which all of them are to be opened
        session = app_session(seconds=life)
        key = api_key(self.keys_route, validUntil=(now + life) * 1000)
        self.gateway.reload_tunnels(sessions=[session], keys=[key, self.kept_key])
        for name, word, peer in (
                ("a token", "token", self.open(self.tokens_route, **self.by_token(seconds=life - TOKEN_LEEWAY))),
                ("a session", "session", self.open(self.sessions_route,
                                                   "pappsToken=" + token_of(session, self.gateway.secret))),
                ("a key", "key", self.open(self.keys_route, **by_key(key)))):
            with self.subTest(name):
                self.assertEqual(peer.receive_to_close(), b"")
                self.assertEqual(peer.close[0], 1008)
                self.assertIn(word, peer.close[1])
                self.assertIn("expired", peer.close[1])
                self.assertGreaterEqual(time.time(), now + life - 1)
        self.assertLess(time.time(), now + life + scaled(7, 20))
        self.assert_kept()

    def test_a_client_in_mid_frame_is_reset(self):
        """Half of a frame has come, and the gateway says why all the same; the target sees an abort."""
        peer = self.open(self.keys_route, **by_key(self.key))
        peer.connection.send(frame(BINARY, b"x" * 1000, masked=True)[:-1])
        peer.receive_exactly(999)  # what came is passed on at once
        self.gateway.reload_tunnels(keys=[self.kept_key])
        self.assert_revoked(peer, "key")

    def test_otoroshictl_says_why(self):
        flags = ["--host", f"{self.keys_route.host}:{self.gateway.port}", "--apikey-client-id", self.key["clientId"],
                 "--apikey-client-secret", self.key["clientSecret"]]
        with Tunnel(*flags) as tunnel, connect(tunnel) as client:
            client.round_trip()
            start = len(tunnel.lines)
            self.gateway.reload_tunnels(keys=[self.kept_key])
            self.assertEqual(client.how_it_ends(), "reset")
            self.assertIn("key", tunnel.wait_line("WARN|ERROR", start=start))
            event = self.gateway.wait_event(lambda event: event["tunnel"]["consumer"] == self.key["clientId"])
            self.assertEqual((event["ending"], event["error"]["code"]), ("shut_down", "revoked"))
        self.assert_kept()


main()
