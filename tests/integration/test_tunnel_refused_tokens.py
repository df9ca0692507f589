"""JWTs: which are believed, and every trick that must not work."""

import json
import time

from support import (Backend, Tunnel, TunnelGateway, api_key, connect, echo, es_verifier, hs_verifier, jwks_verifier,
                     main, new_secret, route, rs_verifier)
from support.refusals import RefusalStory
from support.tokens import (base64url, claims, es_token, hs_token, jwk_of, new_key_pair, rs_token, signed,
                            unsigned_token)
from support.websocket_peer import open_websocket

BAD = (401, "error.bad.token")
NONE = (400, "error.expected.token.not.found")


def bearer(token):
    return {"Authorization": "Bearer " + token}


class RefusedTokens(RefusalStory):
    def setUp(self):
        self.target = self.use(Backend(echo))

    def flags(self, gateway, one, token):
        return ["--host", f"{one.host}:{gateway.port}", "--access-type", "bearer", "--bearer-token", token]

    def test_a_shared_secret(self):
        verifier = hs_verifier()
        secret = verifier["algoSettings"]["secret"]
        one = route().to(self.target).for_tokens(verifier)
        gateway = self.use(TunnelGateway(one, verifiers=[verifier]))
        good = hs_token(claims(), secret)
        with open_websocket(gateway, one.host, **bearer(good)) as peer:
            self.assertEqual(peer.round_trip(), b"hello")
        visits = len(self.target.visits)

        head, content, signature = good.split(".")
        other_content = base64url(json.dumps(claims(sub="root")).encode())
        for name, token in {
            "expired": hs_token(claims(seconds=-60), secret),
            "not valid yet": hs_token(claims(nbf=int(time.time()) + 600), secret),
            "another issuer": hs_token(claims(iss="elsewhere"), secret),
            "no issuer": hs_token({"sub": "jane"}, secret),
            "signed with another secret": hs_token(claims(), new_secret()),
            "the signature of other claims": f"{head}.{other_content}.{signature}",
            "no signature": f"{head}.{content}.",
            "alg none": unsigned_token(claims()),
            "alg nOnE": signed({"alg": "nOnE"}, claims(), lambda _: b""),
            "HS512 where HS256 is meant": hs_token(claims(), secret, size=512),
            "critical headers": hs_token(claims(), secret, crit=["exp"], exp=1),
            "no JWT at all": "hello",
            "exp that is no number": hs_token(claims(exp="tomorrow"), secret),
        }.items():
            with self.subTest(name):
                sentence = self.refused(gateway, one.host, "", *BAD, **bearer(token))
                self.told(self.flags(gateway, one, token), 401, sentence)
        with self.subTest("none"):
            self.refused(gateway, one.host, "", *NONE)
            self.refused(gateway, one.host, "", *NONE, Authorization="Basic aWQ6c2VjcmV0")
        self.assertEqual(len(self.target.visits), visits, "nothing is dialled for who is refused")

    def test_a_public_key_is_no_secret(self):
        key, public = new_key_pair(self.folder(), "rsa")
        verifier = rs_verifier(public)
        one = route().to(self.target).for_tokens(verifier)
        gateway = self.use(TunnelGateway(one, verifiers=[verifier]))
        with open_websocket(gateway, one.host, **bearer(rs_token(claims(), key))) as peer:
            self.assertEqual(peer.round_trip(), b"hello")
        for name, token in {
            "HS256 with the public key": hs_token(claims(), public),
            "the same without the line end": hs_token(claims(), public.strip()),
            "alg none": unsigned_token(claims()),
            "another key": rs_token(claims(), new_key_pair(self.folder(), "rsa")[0]),
            "another algorithm": es_token(claims(), new_key_pair(self.folder(), "ec")[0]),
        }.items():
            with self.subTest(name):
                self.refused(gateway, one.host, "", *BAD, **bearer(token))

    def test_elliptic_curves_and_key_sets(self):
        folder = self.folder()
        key, public = new_key_pair(folder, "ec")
        with open(f"{folder}/keys.json", "w") as file:
            json.dump({"keys": [jwk_of(public, "first")]}, file)
        verifiers = [es_verifier(public), jwks_verifier(f"file://{folder}/keys.json")]
        routes = [route().to(self.target).for_tokens(verifier) for verifier in verifiers]
        gateway = self.use(TunnelGateway(*routes, verifiers=verifiers))
        stranger, _ = new_key_pair(self.folder(), "ec")
        for one in routes:
            with self.subTest(one.json["plugins"][1]):
                token = es_token(claims(), key, kid="first")
                with Tunnel(*self.flags(gateway, one, token)) as tunnel, connect(tunnel) as client:
                    self.assertEqual(client.round_trip(), b"hello")
                self.refused(gateway, one.host, "", *BAD, **bearer(es_token(claims(), stranger, kid="first")))

    def test_a_token_signed_with_the_secret_of_a_key(self):
        one = route().to(self.target).for_keys()
        key, disabled = api_key(one), api_key(one, enabled=False)
        gateway = self.use(TunnelGateway(one, keys=[key, disabled]))
        good = hs_token(claims(iss=key["clientId"]), key["clientSecret"])
        for headers in (bearer(good), {"Otoroshi_Token": good}):
            with self.subTest(sorted(headers)), open_websocket(gateway, one.host, **headers) as peer:
                self.assertEqual(peer.round_trip(), b"hello")
        for name, token in {
            "another secret": hs_token(claims(iss=key["clientId"]), new_secret()),
            "expired": hs_token(claims(iss=key["clientId"], seconds=-60), key["clientSecret"]),
            "a disabled key": hs_token(claims(iss=disabled["clientId"]), disabled["clientSecret"]),
            "alg none": unsigned_token(claims(iss=key["clientId"])),
        }.items():
            with self.subTest(name):
                self.refused(gateway, one.host, "", 401, "errors.bad.api.key", **bearer(token))

    def test_all_rules_of_a_route_must_agree(self):
        verifier = hs_verifier()
        one = route().to(self.target).for_tokens(verifier).for_keys()
        key = api_key(one)
        gateway = self.use(TunnelGateway(one, verifiers=[verifier], keys=[key]))
        token = hs_token(claims(), verifier["algoSettings"]["secret"])
        both = {"Otoroshi_Client_Id": key["clientId"], "Otoroshi_Client_Secret": key["clientSecret"], **bearer(token)}
        with open_websocket(gateway, one.host, **both) as peer:
            self.assertEqual(peer.round_trip(), b"hello")
        self.refused(gateway, one.host, "", 400, "errors.no.api.key", **bearer(token))
        del both["Authorization"]
        self.refused(gateway, one.host, "", *NONE, **both)


main()
