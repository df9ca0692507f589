"""Who is not let in by an API key or a session is told why: status, cause and a sentence that helps."""

import base64
import time

from support import Backend, TunnelGateway, api_key, app_session, echo, main, new_secret, route, token_of
from support.refusals import RefusalStory
from support.tokens import session_token
from support.websocket_peer import open_websocket, to_target


def basic(client_id, secret):
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


def key_flags(client_id, secret):
    return ["--apikey-client-id", client_id, "--apikey-client-secret", secret]


class RefusedAccess(RefusalStory):
    def setUp(self):
        self.target = self.use(Backend(echo))

    def assert_no_visit(self):
        self.assertEqual(self.target.visits, [], "nothing is dialled for who is refused")

    def test_api_keys(self):
        one, other = route().to(self.target).for_keys(), route().to(self.target).for_keys()
        good, disabled, stranger = api_key(one), api_key(one, enabled=False), api_key(other)
        expired = api_key(one, validUntil=int(time.time() * 1000) - 1000)
        gateway = self.use(TunnelGateway(one, other, keys=[good, disabled, stranger, expired]))
        cases = {
            "no key": ({}, 400, "errors.no.api.key", None),
            "an unknown key": (basic("nobody", new_secret()), 400, "errors.invalid.api.key.tuple",
                               "--apikey-client-id"),
            "a key for another route": (basic(stranger["clientId"], stranger["clientSecret"]), 400,
                                        "errors.invalid.api.key.tuple", stranger["clientId"]),
            "a wrong secret": (basic(good["clientId"], new_secret()), 401, "errors.bad.api.key", good["clientId"]),
            "no secret": (basic(good["clientId"], ""), 401, "errors.bad.api.key", None),
            "a disabled key": (basic(disabled["clientId"], disabled["clientSecret"]), 401, "errors.bad.api.key",
                               "disabled"),
            "an expired key": (basic(expired["clientId"], expired["clientSecret"]), 401, "errors.bad.api.key",
                               "expired"),
            "only an id": ({"x_api_key": good["clientId"]}, 401, "errors.bad.api.key", None),
            "half of the headers": ({"Otoroshi_Client_Id": good["clientId"]}, 400, "errors.no.api.key", None),
            "no base64": ({"Authorization": "Basic %%%"}, 400, "errors.no.api.key", None),
        }
        for name, (headers, status, cause, word) in cases.items():
            with self.subTest(name):
                sentence = self.refused(gateway, one.host, "", status, cause, **headers)
                self.assertIn(word or "", sentence)
        self.assert_no_visit()

        told = {"an unknown key": (key_flags("nobody", new_secret()), 400),
                "a wrong secret": (key_flags(good["clientId"], new_secret()), 401),
                "a disabled key": (key_flags(disabled["clientId"], disabled["clientSecret"]), 401)}
        for name, (flags, status) in told.items():
            headers, _, cause, _ = cases[name]
            with self.subTest("otoroshictl: " + name):
                sentence = self.refused(gateway, one.host, "", status, cause, **headers)
                self.told(["--host", f"{one.host}:{gateway.port}", *flags], status, sentence)
        with self.subTest("otoroshictl: no key"):
            sentence = self.refused(gateway, one.host, "", 400, "errors.no.api.key")
            self.told(["--host", f"{one.host}:{gateway.port}", "--access-type", "public"], 400, sentence)
        self.assert_no_visit()

    def test_every_carrier_of_a_key(self):
        one = route().to(self.target).for_keys()
        key = api_key(one, allowClientIdOnly=True)
        gateway = self.use(TunnelGateway(one, keys=[key]))
        encoded = basic(key["clientId"], key["clientSecret"])["Authorization"].removeprefix("Basic ")
        carriers = {
            "Authorization": (basic(key["clientId"], key["clientSecret"]), ""),
            "Otoroshi-Authorization": ({"Otoroshi_Authorization": "Basic " + encoded}, ""),
            "two headers": ({"Otoroshi_Client_Id": key["clientId"], "Otoroshi_Client_Secret": key["clientSecret"]}, ""),
            "basic_auth": ({}, "basic_auth=" + encoded.replace("=", "%3D").replace("+", "%2B")),
            "x-api-key": ({"x_api_key": key["clientId"]}, ""),
            "x-api-key in the query": ({}, "x-api-key=" + key["clientId"]),
        }
        for name, (headers, query) in carriers.items():
            with self.subTest(name), open_websocket(gateway, one.host, query, **headers) as peer:
                self.assertEqual(peer.round_trip(), b"hello")

    def test_quotas_count_opened_tunnels(self):
        one = route().to(self.target).for_keys()
        key = api_key(one, dailyQuota=2)
        gateway = self.use(TunnelGateway(one, keys=[key]))
        headers = basic(key["clientId"], key["clientSecret"])
        wrong = basic(key["clientId"], "wrong")
        self.refused(gateway, one.host, "", 401, "errors.bad.api.key", **wrong)  # counts nothing
        for _ in range(2):
            with open_websocket(gateway, one.host, **headers) as peer:
                self.assertEqual(peer.round_trip(), b"hello")
        sentence = self.refused(gateway, one.host, "", 429, "errors.too.much.requests", **headers)
        flags = ["--host", f"{one.host}:{gateway.port}", *key_flags(key["clientId"], key["clientSecret"])]
        self.told(flags, 429, sentence)

    def test_sessions(self):
        one = route().to(self.target).for_sessions()
        good, expired = app_session(), app_session(seconds=-1)
        gateway = self.use(TunnelGateway(one, sessions=[good, expired]))
        token = token_of(good, gateway.secret)
        cases = {
            "no session": ("", "errors.no.session"),
            "a forged token": ("pappsToken=" + session_token(new_secret(), good["randomId"]), "errors.bad.session"),
            "only an id": ("pappsToken=" + good["randomId"], "errors.bad.session"),
            "a cut token": ("pappsToken=" + token[:-1], "errors.bad.session"),
            "an expired session": ("pappsToken=" + token_of(expired, gateway.secret), "errors.bad.session"),
            "a session that is not there": ("pappsToken=" + session_token(gateway.secret, new_secret()),
                                            "errors.bad.session"),
        }
        for name, (query, cause) in cases.items():
            with self.subTest(name):
                sentence = self.refused(gateway, one.host, query, 401, cause)
                if query:
                    token = query.removeprefix("pappsToken=")
                    flags = ["--access-type", "session", "--session-token", token]
                    self.told(["--host", f"{one.host}:{gateway.port}", *flags], 401, sentence)
        self.assert_no_visit()

    def test_addresses_of_clients(self):
        allowed = route().to(self.target).plugin("IpAddressAllowedList", addresses=["10.0.0.0/8"])
        blocked = route().to(self.target).plugin("IpAddressBlockList", addresses=["127.0.0.*"])
        gateway = self.use(TunnelGateway(allowed, blocked))
        for one in (allowed, blocked):
            with self.subTest(one.json["plugins"][1]):
                self.refused(gateway, one.host, to_target(self.target), 403, "errors.ip.address.not.allowed")
        self.assert_no_visit()


main()
