"""Who connects before a change and asks after it is let in by the rules that hold now, not by those of then."""

import json
import os
import tempfile

from support import Backend, Story, TunnelGateway, api_key, connect, echo, jwks_verifier, main, route
from support.tokens import claims, es_token, jwk_of, new_key_pair
from support.websocket_peer import Answer, open_websocket, read_head, request_head


def by_key(key):
    return {"Otoroshi_Client_Id": key["clientId"], "Otoroshi_Client_Secret": key["clientSecret"]}


class LateRequests(Story):
    def setUp(self):
        self.target = self.use(Backend(echo))
        self.settings = {"threads": 1, "timeouts": {"handshake": "60s"}}  # one queue: who comes later is accepted later

    def connection_of_before(self, gateway, open_route, **headers):
        """One that the gateway has accepted, and whose request is not complete."""
        early = self.use(connect(gateway.port))
        early.send(b"GET ")
        with open_websocket(gateway, open_route.host, **headers):
            return early

    def answer_to(self, early, host, **headers):
        early.send(request_head(host, **headers).removeprefix("GET ").encode())
        start, headers = read_head(early)
        answer = Answer(int(start.split()[1]), headers)
        if answer.status != 101:
            answer.body = early.receive_exactly(int(headers["content-length"]))
        return answer

    def assert_refused(self, answer, status, cause):
        self.assertEqual((answer.status, answer.json["error"]), (status, cause), answer)

    def test_a_key_that_was_removed(self):
        one = route().to(self.target).for_keys()
        key, kept = api_key(one), api_key(one)
        gateway = self.use(TunnelGateway(one, keys=[key, kept], settings=self.settings))
        removed, known = (self.connection_of_before(gateway, one, **by_key(kept)) for _ in range(2))
        gateway.reload_tunnels(keys=[kept])
        self.assert_refused(self.answer_to(removed, one.host, **by_key(key)), 400, "errors.invalid.api.key.tuple")
        self.assertEqual(self.answer_to(known, one.host, **by_key(kept)).status, 101)

    def test_a_route_that_was_public_or_was_there(self):
        one, other = route().to(self.target), route().to(self.target)
        gateway = self.use(TunnelGateway(one, other, settings=self.settings))
        early = [self.connection_of_before(gateway, one) for _ in range(2)]
        gateway.reload_tunnels(routes=[one.for_keys()])
        self.assert_refused(self.answer_to(early[0], one.host), 400, "errors.no.api.key")
        self.assert_refused(self.answer_to(early[1], other.host), 404, "errors.route.not.found")

    def test_a_key_that_is_removed_while_its_owner_waits(self):
        folder = self.use(tempfile.TemporaryDirectory())
        key_file, public = new_key_pair(folder, "ec")
        keys = os.path.join(folder, "keys.json")
        os.mkfifo(keys)  # so the gateway waits for the keys until this test has written them
        verifier = jwks_verifier("file://" + keys)
        verifier["algoSettings"]["timeout"] = 60_000
        one = route().to(self.target).for_keys().for_tokens(verifier)
        key = api_key(one)
        gateway = self.use(TunnelGateway(one, keys=[key], verifiers=[verifier], settings=self.settings))
        waiting = self.use(connect(gateway.port))
        headers = {**by_key(key), "Authorization": "Bearer " + es_token(claims(), key_file, kid="1")}
        waiting.send(request_head(one.host, **headers).encode())
        with open(keys, "w") as issuer:
            gateway.reload_tunnels(keys=[])
            json.dump({"keys": [jwk_of(public, "1")]}, issuer)
        start, answered = read_head(waiting)
        answer = Answer(int(start.split()[1]), answered, waiting.receive_exactly(int(answered["content-length"])))
        self.assert_refused(answer, 401, "errors.access.revoked")


if __name__ == "__main__":
    main()
